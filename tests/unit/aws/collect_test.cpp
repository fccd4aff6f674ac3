// What collectors make of answers that a test server would not give.
#include <doctest/doctest.h>

#include "aws/collectors.h"
#include "tests/unit/aws/fake_aws.h"

namespace muster::aws {
namespace {

/// One collection from canned replies; files by path.
struct Run {
  explicit Run(std::deque<net::Reply> replies) {
    system.fake_http.replies = std::move(replies);
    system.variables["AWS_REGION"] = "eu-west-1";
    budget.policy.attempts = 1;
  }

  template <class Collector>
  void collect(Collector collector) {
    const Config config = Config::load(system, {}).value();
    CredentialCache cache([]() -> Result<Credentials> { return Credentials{"AKIA"}; },
                          system.fake_clock);
    collector({config, budget, &cache, "eu-west-1", "111122223333"}, facts);
    CHECK(facts.status());
    files = store.files;
  }

  FakeSystem system;
  CallBudget budget;
  MemoryStore store;
  Facts facts{store};
  std::map<std::string, std::string> files;
};

void collect_organizations(const Client& client, Facts& facts) {
  Organization(client).collect(client.account(), facts);
}

const net::Reply kOrganization =
    reply_of(200, R"({"Organization":{"MasterAccountId":"999988887777"}})");
const net::Reply kRoot = reply_of(200, R"({"Parents":[{"Id":"r-1","Type":"ROOT"}]})");

TEST_CASE("levels without a policy mean that the kind is not in use, not that all is denied") {
  const net::Reply none = reply_of(200, R"({"Policies":[]})");
  Run run({kOrganization, kRoot, none, none, none, none});
  run.collect(collect_organizations);
  const std::string& written = run.files.at("organizations/policies.json");
  CHECK(written.find("control_policies") == std::string::npos);
  CHECK(run.facts.missing().size() == 2);
  CHECK(run.facts.complete());
}

TEST_CASE("a policy of another kind than was asked for is not taken for one of it") {
  const net::Reply other =
      reply_of(200, R"({"Policies":[{"Id":"p-1","Name":"tags","Type":"TAG_POLICY"}]})");
  Run run({kOrganization, kRoot, other, other});
  run.collect(collect_organizations);
  CHECK(run.files.at("organizations/policies.json").find("control_policies") == std::string::npos);
}

TEST_CASE("an organisation that leads in circles, or has no parent, gives no policies") {
  const net::Reply unit =
      reply_of(200, R"({"Parents":[{"Id":"ou-1","Type":"ORGANIZATIONAL_UNIT"}]})");
  std::deque<net::Reply> circle(40, unit);
  circle.push_front(kOrganization);
  Run run(circle);
  run.collect(collect_organizations);
  CHECK(run.files.empty());
  CHECK(run.facts.missing().at(0).error.message.find("deeper") != std::string::npos);
  std::deque<net::Reply> nobody(40, reply_of(200, R"({"Parents":[]})"));
  nobody.push_front(kOrganization);
  Run orphan(nobody);
  orphan.collect(collect_organizations);
  CHECK(orphan.files.empty());
  CHECK(orphan.facts.missing().at(0).error.message == "`111122223333` has not one parent");
}

TEST_CASE("an account outside of any organisation has nothing to read there") {
  Run run({reply_of(400, R"({"__type":"AWSOrganizationsNotInUseException","message":"m"})")});
  run.collect(collect_organizations);
  CHECK(run.files.empty());
  CHECK(run.facts.missing().empty());
}

TEST_CASE("policy texts that are no JSON stay texts, encoded ones are decoded once") {
  const auto page = [](const std::string& document) {
    return reply_of(200,
                    "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>"
                    "<IsTruncated>false</IsTruncated><RoleDetailList><member>"
                    "<AssumeRolePolicyDocument>" +
                        document +
                        "</AssumeRolePolicyDocument></member></RoleDetailList>"
                        "</GetAccountAuthorizationDetailsResult>"
                        "</GetAccountAuthorizationDetailsResponse>");
  };

  struct Row {
    const char* name;
    std::string document, written;
  };

  for (const Row& row :
       {Row{"encoded", "%7B%22a%22%3A%22%2525%22%7D",
            "\"AssumeRolePolicyDocument\": {\n"
            "        \"a\": \"%25\"\n"},
        Row{"plain", "{\"a\":\"%25\"}", "\"a\": \"%25\""},
        Row{"a name twice", "%7B%22a%22%3A1%2C%22a%22%3A2%7D", R"("{\"a\":1,\"a\":2}")"},
        Row{"no JSON", "hello%20you", "\"hello you\""}}) {
    CAPTURE(row.name);
    Run run({page(row.document)});
    run.collect(collect_iam);
    CHECK(run.files.at("iam/authorization-details-1.json").find(row.written) != std::string::npos);
    CHECK(run.facts.missing().size() == 3);
    CHECK_FALSE(run.facts.complete());
  }
}

TEST_CASE("a credential report that is never made is given up") {
  const net::Reply started = reply_of(
      200,
      "<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>STARTED</State>"
      "</GenerateCredentialReportResult></GenerateCredentialReportResponse>");
  std::deque<net::Reply> replies(100, started);
  replies.push_front(reply_of(403, ""));
  replies.push_front(reply_of(403, ""));
  Run run(replies);
  run.collect(collect_iam);
  CHECK(run.facts.missing().size() == 4);
  CHECK(run.facts.missing().at(0).error.message.find("two minutes") != std::string::npos);
}

const char* const kLastPage =
    "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>"
    "<IsTruncated>false</IsTruncated><RoleDetailList/>"
    "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";

TEST_CASE("pages of which an interrupted collection wrote the last are not asked for again") {
  Run run({});
  run.store.before = {{"iam/authorization-details-1.json", R"({"IsTruncated": true})"},
                      {"iam/authorization-details-2.json", R"({"IsTruncated": false})"}};
  run.collect(collect_iam);
  CHECK(run.store.counted.size() == 2);
  CHECK(run.facts.missing().size() == 3);
}

TEST_CASE("pages of which the last is missing are all asked for again") {
  Run run({reply_of(200, kLastPage)});
  run.store.before = {{"iam/authorization-details-1.json", R"({"IsTruncated": true})"}};
  run.collect(collect_iam);
  CHECK(run.store.counted.empty());
  CHECK(run.files.at("iam/authorization-details-1.json").find("RoleDetailList") !=
        std::string::npos);
}

TEST_CASE("providers without their details are asked for again") {
  Run run({reply_of(200, kLastPage),
           reply_of(200,
                    "<ListOpenIDConnectProvidersResponse><ListOpenIDConnectProvidersResult>"
                    "<OpenIDConnectProviderList/></ListOpenIDConnectProvidersResult>"
                    "</ListOpenIDConnectProvidersResponse>")});
  run.store.before = {{"iam/oidc-providers.json", R"({"OpenIDConnectProviders": [{"Arn": "a"}]})"}};
  run.collect(collect_iam);
  CHECK(run.files.contains("iam/oidc-providers.json"));
}

TEST_CASE("nothing more is written behind a file that could not be written") {
  MemoryStore store;
  store.full = true;
  Facts facts(store);
  facts.put("a.json", object_value({}));
  facts.put("b.json", object_value({}));
  CHECK(facts.status().error().message == "full: a.json");
}

}  // namespace
}  // namespace muster::aws
