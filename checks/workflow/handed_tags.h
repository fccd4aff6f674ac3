// Images that one job hands to another by a tag of a shortened commit: the tag, its digest known to
// nobody, may name another image by the time it is taken.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// What a job takes from one that it waits for.
struct HandedTag {
  enum class Kind {
    /// A digest, the whole commit, or a repository whose tags stay.
    Stays,
    Unknown,
    Moves,
  };

  Kind kind = Kind::Stays;
  /// Where it is taken.
  SourceRef where;
  /// The reference as the other job writes it, and where.
  std::string image;
  SourceRef written;
  /// The job that pushes it.
  const Job* from = nullptr;
  /// Why it moves, or what is not known, in words.
  std::string because;
};

/// What `job` takes of images that jobs before it push; the worst first. A value counts when its
/// name says that it is an image, and when the script that writes it is here. A tag that holds the
/// whole commit is the same build's again; seven digits of it are met by another commit, on purpose
/// within minutes.
[[nodiscard]] std::vector<HandedTag> handed_tags(const Workflow& workflow, const Job& job,
                                                 const AuditInput& input);

}  // namespace muster::workflow
