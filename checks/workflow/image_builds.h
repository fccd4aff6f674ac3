// The images that a job builds. What is built in two jobs is two images: base images and packages
// move in between.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/workflow/scenario.h"

namespace muster::workflow {

/// The builds of one image in one job: the later ones come out of the cache of the first.
struct ImageBuild {
  RunPlace place;
  SourceRef where;
  /// `docker build`, `docker/build-push-action`
  std::string what;
  /// Image references with variables replaced as far as the files tell.
  std::set<std::string> tags;
  /// The last parts of their paths that are written out: `shop`.
  std::set<std::string> names;
  /// Folder, file and target that it is built from; nothing when that is not known.
  std::optional<std::string> recipe;
  /// What it is built with: two services may share a Dockerfile.
  std::set<std::string> arguments;
  /// Its job pushes images.
  bool pushed = false;
};

/// What the run builds, in order: commands first, then actions. `job`: its place in the graph.
[[nodiscard]] std::vector<ImageBuild> image_builds(const JobRun& run, std::size_t job,
                                                   const Intent& intent);

/// Whether two builds are meant to give the same image: from the same folder, file and target, and
/// not under two names with different arguments; where that is not known, under one name.
[[nodiscard]] bool are_same_image(const ImageBuild& a, const ImageBuild& b);

}  // namespace muster::workflow
