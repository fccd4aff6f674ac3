// Globs become string constraints where Z3 has some, else regular expressions.
#include "tests/z3/encoding/text.h"

#include <algorithm>
#include <charconv>

#include "checks/text/ascii.h"

namespace muster::z3_oracle {
namespace {

using policy::OperatorKind;

constexpr std::size_t kFields = 6;

std::vector<std::string_view> cut(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < kFields) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
      break;
    }
    parts.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  parts.push_back(text);
  return parts;
}

/// Z3 reads a backslash as the start of an escape.
void require_known(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '\\'; })) {
    throw OutsideOfEncoding{"text outside of printable ASCII"};
  }
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

}  // namespace

TextTerms::TextTerms(z3::context& context)
    : context_(context),
      any_(z3::range(context.string_val("\\u{0}"), context.string_val("\\u{2ffff}"))),
      run_(z3::re_full(z3::to_re(context.string_val("")).get_sort())) {}

z3::expr TextTerms::text(std::string_view written) {
  return context_.string_val(std::string(written));
}

ActionTerm TextTerms::new_action() {
  return {context_.constant("action.service", context_.string_sort()),
          context_.constant("action.name", context_.string_sort())};
}

ArnTerm TextTerms::new_arn(const std::string& name) {
  ArnTerm arn{context_.bool_const((name + ".is_arn").c_str()), {}};
  for (std::size_t i = 1; i < kFields; ++i) {
    arn.fields.push_back(
        context_.constant((name + "." + std::to_string(i)).c_str(), context_.string_sort()));
  }
  return arn;
}

z3::expr TextTerms::no_colon(const z3::expr& value) {
  return !value.contains(text(":"));
}

z3::expr TextTerms::domain(const ActionTerm& action) {
  const z3::expr lower = z3::range(text(" "), text("@")) + z3::range(text("["), text("~"));
  return no_colon(action.service) && z3::in_re(action.service, z3::plus(lower)) &&
         z3::in_re(action.name, z3::plus(lower));
}

z3::expr TextTerms::arn_domain(const ArnTerm& arn) {
  z3::expr_vector all(context_);
  for (std::size_t i = 0; i + 1 < arn.fields.size(); ++i) {
    all.push_back(no_colon(arn.fields[i]));
  }
  return z3::mk_and(all);
}

z3::expr TextTerms::resource_domain(const ArnTerm& arn) {
  const z3::expr empty = text("");
  return arn_domain(arn) && arn.fields[0] != empty && arn.fields[1] != empty &&
         arn.fields.back() != empty;
}

z3::expr TextTerms::regex(std::string_view pattern) {
  std::vector<z3::expr> parts;
  while (!pattern.empty()) {
    const std::size_t plain = std::min(pattern.find_first_of("*?"), pattern.size());
    if (plain > 0) {
      parts.push_back(z3::to_re(text(pattern.substr(0, plain))));
      pattern.remove_prefix(plain);
      continue;
    }
    parts.push_back(pattern.front() == '*' ? run_ : any_);
    pattern.remove_prefix(1);
  }
  if (parts.size() == 1) {
    return parts.front();
  }
  std::vector<Z3_ast> raw(parts.begin(), parts.end());
  return {context_, Z3_mk_re_concat(context_, static_cast<unsigned>(raw.size()), raw.data())};
}

z3::expr TextTerms::like(const z3::expr& value, std::string_view pattern) {
  require_known(pattern);
  if (!has_wildcard(pattern)) {
    return value == text(pattern);
  }
  if (pattern.find_first_not_of('*') == std::string_view::npos) {
    return context_.bool_val(true);
  }
  if (pattern.find_first_of("*?") + 1 == pattern.size() && pattern.back() == '*') {
    return z3::prefixof(text(pattern.substr(0, pattern.size() - 1)), value);
  }
  return z3::in_re(value, regex(pattern));
}

