// `latest` and its like, pushed or deployed: what was tested and what runs tomorrow need not be the
// same image.
#include <algorithm>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/handed_tags.h"
#include "checks/workflow/image_tag.h"

namespace muster::workflow {
namespace {

/// Whether the job handles container images at all.
bool handles_images(const JobRun& run) {
  const auto& runs = run.script->commands;
  const bool by_command = std::any_of(runs.begin(), runs.end(), [](const StepCommand& item) {
    return builds_image(item.command) || item.command.starts_with("docker push");
  });
  const auto& steps = run.script->steps;
  return by_command || std::any_of(steps.begin(), steps.end(), [](const Step* step) {
           return builds_image(*step) ||
                  step->uses.value.starts_with("aws-actions/amazon-ecs-render-task-definition@");
         });
}

void report(const JobRun& run, const ImageUse& use, const TagVerdict& verdict, Outcomes& out) {
  if (verdict.kind == TagVerdict::Kind::Unknown) {
    out.undecided(run.asset(), use.where,
                  "the tag of `" + use.image.text + "` comes from `" + verdict.missing +
                      "`, which the file does not tell")
        .anchor(use.step->anchor() + ":" + tag_of(use.image.text));
    return;
  }
  out.fail(run.asset(), use.where, text_witness("image", verdict.image))
      .arg("image", verdict.image)
      .arg("verb", use.deployed ? "deploys" : "pushes")
      .arg("moves", "a tag that the next build moves")
      .arg("job", run.job->id.value)
      .anchor(use.step->anchor() + ":" + tag_of(verdict.image))
      .severity(use.deployed ? Severity::High : Severity::Medium);
}

/// The task definition of a deploy that starts new tasks without naming a revision: what then runs
/// is whatever the tag in it, or its newest revision, is at that moment.
std::optional<std::string> unnamed_revision(const Deploy& deploy) {
  if (deploy.command == nullptr || deploy.verb != "aws ecs update-service") {
    return std::nullopt;
  }
  const Command& command = deploy.command->command;
  const std::string definition = command.option("--task-definition");
  const bool forced = text::one_of("--force-new-deployment", command.words);
  const bool open = definition.find_first_of("$:") != std::string::npos;
  return forced && !open ? std::optional(definition) : std::nullopt;
}

/// Reports deploys without a revision; false when there are none. The newest revision of a family
/// is no riddle in a job that registers it; without a family the service keeps the one that it has.
bool judge_revisions(const std::vector<DeployingRun>& runs, Outcomes& out) {
  const DeployingRun& run = runs.front();
  const auto& commands = run.run->script->commands;
  const bool registers_itself =
      std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
        return item.command.starts_with("aws ecs register-task-definition");
      });
  bool found = false;
  for (const TimedDeploy& timed : run.deploys) {
    const auto definition = unnamed_revision(timed.deploy);
    if (!definition || (registers_itself && !definition->empty())) {
      continue;
    }
    // `xargs … --service` gives the name from elsewhere.
    const std::string service = timed.deploy.command->command.option("--service");
    const std::string image = !definition->empty() ? *definition
                              : !service.empty()   ? service
                                                   : "the service";
    auto draft = out.fail(run.run->asset(), timed.deploy.where, text_witness("image", image));
    draft.arg("image", image)
        .arg("verb", "redeploys")
        .arg("moves", "whatever its tag or newest revision is then")
        .arg("job", run.run->job->id.value)
        .anchor(timed.deploy.step->anchor() + ":" + image)
        .severity(graded(Severity::High, run.guess.kind));
    found = true;
  }
  return found;
}

/// What is to be said of the images that a job takes from those before it.
enum class Takes { Nothing, Stays, Told };

Takes judge_handed(const Workflow& workflow, const Job& job, const JobRun* run,
                   const AuditInput& input, Outcomes& out) {
  const std::vector<HandedTag> tags = handed_tags(workflow, job, input);
  if (tags.empty() || tags.front().kind == HandedTag::Kind::Stays) {
    return tags.empty() ? Takes::Nothing : Takes::Stays;
  }
  const HandedTag& worst = tags.front();
  const Asset asset = workflow.asset(job);
  const std::string anchor = "needs." + worst.from->id.value;
  if (worst.kind == HandedTag::Kind::Unknown) {
    out.undecided(asset, worst.where,
                  "whether `" + worst.image + "` is still what job `" + worst.from->id.value +
                      "` pushed is not known: " + worst.because)
        .anchor(anchor);
    return Takes::Told;
  }
  // A test that meets another image is wrong about one; what goes on with it brings it to people.
  const bool only_looks =
      run != nullptr && run->recognised->deploys.empty() && image_uses(*run).empty();
  out.fail(asset, worst.where, text_witness("image", worst.image))
      .arg("image", worst.image)
      .arg("verb", "takes")
      .arg("moves", "a tag of a shortened commit that job `" + worst.from->id.value +
                        "` pushed, and that may name another image by then")
      .arg("job", job.id.value)
      .anchor(anchor)
      .because(worst.because)
      .related(worst.written, "the tag")
      .severity(only_looks ? Severity::Low : Severity::Medium);
  return Takes::Told;
}

/// The jobs that call a workflow with an image.
void judge_calls(const AuditInput& input, Outcomes& out) {
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      if (job.calls_workflow() &&
          judge_handed(workflow, job, nullptr, input, out) == Takes::Stays) {
        out.pass(workflow.asset(job), job.id.where);
      }
    }
  }
}

void image_tag_mutable(const AuditInput& input, Outcomes& out) {
  judge_calls(input, out);
  std::set<const Job*> unnamed;
  for (const auto& runs : input.model<Deployments>().by_job()) {
    if (judge_revisions(runs, out)) {
      unnamed.insert(runs.front().run->job);
    }
  }
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const Takes takes = judge_handed(*run.workflow, *run.job, &run, input, out);
    bool clean = !unnamed.contains(run.job) && takes != Takes::Told;
    const std::vector<ImageUse> uses = image_uses(run);
    for (const ImageUse& use : uses) {
      const TagVerdict verdict = worst_tag(use, runs, input.intent());
      // A second name beside one that stays is a finding of its own (latest_also_pushed.cpp).
      const bool beside = verdict.kind == TagVerdict::Kind::Moves &&
                          fixed_beside(use, uses, runs, input.intent()) != nullptr;
      if (verdict.kind != TagVerdict::Kind::Fixed && !beside) {
        report(run, use, verdict, out);
        clean = false;
      }
    }
    if (clean && (takes == Takes::Stays || handles_images(run))) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kImageTagMutableCheck{
    "workflow-image-tag-mutable", image_tag_mutable, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
