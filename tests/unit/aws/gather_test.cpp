// From answers to files: pages, parts, what an interrupted collection left, what is redacted.
#include "aws/gather.h"

#include <doctest/doctest.h>

#include "aws/redact.h"
#include "tests/unit/aws/fake_aws.h"

namespace muster::aws {
namespace {

constexpr Service kTestEcr{.id = "ecr",
                           .protocol = Protocol::Json11,
                           .version = "AmazonEC2ContainerRegistry_V20150921",
                           .host = "api.ecr"};

Question images() {
  return {.call = {.service = kTestEcr, .action = "DescribeImages", .expects = {"imageDetails"}},
          .what = "images",
          .file = "images/shop",
          .paging = Paging{"nextToken", "nextToken"},
          .list = "imageDetails"};
}

/// Asks one question of a service that has these replies, with what an earlier run left.
struct Asked {
  explicit Asked(const Question& question, std::deque<net::Reply> replies,
                 std::map<std::string, std::string> before = {}) {
    system.fake_http.replies = std::move(replies);
    store.before = std::move(before);
    budget.policy.attempts = 1;
    const Config config = Config::load(system, {}).value();
    CredentialCache cache([]() -> Result<Credentials> { return Credentials{"AKIA"}; },
                          system.fake_clock);
    const Client client(config, budget, &cache, "eu-west-1", "111122223333");
    Facts facts(store);
    answer = Gatherer(client, facts, "ecr", "eu-west-1").ask(question);
    missing = facts.missing();
  }

  FakeSystem system;
  CallBudget budget;
  MemoryStore store;
  std::optional<Value> answer;
  std::vector<NotRead> missing;
};

std::string page_of(int images, std::size_t bytes, const std::string& token) {
  std::string page = R"({"imageDetails":[)";
  for (int i = 0; i < images; ++i) {
    page +=
        std::string(i == 0 ? "" : ",") + R"({"imageDigest":")" + std::string(bytes, 'a') + "\"}";
  }
  return page + "]" + (token.empty() ? "" : R"(,"nextToken":")" + token + "\"") + "}";
}

