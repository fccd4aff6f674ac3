// Random policies, statements and requests over a small alphabet, where clauses meet often. Only to
// be called inside rc::check.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::policy {

/// A number in [low, high), each alike from the first case on.
[[nodiscard]] std::size_t random_below(std::size_t low, std::size_t high);

/// One to three of the choices, as text without a place.
[[nodiscard]] std::vector<Text> random_list(const std::vector<std::string>& choices);

[[nodiscard]] std::vector<Text> plain_list(const std::vector<std::string>& values);

[[nodiscard]] Condition random_condition();

/// Without principals.
[[nodiscard]] Statement random_statement();

[[nodiscard]] Policy random_policy();

/// By a user of the example account.
[[nodiscard]] Request random_request();

template <class T>
void shuffle(std::vector<T>& list) {
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[random_below(0, i)]);
  }
}

}  // namespace muster::policy
