// Reviewers, and whoever else is asked before a job runs.
#include "checks/workflow/path_gates.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {

const char* to_string(GateKind kind) {
  switch (kind) {
    case GateKind::Approval:
      return "approval";
    case GateKind::EnvironmentRule:
      return "environment-rule";
    case GateKind::Ref:
      return "ref";
    case GateKind::Confirmation:
      return "confirmation";
    case GateKind::Conclusion:
      return "conclusion";
    case GateKind::Label:
      return "label";
    case GateKind::NamedActor:
      return "actor";
  }
  return "approval";
}

namespace {

/// Whether nobody would look for reviewers there: a name for development, of which nothing is
/// declared, or no environment at all.
bool is_unguarded(const std::string& name, const Intent& intent) {
  const EnvironmentClass kind = class_of_environment(name, intent);
  const bool lower = is_below_production(kind);
  return name.empty() || (lower && !intent.reviewers(name).has_value());
}

/// Jobs, and steps of theirs, that wait for somebody's answer.
constexpr std::array<std::string_view, 1> kAnswerActions = {"trstringer/manual-approval"};

const Step* answer_step(const Job& job, const Step* before) {
  for (const Step* step : all_steps(job)) {
    if (step == before) {
      return nullptr;
    }
    if (step->kind == Step::Kind::Uses && text::one_of(action_name(*step), kAnswerActions)) {
      return step;
    }
  }
  return nullptr;
}

}  // namespace

namespace {

/// Null when it was not read, or GitHub has none of this name.
const EnvironmentSettings* settings_at(const std::string& name, const Intent& intent) {
  return intent.settings ? intent.settings->environment(name) : nullptr;
}

/// What GitHub lets the reviewers of an environment do, behind that they approve.
std::string approval_remarks(const EnvironmentSettings& settings) {
  return std::string(settings.self_review ? ", who may be the one that started it" : "") +
         (settings.admins_bypass.value_or(false) ? "; administrators may go around it" : "");
}

/// Of an environment of which it is known whether it has reviewers.
std::optional<Gate> known_approval(const std::string& name, bool reviewers, const Intent& intent) {
  const EnvironmentSettings* const settings = settings_at(name, intent);
  if (!reviewers && settings != nullptr && settings->other_rules) {
    return Gate{GateKind::Approval,
                "a rule of environment `" + name + "` lets it, which is not looked at here",
                settings->where,
                "the app behind the rule of environment `" + name + "` keeps such runs out",
                true,
                true};
  }
  if (!reviewers) {
    return std::nullopt;
  }
  const IntentEnvironment* const declared = intent.environment(name);
  return Gate{GateKind::Approval,
              "a reviewer of environment `" + name + "` approves it" +
                  (settings != nullptr ? approval_remarks(*settings) : ""),
              settings != nullptr ? settings->where : declared->where,
              "",
              true,
              false};
}

/// A timer holds nobody back, but there is time to see it.
std::optional<Gate> wait_of(const std::optional<std::string>& name, const Intent& intent) {
  const EnvironmentSettings* const settings = name ? settings_at(*name, intent) : nullptr;
  if (settings == nullptr || settings->wait_minutes == 0) {
    return std::nullopt;
  }
  return Gate{GateKind::EnvironmentRule,
              "environment `" + *name + "` waits " + std::to_string(settings->wait_minutes) +
                  " minutes first",
              settings->where,
              "",
              false,
              false};
}

}  // namespace

std::optional<Gate> approval_of(const std::optional<std::string>& name, const SourceRef& where,
                                const Intent& intent) {
  if (const auto known = name ? intent.reviewers(*name) : std::nullopt) {
    return known_approval(*name, *known, intent);
  }
  if (!name) {
    return Gate{GateKind::Approval,
                "a reviewer of its environment approves it",
                where,
                "which environment it is, and that it has required reviewers",
                true,
                true};
  }
  return Gate{GateKind::Approval,
              "a reviewer of environment `" + *name + "` approves it",
              where,
              "environment `" + *name + "` has required reviewers",
              true,
              true};
}

namespace {

/// Whether the run is a job of the workflow that this job calls, in the same run as the other one.
bool is_within(const JobRun& inner, const JobRun& run, std::size_t calls, const Job& job) {
  return inner.entry == run.entry && inner.callers.size() == calls + 1 &&
         std::equal(run.callers.begin(), run.callers.begin() + static_cast<std::ptrdiff_t>(calls),
                    inner.callers.begin()) &&
         inner.callers[calls].second == &job;
}

/// Reviewers inside a called workflow that must succeed first: of jobs that certainly run in it.
void add_inner_approvals(const CredentialUse& use, std::size_t calls, const Job& job,
                         const AuditInput& input, std::vector<Gate>& gates) {
  for (const JobRun& inner : input.model<JobRuns>().all()) {
    if (!is_within(inner, use.run, calls, job) || !inner.job->environment || inner.job->condition) {
      continue;
    }
    const Values name = environment_at(inner, input.intent(), use.set->moment());
    const std::string* only = name.only();
    auto gate = only != nullptr && !is_unguarded(*only, input.intent())
                    ? approval_of(*only, inner.job->environment->where, input.intent())
                    : std::nullopt;
    if (gate) {
      gates.push_back(std::move(*gate));
    }
  }
}

/// Reviewers of the environment of a job that has to run first.
std::optional<Gate> approval_before(const CredentialUse& use, std::size_t calls, const Job& job,
                                    const Intent& intent) {
  if (!job.environment) {
    return std::nullopt;
  }
  const Scope scope = use.run.outer_scope(intent, job, calls, use.set->moment());
  const Values name = resolve(job.environment->name.value, scope);
  const std::string* only = name.only();
  if (only != nullptr && is_unguarded(*only, intent)) {
    return std::nullopt;
  }
  return approval_of(only != nullptr ? std::optional(*only) : std::nullopt, job.environment->where,
                     intent);
}

}  // namespace

std::vector<Gate> job_gates(const CredentialUse& use, const AuditInput& input) {
  const Intent& intent = input.intent();
  std::vector<Gate> gates;
  const auto add = [&](std::optional<Gate> gate) {
    if (gate) {
      gates.push_back(std::move(*gate));
    }
  };
  const Presented& set = *use.set;
  if (set.tokens.context == oidc::ContextKind::Environment) {
    add(approval_of(set.tokens.environment, set.where, intent));
    add(wait_of(set.tokens.environment, intent));
  }
  const JobRun& run = use.run;
  const Callers levels = run.levels();
  for (std::size_t calls = 0; calls < levels.size(); ++calls) {
    const auto& [workflow, asked] = levels[calls];
    for (const Job* job : job_chain(*workflow, *asked)) {
      const bool own = job == run.job;
      if (const Step* step = answer_step(*job, own ? run.asked : nullptr)) {
        gates.push_back({GateKind::Approval, "somebody answers `" + step->uses.value + "`",
                         step->where, "", true, false});
      }
      if (!own && job != asked && job->calls_workflow()) {
        add_inner_approvals(use, calls, *job, input, gates);
      }
      if (!own) {
        add(approval_before(use, calls, *job, intent));
      }
    }
  }
  return gates;
}

}  // namespace muster::workflow
