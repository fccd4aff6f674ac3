// Dates and times as IAM writes them.
#include <charconv>
#include <chrono>

#include "checks/policy/values.h"
#include "checks/text/ascii.h"
#include "checks/text/number.h"

namespace muster::policy {
namespace {

/// Reads fixed-width fields from the front; any misfit makes `ok` false for good.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int digits(std::size_t width) {
    int value = 0;
    const char* begin = rest_.data();
    if (!ok_ || rest_.size() < width || *begin < '0' || *begin > '9') {
      ok_ = false;
      return 0;
    }
    const auto [end, error] = std::from_chars(begin, begin + width, value);
    ok_ = error == std::errc() && end == begin + width;
    rest_.remove_prefix(width);
    return value;
  }

  bool take(char wanted) {
    if (!ok_ || !rest_.starts_with(wanted)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  void need(char wanted) { ok_ = take(wanted); }

  /// Digits of a fraction of a second, as nanoseconds. At least one.
  std::uint32_t fraction() {
    std::uint32_t nanoseconds = 0;
    std::uint32_t unit = 100'000'000;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      nanoseconds += static_cast<std::uint32_t>(rest_[count] - '0') * unit;
      unit /= 10;
      ++count;
    }
    ok_ = ok_ && count > 0;
    rest_.remove_prefix(count);
    return nanoseconds;
  }

  [[nodiscard]] bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Instant> parse_epoch(std::string_view text) {
  const auto seconds = text::whole_number<std::int64_t>(text);
  if (!seconds || text.size() > 18 || text.front() == '-') {
    return std::nullopt;
  }
  return Instant{*seconds, 0};
}

/// `Z` or `±hh:mm`, in seconds to subtract.
std::int64_t take_zone(Fields& fields, bool& in_range) {
  if (fields.take('Z')) {
    return 0;
  }
  const bool west = fields.take('-');
  if (!west) {
    fields.need('+');
  }
  const int hours = fields.digits(2);
  fields.need(':');
  const int minutes = fields.digits(2);
  in_range = in_range && hours < 24 && minutes < 60;
  const std::int64_t offset = hours * 3600L + minutes * 60L;
  return west ? -offset : offset;
}

/// `Thh:mm[:ss[.f]]zone`, added to midnight.
void take_time(Fields& fields, Instant& instant, bool& in_range) {
  const int hours = fields.digits(2);
  fields.need(':');
  const int minutes = fields.digits(2);
  int seconds = 0;
  if (fields.take(':')) {
    seconds = fields.digits(2);
    instant.nanoseconds = fields.take('.') ? fields.fraction() : 0;
  }
  in_range = in_range && hours < 24 && minutes < 60 && seconds < 60;
  instant.seconds += hours * 3600L + minutes * 60L + seconds - take_zone(fields, in_range);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  if (text::is_digits(text) && text.size() != 4) {
    return parse_epoch(text);
  }
  Fields fields(text);
  const int year = fields.digits(4);
  const bool has_month = fields.take('-');
  const int month = has_month ? fields.digits(2) : 1;
  const bool has_day = has_month && fields.take('-');
  const int day = has_day ? fields.digits(2) : 1;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  Instant instant{std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count(),
                  0};
  bool in_range = true;
  if (has_day && fields.take('T')) {
    take_time(fields, instant, in_range);
  }
  return fields.complete() && in_range ? std::optional(instant) : std::nullopt;
}

}  // namespace muster::policy
