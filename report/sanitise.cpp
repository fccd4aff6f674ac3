// Decodes UTF-8 by hand, because every library below breaks on broken text in its own way.
#include "report/sanitise.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace muster::report {
namespace {

constexpr std::uint32_t kBroken = 0xFFFFFFFF;

/// The code point at `at`, which moves behind it; `kBroken` for a byte that begins no valid
/// sequence.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const std::uint32_t lead = byte(at);
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
  if (length == 1) {
    ++at;
    return lead;
  }
  std::uint32_t code = length == 4 ? lead & 0x07U : length == 3 ? lead & 0x0FU : lead & 0x1FU;
  bool valid = length != 0 && lead <= 0xF4;
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(at + i) & 0xC0U) == 0x80U;
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (!valid || overlong || surrogate || code > 0x10FFFF) {
    ++at;
    return kBroken;
  }
  at += length;
  return code;
}

bool is_hostile(std::uint32_t code) {
  const bool control =
      (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code <= 0x9F);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool bidi = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
                    code == 0x200E || code == 0x200F || code == 0x061C;
  return control || separator || bidi || code == 0xFEFF || (code & 0xFFFEU) == 0xFFFE;
}

}  // namespace

std::string sanitise(std::string_view text, std::size_t limit) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    const std::uint32_t code = next_code_point(text, at);
    std::array<char, 16> visible{};
    std::string_view piece = text.substr(begin, at - begin);
    if (code == kBroken) {
      piece = "\xEF\xBF\xBD";
    } else if (is_hostile(code)) {
      const int size =
          std::snprintf(visible.data(), visible.size(), "\\u{%x}", static_cast<unsigned>(code));
      piece = {visible.data(), static_cast<std::size_t>(size)};
    }
    if (result.size() + piece.size() > limit) {
      return result + "\xE2\x80\xA6";
    }
    result += piece;
  }
  return result;
}

}  // namespace muster::report
