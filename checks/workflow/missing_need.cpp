// A deploy that reads an output which is not there: of a job that it does not need, of a step that
// comes later or does not exist. GitHub puts an empty text in and goes on.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/sources.h"

namespace muster::workflow {
namespace {

/// A name's parts: `needs`, `build`, `outputs`, `tag`.
std::vector<std::string> name_parts(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.emplace_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The index of the step that holds the text; nothing for a text of the job itself.
std::optional<std::size_t> step_of(const std::string& path) {
  constexpr std::string_view kSteps = "$.steps.";
  if (!path.starts_with(kSteps)) {
    return std::nullopt;
  }
  std::size_t index = 0;
  const char* begin = path.data() + kSteps.size();
  std::from_chars(begin, path.data() + path.size(), index);
  return index;
}

bool has_key(const std::optional<text::Node>& mapping, std::string_view key) {
  for (std::size_t i = 0; mapping && mapping->is(text::Type::Mapping) && i < mapping->size(); ++i) {
    if (text::equals_ignoring_case(mapping->key_at(i).text(), key)) {
      return true;
    }
  }
  return false;
}

/// Whether the script writes outputs, each under a name that stands in it, and not this one.
bool surely_lacks(std::string_view script, const std::string& output) {
  const std::string lower = text::lower(script);
  const bool writes = lower.find("github_output") != std::string::npos ||
                      lower.find("::set-output") != std::string::npos;
  if (!writes || lower.find(output) != std::string::npos) {
    return false;
  }
  // A name that is put together at run time, or a program that is told where to write.
  return !text::contains_any(
      lower, {"echo \"$", "echo $", "printf", "${!", "<<", "eval", "python", "node"});
}

/// What is not there of `needs.X…` or `steps.X…`, in words; empty when it may be.
class Looker {
 public:
  Looker(const Workflows& workflows, const Sources& sources, const Workflow& workflow,
         const Job& job)
      : workflows_(workflows), sources_(sources), workflow_(workflow), job_(job) {}

  [[nodiscard]] std::string missing(const std::string& name,
                                    const std::optional<std::size_t>& step) const {
    const auto parts = name_parts(name);
    const bool open = text::one_of("*", parts);
    if (open || parts.size() < 2) {
      return "";
    }
    return parts[0] == "needs"   ? missing_job(parts)
           : parts[0] == "steps" ? missing_step(parts, step)
                                 : "";
  }

 private:
  [[nodiscard]] std::string missing_job(const std::vector<std::string>& parts) const {
    const auto need =
        std::find_if(job_.needs.begin(), job_.needs.end(), [&](const Text& candidate) {
          return text::equals_ignoring_case(candidate.value, parts[1]);
        });
    if (need == job_.needs.end()) {
      return "the job does not need `" + parts[1] + "`";
    }
    const Job* job = workflow_.find_job(need->value);
    const bool output = parts.size() > 3 && parts[2] == "outputs";
    return job != nullptr && output && !gives(*job, parts[3])
               ? "job `" + need->value + "` has no output `" + parts[3] + "`"
               : "";
  }

  /// Whether a job has the output, or may have it.
  [[nodiscard]] bool gives(const Job& job, const std::string& output) const {
    if (!job.calls_workflow()) {
      return find_value(job.outputs, output) != nullptr;
    }
    const std::string& uses = job.uses.value;
    const bool local = uses.starts_with("./") || uses.starts_with("$/");
    const Workflow* called = local ? workflows_.find(uses.substr(2)) : nullptr;
    if (called == nullptr) {
      return true;
    }
    const auto on = called->tree->root().find("on");
    const auto call = on ? on->find("workflow_call") : std::nullopt;
    return has_key(call ? call->find("outputs") : std::nullopt, output);
  }

  [[nodiscard]] std::string missing_step(const std::vector<std::string>& parts,
                                         const std::optional<std::size_t>& at) const {
    for (const Step* step : all_steps(job_)) {
      if (!step->id || !text::equals_ignoring_case(step->id->value, parts[1])) {
        continue;
      }
      if (at && step->index > *at) {
        return "step `" + parts[1] + "` comes later";
      }
      const bool output = parts.size() > 3 && parts[2] == "outputs";
      return output && lacks(*step, parts[3])
                 ? "step `" + parts[1] + "` has no output `" + parts[3] + "`"
                 : "";
    }
    return "no step has the id `" + parts[1] + "`";
  }

  /// Whether a step certainly has no such output.
  [[nodiscard]] bool lacks(const Step& step, const std::string& output) const {
    if (step.kind == Step::Kind::Run) {
      return surely_lacks(step.run.value, output);
    }
    const std::string& uses = step.uses.value;
    if (uses.starts_with("./") || uses.starts_with("$/")) {
      const auto folder = path_in("", uses.substr(2));
      const Action* action = folder ? sources_.action(*folder) : nullptr;
      return action != nullptr && action->is_composite &&
             !has_key(action->tree->root().find("outputs"), output);
    }
    const auto known = recognition_data().root().find("action_outputs");
    const auto outputs = known ? known->find(action_name(step)) : std::nullopt;
    const auto names = outputs ? outputs->texts() : std::vector<std::string>();
    // The ECR login has outputs named after each registry.
    return !names.empty() && !output.starts_with("docker_") && !text::one_of(output, names);
  }

  const Workflows& workflows_;
  const Sources& sources_;
  const Workflow& workflow_;
  const Job& job_;
};

/// Whether the job pushes images, by what its steps are.
bool pushes_images(const JobRun& run) {
  const auto& commands = run.script->commands;
  return std::any_of(commands.begin(), commands.end(),
                     [](const StepCommand& item) {
                       return item.command.starts_with_any(
                           {"docker push", "docker buildx build", "docker buildx imagetools create",
                            "crane copy", "skopeo copy", "aws ecr put-image"});
                     }) ||
         std::any_of(run.script->steps.begin(), run.script->steps.end(),
                     [](const Step* step) { return builds_image(*step); });
}

/// The jobs whose texts matter: those that deploy, push images, or call a workflow.
std::set<const Job*> telling_jobs(const AuditInput& input) {
  std::set<const Job*> jobs;
  for (const auto& runs : input.model<Deployments>().by_job()) {
    jobs.insert(runs.front().run->job);
    for (const auto& [workflow, caller] : runs.front().run->callers) {
      jobs.insert(caller);
    }
  }
  for (const JobRun& run : input.model<JobRuns>().all()) {
    if (pushes_images(run)) {
      jobs.insert(run.job);
      for (const auto& [workflow, caller] : run.callers) {
        jobs.insert(caller);
      }
    }
  }
  return jobs;
}

void judge_job(const AuditInput& input, const Workflow& workflow, const Job& job, Outcomes& out) {
  const Looker looker(input.model<Workflows>(), input.model<Sources>(), workflow, job);
  std::set<std::string> seen;
  for (const ReadingText& reading : reading_texts(node_of(workflow, job), "$")) {
    for (const std::string& name : reading.names) {
      const std::string missing = looker.missing(name, step_of(reading.path));
      if (missing.empty() || !seen.insert(name).second) {
        continue;
      }
      const bool fallback = reading.text.value.find("||") != std::string::npos;
      out.fail(workflow.asset(job), reading.text.where, text_witness("reads", name))
          .arg("job", job.id.value)
          .arg("name", name)
          .arg("missing", missing)
          .severity(fallback ? Severity::Medium : Severity::High)
          .anchor(name);
    }
  }
  if (seen.empty()) {
    out.pass(workflow.asset(job), job.id.where);
  }
}

void missing_need(const AuditInput& input, Outcomes& out) {
  const std::set<const Job*> jobs = telling_jobs(input);
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      if (jobs.contains(&job) || !external_deploy_power(workflow, job).empty()) {
        judge_job(input, workflow, job, out);
      }
    }
  }
}

const Register kMissingNeedCheck{"workflow-missing-need", missing_need, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
