#include "drills/settle.h"

namespace muster::drills {

Look settle(Backend& backend, net::Clock& clock) {
  Look seen = backend.look();
  for (int look = 1; look < kLooks && seen.consistent; ++look) {
    clock.sleep(kBetweenLooks);
    Look next = backend.look();
    if (next.consistent && next.newest != seen.newest) {
      next.consistent = false;
      next.why = "another change came while we looked";
    }
    seen = std::move(next);
  }
  return seen;
}

Look settle_within(Backend& backend, net::Clock& clock, std::chrono::milliseconds limit) {
  const auto end = clock.steady() + limit;
  while (true) {
    Look seen = settle(backend, clock);
    if (seen.consistent || clock.steady() >= end) {
      return seen;
    }
    clock.sleep(kBetweenLooks);
  }
}

}  // namespace muster::drills
