// Inputs with which somebody who starts a workflow by hand confirms what it does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/deployments.h"

namespace muster::workflow {

/// Whether an input of this name asks for a confirmation: `confirm`, `confirm_deploy`,
/// `are-you-sure`.
[[nodiscard]] bool asks_to_confirm(std::string_view name);

/// Whether the deploying run is one of those whose confirmation is judged: started by hand, to
/// production or to an environment that nothing tells.
[[nodiscard]] bool wants_confirmation(const DeployingRun& run, const Presented& start,
                                      const Intent& intent);

/// What an input makes of a wrong word.
enum class Confirmation { None, Unknown, Holds };

struct ConfirmVerdict {
  Confirmation effect = Confirmation::None;
  /// It holds, but `==` of an expression takes the word in any case.
  bool any_case = false;
  /// `Unknown`: what cannot be told.
  std::string reason;
};

/// Whether an input holds back one deploy of a run.
struct ConfirmQuestion {
  const DeployingRun& run;
  const TimedDeploy& deploy;
  const Input& input;
};

/// What the input does about the deploy at all of these starts.
[[nodiscard]] ConfirmVerdict confirm_verdict(const JobRuns& jobs, const ConfirmQuestion& asked,
                                             const std::vector<const Presented*>& starts,
                                             const Intent& intent);

struct ConfirmedBy {
  Confirmation effect = Confirmation::None;
  /// Null when no input asks for a confirmation.
  const Input* input = nullptr;
  /// `Unknown`: what cannot be told.
  std::string reason;
};

/// The input that best holds back a start by hand, with what it does about the weakest of the
/// run's deploys.
[[nodiscard]] ConfirmedBy confirmed_by(const JobRuns& jobs, const DeployingRun& run,
                                       const Presented& start, const Intent& intent);

}  // namespace muster::workflow
