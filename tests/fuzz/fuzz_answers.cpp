// Any bytes as answers of AWS: what the rules about images, hosts and unused rights make of them.
// A document that cannot be understood leaves every one of these rules open.
#include "checks/iam/aws_answers.h"
#include "checks/intent/read.h"
#include "tests/fuzz/laws.h"
#include "tests/fuzz/parts.h"

namespace {

using namespace muster;

/// The services of the seeds.
constexpr const char* kIntentText = R"(version: 1
region: eu-central-1
environments:
  development: {class: development}
  production: {class: production}
roles:
  deploy-dev:
    arn: arn:aws:iam::111122223333:role/shop-deploy-dev
    environments: [development]
    capabilities:
      - ecs-deploy: {cluster: dev, service: [shop-dev], family: [shop-dev]}
  deploy:
    arn: arn:aws:iam::111122223333:role/shop-deploy
    environments: [production]
    capabilities:
      - ecs-deploy: {cluster: prod, service: [shop], family: [shop]}
)";

std::vector<Check> answer_checks() {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) {
    return !check.rule.starts_with("image-") && !check.rule.starts_with("host-") &&
           check.rule != "iam-service-unused";
  });
  return checks;
}

bool asks_aws(std::string_view rule) {
  return !rule.starts_with("image-git-");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Intent kIntent = read_intent(kIntentText, SourceId("muster.yaml")).value();
  static const std::vector<Check> kChecks = answer_checks();
  Facts facts = fuzz::facts_of_parts(data, size, DocumentKind::AwsAnswer);
  facts.past_tags.push_back(
      {{"arn:aws:ecr:eu-central-1:111122223333:repository/shop", "v1.8.2", "sha256:aa"},
       TimePoint{},
       TimePoint{}});
  const AuditInput input(facts, kIntent, TimePoint{std::chrono::seconds(1780272000)});
  const AuditResult result = audit(input, kChecks);
  fuzz::require_complete(result);
  const std::size_t unreadable = iam::unreadable_aws_answers(input).size();
  for (const RuleCoverage& rule : result.coverage) {
    fuzz::require(!asks_aws(rule.rule) || rule.undecided >= unreadable);
  }
  return 0;
}
