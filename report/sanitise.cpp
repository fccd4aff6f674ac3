// Decodes UTF-8 by hand, because every library below breaks on broken text in its own way.
#include "report/sanitise.h"

#include <algorithm>
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

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls (but tab and line feed), separators of lines, and everything that Unicode draws as
/// nothing: Default_Ignorable_Code_Point of Unicode 15.1, which holds the zero-width and
/// bidirectional controls, variation selectors and tags; then the interlinear marks. Sorted.
constexpr std::array<Range, 22> kHostile = {
    {{0x00, 0x08},       {0x0B, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},
     {0x34F, 0x34F},     {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},
     {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
     {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
     {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
     {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}}};

bool is_hostile(std::uint32_t code, Lines lines) {
  if (code == '\t' || code == '\n') {
    return lines == Lines::One;
  }
  const auto* const range =
      std::lower_bound(kHostile.begin(), kHostile.end(), code,
                       [](const Range& entry, std::uint32_t value) { return entry.last < value; });
  const bool listed = range != kHostile.end() && range->first <= code;
  return listed || (code & 0xFFFEU) == 0xFFFE;
}

}  // namespace

std::string sanitise(std::string_view text, Lines lines, std::size_t limit) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    const std::uint32_t code = next_code_point(text, at);
    std::array<char, 16> visible{};
    std::string_view piece = text.substr(begin, at - begin);
    if (code == kBroken) {
      piece = "\xEF\xBF\xBD";
    } else if (is_hostile(code, lines)) {
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

std::string no_command(std::string line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin != std::string::npos && line.compare(begin, 2, "::") == 0) {
    line.insert(begin + 1, " ");
  }
  for (std::size_t at = 0; (at = line.find("##[", at)) != std::string::npos;) {
    line.insert(at + 2, " ");
  }
  return line;
}

std::string safe_line(std::string_view text) {
  return no_command(sanitise(text));
}

}  // namespace muster::report
