// `muster policy compare`: what changed in meaning between two policies.
#pragma once

#include <cstddef>
#include <string>

#include "app/command.h"

namespace muster::app {

struct PolicyCompareOptions {
  /// Paths of two documents, each a policy or an object of layers; `-` is standard input.
  std::string a;
  std::string b;
  bool json = false;
  /// A catalogue of actions to name witnesses from; empty = the program's own.
  std::string catalogue{};
  /// The limits of the search, times this.
  std::size_t budget = 1;
  /// How ARN patterns of resources are read: `segment`, `trail` or `string`.
  std::string arn_mode = "segment";
};

/// Says whether the policies are equal in meaning, or which one allows more, with one request as
/// evidence each way. An object of layers (`identity`, `boundary`, `session`, `scp`, as in `policy
/// eval`) stands for what they allow together. `--json`: `{"relation":"equal|widened|narrowed|
/// incomparable|undecided","a_within_b":true|false|"undecided","b_within_a":…,"witness_a_not_b":…,
/// "witness_b_not_a":…,"evidence_a_not_b":…,"evidence_b_not_a":…}`. A witness is the `request` of a
/// `policy eval` line, or null; its evidence says which statement allows it, why the other side
/// does not, whether only actions that do not exist today would do (`only_new_actions`), and
/// whether no request is known whose action exists and has such a resource (`no_real_request`): the
/// verdict is about what the policies say, and stands all the same.
/// `grants_a_not_b` and `grants_b_not_a` list every statement that grants more, with its actions
/// and one witness for each respect (`in`, see prover/beyond.h). `reason_…` and `candidate_…` stand
/// beside an undecided answer. `other_readings` has an entry `{"arn_mode","question","answer"}`,
/// with a `witness` or a `reason`, for each answer that is another one in a reading of ARN patterns
/// that was not chosen. Such a difference takes an odd ARN, so it is a note: relation and exit code
/// are those of the chosen reading. Returns `kClean` when both answers are known, `kIncomplete`
/// when one is undecided or a file cannot be read, `kUsage` when a file is not there.
int policy_compare(const PolicyCompareOptions& options, const Console& console);

}  // namespace muster::app
