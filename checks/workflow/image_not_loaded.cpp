// An image that Buildx builds in a container and hands to nobody, and that a later step of the job
// starts by its tag: what starts is an older image of that name from the registry, or nothing. A
// builder of `docker/setup-buildx-action` or `docker buildx create --use` does not load what it
// builds, unless the build says `load`, pushes it, or exports to `docker`. Source: Docker Docs,
// "Build drivers" (loading to the local image store), "GitHub Actions", `docker/build-push-action`.
#include <algorithm>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/spelled.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

/// Where an image is after its build.
enum class Kept { Nowhere, Unknown, Somewhere };

/// A build of one step, with its tags spelled out.
struct BuiltTags {
  const Step* step = nullptr;
  SourceRef where;
  std::string what;
  std::set<std::string> tags;
  Kept kept = Kept::Somewhere;
};

std::string whole_reference(const std::string& image) {
  return tag_of(image).empty() ? image + ":latest" : image;
}

/// Whether nothing in it is the shell's: expressions say the same everywhere in a job.
bool is_written_out(std::string_view image) {
  for (std::size_t at = image.find('$'); at != std::string_view::npos;
       at = image.find('$', at + 1)) {
    if (!image.substr(at).starts_with("${{")) {
      return false;
    }
  }
  return true;
}

/// What a switch does: on, the image is kept.
Kept kept_by(std::optional<bool> one) {
  return !one ? Kept::Unknown : *one ? Kept::Somewhere : Kept::Nowhere;
}

/// What an exporter does: `type=docker`, `type=registry`, `type=image,push=true` keep the image.
Kept kept_by_outputs(std::string_view outputs) {
  const bool open = outputs.find('$') != std::string_view::npos;
  const bool keeps = text::contains_any(outputs, {"type=docker", "type=registry", "push=true"});
  return open ? Kept::Unknown : keeps ? Kept::Somewhere : Kept::Nowhere;
}

/// A start of an image that Buildx has built in the same job.
struct ImageStart {
  const StepCommand* command = nullptr;
  /// The build that does most to keep it.
  SourceRef built_at;
  std::string built_by;
  Kept kept = Kept::Nowhere;
};

/// One job under one event.
class BuildxJob {
 public:
  BuildxJob(const JobRun& run, const Intent& intent, Moment moment)
      : run_(run), intent_(intent), moment_(std::move(moment)) {
    read();
  }

  /// In order.
  [[nodiscard]] const std::vector<ImageStart>& starts() const { return starts_; }

 private:
  void read();
  void read_action(const Step& step);
  void read_command(const StepCommand& item);
  void add_use(const StepCommand& item);
  [[nodiscard]] std::set<std::string> tags_of(const StepCommand& item) const;

  const JobRun& run_;
  const Intent& intent_;
  Moment moment_;
  /// A builder that does not load; `Unknown` when its settings are not known.
  Kept builder_ = Kept::Somewhere;
  /// `docker build` uses it too.
  bool installed_ = false;
  /// Images come from elsewhere too: `docker load`.
  bool others_ = false;
  /// Something ran that cannot be read.
  bool unread_ = false;
  std::vector<BuiltTags> builds_;
  std::vector<ImageStart> starts_;
};

void BuildxJob::read_action(const Step& step) {
  const Scope scope = run_.scope(intent_, &step, moment_);
  const auto flag = [&](std::string_view name) { return is_set(step.input(name), scope); };
  const std::string_view action = action_name(step);
  if (action == "docker/setup-buildx-action") {
    const Text* driver = step.input("driver");
    const Text* options = step.input("driver-opts");
    const bool loads =
        options != nullptr && options->value.find("default-load") != std::string::npos;
    const bool open = driver != nullptr && driver->value.find('$') != std::string::npos;
    const bool unused = step.input("use") != nullptr && flag("use") != true;
    const bool local = loads || unused || (driver != nullptr && driver->value == "docker");
    builder_ = local ? Kept::Somewhere : open ? Kept::Unknown : Kept::Nowhere;
    installed_ = flag("install") == true;
    return;
  }
  if (!builds_image(step)) {
    others_ = others_ || step.uses.value.starts_with("docker/bake-action") ||
              action.find("load") != std::string_view::npos;
    return;
  }
  BuiltTags built{&step, step.uses.where, std::string(action), {}, builder_};
  const Text* tags = step.input("tags");
  const std::string list = tags != nullptr ? spelled(tags->value, scope) : "";
  for (const std::string& tag : list_items(list)) {
    built.tags.insert(whole_reference(tag));
  }
  const Text* outputs = step.input("outputs");
  const bool own_builder = step.input("builder") != nullptr;
  built.kept = std::max({built.kept, kept_by(flag("load")), kept_by(flag("push")),
                         outputs != nullptr ? kept_by_outputs(outputs->value) : Kept::Nowhere,
                         step.uses.value.ends_with("@v1") ? Kept::Somewhere : Kept::Nowhere,
                         own_builder ? Kept::Unknown : Kept::Nowhere});
  builds_.push_back(std::move(built));
}

