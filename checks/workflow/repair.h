// Repairs of findings in workflow files that have one right answer, as changes of the text: no file
// is ever written out anew. A repair says what the file shall say afterwards, and that is checked.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/engine.h"
#include "checks/text/edit.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// A change of one file. `says`: what its tree says at these places afterwards (see `leaf_path`);
/// nothing = the place is gone. All other places stay as they are.
struct FileChange {
  SourceId source;
  std::vector<text::Edit> edits;
  std::map<std::string, std::optional<std::string>> says;
};

/// The repair of a finding, or of several that stand together.
struct Repair {
  std::vector<Outcome> findings;
  /// For people: ``adds `id-token: write` to the permissions of job `deploy` ``.
  std::string what;
  std::vector<FileChange> changes;
};

/// A finding of a rule that has repairs, left as it is.
struct LeftAlone {
  Outcome finding;
  /// For people: `it stands in a heredoc`.
  std::string why;
};

struct RepairPlan {
  std::vector<Repair> repairs;
  std::vector<LeftAlone> left;
};

/// The rules whose findings can be repaired, sorted.
[[nodiscard]] std::span<const std::string_view> repairable_rules();

/// A file with all its repairs.
struct RepairedFile {
  SourceId source;
  std::string before;
  std::string after;
  std::string diff;
};

/// What comes out: the plan without the repairs that could not be proven right, and the files.
struct Repaired {
  RepairPlan plan;
  std::vector<RepairedFile> files;
  /// Findings of workflow rules without repairs.
  std::size_t elsewhere = 0;
};

/// What is to be repaired.
struct RepairWish {
  std::vector<std::string> rules;
  /// Paths of the workflow files that may be changed; empty = all.
  std::vector<std::string> files;
  /// What the audits take as now.
  TimePoint now{};
};

/// Repairs the wished findings in the workflow files of the facts. A repair is taken only
/// when the files with it parse, say what they should and nothing else, keep their comments, the
/// finding is gone and no other has come.
[[nodiscard]] Repaired repair_workflows(const Facts& facts, const Intent& intent,
                                        const RepairWish& wish);

/// The plan alone: for each finding a repair or a reason.
[[nodiscard]] RepairPlan plan_repairs(const AuditInput& input,
                                      const std::vector<Outcome>& findings);

/// Whether the changed text is a workflow that says what `change` wants, and nothing else, with all
/// comments of the old one. Errors say what is wrong.
[[nodiscard]] Status check_change(const std::string& before, const std::string& after,
                                  const FileChange& change);

}  // namespace muster::workflow
