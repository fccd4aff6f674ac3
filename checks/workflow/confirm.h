// Inputs with which somebody who starts a workflow by hand confirms what it does.
#pragma once

#include <string_view>

#include "checks/workflow/deployments.h"

namespace muster::workflow {

/// Whether an input of this name asks for a confirmation: `confirm`, `confirm_deploy`,
/// `are-you-sure`.
[[nodiscard]] bool asks_to_confirm(std::string_view name);

/// Whether the deploying run is one of those whose confirmation is judged: started by hand, to
/// production or to an environment that nothing tells.
[[nodiscard]] bool wants_confirmation(const DeployingRun& run, const Presented& start,
                                      const Intent& intent);

}  // namespace muster::workflow
