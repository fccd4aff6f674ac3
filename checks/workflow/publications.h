// What jobs give to the world under a name that people use: versions of packages and images,
// releases. Commands, actions and names: rules/data/workflow-recognition.json, `publications`.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

struct Publication {
  const Step* step = nullptr;
  SourceRef where;
  /// `npm publish`, `ghcr.io/acme/shop:latest`
  std::string what;
  /// It is an image.
  bool is_image = false;
};

/// All that the run publishes, images first. An image counts when its tag names a version or moves
/// as `latest` does: a commit, a branch or a pull request is no name that others rely on. Drafts
/// and rehearsals publish nothing.
[[nodiscard]] std::vector<Publication> publications(const JobRun& run, const Intent& intent);

/// The events that start the step, an empty one when nobody here calls its workflow. Those under
/// which `docker/build-push-action` does not push are left out.
[[nodiscard]] std::vector<std::string> publishing_events(const JobRun& run, const Publication& one,
                                                         const Intent& intent);

}  // namespace muster::workflow
