// The deploying jobs of the audit, worked out once for all rules about them: what each deploys
// with, when, and what the environment behind it is for.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/presented.h"

namespace muster::workflow {

/// A deploy with the events under which its step runs.
struct TimedDeploy {
  Deploy deploy;
  std::vector<Presented> starts;
};

/// One way in which a deploying job runs.
struct DeployingRun {
  const JobRun* run = nullptr;
  EnvironmentGuess guess;
  /// At least one, in order.
  std::vector<TimedDeploy> deploys;
};

class Deployments {
 public:
  [[nodiscard]] static Deployments build(const AuditInput& input);

  /// The deploying runs of each job together; jobs in document order. Those for lower environments
  /// come behind the others: what is said of a job is graded by its first.
  [[nodiscard]] const std::vector<std::vector<DeployingRun>>& by_job() const { return by_job_; }

 private:
  std::vector<std::vector<DeployingRun>> by_job_;
};

/// What the environment is for that the run deploys to under this event.
[[nodiscard]] EnvironmentClass class_at(const DeployingRun& run, const Presented& start,
                                        const Intent& intent);

/// The class of an environment by its name: what muster.yaml says, else what the name suggests.
[[nodiscard]] EnvironmentClass class_of_environment(const std::string& name, const Intent& intent);

/// The class of the environments that muster.yaml gives the role of this ARN: production if it has
/// several and one is production.
[[nodiscard]] EnvironmentClass declared_class(const std::string& arn, const Intent& intent);

/// Whether GitHub has, or muster.yaml declares, required reviewers for the environment of these
/// tokens.
[[nodiscard]] bool has_reviewers(const Presented& start, const Intent& intent);

/// Whether GitHub says that the environment of these tokens has no rule at all: no reviewers, no
/// limit of branches, no app that is asked.
[[nodiscard]] bool lacks_protection(const Presented& start, const Intent& intent);

/// One level lower for an environment that is not production's: `Medium` becomes `Low`.
[[nodiscard]] Severity graded(Severity severity, EnvironmentClass kind);

/// The calls that lead to a command, on a finding about it.
void add_calls(OutcomeDraft& draft, const std::vector<SourceRef>& via);
/// The deploy and the calls that lead to it, on a finding about something else.
void add_path(OutcomeDraft& draft, const Deploy& deploy);

/// Whether it changes infrastructure alone: nothing answers there, and no version of a service goes
/// back with it.
[[nodiscard]] bool is_infrastructure(const Deploy& deploy);

/// The input of a manual start that names the version to deploy, by the table; null without one.
[[nodiscard]] const Input* version_input(const Workflow& workflow);

/// What a job hands to a workflow of another repository that deploys, by the name of its file or of
/// the job: `all secrets`, `secrets`, `` `id-token: write` ``. Empty when it hands nothing, or
/// calls none.
[[nodiscard]] std::string external_deploy_power(const Workflow& workflow, const Job& job);

/// Whether a `uses` names a commit or a digest.
[[nodiscard]] bool is_pinned_use(std::string_view uses);

/// A release by its numbers. What is left out is -1: a tag that moves.
using Release = std::array<int, 3>;

/// The release that a `uses` names, as written: its ref, or for a commit the comment behind it
/// (`# v4.3.1`). Empty for a commit without one.
[[nodiscard]] std::string release_text(const Step& step, const Workflow& workflow);

/// `v4`, `v2.6.1`, `2.6.1`; behind a `v`, other text may follow the numbers. Nothing for another
/// text.
[[nodiscard]] std::optional<Release> release_numbers(std::string_view text);

/// The dated table of signs, `rules/data/workflow-recognition.json`. Lives as long as the program.
[[nodiscard]] const text::Tree& recognition_data();

/// Words under a key of an object: of its list, or its one text.
[[nodiscard]] std::vector<std::string> words_under(const text::Node& node, std::string_view key);

/// Whether a step's text is the word `true`, is not, or may be (nothing): resolved in its scope.
[[nodiscard]] std::optional<bool> is_set(const Text* text, const Scope& scope);

}  // namespace muster::workflow
