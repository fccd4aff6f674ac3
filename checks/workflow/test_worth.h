// Whether a test holds something back: tried in a simulated run in which the test fails.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/chain.h"

namespace muster::workflow {

/// A step that tests should hold back.
struct HeldStep {
  const RunParts* parts = nullptr;
  RunPlace place;
  /// That start it; an empty one for any.
  std::vector<std::string> events;
};

/// What a test is worth to a step behind it. `Elsewhere`: it does not come before the step;
/// `Swallowed`: its script ends with 0 however it ends; `Ignored`: the step runs all the same;
/// `Unknown`: there are too many ways to tell.
enum class TestWorth { Elsewhere, Swallowed, Ignored, Unknown, Holds };

/// Judges the tests of all runs; the script of each is read once.
class TestJudge {
 public:
  explicit TestJudge(const Intent& intent) : simulator_(intent) {}

  [[nodiscard]] TestWorth worth_of(const HeldStep& held, const ChainPart& test);

  /// Whether the script of the test ends with 0 however the test ends.
  [[nodiscard]] bool swallows_failure(const RunParts& parts, const ChainPart& test);

  [[nodiscard]] Simulator& simulator() { return simulator_; }

 private:
  Simulator simulator_;
  std::map<std::pair<const Step*, SourceRef>, bool> swallowed_;
};

/// Whether a test at `where` in the script of a step makes the step fail; nothing when that is not
/// known: it stands in another file, the shell is not followed.
[[nodiscard]] std::optional<bool> fails_step(const JobRun& run, const Step& step,
                                             const SourceRef& where);

/// Whether one run may run the step and all of these, when nothing fails: on one ref, under one of
/// the events. Nothing when there are too many ways to tell.
[[nodiscard]] std::optional<bool> run_together(const HeldStep& held, std::vector<RunPlace> others,
                                               Simulator& simulator);

}  // namespace muster::workflow
