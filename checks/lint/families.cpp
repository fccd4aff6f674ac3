// Helpers that the families share.
#include "checks/lint/families.h"

namespace muster::lint {

using policy::OperatorKind;

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 160;
  if (text.size() <= kLongest) {
    return "`" + std::string(text) + "`";
  }
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return "`" + std::string(text.substr(0, end)) + "…`";
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
