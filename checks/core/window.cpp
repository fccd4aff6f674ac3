#include "checks/core/window.h"

#include <algorithm>
#include <array>

namespace muster {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::optional<unsigned> day_of(std::string_view text) {
  const auto* found = std::ranges::find(kDays, text);
  return found == kDays.end() ? std::nullopt
                              : std::optional(static_cast<unsigned>(found - kDays.begin()));
}

/// `09:30` as minutes; `24:00` is the end of the day.
std::optional<unsigned> minute_of(std::string_view text) {
  const auto digit = [&](std::size_t at) { return static_cast<unsigned>(text[at] - '0'); };
  if (text.size() != 5 || text[2] != ':' || digit(0) > 9 || digit(1) > 9 || digit(3) > 5 ||
      digit(4) > 9) {
    return std::nullopt;
  }
  const unsigned minute = (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4);
  return minute <= 24 * 60 ? std::optional(minute) : std::nullopt;
}

}  // namespace

bool Window::contains(std::chrono::sys_seconds time) const {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
  return weekday >= first_day && weekday <= last_day && minute >= from_minute && minute < to_minute;
}

std::optional<Window> parse_window(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view days = text.substr(0, space);
  const std::string_view hours = text.substr(space + 1);
  const auto first = day_of(days.substr(0, std::min<std::size_t>(3, days.size())));
  const auto last = days.size() == 7 && days[3] == '-' ? day_of(days.substr(4))
                    : days.size() == 3                 ? first
                                                       : std::nullopt;
  if (!first || !last || *first > *last || hours.size() != 11 || hours[5] != '-') {
    return std::nullopt;
  }
  const auto from = minute_of(hours.substr(0, 5));
  const auto to = minute_of(hours.substr(6));
  if (!from || !to || *from >= *to) {
    return std::nullopt;
  }
  return Window{*first, *last, *from, *to};
}

}  // namespace muster
