// Numbers that are a whole text.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace muster::text {

/// The decimal number that the text is, all of it: nothing for an empty text, a sign other than the
/// `-` of a signed type, anything behind the digits, and what the type cannot hold.
template <std::integral Number = long>
[[nodiscard]] std::optional<Number> whole_number(std::string_view text) {
  Number value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return error == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace muster::text
