// Joins the roles with their declaration and with the answers of the trust rules.
#include "checks/iam/pipeline.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/core/model.h"
#include "checks/oidc/ladder.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

/// Issuers whose tokens go to jobs of a pipeline; others (EKS, Google, Vercel) serve workloads or
/// people.
bool is_ci(const oidc::Issuer& issuer) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "github",   "github-legacy", "github-server", "gitlab",   "gitlab-self-managed",
      "circleci", "buildkite",     "terraform",     "bitbucket"};
  return text::one_of(issuer.name, kNames);
}

/// Environments without a pinned branch do not count: who may use them is a setting of the
/// repository.
Reachable reach_of(const oidc::Step& step) {
  if (!step.answer.is_yes()) {
    return Reachable::Meant;
  }
  const bool any_ref = step.rung == oidc::Rung::AnyContext ||
                       step.rung == oidc::Rung::PullRequest || step.rung == oidc::Rung::AnyBranch;
  const bool others = step.exposure == oidc::Exposure::Outsiders ||
                      step.exposure == oidc::Exposure::WholeOwner ||
                      step.exposure == oidc::Exposure::OtherRepositories;
  return others ? Reachable::Outsiders : any_ref ? Reachable::AnyRef : Reachable::Meant;
}

using ReachByRole = std::map<const Role*, Reachable>;

/// Roles with a CI provider in their trust, and who gets in.
ReachByRole ci_roles(const AuditInput& input) {
  ReachByRole found;
  for (const oidc::Trust& trust : input.model<oidc::Trusts>().all()) {
    if (is_ci(trust.issuer())) {
      found.emplace(trust.role, Reachable::Meant);
    }
  }
  for (const oidc::Climb& climb : input.model<oidc::Ladders>().all()) {
    Reachable& worst = found[climb.trust->role];
    for (const oidc::Step& step : climb.steps) {
      worst = std::max(worst, reach_of(step));
    }
  }
  return found;
}

/// Missing texts of its own policies are told by name (`unknown_policies`); here only limits count.
PrincipalLayers limits_of(const Role& role, const AuditInput& input) {
  PrincipalLayers limits = layers_of(role_principal(role), input.model<AccountFacts>());
  limits.identity.clear();
  limits.open.erase(policy::Layer::Identity);
  return limits;
}

EnvironmentClass class_of(const Role& role, const Intent& intent) {
  EnvironmentClass found = EnvironmentClass::Unknown;
  if (role.intent == nullptr) {
    return found;
  }
  const std::vector<std::string>& names = role.intent->environments;
  for (const IntentEnvironment& environment : intent.environments) {
    if (!text::one_of(environment.name, names)) {
      continue;
    }
    // Production wins, whatever else the role is for.
    if (found != EnvironmentClass::Production) {
      found = environment.kind;
    }
  }
  return found;
}

}  // namespace

bool PipelineRole::is_declared_admin() const {
  return role->intent != nullptr && role->intent->privilege == Privilege::Admin;
}

bool PipelineRole::is_declared_reader() const {
  return role->intent != nullptr && role->intent->privilege == Privilege::Read;
}

std::vector<const IdentityPolicy*> PipelineRole::unknown_policies() const {
  std::vector<const IdentityPolicy*> unknown;
  for (const IdentityPolicy& policy : role->identity) {
    if (!policy.policy) {
      unknown.push_back(&policy);
    }
  }
  return unknown;
}

PipelineRole pipeline_role(const Role& role, Reachable reachable, const AuditInput& input) {
  return {&role, class_of(role, input.intent()), reachable, limits_of(role, input), input.now()};
}

PipelineRoles PipelineRoles::build(const AuditInput& input) {
  PipelineRoles result;
  const ReachByRole reach = ci_roles(input);
  for (const Role& role : input.model<Roles>().all()) {
    const auto ci = reach.find(&role);
    const bool of_pipeline = role.intent != nullptr || ci != reach.end();
    const bool judged = !role.proposed || !role.address.empty();
    if (of_pipeline && judged && !role.identity.empty()) {
      result.roles_.push_back(
          pipeline_role(role, ci == reach.end() ? Reachable::Meant : ci->second, input));
    }
  }
  return result;
}

Severity raised(Severity base, Reachable reachable) {
  if (base == Severity::Info) {
    return base;
  }
  const int steps = reachable == Reachable::Outsiders ? 2 : reachable == Reachable::AnyRef ? 1 : 0;
  return static_cast<Severity>(
      std::min(static_cast<int>(base) + steps, static_cast<int>(Severity::Critical)));
}

std::string_view reach_words(Reachable reachable) {
  switch (reachable) {
    case Reachable::Meant:
      return {};
    case Reachable::AnyRef:
      return "raised one step: any branch, or any pull request, of a trusted repository can assume "
             "the "
             "role";
    case Reachable::Outsiders:
      return "raised two steps: repositories that were not meant can assume the role";
  }
  return {};
}

const SourceRef& place_of(const SourceRef& in_policy, const Role& role) {
  return in_policy.source.path().empty() ? role.where : in_policy;
}

std::string label(const IdentityPolicy& policy) {
  return policy.name.empty() ? policy.arn.substr(policy.arn.rfind('/') + 1) : policy.name;
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::PipelineRoles>(const AuditInput&);
