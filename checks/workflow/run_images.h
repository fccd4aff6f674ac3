// The images that one run of a workflow builds: who tries each of them, and which build a job
// takes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/workflow/image_builds.h"
#include "checks/workflow/test_worth.h"

namespace muster::workflow {

/// A step that uses an image of the run and would fail if it did not work.
struct ImageTrial {
  RunPlace place;
  SourceRef where;
  /// For people: ``curl --fail http://localhost:8000/health``
  std::string what;
  /// Its place among the builds.
  std::size_t build = 0;
};

class RunImages {
 public:
  [[nodiscard]] static RunImages of(const RunParts& parts, const Intent& intent);

  [[nodiscard]] const std::vector<ImageBuild>& builds() const { return builds_; }

  [[nodiscard]] const std::vector<ImageTrial>& trials() const { return trials_; }

  /// Whether two builds, by their places, are meant to give the same image.
  [[nodiscard]] bool are_same(std::size_t a, std::size_t b) const {
    return are_same_image(builds_[a], builds_[b]);
  }

  /// The builds whose image a step takes: one that its job pushed before, or that jobs before it
  /// hand to its job, or whose tag it names. Several when the files do not tell which.
  [[nodiscard]] std::set<std::size_t> taken_by(const RunPlace& place) const;

 private:
  RunImages(const RunParts& parts, const Intent& intent) : parts_(&parts), intent_(&intent) {}

  void add_trials(std::size_t job);
  [[nodiscard]] std::set<std::size_t> used_in(std::size_t job) const;
  [[nodiscard]] std::set<std::size_t> handed_to(std::size_t job) const;
  [[nodiscard]] std::set<std::size_t> named_in(const RunPlace& place) const;
  [[nodiscard]] std::set<std::string> texts_of(std::size_t job, bool running_only) const;

  const RunParts* parts_;
  const Intent* intent_;
  std::vector<ImageBuild> builds_;
  std::vector<ImageTrial> trials_;
};

/// The images of all runs in which something deploys or is published.
class BuiltImages {
 public:
  [[nodiscard]] static BuiltImages build(const AuditInput& input);

  [[nodiscard]] const RunImages& in(const RunParts& parts) const { return by_run_.at(&parts); }

 private:
  std::map<const RunParts*, RunImages> by_run_;
};

/// An image that is used although another build of it is the one that was tried.
struct Rebuilt {
  /// Its places among the builds.
  std::size_t used = 0;
  const ImageTrial* trial = nullptr;
  /// Whether both run in one run is known.
  bool is_certain = true;
};

/// Whether every image that the step may take was built again, instead of the one that a trial in
/// the same run looked at. `trials`: those that count.
[[nodiscard]] std::optional<Rebuilt> find_rebuilt(const RunImages& images, const HeldStep& step,
                                                  const std::vector<ImageTrial>& trials,
                                                  Simulator& simulator);

}  // namespace muster::workflow
