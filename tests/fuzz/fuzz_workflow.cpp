// Any bytes as a workflow file, in a repository with a role that trusts it: the model, the runs of
// its jobs and every rule about workflows. A file that cannot be understood gives undecided, never
// a pass.
#include <cstdint>
#include <string>

#include "checks/workflow/presented.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::fuzz;

constexpr const char* kPath = ".github/workflows/x.yml";

constexpr const char* kTrust = R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
"token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:production"}}}]})";

Intent make_intent() {
  Intent intent;
  intent.declared = true;
  intent.source = SourceId("muster.yaml");
  intent.repository = "acme/shop";
  IntentRole role;
  role.name = "deploy";
  role.arn = "arn:aws:iam::111122223333:role/shop-prod-deploy";
  role.trust_file = "iam/trust.json";
  role.subjects.push_back({"", "production", {}, {}, false, {}});
  intent.roles.push_back(role);
  intent.variables.push_back({"DEPLOY_ROLE", role.arn});
  return intent;
}

/// The path of every job can be asked for, whatever the file says.
void require_runs(const AuditInput& input, const Lines& lines) {
  for (const workflow::JobRun& run : input.model<workflow::JobRuns>().all()) {
    require(run.workflow != nullptr && run.job != nullptr);
    lines.require_inside(run.job->where.span);
    const workflow::TokenPermission permission = workflow::token_permission(run);
    require(permission.answer == workflow::TokenPermission::Answer::Granted ||
            !permission.because.empty());
    for (const workflow::Presented& presented : workflow::presented(run, input.intent())) {
      require(!workflow::subject_of(presented.tokens).empty());
    }
    for (const workflow::StepCommand& command : run.script->commands) {
      lines.require_inside(command.where.span);
    }
  }
}

/// The rules that look at workflows; the others would judge the same trust policy at every input,
/// or, as the one about environments, the settings on GitHub alone.
std::vector<Check> workflow_checks() {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) {
    return !check.rule.starts_with("workflow-") ||
           check.rule == "workflow-environment-without-approval";
  });
  return checks;
}

/// No rule may be content with a file that nobody could read.
void require_closed(const AuditResult& result) {
  for (const Outcome& outcome : result.outcomes) {
    require(outcome.kind == OutcomeKind::Undecided);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Intent kIntent = make_intent();
  static const std::vector<Check> kChecks = workflow_checks();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  Facts facts;
  facts.documents.push_back({DocumentKind::GithubWorkflow, SourceId(kPath), bytes});
  facts.documents.push_back({DocumentKind::IamPolicy, SourceId("iam/trust.json"), kTrust});
  const AuditInput input(facts, kIntent, TimePoint{});
  require_runs(input, lines);
  const AuditResult result = audit({facts, kIntent, TimePoint{}}, kChecks);
  require_complete(result);
  const auto parsed = workflow::parse_workflow(bytes, SourceId(kPath));
  if (!parsed) {
    require_complete(parsed.error(), lines);
    require_closed(result);
  }
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.where.source.path() == kPath && outcome.where.span != Span{}) {
      lines.require_inside(outcome.where.span);
    }
  }
  return 0;
}
