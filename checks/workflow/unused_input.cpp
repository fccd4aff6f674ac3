// An input that says what to deploy or where to, and that nothing reads: whoever fills it in is
// told one thing while another one is deployed.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/confirm.h"
#include "checks/workflow/mentions.h"

namespace muster::workflow {
namespace {

/// Parts of names of inputs that decide what is deployed and where to.
bool decides(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kWords = {
      "environment", "env", "stage",    "target",  "version",
      "tag",         "ref", "revision", "confirm", "confirmation"};
  const std::string lower = text::lower(name);
  const auto words = text::split(lower, "-_");
  return std::any_of(words.begin(), words.end(),
                     [](std::string_view word) { return text::one_of(word, kWords); });
}

/// Everything that one workflow and the actions in it read.
struct Readings {
  std::vector<ReadingText> texts;
  /// A script or action reads the event itself, where all inputs stand.
  bool whole_event = false;
};

/// `name` and `run-name` only show an input.
bool only_shows(const ReadingText& text) {
  return text.path == "$.run-name" || text.path == "$.name";
}

bool reads_event(std::string_view script) {
  return text::contains_any(script, {"GITHUB_EVENT_PATH", "payload.inputs", "event.inputs"});
}

Readings readings_of(const Workflow& workflow) {
  Readings found{reading_texts(workflow.tree->root(), "$"), false};
  std::erase_if(found.texts, only_shows);
  for (const Job& job : workflow.jobs) {
    for (const Step* step : all_steps(job)) {
      const Text* script = step->input("script");
      found.whole_event = found.whole_event ||
                          step->run.value.find("GITHUB_EVENT_PATH") != std::string::npos ||
                          (script != nullptr && reads_event(script->value));
    }
  }
  return found;
}

bool reads_name(const Readings& readings, const std::string& name) {
  return readings.whole_event ||
         std::any_of(readings.texts.begin(), readings.texts.end(),
                     [&](const ReadingText& text) { return reads(text.names, name); });
}

/// Whether a called workflow, or an action of the repository, reads the input from the event.
bool read_elsewhere(const JobRuns& jobs, const Workflow& entry, const std::string& event_name) {
  return std::any_of(jobs.all().begin(), jobs.all().end(), [&](const JobRun& run) {
    if (run.entry != &entry) {
      return false;
    }
    const bool called =
        run.workflow != &entry && reads_name(readings_of(*run.workflow), event_name);
    return called ||
           std::any_of(run.script->copies.begin(), run.script->copies.end(), [&](const Step& step) {
             return reads(names_read(step.run.value, false), event_name) ||
                    reads_event(step.run.value);
           });
  });
}

/// Whether the workflow has to do with AWS or deploys, as far as that is known.
bool matters(const JobRuns& jobs, const Workflow& workflow) {
  const bool outside = std::any_of(workflow.jobs.begin(), workflow.jobs.end(),
                                   [](const Job& job) { return job.calls_workflow(); });
  const auto& runs = jobs.in(workflow);
  return outside || std::any_of(runs.begin(), runs.end(), [&](const JobRun* run) {
           return !run->recognised->credentials.empty();
         });
}

/// Whether workflow-confirm-input speaks about the input.
bool is_judged_confirmation(const Deployments& deployments, const Workflow& workflow,
                            const Input& input, const Intent& intent) {
  if (!asks_to_confirm(input.name.value)) {
    return false;
  }
  for (const auto& runs : deployments.by_job()) {
    for (const DeployingRun& run : runs) {
      for (const TimedDeploy& timed : run.deploys) {
        if (run.run->entry == &workflow &&
            std::any_of(timed.starts.begin(), timed.starts.end(), [&](const Presented& start) {
              return wants_confirmation(run, start, intent);
            })) {
          return true;
        }
      }
    }
  }
  return false;
}

void judge_input(const Workflow& workflow, const Input& input, bool called, bool read,
                 Outcomes& out) {
  const std::string anchor = (called ? "call:" : "dispatch:") + input.name.value;
  if (read) {
    out.pass(workflow.asset(), input.name.where).anchor(anchor);
    return;
  }
  out.fail(workflow.asset(), input.name.where, text_witness("input", input.name.value))
      .arg("input", input.name.value)
      .arg("who", called ? "callers pass" : "whoever starts it fills in")
      .anchor(anchor);
}

void unused_input(const AuditInput& input, Outcomes& out) {
  const auto& jobs = input.model<JobRuns>();
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    const bool asks = !workflow.dispatch_inputs.empty() || !workflow.call_inputs.empty();
    if (!asks || !matters(jobs, workflow)) {
      continue;
    }
    const Readings readings = readings_of(workflow);
    for (const Input& one : workflow.dispatch_inputs) {
      const std::string name = text::lower(one.name.value);
      if (decides(name) &&
          !is_judged_confirmation(input.model<Deployments>(), workflow, one, input.intent())) {
        const bool read = reads_name(readings, "inputs." + name) ||
                          reads_name(readings, "github.event.inputs." + name) ||
                          read_elsewhere(jobs, workflow, "github.event.inputs." + name);
        judge_input(workflow, one, false, read, out);
      }
    }
    for (const Input& one : workflow.call_inputs) {
      const std::string name = text::lower(one.name.value);
      if (decides(name)) {
        judge_input(workflow, one, true, reads_name(readings, "inputs." + name), out);
      }
    }
  }
}

const Register kUnusedInputCheck{"workflow-unused-input", unused_input, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
