// What jobs give to the world under a name that people use: versions of packages and images,
// releases. Commands, actions and names: rules/data/workflow-recognition.json, `publications`.
#pragma once

#include <map>
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

/// What all runs publish. An image counts when its tag names a version or moves as `latest` does: a
/// commit, a branch or a pull request is no name that others rely on. Drafts and rehearsals publish
/// nothing.
class Publications {
 public:
  [[nodiscard]] static Publications build(const AuditInput& input);

  /// Images first.
  [[nodiscard]] const std::vector<Publication>& in(const JobRun& run) const;

 private:
  /// By what identifies a run; runs that publish nothing are left out.
  std::map<const Recognised*, std::vector<Publication>> by_run_;
};

/// The events that start the step, an empty one when nobody here calls its workflow. Those under
/// which `docker/build-push-action` does not push are left out.
[[nodiscard]] std::vector<std::string> publishing_events(const JobRun& run, const Publication& one,
                                                         const Intent& intent);

}  // namespace muster::workflow
