// Neighbours are made in decimal text, so that no precision is lost.
#include "checks/prover/bounds.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "checks/policy/values.h"

namespace muster::prover {
namespace {

using policy::Instant;
using policy::IpAddress;
using policy::IpFamily;
using policy::IpRange;
using policy::Number;

constexpr long kLargestExponent = 40;

/// A decimal number taken apart: `-`, digits before and behind the point.
struct Decimal {
  bool negative = false;
  std::string whole;
  std::string fraction;

  [[nodiscard]] std::string text() const {
    return (negative ? "-" : "") + (whole.empty() ? std::string("0") : whole) +
           (fraction.empty() ? "" : "." + fraction);
  }
};

/// Moves the point by the exponent, filling up with zeros.
void shift(Decimal& number, long exponent) {
  for (; exponent > 0; --exponent) {
    number.whole += number.fraction.empty() ? '0' : number.fraction.front();
    number.fraction.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    number.fraction.insert(0, 1, number.whole.empty() ? '0' : number.whole.back());
    if (!number.whole.empty()) {
      number.whole.pop_back();
    }
  }
}

std::optional<Decimal> read_decimal(std::string_view text) {
  if (!Number::parse(text)) {
    return std::nullopt;
  }
  Decimal number;
  number.negative = text.front() == '-';
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  std::string_view digits = text.substr(0, mark);
  digits.remove_prefix(std::min(digits.find_first_not_of("+-"), digits.size()));
  const std::size_t point = std::min(digits.find('.'), digits.size());
  number.whole = digits.substr(0, point);
  number.fraction = point < digits.size() ? digits.substr(point + 1) : std::string_view();
  long exponent = 0;
  if (mark < text.size()) {
    std::string_view tail = text.substr(mark + 1);
    tail.remove_prefix(tail.starts_with('+') ? 1 : 0);
    std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
  }
  if (exponent > kLargestExponent || exponent < -kLargestExponent) {
    return std::nullopt;
  }
  shift(number, exponent);
  number.whole.erase(0, std::min(number.whole.find_first_not_of('0'), number.whole.size()));
  return number;
}

/// The number one step farther from zero, where a step is smaller than every difference between
/// numbers of at most `places` decimals.
std::string beyond(const Decimal& number, std::size_t places) {
  Decimal next = number;
  next.fraction += std::string(places - next.fraction.size(), '0') + "1";
  return next.text();
}

/// The whole numbers beside a whole number of up to 17 digits, which people like better.
void add_whole_neighbours(const Decimal& number, std::vector<std::string>& out) {
  constexpr std::size_t kDigits = 17;
  const bool whole = number.fraction.find_first_not_of('0') == std::string::npos;
  if (!whole || number.whole.size() > kDigits) {
    return;
  }
  long long value = 0;
  std::from_chars(number.whole.data(), number.whole.data() + number.whole.size(), value);
  value = number.negative ? -value : value;
  out.push_back(std::to_string(value + 1));
  out.push_back(std::to_string(value - 1));
}

/// `2026-01-31T00:00:00Z`, with a fraction if there is one; epoch seconds outside the years that
/// can be written.
std::string text_of(const Instant& instant) {
  using std::chrono::days;
  const std::chrono::sys_seconds time{std::chrono::seconds(instant.seconds)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  const int year = static_cast<int>(date.year());
  if (instant.seconds > 253402300799 || year < 0) {
    return std::to_string(instant.seconds);
  }
  const auto digits = [](long value, std::size_t width) {
    const std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  std::string text = digits(year, 4) + "-" + digits(unsigned{date.month()}, 2) + "-" +
                     digits(unsigned{date.day()}, 2) + "T" + digits(clock.hours().count(), 2) +
                     ":" + digits(clock.minutes().count(), 2) + ":" +
                     digits(clock.seconds().count(), 2);
  if (instant.nanoseconds != 0) {
    text += "." + digits(instant.nanoseconds, 9);
  }
  return text + "Z";
}

/// REQUIRES: less than a second.
Instant moved(Instant instant, long nanoseconds) {
  constexpr long kSecond = 1'000'000'000;
  const long sum = static_cast<long>(instant.nanoseconds) + nanoseconds;
  instant.seconds += sum >= kSecond ? 1 : sum < 0 ? -1 : 0;
  instant.nanoseconds = static_cast<std::uint32_t>((sum + kSecond) % kSecond);
  return instant;
}

std::size_t bytes_of(IpFamily family) {
  return family == IpFamily::V4 ? 4 : 16;
}

std::string text_of(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.family == IpFamily::V4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(),
            text.size());
  return text.data();
}

/// Adds one; nothing behind the last address.
std::optional<IpAddress> next(IpAddress address) {
  for (std::size_t i = bytes_of(address.family); i-- > 0;) {
    address.bytes.at(i) = static_cast<std::uint8_t>(address.bytes.at(i) + 1);
    if (address.bytes.at(i) != 0) {
      return address;
    }
  }
  return std::nullopt;
}

std::optional<IpAddress> previous(IpAddress address) {
  for (std::size_t i = bytes_of(address.family); i-- > 0;) {
    const bool borrow = address.bytes.at(i) == 0;
    address.bytes.at(i) = static_cast<std::uint8_t>(address.bytes.at(i) - 1);
    if (!borrow) {
      return address;
    }
  }
  return std::nullopt;
}

IpAddress last_of(const IpRange& range) {
  IpAddress last = range.first;
  for (std::size_t bit = range.prefix_bits; bit < bytes_of(last.family) * 8; ++bit) {
    last.bytes.at(bit / 8) |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
  }
  return last;
}

}  // namespace

bool is_far(std::string_view number) {
  return Number::parse(number) && !read_decimal(number);
}

std::vector<std::string> numbers_around(const std::vector<std::string>& written) {
  std::vector<Decimal> bounds;
  std::size_t places = 0;
  for (const std::string& text : written) {
    if (auto number = read_decimal(text)) {
      places = std::max(places, number->fraction.size());
      bounds.push_back(std::move(*number));
    }
  }
  std::vector<std::string> out;
  for (const Decimal& number : bounds) {
    out.push_back(number.text());
    add_whole_neighbours(number, out);
  }
  out.emplace_back("0");
  // Between two neighbouring bounds lies the step beyond the one that is nearer to zero, or zero.
  const Decimal zero;
  bounds.push_back(zero);
  for (Decimal number : bounds) {
    out.push_back(beyond(number, places));
    if (number.whole.empty() && number.fraction.find_first_not_of('0') == std::string::npos) {
      number.negative = true;
      out.push_back(beyond(number, places));
    }
  }
  return out;
}

std::vector<std::string> instants_around(const std::vector<std::string>& written) {
  std::vector<std::string> out;
  // Parts of a second that every clock has come before those that only the text can tell.
  constexpr long kHalf = 500'000'000;
  std::vector<std::string> halves;
  std::vector<std::string> fine;
  for (const std::string& text : written) {
    if (const auto bound = policy::parse_instant(text)) {
      out.push_back(text_of(*bound));
      out.push_back(text_of({bound->seconds + 1, bound->nanoseconds}));
      out.push_back(text_of({bound->seconds - 1, bound->nanoseconds}));
      halves.push_back(text_of(moved(*bound, kHalf)));
      halves.push_back(text_of(moved(*bound, -kHalf)));
      fine.push_back(text_of(moved(*bound, 1)));
      fine.push_back(text_of(moved(*bound, -1)));
    }
  }
  out.insert(out.end(), halves.begin(), halves.end());
  out.insert(out.end(), fine.begin(), fine.end());
  return out;
}

std::vector<std::string> addresses_around(const std::vector<std::string>& written) {
  std::vector<std::string> out = {"198.51.100.7"};
  std::vector<std::string> odd = {"2001:db8::1"};
  for (const std::string& text : written) {
    const auto range = policy::parse_range(text);
    if (!range) {
      continue;
    }
    const IpAddress last = last_of(*range);
    out.push_back(text_of(range->first));
    odd.push_back(text_of(last));
    if (const auto after = next(last)) {
      odd.push_back(text_of(*after));
    }
    if (const auto before = previous(range->first)) {
      odd.push_back(text_of(*before));
    }
  }
  out.insert(out.end(), odd.begin(), odd.end());
  return out;
}

std::vector<std::string> binaries_around(const std::vector<std::string>& written) {
  std::vector<std::string> out = written;
  // Longer than every value, hence none of them.
  std::size_t longest = 0;
  for (const std::string& value : written) {
    longest = std::max(longest, value.size());
  }
  out.push_back(std::string((longest / 4 + 1) * 4, 'A'));
  return out;
}

}  // namespace muster::prover
