// A job that a role lets in although nobody declared it, or although it does not even name the
// role. Every way in which the job can come to run counts.
#include "checks/iam/model.h"
#include "checks/oidc/trusts.h"
#include "checks/workflow/received.h"
#include "checks/workflow/takes_role.h"

namespace muster::workflow {
namespace {

/// A run with what it presents.
struct Presence {
  const JobRun* run = nullptr;
  std::vector<Presented> sets;
};

std::vector<Presence> presences(const std::vector<const JobRun*>& runs, const Intent& intent) {
  std::vector<Presence> all;
  for (const JobRun* run : runs) {
    all.push_back({run, is_tokenless(*run) ? std::vector<Presented>() : presented(*run, intent)});
  }
  return all;
}

Proof admitted_token(const Presence& presence, const oidc::Trust& trust, const Intent& intent) {
  Proof answer = Proof::no();
  for (const Presented& set : presence.sets) {
    const Proof proof = admits(trust.search, *presence.run, intent, set, trust.declared);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? proof : answer;
  }
  return answer;
}

/// Tokens of the run that the role admits beyond what is declared for it. Without a declaration
/// only a job that does not take the role is uninvited.
Proof gets_in(const Presence& presence, const oidc::Trust& trust, const AuditInput& input) {
  const JobRun& run = *presence.run;
  const TakesRole use = trust.is_declared ? TakesRole::No : takes_role(run, *trust.role, input);
  if (use == TakesRole::Yes) {
    return Proof::no();
  }
  const Proof admitted = admitted_token(presence, trust, input.intent());
  if (use == TakesRole::Maybe && admitted.is_yes()) {
    return Proof::undecided("the role admits job `" + run.job->id.value +
                            "`, and whether the job takes this role is not known: give the role "
                            "its `arn`, or its `subjects`, in muster.yaml");
  }
  return admitted;
}

Proof any_gets_in(const std::vector<Presence>& runs, const oidc::Trust& trust,
                  const AuditInput& input) {
  Proof answer = Proof::no();
  for (const Presence& run : runs) {
    const Proof proof = gets_in(run, trust, input);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? proof : answer;
  }
  return answer;
}

void uninvited_job(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const std::vector<Presence> all = presences(runs, input.intent());
    for (const oidc::Trust* trust : input.model<oidc::Trusts>().github()) {
      const bool named = takes_role(run, *trust->role, input) == TakesRole::Yes;
      out.fail_if(any_gets_in(all, *trust, input), run.asset(), run.job->id.where)
          .arg("job", run.job->id.value)
          .arg("role", trust->role->name)
          .arg("why",
               !named ? "it does not use the role" : "muster.yaml declares other subjects for it")
          .anchor("role:" + trust->role->name + "/" + trust->issuer().prefix)
          .severity(trust->is_declared ? Severity::High : Severity::Medium)
          .related(trust->role->where, "the trust policy that admits it");
    }
  }
}

const Register kUninvitedJobCheck{
    "workflow-uninvited-job", uninvited_job, {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
