// Which OIDC tokens a job will present: its repository, and for each event that starts it the
// context of the subject and the refs. Source of the table: docs/workflows.md.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/token_set.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// The tokens of one job under one event.
struct Presented {
  /// Never fewer tokens than the job can have. Perhaps more: the globs of filters are not those of
  /// IAM, and a condition can ask what no glob says. `received.h` tells them apart.
  oidc::TokenSet tokens;
  /// Globs of refs that none of them has.
  std::vector<std::string> never;
  std::string event;
  /// What the run has of an input's options and of a matrix.
  Choices choices;
  /// The entry of `on` that the event is.
  const Trigger* trigger = nullptr;
  /// Where the event (or the environment) stands.
  SourceRef where;

  /// Such a start on any ref.
  [[nodiscard]] Moment moment(bool stranger = false) const {
    return {event, "", choices, stranger};
  }

  /// Such a start on its ref, when there is only one that it can have.
  [[nodiscard]] Moment moment_on_ref() const;
};

/// All tokens that the run can present. Empty when nothing starts it: the workflow is disabled, or
/// only callable and not called, or its conditions never hold. A job `environment` wins over the
/// event; one that cannot be resolved stands for any environment.
[[nodiscard]] std::vector<Presented> presented(const JobRun& run, const Intent& intent);

/// Names inside a step (null: of the job) at such a start, in its environment; `moment`: that of
/// the start, on its ref or on another one.
[[nodiscard]] Scope scope_at(const JobRun& run, const Step* step, const Presented& start,
                             const Moment& moment, const Intent& intent);

/// The filter of the event that lets this ref through, when it says what a glob cannot (`[0-9]+`,
/// `!old`); empty otherwise.
[[nodiscard]] std::string unsaid_filter(const Presented& set);

/// The subject that a set of tokens carries, in its classic form, for people:
/// `repo:acme/shop:environment:prod`.
[[nodiscard]] std::string subject_of(const oidc::TokenSet& tokens);

}  // namespace muster::workflow
