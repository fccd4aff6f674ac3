// `muster policy compare`: what changed in meaning between two policies.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct PolicyCompareOptions {
  /// Paths of two policy documents; `-` is standard input.
  std::string a;
  std::string b;
  bool json = false;
};

/// Says whether the policies are equal in meaning, or which one allows more, with one request as
/// evidence each way. `--json`: `{"relation":"equal|widened|narrowed|incomparable|undecided",
/// "a_within_b":true|false|"undecided","b_within_a":…,"witness_a_not_b":…,"witness_b_not_a":…,
/// "evidence_a_not_b":…,"evidence_b_not_a":…}`. A witness is the `request` of a `policy eval` line,
/// or null; its evidence says which statement allows it and why the other policy does not.
/// `reason_…` and `candidate_…` stand beside an undecided answer. Returns `kClean` when both
/// answers are known, `kIncomplete` when one is undecided or a file cannot be read, `kUsage` when a
/// file is not there.
int policy_compare(const PolicyCompareOptions& options, const Console& console);

}  // namespace muster::app
