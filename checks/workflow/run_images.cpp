// Follows images through outputs, inputs and tags.
#include "checks/workflow/run_images.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/smoke.h"
#include "checks/workflow/spelled.h"

namespace muster::workflow {
namespace {

bool share_tag(const ImageBuild& a, const ImageBuild& b) {
  return std::any_of(a.tags.begin(), a.tags.end(),
                     [&](const std::string& tag) { return b.tags.contains(tag); });
}

/// Whether the text names the reference as a whole: not as a part of a longer name.
bool names_reference(std::string_view text, std::string_view reference) {
  static constexpr std::string_view kEdges = "=,\"' ;\n";
  for (std::size_t at = text.find(reference); at != std::string_view::npos;
       at = text.find(reference, at + 1)) {
    const std::size_t end = at + reference.size();
    if ((at == 0 || kEdges.find(text[at - 1]) != std::string_view::npos) &&
        (end == text.size() || kEdges.find(text[end]) != std::string_view::npos)) {
      return true;
    }
  }
  return false;
}

bool names_tag_of(const std::set<std::string>& texts, const ImageBuild& build) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return std::any_of(build.tags.begin(), build.tags.end(),
                       [&](const std::string& tag) { return names_reference(text, tag); });
  });
}

bool runs_image(const Command& command) {
  return command.starts_with_any({"docker run", "docker create", "podman run", "docker compose",
                                  "docker-compose", "container-structure-test", "dgoss"});
}

/// Whether an output of a job may be an image, by its name.
bool may_be_image(std::string_view output) {
  static constexpr std::array<std::string_view, 9> kWords = {
      "image", "img", "tag", "digest", "ref", "uri", "sha", "version", "manifest"};
  return text::contains_any(output, kWords);
}

/// Whether a text of a job, by its path, does not reach what the job runs.
bool is_about_the_run(std::string_view path) {
  static constexpr std::array<std::string_view, 6> kKeys = {
      "$.if", "$.environment", "$.concurrency", "$.name", "$.runs-on", "$.timeout-minutes"};
  return path.ends_with(".if") || std::any_of(kKeys.begin(), kKeys.end(), [&](auto key) {
           return path == key || path.starts_with(std::string(key) + ".");
         });
}

/// The names that a job reads where it runs something, but for the steps that build images.
std::set<std::string> names_run(const RunJob& job) {
  std::set<std::string> building;
  for (const Step* step :
       job.run != nullptr ? job.run->script->steps : std::vector<const Step*>()) {
    const auto commands = job.run->script->commands_of(*step);
    if (builds_image(*step) || std::any_of(commands.begin(), commands.end(), [](const auto& item) {
          return builds_image(item.command);
        })) {
      building.insert("$.steps." + std::to_string(step->index) + ".");
    }
  }
  std::set<std::string> names;
  for (const ReadingText& text : reading_texts(node_of(*job.workflow, *job.job), "$")) {
    const bool builds = std::any_of(building.begin(), building.end(), [&](const std::string& step) {
      return text.path.starts_with(step);
    });
    if (!builds && !is_about_the_run(text.path)) {
      names.insert(text.names.begin(), text.names.end());
    }
  }
  return names;
}

/// Whether the job asks the registry what is there, before the step.
bool looks_before(const RunParts& parts, const RunPlace& place) {
  const JobRun& run = *parts.graph.jobs()[place.job].run;
  return std::any_of(
      run.script->commands.begin(), run.script->commands.end(), [&](const StepCommand& item) {
        const bool before =
            item.step == place.step || parts.comes_before({place.job, item.step}, place);
        return before &&
               item.command.starts_with_any({"aws ecr describe-images", "aws ecr batch-get-image",
                                             "docker manifest inspect", "skopeo inspect",
                                             "docker buildx imagetools inspect", "crane digest",
                                             "crane manifest"});
      });
}

/// Goes back from a job to those that build what it is handed, through outputs, and inputs of
/// callers.
class Handing {
 public:
  Handing(const RunGraph& graph, const std::vector<ImageBuild>& builds)
      : graph_(graph), builds_(builds) {}

  [[nodiscard]] std::set<std::size_t> to(std::size_t job);

 private:
  void wait_for(std::size_t job) {
    if (seen_.insert(job).second) {
      waiting_.push_back(job);
    }
  }

