// The policies that most benchmarks ask about: 300 AWS managed ones where the shared data is there,
// else the few of bench/data/policies.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "checks/policy/model.h"

namespace muster::bench {

struct PolicySource {
  /// `AWS managed policies` or `bench/data/policies`.
  std::string origin;
  /// Sorted by name.
  std::vector<Input> files;
};

[[nodiscard]] PolicySource policy_source();

/// The first `most` of them that can be read.
[[nodiscard]] std::vector<policy::Policy> sample_policies(std::size_t most);

}  // namespace muster::bench
