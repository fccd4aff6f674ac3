// `muster policy lint`: what is wrong with a policy document, without asking AWS.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct PolicyLintOptions {
  /// Paths of policy documents; `-` is standard input.
  std::vector<std::string> files;
  /// `identity`, `resource`, `trust`, `scp`, `rcp`; empty: taken from each document.
  std::string type;
  /// A catalogue of AWS actions instead of the one in the program; empty for none.
  std::string catalogue;
  /// The mildest type of finding that fails: `error`, `security-warning`, `warning`, `suggestion`.
  std::string fail_on = "security-warning";
  bool json = false;
  /// Also what the policy could do without (lint.h).
  bool redundant = false;
};

/// Prints `path:line:col CODE message` and what to do, by file and place. `--json`:
/// `{"catalogue":{"date","version","source"},"files":[{"file","policy_type","findings":2,
/// "undecided":0}],
/// "findings":[{"code","severity","message","path":["Statement",0,"Action"],"location",…}]}`; each
/// finding also has Access Analyzer's own members: `findingType`, `issueCode`, `findingDetails`,
/// `learnMoreLink`, `locations:[{"path":[{"value"|"index"|"key"}],"span":{"start","end"}}]` with
/// `{"line","column","offset"}`, columns and offsets counted from 0 in characters. Returns
/// `kFindings` when a finding reaches `fail_on`, else `kIncomplete` when a file cannot be read;
/// `kUsage` when a file is not there.
int policy_lint(const PolicyLintOptions& options, const Console& console);

}  // namespace muster::app
