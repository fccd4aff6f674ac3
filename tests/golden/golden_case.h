// One golden case: a small repository under tests/golden/<rule>/<case>/ and the findings that its
// rule must give there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checks/core/engine.h"

namespace muster::golden {

struct Case {
  std::string rule;
  /// `fail_…`, `pass_…` or `undecided_…`.
  std::string name;
  std::filesystem::path folder;
};

/// All cases, sorted by rule and name.
[[nodiscard]] std::vector<Case> all_cases();

/// The outcomes of every rule on the case's folder. Errors: an unreadable folder or a broken
/// muster.yaml.
[[nodiscard]] Result<AuditResult> run(const Case& golden);

/// The rule's own findings (fail, waived and undecided) in the form of expected.json.
[[nodiscard]] std::string findings_json(const Case& golden, const AuditResult& result);

}  // namespace muster::golden
