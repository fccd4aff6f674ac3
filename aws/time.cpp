#include "aws/time.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace muster::aws {
namespace {

/// Takes parts off the front of a text; once one does not fit, none does.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// A number of exactly `digits` digits.
  unsigned number(std::size_t digits) {
    unsigned value = 0;
    const auto all = rest_.substr(0, digits);
    ok_ = ok_ && all.size() == digits &&
          std::ranges::all_of(all, [](char c) { return c >= '0' && c <= '9'; });
    if (ok_) {
      std::from_chars(all.data(), all.data() + all.size(), value);
      rest_.remove_prefix(digits);
    }
    return value;
  }

  /// Whether this text stood here; it is gone then.
  bool skip(std::string_view text) {
    const bool there = rest_.starts_with(text);
    rest_.remove_prefix(there ? text.size() : 0);
    return there;
  }

  void expect(std::string_view text) { ok_ = skip(text) && ok_; }

  void skip_digits() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Fields {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

std::optional<net::WallTime> moment(const Fields& fields) {
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(fields.year)), month(fields.month),
                            day(fields.day)};
  if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) {
    return std::nullopt;
  }
  return sys_days(date) + hours(fields.hour) + minutes(fields.minute) + seconds(fields.second);
}

/// Minutes east of UTC at the end of an ISO date.
std::chrono::minutes offset_of(Scanner& in) {
  const int sign = in.skip("+") ? 1 : in.skip("-") ? -1 : 0;
  if (sign == 0) {
    static_cast<void>(in.skip("Z") || in.skip("UTC"));
    return {};
  }
  const unsigned hours = in.number(2);
  static_cast<void>(in.skip(":"));
  const unsigned minutes = in.number(2);
  return sign * std::chrono::minutes(hours * 60 + minutes);
}

/// A number with at least this many digits.
std::string padded(long value, std::size_t digits) {
  std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

/// `2026-11-22T14:00:00Z` with these separators.
std::string formatted(net::WallTime time, std::string_view dash, std::string_view colon) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return padded(static_cast<int>(date.year()), 4)
      .append(dash)
      .append(padded(static_cast<unsigned>(date.month()), 2))
      .append(dash)
      .append(padded(static_cast<unsigned>(date.day()), 2))
      .append("T")
      .append(padded(clock.hours().count(), 2))
      .append(colon)
      .append(padded(clock.minutes().count(), 2))
      .append(colon)
      .append(padded(clock.seconds().count(), 2))
      .append("Z");
}

}  // namespace

std::string amz_date(net::WallTime time) {
  return formatted(time, "", "");
}

std::string iso_date(net::WallTime time) {
  return formatted(time, "-", ":");
}

std::optional<net::WallTime> parse_iso_date(std::string_view text) {
  Scanner in(text);
  Fields fields;
  fields.year = in.number(4);
  const std::string_view dash = in.skip("-") ? "-" : "";
  const std::string_view colon = dash.empty() ? "" : ":";
  fields.month = in.number(2);
  in.expect(dash);
  fields.day = in.number(2);
  in.expect("T");
  fields.hour = in.number(2);
  in.expect(colon);
  fields.minute = in.number(2);
  in.expect(colon);
  fields.second = in.number(2);
  if (in.skip(".")) {
    in.skip_digits();
  }
  const auto offset = offset_of(in);
  const auto local = in.done() ? moment(fields) : std::nullopt;
  return local ? std::optional(*local - offset) : std::nullopt;
}

std::optional<net::WallTime> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner in(text.substr(std::min<std::size_t>(text.size(), 5)));
  Fields fields;
  fields.day = in.number(2);
  in.expect(" ");
  const auto* const month = std::ranges::find(kMonths, in.rest().substr(0, 3));
  if (month == kMonths.end()) {
    return std::nullopt;
  }
  fields.month = static_cast<unsigned>(month - kMonths.begin()) + 1;
  in.expect(*month);
  in.expect(" ");
  fields.year = in.number(4);
  in.expect(" ");
  fields.hour = in.number(2);
  in.expect(":");
  fields.minute = in.number(2);
  in.expect(":");
  fields.second = in.number(2);
  in.expect(" GMT");
  return in.done() ? moment(fields) : std::nullopt;
}

}  // namespace muster::aws
