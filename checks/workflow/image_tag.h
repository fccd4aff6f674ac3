// The tag of an image as a job names it: does it move with the next build, stay, or come from
// somewhere that the file does not show?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// An image reference as written: in a shell word (`$REPO:$TAG`) or in an input of an action.
struct ImageText {
  std::string text;
  bool shell = false;
};

struct TagVerdict {
  enum class Kind { Fixed, Unknown, Moves };

  Kind kind = Kind::Fixed;
  /// `Moves`: the image with its tag resolved.
  std::string image;
  /// `Unknown`: what the tag comes from, for people.
  std::string missing;
};

/// The tag as written; empty without one, or with a digest. Colons inside `${{ }}` and `${ }` are
/// none of it.
[[nodiscard]] std::string tag_of(std::string_view image);

/// The word with each variable that the script assigns replaced by its only value, the commit and
/// the time by `$GITHUB_SHA`; nothing is done where there are several or where the value is no
/// plain word.
[[nodiscard]] std::string with_assigned(std::string_view word, std::string_view script);

/// Whether a word of the script, or a variable in it that the script assigns, holds the beginning
/// of a commit alone: `sha-${GITHUB_SHA::7}`, `$(git rev-parse --short HEAD)`.
[[nodiscard]] bool names_short_commit(std::string_view word, std::string_view script);

/// Judges the tag by its parts: a part that is the commit or the number of the run keeps every tag
/// that it is in from moving. A tag that the file gives alone moves unless it names a version; no
/// tag is `latest`. Images of a registry on `localhost` stay where they are.
[[nodiscard]] TagVerdict judge_tag(const ImageText& image, const Scope& scope);

/// A place that pushes or deploys an image.
struct ImageUse {
  const Step* step = nullptr;
  SourceRef where;
  ImageText image;
  bool deployed = false;
};

/// All images that the run pushes or deploys: commands first, then actions.
[[nodiscard]] std::vector<ImageUse> image_uses(const JobRun& run);

/// The image without its tag.
[[nodiscard]] std::string_view repository_of(std::string_view image);

/// The values of `-t` and `--tag`.
[[nodiscard]] std::vector<std::string> tags_given(const Command& command);

/// The entries of a list in one text: lines or commas part them, those inside `${{ }}` do not.
[[nodiscard]] std::vector<std::string> list_items(std::string_view text);

/// `docker build …`, `docker buildx build …`
[[nodiscard]] bool builds_image(const Command& command);
/// `docker/build-push-action`
[[nodiscard]] bool builds_image(const Step& step);

/// The worst that the tag can be over all ways in which the job runs.
[[nodiscard]] TagVerdict worst_tag(const ImageUse& use, const std::vector<const JobRun*>& runs,
                                   const Intent& intent);

/// A push among `uses` that gives the same image a tag that stays; null without one, or when `use`
/// is no push.
[[nodiscard]] const ImageUse* fixed_beside(const ImageUse& use, const std::vector<ImageUse>& uses,
                                           const std::vector<const JobRun*>& runs,
                                           const Intent& intent);

}  // namespace muster::workflow
