// `latest` and its like, pushed or deployed: what was tested and what runs tomorrow need not be the
// same image.
#include <algorithm>

#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// The tag of an image reference; empty without one, or with a digest.
std::string tag_of(std::string_view image) {
  if (image.find('@') != std::string_view::npos) {
    return "";
  }
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  const bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return has_tag ? std::string(image.substr(colon + 1)) : "";
}

bool is_mutable(const std::string& tag) {
  return tag == "latest" || tag.ends_with("-latest") || tag.starts_with("latest-");
}

struct Use {
  const Step* step = nullptr;
  SourceRef where;
  std::string image;
  bool deployed = false;
};

void add_use(std::vector<Use>& uses, const Step& step, const SourceRef& where,
             std::string_view image, bool deployed) {
  if (is_mutable(tag_of(image))) {
    uses.push_back({&step, where, std::string(image), deployed});
  }
}

/// `docker push X`, `docker build --push -t X`, `docker buildx build … --push -t X`, `crane copy`,
/// `skopeo copy`.
void add_command(std::vector<Use>& uses, const StepCommand& item) {
  const Command& command = item.command;
  const bool push = command.starts_with("docker push") ||
                    command.starts_with("docker image push") || command.starts_with("podman push");
  const bool build =
      command.starts_with("docker build") || command.starts_with("docker buildx build");
  const bool pushing_build = build && std::find(command.words.begin(), command.words.end(),
                                                "--push") != command.words.end();
  const bool copy = command.starts_with("crane copy") || command.starts_with("skopeo copy") ||
                    command.starts_with("crane tag");
  if (push || copy) {
    for (std::size_t i = 2; i < command.words.size(); ++i) {
      add_use(uses, *item.step, item.where, command.words[i], false);
    }
  }
  for (std::size_t i = 0; pushing_build && i + 1 < command.words.size(); ++i) {
    if (command.words[i] == "-t" || command.words[i] == "--tag") {
      add_use(uses, *item.step, item.where, command.words[i + 1], false);
    }
  }
}

/// `docker/build-push-action` with `push: true`, and the image that a task definition is rendered
/// with.
void add_action(std::vector<Use>& uses, const Step& step) {
  const std::string name = step.uses.value.substr(0, step.uses.value.find('@'));
  const Text* push = step.input("push");
  const Text* tags = step.input("tags");
  if (name == "docker/build-push-action" && tags != nullptr && push != nullptr &&
      push->value != "false") {
    std::string tag;
    for (const char c : tags->value + "\n") {
      if (c == '\n' || c == ',') {
        add_use(uses, step, tags->where, tag, false);
        tag.clear();
      } else if (c != ' ') {
        tag += c;
      }
    }
  }
  const Text* image = step.input("image");
  if (name == "aws-actions/amazon-ecs-render-task-definition" && image != nullptr) {
    add_use(uses, step, image->where, image->value, true);
  }
}

std::vector<Use> mutable_uses(const Job& job) {
  std::vector<Use> uses;
  for (const StepCommand& item : commands(job)) {
    add_command(uses, item);
  }
  for (const Step* step : all_steps(job)) {
    if (step->kind == Step::Kind::Uses) {
      add_action(uses, *step);
    }
  }
  return uses;
}

/// Whether the job handles container images at all.
bool handles_images(const Job& job) {
  const auto runs = commands(job);
  const bool by_command = std::any_of(runs.begin(), runs.end(), [](const StepCommand& item) {
    return item.command.starts_with("docker push") || item.command.starts_with("docker build") ||
           item.command.starts_with("docker buildx build");
  });
  const auto steps = all_steps(job);
  return by_command || std::any_of(steps.begin(), steps.end(), [](const Step* step) {
           return step->uses.value.starts_with("docker/build-push-action@") ||
                  step->uses.value.starts_with("aws-actions/amazon-ecs-render-task-definition@");
         });
}

void image_tag_mutable(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const std::vector<Use> uses = mutable_uses(*run.job);
    for (const Use& use : uses) {
      out.fail(run.asset(), use.where, text_witness("image", use.image))
          .arg("image", use.image)
          .arg("verb", use.deployed ? "deploys" : "pushes")
          .arg("job", run.job->id.value)
          .anchor(use.step->anchor() + ":" + tag_of(use.image))
          .severity(use.deployed ? Severity::High : Severity::Medium);
    }
    if (uses.empty() && handles_images(*run.job)) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kRegister{"workflow-image-tag-mutable", image_tag_mutable, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
