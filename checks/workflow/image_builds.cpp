// Reads builds off commands and actions. Paths are followed as Docker does: the file of the command
// stands relative to where it runs, the one left out in the context.
#include "checks/workflow/image_builds.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checks/text/ascii.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/sources.h"
#include "checks/workflow/spelled.h"

namespace muster::workflow {
namespace {

/// Options of `docker build` without a value.
bool stands_alone(std::string_view option) {
  static constexpr std::array<std::string_view, 10> kOptions = {
      "--push", "--load", "--no-cache", "--pull",   "--quiet",
      "-q",     "--rm",   "--force-rm", "--squash", "--compress"};
  return text::one_of(option, kOptions);
}

/// The folder that `docker build` is given; empty without one.
std::string context_of(const Command& command) {
  const auto& words = command.words;
  const auto build = std::find(words.begin(), words.end(), "build");
  std::string context;
  for (auto word = build; word != words.end(); ++word) {
    const bool option = word->starts_with('-') && *word != "-";
    const bool takes_next = option && !stands_alone(*word) && word->find('=') == std::string::npos;
    if (!option && word != build) {
      context = *word;
    }
    word += takes_next && std::next(word) != words.end() ? 1 : 0;
  }
  return context;
}

/// What an image is built from. Texts are resolved; `folder`: where the paths begin.
std::optional<std::string> recipe(std::string_view folder, const Values& context,
                                  const Values& file, const Values& target) {
  const std::string* const parts[] = {context.only(), file.only(), target.only()};
  if (std::any_of(std::begin(parts), std::end(parts),
                  [](const std::string* part) { return part == nullptr; })) {
    return std::nullopt;
  }
  const auto base = path_in(folder, *parts[0]);
  const auto own = path_in(parts[1]->empty() ? base.value_or("") : folder,
                           parts[1]->empty() ? "Dockerfile" : *parts[1]);
  const bool foreign = parts[0]->find("://") != std::string::npos || *parts[0] == "-" ||
                       parts[0]->find("{{") != std::string::npos;
  return base && own && !foreign ? std::optional(*base + "|" + *own + "|" + *parts[2])
                                 : std::nullopt;
}

std::optional<std::string> recipe_of(const StepCommand& item, const JobRun& run,
                                     const Scope& scope) {
  const Step& step = *item.step;
  const std::string& script = step.run.value;
  const auto& folder = step.folder               ? step.folder
                       : run.job->default_folder ? run.job->default_folder
                                                 : run.workflow->default_folder;
  const Values base = resolve(folder ? folder->value : "", scope);
  const bool elsewhere = item.via.size() > run.script->calls_of(&step).size() ||
                         script.find("cd ") != std::string::npos ||
                         script.find("pushd ") != std::string::npos || base.only() == nullptr;
  const auto option = [&](std::string_view name, std::string_view short_name) {
    const std::string value =
        item.command.option(item.command.has_option(name) ? name : short_name);
    return value.empty() ? Values{{""}, true, {}} : resolve_word(value, scope);
  };
  return elsewhere ? std::nullopt
                   : recipe(*base.only(), resolve_word(context_of(item.command), scope),
                            option("--file", "-f"), option("--target", "--target"));
}

std::optional<std::string> recipe_of(const Step& step, const Scope& scope) {
  const auto input = [&](std::string_view name) {
    const Text* text = step.input(name);
    const bool root = text == nullptr || text->value == "${{ github.workspace }}" ||
                      text->value == "{{defaultContext}}";
    return root ? Values{{""}, true, {}} : resolve(text->value, scope);
  };
  return recipe("", input("context"), input("file"), input("target"));
}

/// Adds a spelled image reference to a build.
void add_reference(ImageBuild& build, const std::string& image) {
  const std::string tag = tag_of(image);
  const std::string_view repository = repository_of(image);
  const std::string_view name = repository.substr(repository.rfind('/') + 1);
  if (!tag.empty() && says_the_same(image)) {
    build.tags.insert(image);
  }
  if (!name.empty() && name.find('$') == std::string::npos) {
    build.names.emplace(name);
  }
}

/// `docker/metadata-action` gives the references that another step's output holds.
void add_listed(ImageBuild& build, const std::string& list, const JobRun& run,
                const Intent& intent) {
  const auto names = names_read(list, false);
  for (const Step* step : run.script->steps) {
    const Text* images = step->input("images");
    if (step->id && images != nullptr && reads(names, "steps." + text::lower(step->id->value))) {
      for (const std::string& image : list_items(spelled(images->value, run.scope(intent, step)))) {
        add_reference(build, image);
      }
    }
  }
}

bool share(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& one) { return b.contains(one); });
}

ImageBuild build_of(const StepCommand& item, const JobRun& run, std::size_t job,
                    const Intent& intent) {
  const Scope scope = run.scope(intent, item.step);
  ImageBuild build;
  build.place = {job, item.step};
  build.where = item.where;
  build.what = "docker build";
  build.recipe = recipe_of(item, run, scope);
  const auto arguments = item.command.options("--build-arg");
  build.arguments.insert(arguments.begin(), arguments.end());
  for (const std::string& tag : tags_given(item.command)) {
    add_reference(build, spelled_word(tag, scope));
  }
  return build;
}

ImageBuild build_of(const Step& step, const JobRun& run, std::size_t job, const Intent& intent) {
  const Scope scope = run.scope(intent, &step);
  const Text* tags = step.input("tags");
  const Text* arguments = step.input("build-args");
  ImageBuild build;
  build.place = {job, &step};
  build.where = step.uses.where;
  build.what = action_name(step);
  build.recipe = recipe_of(step, scope);
  const auto given = list_items(arguments != nullptr ? arguments->value : "");
  build.arguments.insert(given.begin(), given.end());
  for (const std::string& image :
       list_items(tags != nullptr ? spelled(tags->value, scope) : std::string())) {
    add_reference(build, image);
    add_listed(build, image, run, intent);
  }
  return build;
}

/// Adds a build, or what it says about an image that is there already.
void add_build(std::vector<ImageBuild>& builds, ImageBuild build) {
  const auto same = std::find_if(builds.begin(), builds.end(), [&](const ImageBuild& other) {
    return are_same_image(other, build);
  });
  if (same == builds.end()) {
    builds.push_back(std::move(build));
    return;
  }
  same->tags.merge(build.tags);
  same->names.merge(build.names);
}

}  // namespace

bool are_same_image(const ImageBuild& a, const ImageBuild& b) {
  const bool named_alike = share(a.names, b.names);
  const bool unnamed = a.names.empty() || b.names.empty();
  return a.recipe && b.recipe
             ? a.recipe == b.recipe && (unnamed || named_alike || a.arguments == b.arguments)
             : named_alike;
}

std::vector<ImageBuild> image_builds(const JobRun& run, std::size_t job, const Intent& intent) {
  std::vector<ImageBuild> builds;
  for (const StepCommand& item : run.script->commands) {
    if (builds_image(item.command) && !item.command.remote) {
      add_build(builds, build_of(item, run, job, intent));
    }
  }
  for (const Step* step : run.script->steps) {
    if (step->kind == Step::Kind::Uses && builds_image(*step)) {
      add_build(builds, build_of(*step, run, job, intent));
    }
  }
  const auto uses = image_uses(run);
  const bool pushed =
      std::any_of(uses.begin(), uses.end(), [](const ImageUse& use) { return !use.deployed; });
  for (ImageBuild& build : builds) {
    build.pushed = pushed;
  }
  return builds;
}

}  // namespace muster::workflow
