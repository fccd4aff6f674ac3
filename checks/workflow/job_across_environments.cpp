// One run of a job that takes a role of production and one of a lower environment: a mistake in a
// step for the one reaches the other. The other half of role_across_environments.cpp.
#include <algorithm>
#include <optional>

#include "checks/workflow/presented.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

/// A role that a run takes, and how sure that is.
struct RoleOfRun {
  std::string arn;
  SourceRef where;
  bool certain = false;
};

struct BothSides {
  std::optional<RoleOfRun> production;
  std::optional<RoleOfRun> lower;

  [[nodiscard]] bool both() const { return production && lower; }

  [[nodiscard]] bool certain() const { return both() && production->certain && lower->certain; }
};

/// What the role is for, by muster.yaml if it has the role, else by its name. One that only reads
/// belongs to nobody.
EnvironmentClass class_of_role(const std::string& arn, const Intent& intent) {
  for (const IntentRole& role : intent.roles) {
    if (role.arn != arn) {
      continue;
    }
    if (role.privilege == Privilege::Read || role.environments.size() != 1) {
      return EnvironmentClass::Unknown;
    }
    if (const auto* environment = intent.environment(role.environments.front())) {
      return environment->kind;
    }
  }
  const std::string name = arn.substr(arn.rfind('/') == std::string::npos ? 0 : arn.rfind('/') + 1);
  for (const char* reading : {"read", "Read", "plan", "Plan", "view", "View"}) {
    if (name.find(reading) != std::string::npos) {
      return EnvironmentClass::Unknown;
    }
  }
  return class_of_name(name);
}

/// Whether the step certainly runs once its job does and nothing fails; nothing when it cannot.
std::optional<bool> runs_certainly(const JobRun& run, const Step& step, const Scope& scope,
                                   const Moment& moment, const Intent& intent) {
  if (!can_run(up_to(run, step), intent, moment)) {
    return std::nullopt;
  }
  if (!run.script->calls_of(&step).empty()) {
    return false;
  }
  if (!step.condition) {
    return true;
  }
  return must_hold(step.condition->value, scope);
}

void note_role(const JobRun& run, const Credential& credential, const Presented& start,
               const Intent& intent, BothSides& sides) {
  const Moment moment = start.moment_on_ref();
  const Scope scope = scope_at(run, credential.step, start, moment, intent);
  const auto certain = runs_certainly(run, *credential.step, scope, moment, intent);
  const Values arn = resolve(credential.role.value, scope);
  if (!certain || arn.only() == nullptr || !arn.only()->starts_with("arn:")) {
    return;
  }
  const EnvironmentClass kind = class_of_role(*arn.only(), intent);
  if (kind == EnvironmentClass::Unknown) {
    return;
  }
  auto& side = kind == EnvironmentClass::Production ? sides.production : sides.lower;
  if (!side || (*certain && !side->certain)) {
    side = RoleOfRun{*arn.only(), credential.where, *certain};
  }
}

/// The start at which both sides are taken, certainly if there is one.
BothSides worst_start(const std::vector<const JobRun*>& runs, const Intent& intent) {
  BothSides worst;
  for (const JobRun* run : runs) {
    const std::vector<Credential>& held = run->recognised->credentials;
    for (const Presented& start : presented(*run, intent)) {
      BothSides sides;
      for (const Credential& credential : held) {
        if (credential.kind == CredentialKind::Oidc && credential.step != nullptr) {
          note_role(*run, credential, start, intent, sides);
        }
      }
      const bool worse = sides.both() && (!worst.both() || (sides.certain() && !worst.certain()));
      if (worse) {
        worst = std::move(sides);
      }
    }
  }
  return worst;
}

bool takes_roles(const JobRun& run) {
  const std::vector<Credential>& held = run.recognised->credentials;
  return std::any_of(held.begin(), held.end(), [](const Credential& credential) {
    return credential.kind == CredentialKind::Oidc;
  });
}

void job_across_environments(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    if (!takes_roles(run)) {
      continue;
    }
    const BothSides sides = worst_start(runs, input.intent());
    if (!sides.both()) {
      out.pass(run.asset(), run.job->id.where);
    } else if (!sides.certain()) {
      out.undecided(run.asset(), sides.lower->where,
                    "whether one run takes both `" + sides.production->arn + "` and `" +
                        sides.lower->arn + "` is up to conditions that only the run knows");
    } else {
      out.fail(run.asset(), sides.lower->where,
               {WitnessKind::Text,
                {{"production", {sides.production->arn}}, {"lower", {sides.lower->arn}}}})
          .arg("job", run.job->id.value)
          .arg("production", sides.production->arn)
          .arg("lower", sides.lower->arn)
          .related(sides.production->where, "where it takes production's role");
    }
  }
}

const Register kJobAcrossEnvironmentsCheck{
    "workflow-job-across-environments", job_across_environments, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
