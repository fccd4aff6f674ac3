// Edit distance over short names. Long input is refused first, so that a hostile key costs nothing.
#include "checks/policy/spelling.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "checks/policy/model.h"

namespace muster::policy {
namespace {

constexpr std::size_t kMaxEdits = 2;
constexpr std::size_t kLongestName = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view wrong, std::span<const std::string_view> known) {
  if (wrong.size() > kLongestName) {
    return {};
  }
  const std::string folded = lower(wrong);
  std::string_view best;
  // Short names would otherwise resemble everything.
  std::size_t best_distance = std::min(kMaxEdits, wrong.size() / 3) + 1;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(folded, lower(name));
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
  const std::string_view near = nearest_name(wrong, known);
  return near.empty() ? std::string() : ": did you mean `" + std::string(near) + "`";
}

}  // namespace muster::policy
