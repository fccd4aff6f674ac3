// Tags of image repositories and of git, what they named before, and what services ran before.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/core/check.h"

namespace muster::image {

/// A tag of the audited repository.
struct GitTag {
  std::string name;
  /// Object name of the commit.
  std::string commit;
  /// An object of its own, with an author, a time and perhaps a signature; else the name alone.
  bool annotated = false;
  SourceRef where;
};

class GitTags {
 public:
  [[nodiscard]] static GitTags build(const AuditInput& input);

  /// Sorted by name.
  [[nodiscard]] const std::vector<GitTag>& all() const { return tags_; }

 private:
  std::vector<GitTag> tags_;
};

/// What earlier runs saw.
class PastTags {
 public:
  [[nodiscard]] static PastTags build(const AuditInput& input);

  /// Every target that the tag had, the one seen last in front; empty when no run saw the tag.
  [[nodiscard]] std::vector<PastTag> of(const std::string& place, const std::string& tag) const;

  /// All that the place had, by tag.
  [[nodiscard]] std::vector<PastTag> in(const std::string& place) const;

  /// Reports what a tag names now beside what it named: nothing when no run saw the tag, a pass
  /// when it always named the same, else a finding with the message's `before`, `seen` and `now`.
  /// `more`: behind the witness's own fields. The draft is of the finding alone.
  OutcomeDraft judge(const TagTarget& now, const Asset& asset, const SourceRef& where,
                     std::vector<WitnessField> more, Outcomes& out) const;

 private:
  /// By place and tag.
  std::multimap<std::pair<std::string, std::string>, PastTag> tags_;
};

/// As `TagTarget::place` has it.
inline constexpr std::string_view kGitPlace = "git";

/// A tag without a digit (`latest`, `prod`) names no version: it is made to be moved.
[[nodiscard]] bool names_version(std::string_view tag);

/// All that the facts tell of tags and of the images that services run, for the history.
[[nodiscard]] std::vector<TagTarget> tags_of(const AuditInput& input);

}  // namespace muster::image
