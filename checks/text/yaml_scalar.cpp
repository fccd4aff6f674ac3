// The regular expressions of the core schema, by hand.
#include "checks/text/yaml_scalar.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::text {
namespace {

/// Takes digits from the front; how many there were.
std::size_t take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count;
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, and the infinities.
bool is_decimal(std::string_view text) {
  if (text.front() == '+' || text.front() == '-') {
    text.remove_prefix(1);
  }
  if (one_of(text, std::array<std::string_view, 3>{".inf", ".Inf", ".INF"})) {
    return true;
  }
  const std::size_t whole = take_digits(text);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole + fraction == 0) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) {
      text.remove_prefix(1);
    }
    return take_digits(text) > 0 && text.empty();
  }
  return text.empty();
}

bool is_number(std::string_view text) {
  if (text.starts_with("0o")) {
    return all_of(text.substr(2), "01234567");
  }
  if (text.starts_with("0x")) {
    return all_of(text.substr(2), "0123456789abcdefABCDEF");
  }
  return one_of(text, std::array<std::string_view, 3>{".nan", ".NaN", ".NAN"}) || is_decimal(text);
}

}  // namespace

Type core_schema_type(std::string_view text) {
  if (text.empty() || one_of(text, std::array<std::string_view, 4>{"~", "null", "Null", "NULL"})) {
    return Type::Null;
  }
  if (one_of(text,
             std::array<std::string_view, 6>{"true", "True", "TRUE", "false", "False", "FALSE"})) {
    return Type::Bool;
  }
  return is_number(text) ? Type::Number : Type::String;
}

}  // namespace muster::text
