// Variables are replaced for String and Arn operators only; elsewhere `${…}` is a value of the
// wrong type.
#include "checks/policy/compare.h"

#include "checks/policy/glob.h"
#include "checks/policy/values.h"
#include "checks/policy/variables.h"

namespace muster::policy {
namespace {

MatchResult answer(bool matches) {
  return matches ? MatchResult::Yes : MatchResult::No;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80U;
}

/// Equal with ASCII case folded; unknown when they differ only in characters whose case IAM's
/// documentation leaves open.
MatchResult equal_ignoring_case(std::string_view a, std::string_view b) {
  const std::string left = lower(a);
  const std::string right = lower(b);
  if (left == right) {
    return MatchResult::Yes;
  }
  if (left.size() != right.size()) {
    return MatchResult::No;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i] && (is_ascii(left[i]) || is_ascii(right[i]))) {
      return MatchResult::No;
    }
  }
  return MatchResult::Unknown;
}

MatchResult compare_text(OperatorKind kind, std::string_view written, std::string_view value,
                         Version version, const Request& request) {
  const bool like = kind == OperatorKind::StringLike;
  const Expanded expanded =
      expand(written, version, request, like ? TextUse::Pattern : TextUse::Literal);
  if (expanded.state != Resolution::Resolved) {
    return expanded.state == Resolution::Malformed ? MatchResult::Unknown : MatchResult::Unresolved;
  }
  if (like) {
    return answer(glob_match(expanded.text, value, kMarked));
  }
  return kind == OperatorKind::StringEquals ? answer(expanded.text == value)
                                            : equal_ignoring_case(expanded.text, value);
}

/// Equality of two typed values, or unknown when one of them is not of the type.
template <class T>
MatchResult equal(const std::optional<T>& written, const std::optional<T>& value) {
  return written && value ? answer(*written == *value) : MatchResult::Unknown;
}

template <class T>
MatchResult less(const std::optional<T>& a, const std::optional<T>& b, bool or_equal) {
  if (!a || !b) {
    return MatchResult::Unknown;
  }
  return answer(or_equal ? *a <= *b : *a < *b);
}

MatchResult in_range(std::string_view written, std::string_view value) {
  const auto range = parse_range(written);
  const auto address = parse_address(value);
  return range && address ? answer(range->contains(*address)) : MatchResult::Unknown;
}

MatchResult compare_numbers(OperatorKind kind, std::string_view written, std::string_view value) {
  const auto bound = Number::parse(written);
  const auto given = Number::parse(value);
  if (kind == OperatorKind::NumericEquals) {
    return equal(bound, given);
  }
  const bool or_equal =
      kind == OperatorKind::NumericLessThanEquals || kind == OperatorKind::NumericGreaterThanEquals;
  const bool below =
      kind == OperatorKind::NumericLessThan || kind == OperatorKind::NumericLessThanEquals;
  return below ? less(given, bound, or_equal) : less(bound, given, or_equal);
}

MatchResult compare_instants(OperatorKind kind, std::string_view written, std::string_view value) {
  const auto bound = parse_instant(written);
  const auto given = parse_instant(value);
  if (kind == OperatorKind::DateEquals) {
    return equal(bound, given);
  }
  const bool or_equal =
      kind == OperatorKind::DateLessThanEquals || kind == OperatorKind::DateGreaterThanEquals;
  const bool below = kind == OperatorKind::DateLessThan || kind == OperatorKind::DateLessThanEquals;
  return below ? less(given, bound, or_equal) : less(bound, given, or_equal);
}

}  // namespace

MatchResult compare(OperatorKind kind, std::string_view written, std::string_view value,
                    Version version, const Request& request) {
  switch (kind) {
    case OperatorKind::StringEquals:
    case OperatorKind::StringEqualsIgnoreCase:
    case OperatorKind::StringLike:
      return compare_text(kind, written, value, version, request);
    case OperatorKind::NumericEquals:
    case OperatorKind::NumericLessThan:
    case OperatorKind::NumericLessThanEquals:
    case OperatorKind::NumericGreaterThan:
    case OperatorKind::NumericGreaterThanEquals:
      return compare_numbers(kind, written, value);
    case OperatorKind::DateEquals:
    case OperatorKind::DateLessThan:
    case OperatorKind::DateLessThanEquals:
    case OperatorKind::DateGreaterThan:
    case OperatorKind::DateGreaterThanEquals:
      return compare_instants(kind, written, value);
    case OperatorKind::Bool:
      return equal(parse_bool(written), parse_bool(value));
    case OperatorKind::BinaryEquals:
      return equal(decode_base64(written), decode_base64(value));
    case OperatorKind::IpAddress:
      return in_range(written, value);
    case OperatorKind::ArnEquals:
    case OperatorKind::ArnLike:
      return match_arn(written, value, version, request);
    case OperatorKind::Null:
    case OperatorKind::Unknown:
      break;
  }
  return MatchResult::Unknown;
}

}  // namespace muster::policy
