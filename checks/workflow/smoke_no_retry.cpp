// A smoke test that asks once: a service that needs ten more seconds is taken for a broken one.
#include <algorithm>
#include <array>

#include "checks/workflow/chain.h"
#include "checks/workflow/shell_wrap.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

/// Whether the step tries more than once: an option of the request, a loop, an action around it.
bool tries_again(const Step& step, const StepCommand& request) {
  static constexpr std::array<std::string_view, 4> kLoops = {"while ", "until ", "for ", "retry"};
  const auto& words = request.command.words;
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.starts_with("--retry"); }) ||
         std::any_of(kLoops.begin(), kLoops.end(), [&](std::string_view loop) {
           return step.run.value.find(loop) != std::string::npos;
         });
}

struct Requests {
  const StepCommand* once = nullptr;
  bool again = false;
};

/// The requests with `curl` behind the deploy. Other programs have retries of their own.
Requests requests_behind(const Chain& chain) {
  Requests found;
  const RunPlace deploy = chain.place(*chain.deploys.back());
  for (const ChainPart& part : chain.parts->smokes) {
    const JobRun* run = chain.parts->graph.jobs()[part.place.job].run;
    if (run == nullptr || part.place.step == nullptr ||
        !chain.parts->comes_before(deploy, part.place) || run->is_for_failure(*part.place.step)) {
      continue;
    }
    for (const StepCommand& item : run->script->commands) {
      if (item.step != part.place.step || !is_smoke(item.command.words, item.command.remote)) {
        continue;
      }
      const bool curl = program_name(item.command.words[0]) == "curl";
      const bool again = !curl || !item.via.empty() || tries_again(*item.step, item);
      found.again = found.again || again;
      found.once = found.once == nullptr && !again ? &item : found.once;
    }
  }
  return found;
}

void smoke_no_retry(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const Requests found = requests_behind(chain);
    const JobRun& run = *chain.deploying->run;
    if (found.again) {
      out.pass(run.asset(), run.job->id.where);
    } else if (found.once != nullptr) {
      out.fail(run.asset(), found.once->where,
               text_witness("scenario", "the first request meets a task that is still starting"))
          .arg("job", run.job->id.value)
          .because(
              "write `curl --fail --retry 10 --retry-delay 5 --retry-all-errors`; a `sleep` in "
              "front is no second try")
          .severity(graded(Severity::Low, chain.deploying->guess.kind))
          .related(chain.deploys.back()->deploy.where, "the deployment that it looks at");
    }
  }
}

const Register kSmokeNoRetryCheck{
    "workflow-smoke-no-retry", smoke_no_retry, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
