// A generated account for the benchmarks: roles and policies as a company of many applications has
// them, and a muster.yaml that says what every role is for. The same for the same size, always.
#pragma once

#include <cstddef>
#include <string>

#include "checks/core/facts.h"

namespace muster::bench {

struct AccountSize {
  std::size_t roles = 0;
  /// Inline, customer-managed and AWS managed ones together; at least four for each role.
  std::size_t policies = 0;
};

struct SampleAccount {
  Facts facts;
  /// The text of muster.yaml.
  std::string intent;
};

/// Who trusts whom, and which policies are shared: sample_account.cpp. The policies of AWS are the
/// real ones where the shared data is there.
[[nodiscard]] SampleAccount sample_account(const AccountSize& size);

}  // namespace muster::bench
