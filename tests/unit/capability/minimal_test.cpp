// Generated policies: merged without a change of meaning, and split at IAM's limit.
#include "checks/capability/minimal.h"

#include <algorithm>
#include <set>

#include "checks/policy/print.h"
#include "support.h"

using namespace muster;
using namespace muster::capability;

namespace {

std::string generated(const std::string& capabilities) {
  const auto policies = minimal_policies(expansion_of(capabilities));
  REQUIRE(policies.size() == 1);
  return print_policy(policies.front(), text::JsonLayout::Compact);
}

/// Every action with every resource and the conditions, of all statements.
std::set<std::string> triples(const std::vector<policy::Policy>& policies) {
  std::set<std::string> all;
  for (const policy::Policy& policy : policies) {
    for (const policy::Statement& statement : policy.statements) {
      policy::Policy shape;
      shape.statements = {statement};
      shape.statements[0].sid.reset();
      for (const policy::Text& action : *statement.actions) {
        for (const policy::Text& resource : *statement.resources) {
          shape.statements[0].actions = {action};
          shape.statements[0].resources = {resource};
          all.insert(print_policy(shape, text::JsonLayout::Compact));
        }
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("statements on the same resources are one, and so are statements of the same actions") {
  CHECK(
      generated("      - ecr-push: {repository: shop}\n      - ecr-pull: {repository: base}\n"
                "      - ecr-push: {repository: web}\n") ==
      R"({"Version":"2012-10-17","Statement":[)"
      R"({"Sid":"EcrLogin","Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"},)"
      R"({"Sid":"EcrPush","Effect":"Allow","Action":["ecr:BatchCheckLayerAvailability",)"
      R"("ecr:BatchGetImage","ecr:CompleteLayerUpload","ecr:InitiateLayerUpload","ecr:PutImage",)"
      R"("ecr:UploadLayerPart"],"Resource":[)"
      R"("arn:aws:ecr:eu-central-1:111122223333:repository/shop",)"
      R"("arn:aws:ecr:eu-central-1:111122223333:repository/web"]},)"
      R"({"Sid":"EcrPull","Effect":"Allow","Action":["ecr:BatchGetImage",)"
      R"("ecr:GetDownloadUrlForLayer"],)"
      R"("Resource":"arn:aws:ecr:eu-central-1:111122223333:repository/base"}]})");
}

TEST_CASE("what works on * only goes together, and conditions keep statements apart") {
  const std::string policy = generated(
      "      - ssm-run: {document: deploy, instance: i-0abc}\n"
      "      - ecr-public-push: {repository: shop}\n");
  CHECK(policy.find(R"({"Sid":"Unscoped","Effect":"Allow","Action":)"
                    R"(["ecr-public:GetAuthorizationToken","ssm:GetCommandInvocation"],)"
                    R"("Resource":"*"})") != std::string::npos);
  CHECK(policy.find(R"("Sid":"EcrPublicToken")") != std::string::npos);
  CHECK(policy.find(R"("Sid":"SsmDocumentSsmInstances")") != std::string::npos);
}

TEST_CASE("two statements of one name are numbered") {
  const std::string policy = generated(
      "      - s3-publish: {bucket: a, prefix: x, delete: true}\n"
      "      - s3-publish: {bucket: b, prefix: y, delete: true}\n");
  CHECK(policy.find(R"("Sid":"S3SyncFolder")") != std::string::npos);
  CHECK(policy.find(R"("Sid":"S3SyncFolder2")") != std::string::npos);
}

TEST_CASE("a role that is for nothing gets a policy without statements") {
  CHECK(generated("      []\n") == R"({"Version":"2012-10-17","Statement":[]})");
}

TEST_CASE("a policy beyond the limit is split, and nothing is lost") {
  std::string repositories;
  for (int i = 0; i < 120; ++i) {
    repositories += (i == 0 ? "" : ", ") + ("repository-" + std::to_string(i));
  }
  const Expansion expansion = expansion_of("      - ecr-push: {repository: [" + repositories +
                                           "]}\n      - s3-publish: {bucket: art, prefix: dev}\n");
  const auto one = minimal_policies(expansion, 1'000'000);
  REQUIRE(one.size() == 1);
  const auto policies = minimal_policies(expansion);
  CHECK(policies.size() == 2);
  for (const policy::Policy& policy : policies) {
    CHECK(policy_size(policy) <= kManagedPolicyLimit);
    CHECK(!policy.statements.empty());
  }
  CHECK(triples(policies) == triples(one));
  for (const std::size_t limit : {200U, 500U, 1'000U}) {
    CAPTURE(limit);
    CHECK(triples(minimal_policies(expansion, limit)) == triples(one));
  }
}

TEST_CASE("the size of a policy counts characters, not bytes or indentation") {
  policy::Policy policy;
  policy.id = policy::Text{"ü", {}};
  CHECK(policy_size(policy) ==
        std::string(R"({"Version":"2008-10-17","Id":"u","Statement":[]})").size());
}
