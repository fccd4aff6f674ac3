// An image is judged by the tag as it is written, and by what `docker/metadata-action` is told.
#include "checks/workflow/publications.h"

#include <algorithm>
#include <set>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/spelled.h"

namespace muster::workflow {
namespace {

struct PublicationTable {
  std::vector<std::string> commands;
  std::vector<std::string> actions;
  std::vector<std::string> rehearsals;
  std::vector<std::string> tags;
  std::vector<std::string> tag_words;
  std::vector<std::string> tag_types;
};

const PublicationTable& publication_table() {
  static const PublicationTable kTable = [] {
    const text::Node root = *recognition_data().root().find("publications");
    return PublicationTable{root.texts_under("commands"),   root.texts_under("actions"),
                            root.texts_under("rehearsals"), root.texts_under("tags"),
                            root.texts_under("tag_words"),  root.texts_under("tag_types")};
  }();
  return kTable;
}

/// `1.4.2`, `v2.0`: numbers alone.
bool is_number(std::string_view tag) {
  tag.remove_prefix(tag.starts_with('v') ? 1 : 0);
  return !tag.empty() && tag.front() >= '0' && tag.front() <= '9' &&
         tag.find('.') != std::string_view::npos &&
         tag.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Whether the tag is a version, or a name that moves from version to version. `$VERSION-$SHA` is
/// the name of one build.
bool is_public_tag(std::string_view tag) {
  if (tag.find('$') == std::string_view::npos) {
    return text::one_of(text::lower(tag), publication_table().tags) || is_number(tag);
  }
  const std::string folded = text::lower(tag);
  const bool of_one_build =
      folded.find("sha") != std::string::npos || folded.find("run_id") != std::string::npos;
  return !of_one_build && text::contains_any(text::lower(tag), publication_table().tag_words);
}

/// Whether the tag may be the name of a pushed git tag, or of a release's.
bool is_git_tag(std::string_view tag, const Workflow* entry) {
  const std::string folded = text::lower(tag);
  const bool of_ref = folded.find("ref_name") != std::string::npos ||
                      folded.find("{github_ref#") != std::string::npos;
  if (!of_ref || entry == nullptr) {
    return false;
  }
  const Trigger* push = entry->find_trigger("push");
  return (push != nullptr && !push->tags.empty()) || entry->find_trigger("release") != nullptr;
}

/// Whether the action that makes the tags of an image is told to make one for a version.
bool makes_public_tag(std::string_view list, const JobRun& run) {
  for (const std::string& name : names_read(list, false)) {
    for (const Step* step : run.script->steps) {
      const Text* tags = step->input("tags");
      if (action_name(*step) == "docker/metadata-action" && step->id && tags != nullptr &&
          name.starts_with("steps." + text::lower(step->id->value) + ".outputs.tags") &&
          text::contains_any(text::lower(tags->value), publication_table().tag_types)) {
        return true;
      }
    }
  }
  return false;
}

/// Whether the text names an image under which people look for a version.
bool is_public_image(const ImageUse& use, const JobRun& run, const Intent& intent) {
  const Scope scope = run.scope(intent, use.step);
  const std::string image =
      use.image.shell ? spelled_word(with_assigned(use.image.text, script_of(scope)), scope)
                      : spelled(use.image.text, scope);
  const std::string tag = tag_of(image);
  return is_public_tag(tag) || is_git_tag(tag, run.entry) || makes_public_tag(use.image.text, run);
}

bool is_rehearsed(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return text::one_of(word, publication_table().rehearsals);
  });
}

/// Whether the action only prepares, or publishes for a try.
bool is_rehearsed(const Step& step) {
  const Text* draft = step.input("draft");
  const Text* registry = step.input("repository-url");
  const Text* arguments = step.input("args");
  const bool tries = registry != nullptr && registry->value.find("test") != std::string::npos;
  const bool other = action_name(step) == "goreleaser/goreleaser-action" &&
                     (arguments == nullptr || !arguments->value.starts_with("release") ||
                      arguments->value.find("--snapshot") != std::string::npos);
  return (draft != nullptr && draft->value != "false") || tries || other;
}

std::vector<Publication> publications_of(const JobRun& run, const Intent& intent) {
  std::vector<Publication> found;
  for (const ImageUse& use : image_uses(run)) {
    if (!use.deployed && is_public_image(use, run, intent)) {
      found.push_back({use.step, use.where, use.image.text, true});
    }
  }
  for (const StepCommand& item : run.script->commands) {
    for (const std::string& command : publication_table().commands) {
      if (item.command.starts_with(command) && !is_rehearsed(item.command.words)) {
        found.push_back({item.step, item.where, command, false});
        break;
      }
    }
  }
  for (const Step* step : run.script->steps) {
    if (step->kind == Step::Kind::Uses &&
        text::one_of(action_name(*step), publication_table().actions) && !is_rehearsed(*step)) {
      found.push_back({step, step->uses.where, std::string(action_name(*step)), false});
    }
  }
  return found;
}

}  // namespace

Publications Publications::build(const AuditInput& input) {
  Publications result;
  for (const JobRun& run : input.model<JobRuns>().all()) {
    std::vector<Publication> found = publications_of(run, input.intent());
    if (!found.empty()) {
      result.by_run_.emplace(run.recognised, std::move(found));
    }
  }
  return result;
}

const std::vector<Publication>& Publications::in(const JobRun& run) const {
  static const std::vector<Publication> kNone;
  const auto found = by_run_.find(run.recognised);
  return found == by_run_.end() ? kNone : found->second;
}

std::vector<std::string> publishing_events(const JobRun& run, const Publication& one,
                                           const Intent& intent) {
  if (run.entry == nullptr) {
    return {""};
  }
  std::set<std::string> events;
  for (const Presented& start : presented(up_to(run, *one.step), intent)) {
    const Text* push = one.step->input("push");
    const auto pushes = is_set(push, run.scope(intent, one.step, start.moment()));
    if (push == nullptr || pushes.value_or(true)) {
      events.insert(start.event);
    }
  }
  return {events.begin(), events.end()};
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::Publications>(
    const AuditInput&);
