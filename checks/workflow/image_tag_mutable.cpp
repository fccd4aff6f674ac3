// `latest` and its like, pushed or deployed: what was tested and what runs tomorrow need not be the
// same image.
#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>

#include "checks/workflow/deployments.h"
#include "checks/workflow/image_tag.h"

namespace muster::workflow {
namespace {

/// A place that pushes or deploys an image.
struct Use {
  const Step* step = nullptr;
  SourceRef where;
  ImageText image;
  bool deployed = false;
};

bool begins_with_any(const Command& command, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return command.starts_with(prefix); });
}

/// Whether a text of outputs (`type=registry`, `type=image,push=true`) pushes what is built.
bool pushes(std::string_view outputs) {
  return outputs.find("type=registry") != std::string_view::npos ||
         outputs.find("push=true") != std::string_view::npos;
}

/// Whether the command gives its `-t` tags to a registry.
bool pushes_tags(const Command& command) {
  const auto& words = command.words;
  return command.starts_with("docker buildx imagetools create") ||
         (begins_with_any(command, {"docker build", "docker buildx build"}) &&
          std::any_of(words.begin(), words.end(),
                      [](const std::string& word) { return word == "--push" || pushes(word); }));
}

/// `docker push X`, `docker buildx build … --push -t X`, `docker buildx imagetools create -t X`,
/// `crane copy … X`, `skopeo copy … X`, `crane tag … TAG`, `aws ecr put-image … --image-tag TAG`.
void add_command(std::vector<Use>& uses, const StepCommand& item) {
  const Command& command = item.command;
  const auto add = [&](const std::string& image) {
    uses.push_back({item.step, item.where, {image, true}, false});
  };
  const auto& words = command.words;
  if (begins_with_any(command, {"docker push", "docker image push", "podman push"})) {
    const std::size_t first = command.starts_with("docker image push") ? 3 : 2;
    for (std::size_t i = first; i < words.size(); ++i) {
      if (!words[i].starts_with('-')) {
        add(words[i]);
      }
    }
  }
  if (begins_with_any(command, {"crane copy", "crane cp", "skopeo copy"})) {
    add(words.back());
  }
  if (command.starts_with("crane tag")) {
    add(":" + words.back());
  }
  if (command.starts_with("aws ecr put-image") && !command.option("--image-tag").empty()) {
    add(command.option("--repository-name") + ":" + command.option("--image-tag"));
  }
  for (std::size_t i = 0; pushes_tags(command) && i < words.size(); ++i) {
    constexpr std::string_view kTag = "--tag=";
    if (words[i].starts_with(kTag)) {
      add(words[i].substr(kTag.size()));
    } else if ((words[i] == "-t" || words[i] == "--tag") && i + 1 < words.size()) {
      add(words[i + 1]);
    }
  }
}

/// The entries of a list in one text: lines or commas part them, those inside `${{ }}` do not.
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

/// `docker/build-push-action` with `push: true`, and the image that a task definition is rendered
/// with.
void add_action(std::vector<Use>& uses, const Step& step) {
  const std::string name = step.uses.value.substr(0, step.uses.value.find('@'));
  const Text* push = step.input("push");
  const Text* tags = step.input("tags");
  const Text* outputs = step.input("outputs");
  const bool pushed =
      (push != nullptr && push->value != "false") || (outputs != nullptr && pushes(outputs->value));
  if (name == "docker/build-push-action" && tags != nullptr && pushed) {
    for (const std::string& image : list_items(tags->value)) {
      uses.push_back({&step, tags->where, {image, false}, false});
    }
  }
  const Text* image = step.input("image");
  if (name == "aws-actions/amazon-ecs-render-task-definition" && image != nullptr) {
    uses.push_back({&step, image->where, {image->value, false}, true});
  }
}

std::vector<Use> uses_of(const JobRun& run) {
  std::vector<Use> uses;
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

/// Whether the job handles container images at all.
bool handles_images(const JobRun& run) {
  const auto& runs = run.script->commands;
  const bool by_command = std::any_of(runs.begin(), runs.end(), [](const StepCommand& item) {
    return item.command.starts_with("docker push") || item.command.starts_with("docker build") ||
           item.command.starts_with("docker buildx build");
  });
  const auto steps = run.script->steps;
  return by_command || std::any_of(steps.begin(), steps.end(), [](const Step* step) {
           return step->uses.value.starts_with("docker/build-push-action@") ||
                  step->uses.value.starts_with("aws-actions/amazon-ecs-render-task-definition@");
         });
}

/// The worst that the tag can be over all ways in which the job runs.
TagVerdict worst_verdict(const Use& use, const std::vector<const JobRun*>& runs,
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

void report(const JobRun& run, const Use& use, const TagVerdict& verdict, Outcomes& out) {
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
/// is whatever the tag in it, or its newest revision, is at that moment. Nothing when the job has
/// registered the newest revision itself.
std::optional<std::string> unnamed_revision(const JobRun& run, const Deploy& deploy) {
  if (deploy.command == nullptr || deploy.verb != "aws ecs update-service") {
    return std::nullopt;
  }
  const Command& command = deploy.command->command;
  const std::string definition = command.option("--task-definition");
  const bool forced = std::find(command.words.begin(), command.words.end(),
                                "--force-new-deployment") != command.words.end();
  const auto& all = run.script->commands;
  const bool registered = std::any_of(all.begin(), all.end(), [](const StepCommand& item) {
    return item.command.starts_with("aws ecs register-task-definition");
  });
  const bool open = definition.find_first_of("$:") != std::string::npos;
  return forced && !open && !registered ? std::optional(definition) : std::nullopt;
}

/// Reports deploys without a revision; false when there are none.
bool judge_revisions(const std::vector<DeployingRun>& runs, Outcomes& out) {
  const DeployingRun& run = runs.front();
  bool found = false;
  for (const TimedDeploy& timed : run.deploys) {
    const auto definition = unnamed_revision(*run.run, timed.deploy);
    if (!definition) {
      continue;
    }
    const std::string service = timed.deploy.command->command.option("--service");
    const std::string image = definition->empty() ? service : *definition;
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

void image_tag_mutable(const AuditInput& input, Outcomes& out) {
  std::set<const Job*> unnamed;
  for (const auto& runs : input.model<Deployments>().by_job()) {
    if (judge_revisions(runs, out)) {
      unnamed.insert(runs.front().run->job);
    }
  }
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    bool clean = !unnamed.contains(run.job);
    for (const Use& use : uses_of(run)) {
      const TagVerdict verdict = worst_verdict(use, runs, input.intent());
      if (verdict.kind != TagVerdict::Kind::Fixed) {
        report(run, use, verdict, out);
        clean = false;
      }
    }
    if (clean && handles_images(run)) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kImageTagMutableCheck{
    "workflow-image-tag-mutable", image_tag_mutable, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
