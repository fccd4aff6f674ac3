// One observation is no evidence: a reload may be under way.
#pragma once

#include "drills/backend.h"
#include "net/clock.h"

namespace muster::drills {

inline constexpr int kLooks = 12;
inline constexpr std::chrono::milliseconds kBetweenLooks{50};

/// Looks 12 times, 50 ms apart, and gives the last look if all were consistent and of one change;
/// else the one that was not. 600 ms are longer than nginx takes from one set of workers to the
/// next.
[[nodiscard]] Look settle(Backend& backend, net::Clock& clock);

/// As `settle`, again and again until it is consistent or `limit` is over.
[[nodiscard]] Look settle_within(Backend& backend, net::Clock& clock,
                                 std::chrono::milliseconds limit);

}  // namespace muster::drills
