// Any bytes as muster.yaml. What the reader takes is complete and an audit under it holds its laws,
// whatever names and patterns it declares; what it refuses has a place.
#include <algorithm>
#include <cstdint>
#include <string>

#include "app/repository.h"
#include "checks/intent/read.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::fuzz;

constexpr const char* kWorkflow = R"(name: deploy
on: {push: {branches: [main]}, pull_request: {}}
permissions: {id-token: write, contents: read}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "${{ vars.DEPLOY_ROLE }}", aws-region: eu-central-1}
      - run: aws ecs update-service --cluster shop --service api
)";

constexpr const char* kTrust = R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {
"token.actions.githubusercontent.com:sub": "repo:acme/shop:*"}}}]})";

void require_typed(const Intent& intent, const Lines& lines) {
  require(intent.declared && intent.source == SourceId("muster.yaml"));
  require(!intent.default_branch.empty());
  require(intent.repository.empty() ||
          std::count(intent.repository.begin(), intent.repository.end(), '/') == 1);
  for (const IntentRole& role : intent.roles) {
    require(role.arn.empty() || role.arn.starts_with("arn:"));
    lines.require_inside(role.where.span);
    for (const std::string& account : role.trusted_accounts) {
      require(account.size() == 12);
    }
    for (const IntentSubject& subject : role.subjects) {
      lines.require_inside(subject.where.span);
    }
  }
  for (const IntentEnvironment& environment : intent.environments) {
    lines.require_inside(environment.where.span);
  }
}

/// A small repository: one workflow that takes a role, one trust policy.
Facts small_repository() {
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::GithubWorkflow, SourceId(".github/workflows/deploy.yml"), kWorkflow});
  facts.documents.push_back({DocumentKind::IamPolicy, SourceId("iam/trust.json"), kTrust});
  return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Check> kChecks = registered_checks();
  static const Facts kFacts = small_repository();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  const auto intent = read_intent(bytes, SourceId("muster.yaml"));
  if (!intent) {
    require(intent.error().code == ErrorCode::Usage);
    require_complete(intent.error(), lines);
    return 0;
  }
  require_typed(intent.value(), lines);
  for (const std::string& glob : intent.value().exclude) {
    require(app::path_matches(glob, "iam/trust.json") || glob != "iam/trust.json");
  }
  require_complete(audit({kFacts, intent.value(), TimePoint{}}, kChecks));
  return 0;
}
