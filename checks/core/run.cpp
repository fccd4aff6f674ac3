// Words and times of runs. g++ 12 has no chrono formatting, hence by hand.
#include "checks/core/run.h"

#include <array>
#include <cstdio>

namespace muster {
namespace {

/// The decimal number in `text[at, at + count)`; nothing if a character there is no digit.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

const char* to_string(FindingState state) {
  switch (state) {
    case FindingState::New:
      return "new";
    case FindingState::Reopened:
      return "reopened";
    case FindingState::Persisting:
      return "persisting";
    case FindingState::NotRechecked:
      return "not_rechecked";
  }
  return "new";
}

const char* to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::Fixed:
      return "fixed";
    case CloseReason::Gone:
      return "gone";
    case CloseReason::RuleRetired:
      return "rule_retired";
    case CloseReason::Moved:
      return "moved";
    case CloseReason::Waived:
      return "waived";
  }
  return "fixed";
}

std::string to_utc(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 40> buffer{};
  const int size = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<TimePoint> parse_utc(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)});
  if (!date.ok()) {
    return std::nullopt;
  }
  const TimePoint midnight = std::chrono::sys_days(date);
  if (text.size() == 10) {
    return midnight;
  }
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const bool shaped =
      text.size() == 20 && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text[19] == 'Z';
  if (!shaped || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return midnight + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace muster
