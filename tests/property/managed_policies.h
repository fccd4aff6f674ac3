// AWS managed policies as input of laws: real texts, some of them large. Read from the shared data
// (environment `MUSTER_SHARED`, else `../shared`); none when it is not there.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/policy/model.h"

namespace muster::prover_cases {

struct ManagedPolicy {
  std::string name;
  policy::Policy policy;
};

/// Sorted by name.
[[nodiscard]] std::vector<ManagedPolicy> managed_policies();

/// `count` of them, spread over the list.
template <class T>
[[nodiscard]] std::vector<T> spread(const std::vector<T>& all, std::size_t count) {
  std::vector<T> chosen;
  for (std::size_t i = 0; i < count && !all.empty(); ++i) {
    chosen.push_back(all[i * all.size() / count]);
  }
  return chosen;
}

}  // namespace muster::prover_cases
