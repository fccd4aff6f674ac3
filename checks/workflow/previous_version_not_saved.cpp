// A deploy of a kind that goes back by name, and nothing before it reads which version runs.
#include <algorithm>

#include "checks/workflow/chain.h"

namespace muster::workflow {
namespace {

/// Commands that tell which version runs, for one kind of deploy; empty for kinds that know it
/// themselves.
std::vector<std::string> readers_for(const std::string& kind) {
  const auto saves = recognition_data().root().find("saves");
  return saves ? saves->texts_under(kind) : std::vector<std::string>();
}

/// The first command before the deploy that reads the running version.
const StepCommand* reader_before(const Chain& chain, const Deploy& deploy) {
  const RunParts& parts = *chain.parts;
  const std::vector<std::string> readers = readers_for(deploy.kind);
  const RunPlace place{chain.job, deploy.step};
  for (std::size_t job = 0; job < parts.graph.jobs().size(); ++job) {
    const JobRun* run = parts.graph.jobs()[job].run;
    for (std::size_t i = 0; run != nullptr && i < run->script->commands.size(); ++i) {
      const StepCommand& item = run->script->commands[i];
      const RunPlace here{job, item.step};
      const bool same = here == place && deploy.command != nullptr && &item < deploy.command;
      if ((same || parts.comes_before(here, place)) &&
          std::any_of(readers.begin(), readers.end(), [&](const std::string& reader) {
            return item.command.starts_with(reader);
          })) {
        return &item;
      }
    }
  }
  return nullptr;
}

void judge_saved(const Chain& chain, const Deploy& deploy, Outcomes& out) {
  const JobRun& run = *chain.deploying->run;
  if (const StepCommand* reader = reader_before(chain, deploy)) {
    out.pass(run.asset(), reader->where);
    return;
  }
  const RunPlace place{chain.job, deploy.step};
  for (const ChainPart& part : chain.parts->closed) {
    if (chain.parts->comes_before(part.place, place)) {
      out.undecided(run.asset(), deploy.where,
                    "whether something saves the running version before `" + deploy.verb +
                        "` is not known: " + part.what);
      return;
    }
  }
  out.fail(run.asset(), deploy.where,
           text_witness("scenario",
                        "the new version is broken, and nobody wrote down what ran before"))
      .arg("job", run.job->id.value)
      .arg("verb", deploy.verb)
      .severity(graded(Severity::Low, chain.deploying->guess.kind))
      .because("run `" + readers_for(deploy.kind).front() +
               "` before it, and keep the answer as an output");
}

void previous_version_not_saved(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const auto found = std::find_if(
        chain.deploys.begin(), chain.deploys.end(),
        [](const TimedDeploy* timed) { return !readers_for(timed->deploy.kind).empty(); });
    if (found != chain.deploys.end() && !is_rollback_workflow(*chain.deploying->run->workflow)) {
      judge_saved(chain, (*found)->deploy, out);
    }
  }
}

const Register kPreviousVersionNotSavedCheck{
    "workflow-previous-version-not-saved", previous_version_not_saved, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
