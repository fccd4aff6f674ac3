// Metadata of a rule. The table is generated at build time from rules/<area>/<id>.json; every word
// of prose lives there.
#pragma once

#include <span>
#include <string_view>

#include "checks/core/outcome.h"

namespace muster {

struct Rule {
  std::string_view id;
  std::string_view area;
  std::string_view title;
  Severity severity = Severity::Medium;
  std::string_view confidence;
  /// `role \`{asset}\` accepts …`: `{asset}` and the names in `Outcome::args` are filled in.
  std::string_view message;
  std::string_view why;
  std::span<const std::string_view> fix_steps;
  /// Ready text in the given language, or empty.
  std::string_view fix_cli;
  std::string_view fix_terraform;
  std::string_view fix_workflow;
  /// Golden cases of this rule that show the defect and its repair, e.g. `fail_main`.
  std::string_view bad;
  std::string_view good;
  /// Name of the decision rule in the reference files (`OIDC_ANY_REPO`, `WF01`); empty if ours
  /// alone.
  std::string_view reference;
  std::span<const std::string_view> references;
  std::span<const std::string_view> controls;
  /// Former ids.
  std::span<const std::string_view> aliases;
  /// At most 60 characters, for the verdict sentence.
  std::string_view phrase;
  /// Whether an `undecided` of this rule blocks the gate.
  bool undecided_blocks = true;
  std::string_view since;
  std::span<const std::string_view> tags;
};

/// All rules, sorted by id. Defined by generated code.
[[nodiscard]] std::span<const Rule> all_rules();

/// The rule with that id, or null.
[[nodiscard]] const Rule* find_rule(std::string_view id);

/// A dated data file of rules/data, embedded at build time: its name (`oidc-issuers.json`) and
/// its bytes.
struct DataFile {
  std::string_view name;
  std::string_view bytes;
};

/// All data files, sorted by name. Defined by generated code.
[[nodiscard]] std::span<const DataFile> all_data_files();

/// The bytes of the named data file. REQUIRES: it exists (a missing one is a build mistake).
[[nodiscard]] std::string_view data_file(std::string_view name);

/// The bytes of rules/data/aws-actions.txt, which only checks/policy/catalogue.h reads. Apart from
/// the data files because a run that asks no question about actions does not rest on it.
[[nodiscard]] std::string_view action_catalogue_bytes();

}  // namespace muster
