// Names decide, and whether the value is an expansion: a version that stands in the file is the
// same in every run.
#include "checks/workflow/version_stamp.h"

#include <algorithm>
#include <array>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/spelled.h"

namespace muster::workflow {
namespace {

/// `GIT_SHA`, `VERSION`, `APP_VERSION`, `org.opencontainers.image.revision`; not `NODE_VERSION`.
bool is_version_key(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kParts = {"sha",     "commit",   "revision",
                                                             "release", "build_id", "git_ref"};
  static constexpr std::array<std::string_view, 10> kOwners = {
      "app", "api", "build", "git", "image", "package", "release", "server", "service", "tag"};
  std::string folded = text::lower(key);
  std::replace(folded.begin(), folded.end(), '-', '_');
  std::replace(folded.begin(), folded.end(), '.', '_');
  const std::size_t cut = folded.rfind('_');
  const std::string_view last = std::string_view(folded).substr(cut + 1);
  const std::string_view before = std::string_view(folded).substr(0, cut + 1);
  const bool version = last == "version" || last == "tag";
  return text::contains_any(folded, kParts) ||
         (version && (before.empty() || text::contains_any(before, kOwners)));
}

/// Whether a line of the script puts a version into a file of the tree.
bool writes_version(std::string_view script) {
  static constexpr std::array<std::string_view, 2> kCommands = {"git rev-parse", "git describe"};
  for (const std::string_view line : text::split(script, "\n")) {
    const std::size_t arrow = line.find('>');
    const std::string_view target =
        arrow == std::string_view::npos ? std::string_view() : line.substr(arrow);
    const bool kept = !target.empty() && target.find("GITHUB_") == std::string_view::npos &&
                      target.find("/dev/") == std::string_view::npos &&
                      target.find('&') == std::string_view::npos;
    const std::string_view source = line.substr(0, arrow);
    if (kept && (reads_version(source) || text::contains_any(source, kCommands))) {
      return true;
    }
  }
  return false;
}

bool is_stamped(const Command& build, const Scope& scope) {
  for (const std::string_view option : {"--build-arg", "--label", "--annotation"}) {
    for (const std::string& entry : build.options(option)) {
      if (is_version_entry(spelled_word(entry, scope))) {
        return true;
      }
    }
  }
  return false;
}

bool is_stamped(const Step& build, const Scope& scope) {
  for (const std::string_view input : {"build-args", "labels", "annotations"}) {
    const Text* list = build.input(input);
    const std::string entries = list != nullptr ? spelled(list->value, scope) : std::string();
    if (entries.find(".outputs.labels") != std::string::npos ||
        entries.find(".outputs.annotations") != std::string::npos) {
      return true;
    }
    const auto lines = text::split(entries, "\n");
    if (std::any_of(lines.begin(), lines.end(), is_version_entry)) {
      return true;
    }
  }
  return false;
}

VersionStamp version_stamp(const JobRun& run, const Intent& intent) {
  VersionStamp found;
  bool written = false;
  for (const Step* step : run.script->steps) {
    written = written || writes_version(step->run.value);
    const auto take = [&](const SourceRef& where, bool stamped) {
      found.build = found.build == nullptr ? &where : found.build;
      found.stamped = found.stamped || stamped || written;
    };
    for (const StepCommand& item : run.script->commands_of(*step)) {
      if (builds_image(item.command)) {
        take(item.where, is_stamped(item.command, run.scope(intent, step)));
      }
    }
    if (builds_image(*step)) {
      take(step->uses.where, is_stamped(*step, run.scope(intent, step)));
    }
  }
  return found;
}

}  // namespace

bool reads_version(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "github_sha", "github.sha", "version",   "ref_name",   "commit", "revision",
      "_sha",       "sha}",       "image_tag", "image-tag}", "$tag",   "tag}"};
  std::string folded = text::lower(text);
  std::erase(folded, ' ');
  for (std::size_t at = folded.find('$'); at != std::string::npos; at = folded.find('$', at + 1)) {
    const std::size_t end = folded.find_first_of("\"' \n=:/", at + 1);
    if (text::contains_any(std::string_view(folded).substr(at, end - at), kNames)) {
      return true;
    }
  }
  return false;
}

bool is_version_entry(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  return is_version_key(entry.substr(0, equals)) &&
         (equals == std::string_view::npos || entry.find('$', equals) != std::string_view::npos);
}

VersionStamps VersionStamps::build(const AuditInput& input) {
  VersionStamps result;
  for (const JobRun& run : input.model<JobRuns>().all()) {
    result.by_run_.emplace(run.recognised, version_stamp(run, input.intent()));
  }
  return result;
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::VersionStamps>(
    const AuditInput&);
