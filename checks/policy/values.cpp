// Numbers, addresses, booleans and binary. Instants have their own file.
#include "checks/policy/values.h"

#include <arpa/inet.h>

#include <algorithm>

#include "checks/policy/model.h"
#include "checks/text/number.h"

namespace muster::policy {
namespace {

constexpr std::int64_t kLargestExponent = 9999;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the front.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// `e-3` up to the end of the text; 0 when nothing is left.
std::optional<std::int64_t> take_exponent(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (!take(text, 'e') && !take(text, 'E')) {
    return std::nullopt;
  }
  const bool negative = take(text, '-');
  if (!negative) {
    take(text, '+');
  }
  const auto value = text::whole_number<std::int64_t>(text);
  if (!value || *value < 0 || text.front() == '-' || *value > kLargestExponent) {
    return std::nullopt;
  }
  return negative ? -*value : *value;
}

std::size_t address_bytes(IpFamily family) {
  return family == IpFamily::V4 ? 4 : 16;
}

/// The bits of byte `index` that a prefix of `prefix_bits` covers.
std::uint8_t mask_byte(std::size_t index, unsigned prefix_bits) {
  const auto before = static_cast<unsigned>(index * 8);
  const unsigned covered = prefix_bits <= before ? 0 : std::min(8U, prefix_bits - before);
  return static_cast<std::uint8_t>(0xFF00U >> covered);
}

}  // namespace

std::optional<Number> Number::parse(std::string_view text) {
  Number number;
  number.negative_ = take(text, '-');
  if (!number.negative_) {
    take(text, '+');
  }
  const std::string_view whole = take_digits(text);
  const std::string_view fraction = take(text, '.') ? take_digits(text) : std::string_view();
  const auto exponent = take_exponent(text);
  if ((whole.empty() && fraction.empty()) || !exponent) {
    return std::nullopt;
  }
  std::string digits = std::string(whole) + std::string(fraction);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, first);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) {
    return Number{};
  }
  number.digits_ = std::move(digits);
  number.exponent_ =
      static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first) + *exponent;
  return number;
}

std::strong_ordering operator<=>(const Number& a, const Number& b) {
  const auto sign = [](const Number& n) { return n.digits_.empty() ? 0 : n.negative_ ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) {
    return sign(a) <=> sign(b);
  }
  // Without leading zeros the exponent compares first, then the digits as text.
  const auto magnitude =
      a.exponent_ != b.exponent_ ? a.exponent_ <=> b.exponent_ : a.digits_.compare(b.digits_) <=> 0;
  return a.negative_ ? 0 <=> magnitude : magnitude;
}

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  address = IpAddress{IpFamily::V6, {}};
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  return std::nullopt;
}

std::optional<IpRange> parse_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  const std::size_t bytes = address_bytes(address->family);
  IpRange range{*address, static_cast<unsigned>(bytes * 8)};
  if (slash != std::string_view::npos) {
    const auto bits = text::whole_number<unsigned>(text.substr(slash + 1));
    if (!bits || *bits > bytes * 8) {
      return std::nullopt;
    }
    range.prefix_bits = *bits;
  }
  for (std::size_t i = 0; i < bytes; ++i) {
    range.first.bytes.at(i) &= mask_byte(i, range.prefix_bits);
  }
  return range;
}

bool IpRange::contains(const IpAddress& address) const {
  if (address.family != first.family) {
    return false;
  }
  for (std::size_t i = 0; i < address_bytes(first.family); ++i) {
    if ((address.bytes.at(i) & mask_byte(i, prefix_bits)) != first.bytes.at(i)) {
      return false;
    }
  }
  return true;
}

std::optional<bool> parse_bool(std::string_view text) {
  const std::string folded = lower(text);
  if (folded == "true") {
    return true;
  }
  if (folded == "false") {
    return false;
  }
  return std::nullopt;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t padded = text.size();
  while (text.ends_with('=') && padded - text.size() < 2) {
    text.remove_suffix(1);
  }
  const bool padding_fits = text.size() == padded || padded % 4 == 0;
  if (!padding_fits || text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU));
    }
  }
  return bytes;
}

}  // namespace muster::policy
