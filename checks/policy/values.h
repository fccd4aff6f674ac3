// Typed values that condition operators compare: numbers, instants, IP ranges, booleans, binary.
// Shared by the evaluator and the prover, so each parser is tested against a table of its own.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::policy {

/// A decimal number, exact at any length: 0.`digits` times ten to the power of `exponent`.
class Number {
 public:
  /// `10`, `-3.50`, `+1`, `1e3`. Nothing for other text and for exponents beyond ±9999.
  [[nodiscard]] static std::optional<Number> parse(std::string_view text);

  friend bool operator==(const Number&, const Number&) = default;
  friend std::strong_ordering operator<=>(const Number& a, const Number& b);

 private:
  bool negative_ = false;
  /// No leading and no trailing zeros; empty = zero.
  std::string digits_;
  std::int64_t exponent_ = 0;
};

/// A point in time, UTC.
struct Instant {
  /// Since 1970-01-01T00:00:00Z.
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;

  friend auto operator<=>(const Instant&, const Instant&) = default;
};

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.f]](Z|±hh:mm)` (W3C profile of ISO
/// 8601), or whole epoch seconds of up to 18 digits, not 4 (that is a year). Fractions finer than a
/// nanosecond are cut. Nothing for other text.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

enum class IpFamily { V4, V6 };

struct IpAddress {
  IpFamily family = IpFamily::V4;
  /// Network order; an IPv4 address uses the first four bytes.
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// A CIDR range with the host bits cleared.
struct IpRange {
  IpAddress first;
  unsigned prefix_bits = 0;

  /// Families never match each other; an IPv4-mapped IPv6 address counts as IPv6.
  [[nodiscard]] bool contains(const IpAddress& address) const;

  friend auto operator<=>(const IpRange&, const IpRange&) = default;
};

/// `203.0.113.9` or `2001:db8::1`. Nothing for other text (leading zeros, zones, prefixes).
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);

/// `203.0.113.0/24`; an address alone is a range of one. Host bits are cleared.
[[nodiscard]] std::optional<IpRange> parse_range(std::string_view text);

/// `true` / `false` in any case.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// The bytes that standard base64 stands for; padding may be left out. Nothing for other text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace muster::policy
