#include "checks/workflow/guard.h"

#include <algorithm>

namespace muster::workflow {

bool is_for_failure(const JobRun& run, const Step& step) {
  const auto& around = run.script->calls_of(&step);
  return only_after_failure(step.condition) || only_after_failure(run.job->condition) ||
         std::any_of(
             around.begin(), around.end(),
             [](const ActionCall& call) { return only_after_failure(call.step->condition); }) ||
         std::any_of(run.callers.begin(), run.callers.end(), [](const auto& caller) {
           return only_after_failure(caller.second->condition);
         });
}

}  // namespace muster::workflow
