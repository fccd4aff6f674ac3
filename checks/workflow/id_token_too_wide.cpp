// `id-token: write` for a whole workflow, some jobs of which take no role: each of their steps
// could ask for a token and take the roles that trust this repository.
#include <algorithm>

#include "checks/workflow/jobs.h"
#include "checks/workflow/shaped_table.h"

namespace muster::workflow {
namespace {

/// Whether a step of the job takes a role or otherwise may ask for a token. What cannot be read
/// may.
bool needs_id_token(const JobRun& run) {
  const std::vector<Credential>& held = run.recognised->credentials;
  const bool takes = std::any_of(held.begin(), held.end(), [](const Credential& credential) {
    return credential.kind == CredentialKind::Oidc;
  });
  return takes || !run.script->open.empty() ||
         std::any_of(run.script->steps.begin(), run.script->steps.end(),
                     [](const Step* step) { return may_use_oidc(*step); });
}

bool shares_block(const Workflow& workflow, const Job& job) {
  return !job.permissions && workflow.find_job(job.id.value) == &job;
}

void judge_id_token(const Workflow& workflow, const std::vector<const JobRun*>& idle,
                    Outcomes& out) {
  const Permissions& block = *workflow.permissions;
  const bool given = block.form == Permissions::Form::Map && block.of("id-token") == Access::Write;
  if (!given || idle.empty() || workflow.jobs.size() < 2) {
    out.pass(workflow.asset(), block.where);
    return;
  }
  std::string names;
  for (const JobRun* run : idle) {
    names += (names.empty() ? "`" : ", `") + run->job->id.value + "`";
  }
  OutcomeDraft draft =
      out.fail(workflow.asset(), block.where,
               {WitnessKind::Text, {{"permissions", {"id-token: write"}}, {"unused by", {names}}}});
  draft.arg("jobs", names);
  for (const JobRun* run : idle) {
    draft.related(run->job->id.where, "a job that takes no role");
  }
}

void id_token_too_wide(const AuditInput& input, Outcomes& out) {
  const auto& all = input.model<JobRuns>().by_job();
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    if (!workflow.permissions) {
      continue;
    }
    std::vector<const JobRun*> idle;
    for (const auto& runs : all) {
      const JobRun& run = *runs.front();
      if (run.workflow == &workflow && shares_block(workflow, *run.job) && !needs_id_token(run)) {
        idle.push_back(&run);
      }
    }
    judge_id_token(workflow, idle, out);
  }
}

const Register kIdTokenTooWideCheck{
    "workflow-id-token-too-wide", id_token_too_wide, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