  void reach(std::size_t from);
  void follow(const RunJob& here, std::string_view name);

  const RunGraph& graph_;
  const std::vector<ImageBuild>& builds_;
  std::set<std::size_t> found_;
  std::set<std::size_t> seen_;
  std::vector<std::size_t> waiting_;
};

/// Takes what a job, or a workflow that it calls, builds; one that builds nothing hands on.
void Handing::reach(std::size_t from) {
  bool builds = false;
  for (std::size_t i = 0; i < builds_.size(); ++i) {
    const std::size_t place = builds_[i].place.job;
    if (place == from || graph_.is_inside(place, from)) {
      found_.insert(i);
      builds = true;
    }
  }
  for (std::size_t job = 0; !builds && job < graph_.jobs().size(); ++job) {
    if (job == from || graph_.is_inside(job, from)) {
      wait_for(job);
    }
  }
}

void Handing::follow(const RunJob& here, std::string_view name) {
  if (name.starts_with("inputs.") && here.caller) {
    wait_for(*here.caller);
  }
  const std::size_t end = name.starts_with("needs.") ? name.find('.', 6) : std::string_view::npos;
  if (end == std::string_view::npos || !may_be_image(name.substr(end))) {
    return;
  }
  for (const std::size_t need : here.needs) {
    if (text::lower(graph_.jobs()[need].job->id.value) == name.substr(6, end - 6)) {
      reach(need);
    }
  }
}

std::set<std::size_t> Handing::to(std::size_t job) {
  wait_for(job);
  while (!waiting_.empty()) {
    const RunJob& here = graph_.jobs()[waiting_.back()];
    waiting_.pop_back();
    for (const std::string& name : names_run(here)) {
      follow(here, name);
    }
  }
  return std::move(found_);
}

}  // namespace

RunImages RunImages::of(const RunParts& parts, const Intent& intent) {
  RunImages images(parts, intent);
  for (std::size_t job = 0; job < parts.graph.jobs().size(); ++job) {
    if (parts.graph.jobs()[job].run != nullptr) {
      const auto built = image_builds(*parts.graph.jobs()[job].run, job, intent);
      images.builds_.insert(images.builds_.end(), built.begin(), built.end());
    }
  }
  for (std::size_t job = 0; job < parts.graph.jobs().size() && !images.builds_.empty(); ++job) {
    if (parts.graph.jobs()[job].run != nullptr) {
      images.add_trials(job);
    }
  }
  return images;
}

/// The spelled texts of a job that may name an image; `running_only`: where it starts containers.
std::set<std::string> RunImages::texts_of(std::size_t job, bool running_only) const {
  const JobRun& run = *parts_->graph.jobs()[job].run;
  std::set<std::string> texts;
  bool runs = !running_only;
  for (const StepCommand& item : run.script->commands) {
    const bool counts = !running_only || runs_image(item.command);
    runs = runs || counts;
    for (std::size_t i = 0; counts && i < item.command.words.size(); ++i) {
      texts.insert(spelled_word(item.command.words[i], run.scope(*intent_, item.step)));
    }
  }
  const auto add_entries = [&](const std::vector<Entry>& entries, const Step* step) {
    for (const Entry& entry : entries) {
      texts.insert(spelled(entry.value.value, run.scope(*intent_, step)));
    }
  };
  if (runs) {
    add_entries(run.job->env, nullptr);
  }
  for (const Step* step : run.script->steps) {
    if (runs) {
      add_entries(step->env, step);
    }
    if (!running_only) {
      add_entries(step->with, step);
    }
  }
  return texts;
}

std::set<std::size_t> RunImages::handed_to(std::size_t job) const {
  return Handing(parts_->graph, builds_).to(job);
}

/// The builds whose image the job starts.
std::set<std::size_t> RunImages::used_in(std::size_t job) const {
  std::set<std::size_t> used;
  const auto texts = texts_of(job, true);
  for (const bool own : {true, false}) {
    for (std::size_t i = 0; i < builds_.size() && (own || used.empty()); ++i) {
      const std::size_t place = builds_[i].place.job;
      const bool reachable = own ? place == job : parts_->graph.comes_before(place, job);
      if (reachable && names_tag_of(texts, builds_[i])) {
        used.insert(i);
      }
    }
  }
  used.merge(handed_to(job));
  return used;
}

