// Values of conditions as item sequences. Variables: IAM User Guide, "Policy variables"; only
// version 2012-10-17 has them, and `${*}`, `${?}`, `${$}` are the escapes.
#include "checks/policy/pattern.h"

#include <algorithm>

namespace muster::policy {
namespace {

Item literal(Char c) {
  return {ItemKind::Literal, c, {}};
}

/// The item for the inside of `${…}`: an escape or a variable.
Item placeholder(const Word& inside) {
  if (inside == U"*" || inside == U"?" || inside == U"$") {
    return literal(inside[0]);
  }
  const bool plain_key = !inside.empty() && inside.find_first_of(U", ${*?'") == Word::npos;
  return {ItemKind::Variable, 0, plain_key ? lower(encode(inside)) : std::string()};
}

Item plain(Char c, bool wildcards) {
  if (wildcards && c == U'*') {
    return {ItemKind::AnyRun, 0, {}};
  }
  if (wildcards && c == U'?') {
    return {ItemKind::AnyOne, 0, {}};
  }
  return literal(c);
}

}  // namespace

bool Pattern::has_variable() const {
  return std::any_of(items.begin(), items.end(),
                     [](const Item& item) { return item.kind == ItemKind::Variable; });
}

bool Pattern::is_literal() const {
  return std::all_of(items.begin(), items.end(),
                     [](const Item& item) { return item.kind == ItemKind::Literal; });
}

Word Pattern::literal_prefix() const {
  Word out;
  for (const Item& item : items) {
    if (item.kind != ItemKind::Literal) {
      break;
    }
    out.push_back(item.c);
  }
  return out;
}

Pattern parse_pattern(std::string_view value, Version version, bool wildcards, bool fold_case) {
  const Word text = decode(value);
  const bool variables = version == Version::V2012_10_17;
  Pattern pattern{{}, fold_case};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = variables && text[i] == U'$' && i + 1 < text.size() && text[i + 1] == U'{';
    if (!opens) {
      pattern.items.push_back(plain(text[i], wildcards));
      continue;
    }
    const std::size_t end = std::min(text.find(U'}', i), text.size());
    const bool closed = end < text.size();
    pattern.items.push_back(placeholder(closed ? text.substr(i + 2, end - i - 2) : Word()));
    i = end;
  }
  return pattern;
}

Pattern literal_pattern(std::string_view text) {
  return parse_pattern(text, Version::V2008_10_17, false);
}

Pattern glob_pattern(std::string_view glob) {
  return parse_pattern(glob, Version::V2008_10_17, true);
}

}  // namespace muster::policy
