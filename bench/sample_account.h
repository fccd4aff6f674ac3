// A generated account of the size of an acceptance criterion: thousands of roles that share
// policies as real ones do.
#pragma once

#include <cstddef>

#include "checks/core/facts.h"

namespace muster::bench {

struct AccountSize {
  std::size_t roles = 5000;
  /// Inline and managed ones together.
  std::size_t policies = 20000;
};

/// Account facts of that size, as pages of `get-account-authorization-details` and an inventory.
/// The same size gives the same facts.
[[nodiscard]] Facts sample_account(const AccountSize& size);

}  // namespace muster::bench
