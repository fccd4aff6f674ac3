// One role for production and for what is not: whoever may deploy to the lower environment holds
// production's permissions.
#include <algorithm>
#include <map>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Where a role is taken for one class of environments.
struct Taken {
  const DeployingRun* run = nullptr;
  SourceRef where;
  std::string environment;
};

struct RoleUse {
  std::optional<Taken> production;
  std::optional<Taken> lower;
};

/// What the class of the run at this start is read off, for people.
std::string environment_in_words(const DeployingRun& run, const Presented& start) {
  const auto& name = start.tokens.environment;
  return name && !name->empty() ? "environment " + *name : run.guess.from;
}

void note_use(const DeployingRun& run, const Presented& start, const Credential& credential,
              const Intent& intent, std::map<std::string, RoleUse>& roles) {
  const EnvironmentClass kind = class_at(run, start, intent);
  if (credential.kind != CredentialKind::Oidc || kind == EnvironmentClass::Unknown) {
    return;
  }
  const Scope scope = scope_at(*run.run, credential.step, start, start.moment_on_ref(), intent);
  const Values arn = resolve(credential.role.value, scope);
  if (arn.only() == nullptr || !arn.only()->starts_with("arn:")) {
    return;
  }
  RoleUse& use = roles[*arn.only()];
  auto& taken = kind == EnvironmentClass::Production ? use.production : use.lower;
  if (!taken) {
    taken = Taken{&run, credential.where, environment_in_words(run, start)};
  }
}

std::map<std::string, RoleUse> roles_of(const AuditInput& input) {
  std::map<std::string, RoleUse> roles;
  for (const auto& runs : input.model<Deployments>().by_job()) {
    for (const DeployingRun& run : runs) {
      for (const Credential& credential : run.run->recognised->credentials) {
        for (const Presented& start : run.deploys.front().starts) {
          note_use(run, start, credential, input.intent(), roles);
        }
      }
    }
  }
  return roles;
}

void role_across_environments(const AuditInput& input, Outcomes& out) {
  for (const auto& [role, use] : roles_of(input)) {
    const Taken& shown = use.lower ? *use.lower : *use.production;
    const JobRun& run = *shown.run->run;
    if (!use.lower || !use.production) {
      out.pass(run.asset(), shown.where).anchor(role);
      continue;
    }
    out.fail(run.asset(), shown.where, text_witness("role", role))
        .arg("job", run.job->id.value)
        .arg("name", role)
        .arg("lower", use.lower->environment)
        .arg("production", use.production->environment)
        .related(use.production->where, "where production takes it")
        .anchor(role);
  }
}

const Register kRoleAcrossEnvironmentsCheck{
    "workflow-role-across-environments", role_across_environments, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