/// The first colon of the action is a colon of the pattern, or one of its wildcards stands for it.
z3::expr TextTerms::names(std::string_view pattern, const ActionTerm& action) {
  const std::string lower = text::lower(pattern);
  const std::string_view whole = lower;
  z3::expr_vector ways(context_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const std::string_view before = whole.substr(0, i);
    const std::string_view after = whole.substr(i + 1);
    if (before.find(':') != std::string_view::npos) {
      break;
    }
    if (whole[i] == '*') {
      ways.push_back(like(action.service, std::string(before) + "*") &&
                     like(action.name, "*" + std::string(after)));
    } else if (whole[i] == ':' || whole[i] == '?') {
      ways.push_back(like(action.service, before) && like(action.name, after));
    }
  }
  return z3::mk_or(ways);
}

z3::expr TextTerms::fields_match(const std::vector<std::string_view>& patterns,
                                 const ArnTerm& arn) {
  z3::expr_vector all(context_);
  all.push_back(arn.is_arn);
  for (std::size_t i = 1; i < patterns.size(); ++i) {
    all.push_back(like(arn.fields.at(i - 1), patterns[i]));
  }
  return z3::mk_and(all);
}

z3::expr TextTerms::names(std::string_view pattern, const ArnTerm& resource) {
  if (pattern == "*") {
    return context_.bool_val(true);
  }
  if (!pattern.starts_with("arn:")) {
    throw OutsideOfEncoding{"a resource that is no ARN"};
  }
  return fields_match(cut(pattern), resource);
}

z3::expr TextTerms::matches_arn(std::string_view pattern, const ArnTerm& arn) {
  if (pattern == "*") {
    return context_.bool_val(true);
  }
  const std::vector<std::string_view> parts = cut(pattern);
  if (parts.size() < kFields) {
    return context_.bool_val(false);
  }
  if (parts.front() != "arn") {
    throw OutsideOfEncoding{"an ARN pattern that does not start with `arn:`"};
  }
  return fields_match(parts, arn);
}

z3::expr TextTerms::equal_without_case(const z3::expr& value, std::string_view written) {
  require_known(written);
  z3::expr folded = z3::to_re(text(""));
  for (const char c : written) {
    const char low = text::lower(c);
    const bool letter = low >= 'a' && low <= 'z';
    const z3::expr lower = z3::to_re(text(std::string(1, low)));
    const auto upper = static_cast<char>(low - 'a' + 'A');
    const z3::expr either = letter ? lower + z3::to_re(text(std::string(1, upper))) : lower;
    folded = z3::concat(folded, either);
  }
  return z3::in_re(value, folded);
}

z3::expr TextTerms::matches(OperatorKind kind, std::string_view written, const z3::expr& value) {
  if (kind == OperatorKind::StringLike) {
    return like(value, written);
  }
  if (kind == OperatorKind::StringEqualsIgnoreCase) {
    return equal_without_case(value, written);
  }
  require_known(written);
  return value == text(written);
}

std::optional<std::string> TextTerms::read(const z3::model& model, const z3::expr& value) {
  const std::string escaped = model.eval(value, true).get_escaped_string();
  std::string out;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped.compare(i, 3, "\\u{") != 0) {
      out += escaped[i];
      continue;
    }
    const std::size_t end = escaped.find('}', i);
    unsigned code = 0;
    std::from_chars(escaped.data() + i + 3, escaped.data() + end, code, 16);
    if (code == 0 || code > 0x7F) {
      return std::nullopt;
    }
    out += static_cast<char>(code);
    i = end;
  }
  return out;
}

std::optional<std::string> TextTerms::read(const z3::model& model, const ArnTerm& arn) {
  if (!model.eval(arn.is_arn, true).is_true()) {
    return "*";
  }
  std::string out = "arn";
  for (const z3::expr& field : arn.fields) {
    const auto part = read(model, field);
    if (!part) {
      return std::nullopt;
    }
    out += ":" + *part;
  }
  return out;
}

}  // namespace muster::z3_oracle
