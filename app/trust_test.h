// `muster trust test`: does a trust policy admit these tokens?
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct TrustTestOptions {
  /// Trust policy, `get-role` output, authorization details with `role`, or `-`.
  std::string file;
  std::string role;
  /// One JSON object per line.
  std::string claims_file;
};

/// Writes one JSON line per claims line, in order:
/// `{"admitted":true|false|"undecided","because":"…","provider":"arn…","refused_by":[{"statement","clause","effect","operator",
/// "key","values","carried","reason","location":{…}}]}`; `refused_by` only when the answer is no.
/// Blank lines are skipped. When a line cannot be understood, every such line is reported on `err`
/// and nothing is written to `out`. Returns `kClean` when all were decided, `kIncomplete` when some
/// are undecided or the policy cannot be read, `kUsage` on bad claims or a file that is not there.
int trust_test(const TrustTestOptions& options, const Console& console);

}  // namespace muster::app
