// Runs every check over the facts. Pure: no clock, file, socket, environment or log.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/core/rule.h"

namespace muster {

/// Which assets a rule saw. "Fixed" needs a run in which the rule ran on that asset and passed.
struct RuleCoverage {
  std::string rule;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t waived = 0;
  std::size_t undecided = 0;

  friend auto operator<=>(const RuleCoverage&, const RuleCoverage&) = default;
};

struct AuditResult {
  /// Sorted: fails (worst first), then waived, undecided, passes, not applicable; inside by rule,
  /// asset, anchor.
  std::vector<Outcome> outcomes;
  /// One entry per rule that ran, sorted by rule id.
  std::vector<RuleCoverage> coverage;
  std::vector<NotCovered> not_covered;
};

/// Runs `checks` (normally `registered_checks()`) over the input. Same arguments, same result, byte
/// for byte. A rule that needs an unreadable document is `undecided` on that document; a rule that
/// finds nothing to speak about is `not_applicable`.
[[nodiscard]] AuditResult audit(const AuditInput& input, const std::vector<Check>& checks);

/// fp v1: first 16 bytes (hex) of SHA-256 over length-prefixed fields `muster-fp/1`, rule, asset
/// kind, asset id, anchor.
[[nodiscard]] std::string fingerprint(std::string_view rule, const Asset& asset,
                                      std::string_view anchor);

/// Fills `{name}` places from `args` and `{asset}` from the asset id. An unknown name stays as it
/// is (a test forbids it).
[[nodiscard]] std::string render_message(std::string_view pattern, const Outcome& outcome);

}  // namespace muster