TEST_CASE("a long list is shared out among files, and these are one list for who goes on") {
  const Asked asked(images(), {reply_of(200, page_of(3, 900'000, "more")),
                               reply_of(200, page_of(2, 900'000, ""))});
  REQUIRE(asked.answer);
  CHECK(asked.answer->items_of("imageDetails").size() == 5);
  CHECK(asked.store.files.size() == 3);
  CHECK(asked.store.files.contains("ecr/eu-west-1/images/shop~3.json"));
  const Asked again(images(), {}, asked.store.files);
  REQUIRE(again.answer);
  CHECK(again.answer->items_of("imageDetails").size() == 5);
  CHECK(again.store.counted.size() == 3);
  CHECK(again.store.files.empty());
}

TEST_CASE("a list of which a part is missing is asked for again") {
  const Asked whole(images(), {reply_of(200, page_of(3, 900'000, ""))});
  auto before = whole.store.files;
  before.erase("ecr/eu-west-1/images/shop~2.json");
  const Asked asked(images(), {reply_of(200, page_of(1, 10, ""))}, before);
  REQUIRE(asked.answer);
  CHECK(asked.answer->items_of("imageDetails").size() == 1);
  CHECK(asked.store.counted.empty());
}

TEST_CASE("a list of which a page fails is no file; one that its bound cuts off may be") {
  const Asked failed(images(), {reply_of(200, page_of(1, 10, "more")), reply_of(403, "")});
  CHECK_FALSE(failed.answer);
  CHECK(failed.store.files.empty());
  CHECK(failed.missing.size() == 1);
  Question question = images();
  question.paging->most_pages = 1;
  CHECK_FALSE(Asked(question, {reply_of(200, page_of(1, 10, "more"))}).answer);
  question.cut_is_good = true;
  const Asked cut(question, {reply_of(200, page_of(1, 10, "more"))});
  REQUIRE(cut.answer);
  CHECK(cut.missing.at(0).error.kind == ErrorKind::TooMany);
  const Asked again(question, {reply_of(200, page_of(2, 10, ""))}, cut.store.files);
  CHECK(again.answer->items_of("imageDetails").size() == 2);
}

TEST_CASE("there is none is an answer, any other refusal is not") {
  Question question{.call = {.service = kTestEcr, .action = "GetLifecyclePolicy", .expects = {"a"}},
                    .what = "cleanup",
                    .file = "cleanup",
                    .none = {"NoneException"}};
  const Asked none(question, {reply_of(400, R"({"__type":"x#NoneException"})")});
  REQUIRE(none.answer);
  CHECK(is_none(*none.answer));
  const Asked other(question, {reply_of(400, R"({"__type":"x#OtherException"})")});
  CHECK_FALSE(other.answer);
  CHECK(other.missing.size() == 1);
}

TEST_CASE("a list of CloudFront that holds less than it says is broken") {
  constexpr Service kTestCloudFront{
      .id = "cloudfront", .protocol = Protocol::RestXml, .host = "cloudfront"};
  const Call call{.service = kTestCloudFront,
                  .action = "ListDistributions",
                  .expects = {"IsTruncated"},
                  .shape = {.lists = {"Items"}},
                  .method = "GET"};

  struct Row {
    const char* name;
    std::string inner;
    bool good;
  };

  for (const Row& row :
       {Row{"one", "<Quantity>1</Quantity><Items><D><Id>1</Id></D></Items>", true},
        Row{"none", "<Quantity>0</Quantity>", true},
        Row{"one of two", "<Quantity>2</Quantity><Items><D><Id>1</Id></D></Items>", false},
        Row{"none of two", "<Quantity>2</Quantity>", false}, Row{"no count", "", false}}) {
    CAPTURE(row.name);
    const std::string body =
        "<DistributionList><IsTruncated>false</IsTruncated>" + row.inner + "</DistributionList>";
    CHECK(read_reply(call, reply_of(200, body)).ok() == row.good);
  }
}

TEST_CASE("names become parts of paths that stay where they are and differ") {
  struct Row {
    const char* name;
    std::string written, file;
  };

  for (const Row& row : {Row{"plain", "shop", "shop"}, Row{"folder", "team/shop", "team%2Fshop"},
                         Row{"above", "..", "%2E."}, Row{"hidden", ".git", "%2Egit"},
                         Row{"part", "shop~2", "shop%7E2"}, Row{"blank", "a b", "a%20b"}}) {
    CAPTURE(row.name);
    CHECK(file_name(row.written) == row.file);
  }
  CHECK(file_name(std::string(500, 'a')).size() < 150);
  CHECK(file_name(std::string(500, 'a')) != file_name(std::string(501, 'a')));
}

TEST_CASE("texts below a path become their length, names stay") {
  Value value = parse_json(R"({"a":[{"name":"K","value":"12345678","n":5},{"value":""}],
                               "labels":{"x":"y"},"deep":{"p":{"q":["secret"]}},"keep":"me"})")
                    .value();
  redact(value, {"a.value", "labels", "deep.*.q"});
  CHECK(to_json(value, Layout::Compact) ==
        R"({"a":[{"name":"K","value":"[redacted: 8-15 characters]","n":5},{"value":""}],)"
        R"("labels":{"x":"[redacted: 1-7 characters]"},)"
        R"("deep":{"p":{"q":["[redacted: 1-7 characters]"]}},"keep":"me"})");
  CHECK(redacted(std::string(1000, 'a')) == "[redacted: 64 or more characters]");
}

TEST_CASE("seconds since 1970 become dates, other numbers stay") {
  Value value =
      parse_json(R"({"createdAt":1795348800.5,"EventTime":1795348800,"sizeAt":5,"x":1795348800})")
          .value();
  write_dates(value);
  CHECK(to_json(value, Layout::Compact) ==
        R"({"createdAt":"2026-11-22T12:00:00Z","EventTime":"2026-11-22T12:00:00Z","sizeAt":5,)"
        R"("x":1795348800})");
}

}  // namespace
}  // namespace muster::aws
