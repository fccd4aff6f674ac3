// Hours of the week in which something may be done.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace muster {

/// Days from `first_day` to `last_day` (0 = Monday, both included), each from one minute of the day
/// to another (the last not included). UTC.
struct Window {
  unsigned first_day = 0;
  unsigned last_day = 6;
  unsigned from_minute = 0;
  unsigned to_minute = 24 * 60;

  [[nodiscard]] bool contains(std::chrono::sys_seconds time) const;
};

/// Reads `Mon-Thu 09:00-15:00` or `Sat 22:00-24:00`; days and hours go forward. Nothing for any
/// other text.
[[nodiscard]] std::optional<Window> parse_window(std::string_view text);

}  // namespace muster
