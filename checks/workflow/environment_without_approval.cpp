// A production environment into which one person deploys alone, by what GitHub says of it.
// Reviewers decide, as long as nobody approves a run of his own; without reviewers the refs that it
// takes do: each must need a second person. An app that is asked may be one, which is not known
// here. Source: GitHub Docs, "Deployments and environments"; "Managing environments for
// deployment".
#include <optional>
#include <string>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// What lets one person through, or why that is not known; nothing of either when a second one is
/// needed.
struct Loneliness {
  std::string problem;
  Severity severity = Severity::High;
  std::string doubt;
};

/// By the refs of an environment without reviewers.
Loneliness by_refs(const EnvironmentSettings& environment, const RepositorySettings& settings) {
  if (environment.refs == EnvironmentRefs::Any) {
    return {"has no reviewers and takes any branch", Severity::High, ""};
  }
  if (environment.refs == EnvironmentRefs::Protected || !environment.branches) {
    return {
        "", Severity::High,
        "it has no reviewers, and which branches it takes, and who gets commits onto them, is not "
        "known"};
  }
  Loneliness found;
  const auto ask = [&](const std::string& ref) {
    const RefGuard guard = settings.guard_of(ref).guard;
    if (guard == RefGuard::Open && found.problem.empty()) {
      found.problem = "has no reviewers and takes `" + ref + "`, which one person changes alone";
    } else if (guard == RefGuard::Unknown) {
      found.doubt =
          "it has no reviewers, and it is not known whether one person changes `" + ref + "` alone";
    }
  };
  for (const std::string& branch : *environment.branches) {
    ask("refs/heads/" + branch);
  }
  for (const std::string& tag : environment.tags) {
    ask("refs/tags/" + tag);
  }
  return found;
}

Loneliness loneliness_of(const EnvironmentSettings& environment,
                         const RepositorySettings& settings) {
  if (!environment.reviewers) {
    return {"", Severity::High, "what rules it has was not read"};
  }
  if (*environment.reviewers) {
    return environment.self_review
               ? Loneliness{"lets a reviewer approve the run that he started", Severity::Medium, ""}
               : Loneliness{};
  }
  Loneliness found = by_refs(environment, settings);
  if (environment.other_rules && (!found.problem.empty() || !found.doubt.empty())) {
    return {"", Severity::High, "it has no reviewers, and a rule that is not looked at here"};
  }
  return found;
}

void environment_without_approval(const AuditInput& input, Outcomes& out) {
  const Intent& intent = input.intent();
  if (!intent.settings || !intent.settings->environments) {
    return;
  }
  for (const EnvironmentSettings& one : *intent.settings->environments) {
    if (class_of_environment(one.name, intent) != EnvironmentClass::Production) {
      continue;
    }
    const Asset asset{"environment", intent.settings->name + "/" + one.name};
    const Loneliness found = loneliness_of(one, *intent.settings);
    if (!found.problem.empty()) {
      out.fail(asset, one.where, text_witness("environment", one.name))
          .arg("environment", one.name)
          .arg("problem", found.problem)
          .severity(found.severity)
          .environment(one.name);
    } else if (!found.doubt.empty()) {
      out.undecided(asset, one.where, found.doubt).environment(one.name);
    } else {
      out.pass(asset, one.where).environment(one.name);
    }
  }
}

const Register kEnvironmentWithoutApprovalCheck{
    "workflow-environment-without-approval", environment_without_approval, {}};

}  // namespace
}  // namespace muster::workflow
