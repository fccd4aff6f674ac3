// Helpers that the families share.
#include "checks/lint/families.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::lint {

using policy::OperatorKind;

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 160;
  if (text.size() <= kLongest) {
    return "`" + one_line(std::string(text)) + "`";
  }
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return "`" + one_line(std::string(text.substr(0, end))) + "…`";
}

bool may_be_region(std::string_view text) {
  constexpr std::array<std::string_view, 9> kDirections = {"north",     "south",     "east",
                                                           "west",      "central",   "northeast",
                                                           "northwest", "southeast", "southwest"};
  const std::size_t last = text.rfind('-');
  const bool numbered = last != std::string_view::npos && last + 2 == text.size() &&
                        text.back() >= '1' && text.back() <= '9';
  if (!numbered) {
    return false;
  }
  const std::string_view rest = text.substr(0, last);
  const std::size_t before = rest.rfind('-');
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return before != std::string_view::npos && before >= 2 && std::ranges::all_of(rest, is_letter) &&
         text::one_of(rest.substr(before + 1), kDirections);
}

bool is_string_operator(const policy::Operator& op) {
  return op.kind == OperatorKind::StringEquals || op.kind == OperatorKind::StringLike ||
         op.kind == OperatorKind::StringEqualsIgnoreCase;
}

bool is_arn_operator(const policy::Operator& op) {
  return op.kind == OperatorKind::ArnEquals || op.kind == OperatorKind::ArnLike;
}

bool long_retired(const policy::Catalogue& catalogue, std::uint8_t last_edition) {
  if (last_edition == policy::kCurrent) {
    return false;
  }
  // Dates are `YYYY-MM-DD`, so a year earlier is a smaller first number and text order is time.
  std::string year_before(catalogue.date());
  for (std::size_t digit = 4; digit-- > 0;) {
    if (year_before[digit] != '0') {
      --year_before[digit];
      break;
    }
    year_before[digit] = '9';
  }
  return catalogue.last_seen(last_edition) < year_before;
}

}  // namespace muster::lint
