// A deploy after which nothing asks the service whether it works.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/shaped_table.h"
#include "checks/workflow/smoke.h"
#include "checks/workflow/test_worth.h"

namespace muster::workflow {
namespace {

/// The last deploy of something that answers; null for infrastructure alone.
const Deploy* last_service_deploy(const Chain& chain) {
  const Deploy* last = nullptr;
  for (const TimedDeploy* timed : chain.deploys) {
    last = is_infrastructure(timed->deploy) ? last : &timed->deploy;
  }
  return last;
}

/// Whether the part runs only when something has failed already: it asks about a rollback.
bool is_after_failure(const RunParts& all, const ChainPart& part) {
  const JobRun* run = all.graph.jobs()[part.place.job].run;
  return run != nullptr && part.place.step != nullptr && run->is_for_failure(*part.place.step);
}

/// Those behind the deploy, or in the same step: on the host, or in a script that it runs.
std::vector<const ChainPart*> all_after(const RunParts& all, const std::vector<ChainPart>& parts,
                                        const RunPlace& deploy) {
  std::vector<const ChainPart*> found;
  for (const ChainPart& part : parts) {
    if (part.place == deploy ||
        (all.comes_before(deploy, part.place) && !is_after_failure(all, part))) {
      found.push_back(&part);
    }
  }
  return found;
}

/// Whether it has no condition but those of the deploy.
bool runs_like(const RunParts& all, const RunPlace& part, const RunPlace& deploy) {
  if (part == deploy) {
    return true;
  }
  const RunJob& job = all.graph.jobs()[part.job];
  const auto found = job.places.find(part.step);
  return part.job == deploy.job && found != job.places.end() && !part.step->condition &&
         job.steps[found->second].depth == 0;
}

/// The smoke test that runs behind the deploy under the event, or may; null without one.
const ChainPart* smoke_under(const Chain& chain, const RunPlace& deploy, const std::string& event,
                             const std::vector<const ChainPart*>& smokes, Simulator& simulator) {
  const auto found = std::find_if(smokes.begin(), smokes.end(), [&](const ChainPart* smoke) {
    return runs_like(*chain.parts, smoke->place, deploy) ||
           run_together({chain.parts, deploy, {event}}, {smoke->place}, simulator) != false;
  });
  return found == smokes.end() ? nullptr : *found;
}

/// Whether a step asks something by HTTP in another language than the shell's: what it makes of the
/// answer is not read.
bool asks_by_program(const Step& step) {
  static constexpr std::array<std::string_view, 9> kCalls = {
      "urllib",   "requests.",         "http.client",      "httpx", "fetch(", "axios",
      "net/http", "invoke-webrequest", "invoke-restmethod"};
  const ProgramInput program = program_input(step);
  return program.text != nullptr ? text::contains_any(text::lower(program.text->value), kCalls)
                                 : text::contains_any(text::lower(step.run.value), kCalls);
}

/// Why it is not known whether something behind the deploy asks the service; empty when nothing
/// may.
std::string untold(const Chain& chain, const RunPlace& deploy) {
  const RunParts& parts = *chain.parts;
  const auto closed = all_after(parts, parts.closed, deploy);
  if (!closed.empty()) {
    return closed.front()->what;
  }
  const auto& jobs = parts.graph.jobs();
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    for (const Step* step :
         jobs[job].run != nullptr ? jobs[job].run->script->steps : std::vector<const Step*>()) {
      const ChainPart part{{job, step}, {}, ""};
      if (parts.comes_before(deploy, part.place) && !is_after_failure(parts, part) &&
          asks_by_program(*step)) {
        return parts.named(part.place) +
               " asks something by HTTP, in a language that is not followed";
      }
    }
  }
  return chain.deploying->run->entry == nullptr
             ? "no workflow here calls this one, and the caller may do it"
             : "";
}

/// Whether a workflow that starts when this one is over has a smoke test.
bool smoke_in_next_workflow(const Chain& chain, const AuditInput& input) {
  const Workflow* entry = chain.deploying->run->entry;
  if (entry == nullptr) {
    return false;
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    const Trigger* trigger = workflow.find_trigger("workflow_run");
    const bool follows =
        trigger != nullptr &&
        std::any_of(trigger->workflows.begin(), trigger->workflows.end(),
                    [&](const Text& name) { return name.value == entry->display_name(); });
    const auto& jobs = input.model<JobRuns>().in(workflow);
    if (follows && std::any_of(jobs.begin(), jobs.end(), [&](const JobRun* run) {
          return !input.model<SmokeTests>().in(*run).empty();
        })) {
      return true;
    }
  }
  return false;
}

void judge_no_smoke(const Chain& chain, const AuditInput& input, Simulator& simulator,
                    Outcomes& out) {
  const Deploy* deploy = last_service_deploy(chain);
  if (deploy == nullptr || is_rollback_workflow(*chain.deploying->run->workflow)) {
    return;
  }
  const JobRun& run = *chain.deploying->run;
  const RunPlace place{chain.job, deploy->step};
  const auto smokes = all_after(*chain.parts, chain.parts->smokes, place);
  const auto without =
      std::find_if(chain.events.begin(), chain.events.end(), [&](const std::string& event) {
        return smoke_under(chain, place, event, smokes, simulator) == nullptr;
      });
  if (without == chain.events.end()) {
    out.pass(run.asset(), smokes.front()->where);
    return;
  }
  if (smoke_in_next_workflow(chain, input)) {
    out.pass(run.asset(), deploy->where);
    return;
  }
  const std::string unknown = untold(chain, place);
  if (!unknown.empty()) {
    out.undecided(run.asset(), deploy->where,
                  "whether something looks at the service after `" + deploy->verb +
                      "` is not known: " + unknown);
    return;
  }
  auto draft = out.fail(
      run.asset(), deploy->where,
      text_witness("scenario",
                   "the new version answers every request with an error, and the run is green"));
  draft.arg("job", run.job->id.value)
      .arg("verb", deploy->verb)
      .severity(graded(Severity::Medium, chain.deploying->guess.kind));
  if (smokes.empty()) {
    draft.because(
        "add a step behind it: `curl --fail --retry 10 --retry-all-errors --retry-delay 5` of an "
        "address that needs the whole service");
  } else {
    draft.because("`" + smokes.front()->what + "` is skipped whenever it deploys" +
                  (without->empty() ? "" : " on `" + *without + "`"));
    draft.related(smokes.front()->where, "the smoke test that does not run then");
  }
  add_calls(draft, deploy->via);
}

void no_smoke(const AuditInput& input, Outcomes& out) {
  Simulator simulator(input.intent());
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    judge_no_smoke(job.front(), input, simulator, out);
  }
}

const Register kNoSmokeCheck{"workflow-no-smoke", no_smoke, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