std::set<std::string> BuildxJob::tags_of(const StepCommand& item) const {
  std::set<std::string> tags;
  const Scope scope = run_.scope(intent_, item.step, moment_);
  for (const std::string& tag : tags_given(item.command)) {
    tags.insert(whole_reference(spelled_word(tag, scope)));
  }
  return tags;
}

void BuildxJob::add_use(const StepCommand& item) {
  const Scope scope = run_.scope(intent_, item.step, moment_);
  ImageStart start{&item, {}, {}, Kept::Nowhere};
  for (const std::string& word : item.command.words) {
    const std::string image = whole_reference(spelled_word(word, scope));
    for (const BuiltTags& built : builds_) {
      const bool named = is_written_out(image) && built.tags.contains(image);
      if (named && (start.built_by.empty() || built.kept > start.kept)) {
        start = {&item, built.where, built.what, built.kept};
      }
    }
  }
  if (!start.built_by.empty()) {
    start.kept = others_   ? Kept::Somewhere
                 : unread_ ? std::max(start.kept, Kept::Unknown)
                           : start.kept;
    starts_.push_back(std::move(start));
  }
}

void BuildxJob::read_command(const StepCommand& item) {
  const Command& command = item.command;
  if (command.remote) {
    return;
  }
  if (command.starts_with("docker buildx create")) {
    const bool used = text::one_of("--use", command.words);
    const bool local = command.option("--driver") == "docker" ||
                       text::joined(command.words).find("default-load") != std::string::npos;
    builder_ = !used ? builder_ : local ? Kept::Somewhere : Kept::Nowhere;
  } else if (command.starts_with("docker buildx use")) {
    builder_ = Kept::Unknown;
  } else if (builds_image(command)) {
    const bool buildx = installed_ || command.starts_with("docker buildx");
    const auto& words = command.words;
    const std::string exporter = command.option("--output") + command.option("-o");
    BuiltTags built{item.step, item.where, buildx ? "docker buildx build" : "docker build",
                    tags_of(item), buildx ? builder_ : Kept::Somewhere};
    built.kept = std::max({built.kept, kept_by(text::one_of("--load", words)),
                           kept_by(text::one_of("--push", words)), kept_by_outputs(exporter),
                           command.option("--builder").empty() ? Kept::Nowhere : Kept::Unknown});
    builds_.push_back(std::move(built));
  } else if (command.starts_with_any({"docker run", "docker create"})) {
    add_use(item);
  } else if (command.starts_with_any({"docker load", "docker image load", "docker pull",
                                      "docker tag", "docker import", "docker compose",
                                      "docker-compose", "docker buildx bake"})) {
    others_ = true;
  }
}

void BuildxJob::read() {
  for (const Step* step : run_.script->steps) {
    if (!can_run(up_to(run_, *step), intent_, moment_)) {
      continue;
    }
    if (step->kind == Step::Kind::Uses) {
      read_action(*step);
    }
    for (const StepCommand& item : run_.script->commands_of(*step)) {
      read_command(item);
    }
    unread_ = unread_ || std::ranges::any_of(run_.script->open, [&](const OpenRun& open) {
                return open.step == step && !open.remote;
              });
  }
}

void report_start(const JobRun& run, const ImageStart& worst, Outcomes& out) {
  const SourceRef& where = worst.command->where;
  const std::string started = text::shortened(text::joined(worst.command->command.words), 60);
  if (worst.kept == Kept::Somewhere) {
    out.pass(run.asset(), where);
  } else if (worst.kept == Kept::Unknown) {
    out.undecided(run.asset(), where,
                  "whether the image that `" + started +
                      "` starts is loaded is not known: settings of the build are open, or "
                      "something before it cannot be read");
  } else {
    out.fail(run.asset(), where,
             text_witness("scenario", "the image is only in the cache of the builder; `" + started +
                                          "` asks the registry for that name"))
        .arg("job", run.job->id.value)
        .arg("command", started)
        .arg("build", worst.built_by)
        .related(worst.built_at, "the build that is not loaded");
  }
}

/// The events that start the run; an empty one when nobody here calls its workflow.
std::vector<std::string> starting_events(const JobRun& run) {
  std::vector<std::string> events;
  for (const Trigger& trigger :
       run.entry != nullptr ? run.entry->triggers : std::vector<Trigger>()) {
    if (trigger.event.value != "workflow_call") {
      events.push_back(trigger.event.value);
    }
  }
  return events.empty() ? std::vector<std::string>{""} : events;
}

bool starts_images(const JobRun& run) {
  return std::ranges::any_of(run.script->commands, [](const StepCommand& item) {
    return item.command.starts_with_any({"docker run", "docker create"});
  });
}

void image_not_loaded(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    if (!starts_images(run)) {
      continue;
    }
    std::vector<ImageStart> starts;
    for (const std::string& event : starting_events(run)) {
      const BuildxJob job(run, input.intent(), {event, "", {}, false});
      starts.insert(starts.end(), job.starts().begin(), job.starts().end());
    }
    const auto worst = std::ranges::min_element(
        starts, [](const ImageStart& a, const ImageStart& b) { return a.kept < b.kept; });
    if (worst != starts.end()) {
      report_start(run, *worst, out);
    }
  }
}

const Register kImageNotLoadedCheck{
    "workflow-image-not-loaded", image_not_loaded, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
