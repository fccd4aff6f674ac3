// Finds the images that a job pushes or deploys: in commands, and in inputs of actions.
#include <algorithm>

#include "checks/workflow/image_tag.h"

namespace muster::workflow {
namespace {

/// Whether a text of outputs (`type=registry`, `type=image,push=true`) pushes what is built.
bool pushes(std::string_view outputs) {
  return outputs.find("type=registry") != std::string_view::npos ||
         outputs.find("push=true") != std::string_view::npos;
}

/// Whether the command gives its `-t` tags to a registry.
bool pushes_tags(const Command& command) {
  const auto& words = command.words;
  return command.starts_with("docker buildx imagetools create") ||
         (builds_image(command) &&
          std::any_of(words.begin(), words.end(),
                      [](const std::string& word) { return word == "--push" || pushes(word); }));
}

/// `docker push X`, `docker buildx build … --push -t X`, `docker buildx imagetools create -t X`,
/// `crane copy … X`, `skopeo copy … X`, `crane tag … TAG`, `aws ecr put-image … --image-tag TAG`.
void add_command(std::vector<ImageUse>& uses, const StepCommand& item) {
  const Command& command = item.command;
  const auto add = [&](const std::string& image) {
    uses.push_back({item.step, item.where, {image, true}, false});
  };
  const auto& words = command.words;
  if (command.starts_with_any({"docker push", "docker image push", "podman push"})) {
    const std::size_t first = command.starts_with("docker image push") ? 3 : 2;
    for (std::size_t i = first; i < words.size(); ++i) {
      if (!words[i].starts_with('-')) {
        add(words[i]);
      }
    }
  }
  if (command.starts_with_any({"crane copy", "crane cp", "skopeo copy"})) {
    add(words.back());
  }
  if (command.starts_with("crane tag")) {
    add(":" + words.back());
  }
  if (command.starts_with("aws ecr put-image") && !command.option("--image-tag").empty()) {
    add(command.option("--repository-name") + ":" + command.option("--image-tag"));
  }
  if (pushes_tags(command)) {
    const auto tags = tags_given(command);
    std::for_each(tags.begin(), tags.end(), add);
  }
}

/// `docker/build-push-action` with `push: true`, and the image that a task definition is rendered
/// with.
void add_action(std::vector<ImageUse>& uses, const Step& step) {
  const std::string_view name = action_name(step);
  const Text* push = step.input("push");
  const Text* tags = step.input("tags");
  const Text* outputs = step.input("outputs");
  const bool pushed =
      (push != nullptr && push->value != "false") || (outputs != nullptr && pushes(outputs->value));
  if (builds_image(step) && tags != nullptr && pushed) {
    for (const std::string& image : list_items(tags->value)) {
      uses.push_back({&step, tags->where, {image, false}, false});
    }
  }
  const Text* image = step.input("image");
  if (name == "aws-actions/amazon-ecs-render-task-definition" && image != nullptr) {
    uses.push_back({&step, image->where, {image->value, false}, true});
  }
}

}  // namespace

std::string_view repository_of(std::string_view image) {
  const std::size_t tag = tag_of(image).size();
  return image.substr(0, image.size() - (tag == 0 ? 0 : tag + 1));
}

std::vector<std::string> tags_given(const Command& command) {
  std::vector<std::string> tags = command.options("--tag");
  const auto more = command.options("-t");
  tags.insert(tags.end(), more.begin(), more.end());
  return tags;
}

std::vector<std::string> list_items(std::string_view text) {
  std::vector<std::string> items(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool expression = text.substr(at).starts_with("${{");
    const std::size_t close = expression ? text.find("}}", at) : std::string_view::npos;
    if (close != std::string_view::npos) {
      items.back() += text.substr(at, close + 2 - at);
      at = close + 1;
    } else if (text[at] == '\n' || text[at] == ',') {
      items.emplace_back();
    } else if (text[at] != ' ') {
      items.back() += text[at];
    }
  }
  std::erase(items, "");
  return items;
}

bool builds_image(const Command& command) {
  return command.starts_with_any({"docker build", "docker buildx build"});
}

bool builds_image(const Step& step) {
  return action_name(step) == "docker/build-push-action";
}

std::vector<ImageUse> image_uses(const JobRun& run) {
  std::vector<ImageUse> uses;
  for (const StepCommand& item : run.script->commands) {
    add_command(uses, item);
  }
  for (const Step* step : run.script->steps) {
    if (step->kind == Step::Kind::Uses) {
      add_action(uses, *step);
    }
  }
  return uses;
}

TagVerdict worst_tag(const ImageUse& use, const std::vector<const JobRun*>& runs,
                     const Intent& intent) {
  TagVerdict worst;
  for (const JobRun* run : runs) {
    TagVerdict verdict = judge_tag(use.image, run->scope(intent, use.step));
    if (verdict.kind > worst.kind) {
      worst = std::move(verdict);
    }
  }
  return worst;
}

const ImageUse* fixed_beside(const ImageUse& use, const std::vector<ImageUse>& uses,
                             const std::vector<const JobRun*>& runs, const Intent& intent) {
  for (const ImageUse& other : uses) {
    const bool twin = !use.deployed && !other.deployed && !tag_of(other.image.text).empty() &&
                      repository_of(other.image.text) == repository_of(use.image.text);
    if (twin && worst_tag(other, runs, intent).kind == TagVerdict::Kind::Fixed) {
      return &other;
    }
  }
  return nullptr;
}

}  // namespace muster::workflow
