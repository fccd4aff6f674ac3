// A task definition that is rendered with the new image and then not deployed: the action writes a
// file of its own and leaves the one that it was given as it was.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/mentions.h"

namespace muster::workflow {
namespace {

constexpr std::string_view kRender = "aws-actions/amazon-ecs-render-task-definition";

/// The first deploy of ECS behind the step; null without one.
const Deploy* ecs_deploy_behind(const DeployingRun& run, const Step& step) {
  for (const TimedDeploy& timed : run.deploys) {
    if (timed.deploy.kind == "ecs" && timed.deploy.step->index > step.index) {
      return &timed.deploy;
    }
  }
  return nullptr;
}

/// Whether the text belongs to a step that only keeps files for people.
bool is_kept_only(const Job& job, const ReadingText& text) {
  for (std::size_t i = 0; i < job.steps.size(); ++i) {
    if (text.path.starts_with("$.steps." + std::to_string(i) + ".")) {
      return action_name(job.steps[i]) == "actions/upload-artifact";
    }
  }
  return false;
}

/// Whether something in the job deploys, or may deploy, what the step has rendered.
bool is_read(const DeployingRun& run, const Step& render) {
  const Workflow& workflow = *run.run->workflow;
  if (!render.id) {
    return false;
  }
  const std::string name = "steps." + text::lower(render.id->value) + ".outputs.task-definition";
  const auto texts = reading_texts(node_of(workflow, *run.run->job), "$");
  return std::any_of(texts.begin(), texts.end(), [&](const ReadingText& text) {
    return reads(text.names, name) && !is_kept_only(*run.run->job, text);
  });
}

/// What the deploy takes instead.
std::string taken_instead(const Deploy& deploy) {
  const Text* input = deploy.step->input("task-definition");
  if (input != nullptr) {
    return input->value;
  }
  const std::string option =
      deploy.command != nullptr ? deploy.command->command.option("--task-definition") : "";
  return option.empty() ? deploy.verb : option;
}

void rendered_definition_ignored(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const DeployingRun& run = runs.front();
    for (const Step& step : run.run->job->steps) {
      const Deploy* deploy = action_name(step) == kRender ? ecs_deploy_behind(run, step) : nullptr;
      if (deploy == nullptr) {
        continue;
      }
      const Asset asset = run.run->asset();
      if (is_read(run, step)) {
        out.pass(asset, step.uses.where).anchor(step.anchor());
        continue;
      }
      auto draft =
          out.fail(asset, step.uses.where, text_witness("deploys", taken_instead(*deploy)));
      draft.arg("job", run.run->job->id.value)
          .arg("taken", taken_instead(*deploy))
          .anchor(step.anchor())
          .related(deploy->where, "what is deployed");
      if (!step.id) {
        draft.because("the rendering step has no `id`, so nothing can read it");
      }
    }
  }
}

const Register kRenderedDefinitionIgnoredCheck{
    "workflow-rendered-definition-ignored", rendered_definition_ignored, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