void RunImages::add_trials(std::size_t job) {
  const JobRun& run = *parts_->graph.jobs()[job].run;
  const bool deploys = !run.recognised->deploys.empty();
  for (const std::size_t used : used_in(job)) {
    const ImageBuild& build = builds_[used];
    const bool own = build.place.job == job;
    for (const StepCommand& item : run.script->commands) {
      const RunPlace place{job, item.step};
      std::set<std::string> words;
      for (const std::string& word : item.command.words) {
        words.insert(spelled_word(word, run.scope(*intent_, item.step)));
      }
      const auto& plain = item.command.words;
      const bool starts = own && item.command.starts_with_any({"docker run", "podman run"}) &&
                          !text::one_of("-d", plain) && !text::one_of("--detach", plain) &&
                          names_tag_of(words, build);
      const bool asks = !deploys && (is_test(item.command) || is_smoke(plain, true));
      const bool behind = !own || place == build.place || parts_->comes_before(build.place, place);
      if (behind && (starts || asks) && !item.command.remote && !run.is_for_failure(*item.step)) {
        trials_.push_back({place, item.where, text::shortened(text::joined(plain), 60), used});
        break;
      }
    }
  }
}

/// Builds before the step whose tag its job names, the last of each; without a name all that were
/// pushed.
std::set<std::size_t> RunImages::named_in(const RunPlace& place) const {
  std::set<std::size_t> pushed;
  std::set<std::size_t> named;
  const auto texts = texts_of(place.job, false);
  for (std::size_t i = 0; i < builds_.size(); ++i) {
    if (builds_[i].pushed && parts_->graph.comes_before(builds_[i].place.job, place.job)) {
      pushed.insert(i);
      if (names_tag_of(texts, builds_[i])) {
        named.insert(i);
      }
    }
  }
  std::erase_if(named, [&](std::size_t one) {
    return std::any_of(named.begin(), named.end(), [&](std::size_t other) {
      return share_tag(builds_[one], builds_[other]) &&
             parts_->graph.comes_before(builds_[one].place.job, builds_[other].place.job);
    });
  });
  return named.empty() ? pushed : named;
}

std::set<std::size_t> RunImages::taken_by(const RunPlace& place) const {
  std::set<std::size_t> taken = handed_to(place.job);
  for (std::size_t i = 0; i < builds_.size(); ++i) {
    const RunPlace& built = builds_[i].place;
    if (builds_[i].pushed && built.job == place.job &&
        (built.step == place.step || parts_->comes_before(built, place))) {
      taken.insert(i);
    }
  }
  return taken.empty() ? named_in(place) : taken;
}

BuiltImages BuiltImages::build(const AuditInput& input) {
  BuiltImages result;
  for (const RunParts& parts : input.model<Chains>().runs()) {
    result.by_run_.emplace(&parts, RunImages::of(parts, input.intent()));
  }
  return result;
}

std::optional<Rebuilt> find_rebuilt(const RunImages& images, const HeldStep& step,
                                    const std::vector<ImageTrial>& trials, Simulator& simulator) {
  const RunParts& parts = *step.parts;
  const std::set<std::size_t> taken = images.taken_by(step.place);
  std::vector<const ImageTrial*> before;
  std::set<std::size_t> tried;
  for (const ImageTrial& trial : trials) {
    if (!parts.comes_before(step.place, trial.place)) {
      before.push_back(&trial);
      tried.insert(trial.build);
    }
  }
  std::optional<Rebuilt> open;
  for (const ImageTrial* trial : before) {
    std::vector<std::size_t> used;
    std::copy_if(taken.begin(), taken.end(), std::back_inserter(used),
                 [&](std::size_t one) { return images.are_same(one, trial->build); });
    const bool again = !used.empty() && std::none_of(used.begin(), used.end(), [&](auto one) {
      return tried.contains(one) || looks_before(parts, images.builds()[one].place);
    });
    const auto together =
        again ? run_together(step, {trial->place, images.builds()[used.back()].place}, simulator)
              : std::optional(false);
    if (together == true) {
      return Rebuilt{used.back(), trial};
    }
    if (!together) {
      open = Rebuilt{used.back(), trial, false};
    }
  }
  return open;
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::BuiltImages>(
    const AuditInput&);
