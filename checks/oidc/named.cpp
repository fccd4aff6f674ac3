// Reads names out of values; decides nothing about who gets in.
#include "checks/oidc/named.h"

#include <set>

namespace muster::oidc {
namespace {

constexpr std::string_view kEnvironmentPart = ":environment:";

/// `%3A` is how a subject writes `:` inside a value.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (policy::lower(text.substr(i, 3)) == "%3a") {
      plain += ':';
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// A name with wildcards is kept when it is a namespace: one star, behind the last `/`.
bool is_meant(std::string_view ref, std::string_view prefix, bool patterns) {
  if (!has_wildcard(ref) || patterns) {
    return true;
  }
  const bool namespace_star = ref.ends_with("/*") && !has_wildcard(ref.substr(0, ref.size() - 1));
  return namespace_star && ref.size() > prefix.size() + 1;
}

/// What a look-alike pattern was written for: `refs/heads/main` of `refs/heads/main*`.
std::string without_wildcards(std::string_view pattern) {
  std::string literal(pattern);
  std::erase_if(literal, [](char c) { return c == '*' || c == '?'; });
  return literal;
}

}  // namespace

bool has_wildcard(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = i >= 2 && text.substr(i - 2, 2) == "${" && text.substr(i + 1, 1) == "}";
    if ((text[i] == '*' || text[i] == '?') && !escaped) {
      return true;
    }
  }
  return false;
}

std::vector<const policy::Condition*> positive_clauses(const Trust& trust, std::string_view claim) {
  const std::string key = policy::lower(trust.issuer().prefix + ":" + std::string(claim));
  std::vector<const policy::Condition*> found;
  for (const policy::Statement& statement : trust.policy().statements) {
    for (const policy::Condition& clause : statement.conditions) {
      const bool positive = !clause.op.negated && clause.op.kind != policy::OperatorKind::Null;
      if (statement.effect == policy::Effect::Allow && positive &&
          policy::lower(clause.key.value) == key) {
        found.push_back(&clause);
      }
    }
  }
  return found;
}

std::vector<std::string> named_environments(const Trust& trust) {
  std::set<std::string> names;
  for (const policy::Condition* clause : positive_clauses(trust, "environment")) {
    for (const policy::Text& value : clause->values) {
      names.insert(has_wildcard(value.value) ? std::string() : value.value);
    }
  }
  for (const policy::Condition* clause : positive_clauses(trust, "sub")) {
    for (const policy::Text& value : clause->values) {
      const std::string_view text = value.value;
      const std::size_t at = text.find(kEnvironmentPart);
      if (at != std::string_view::npos) {
        const std::string_view rest = text.substr(at + kEnvironmentPart.size());
        const std::string_view name = rest.substr(0, rest.find(':'));
        names.insert(has_wildcard(name) ? std::string() : unescaped(name));
      }
    }
  }
  names.erase(std::string());
  return {names.begin(), names.end()};
}

std::vector<std::string> named_refs(const Trust& trust, std::string_view prefix, bool patterns) {
  std::set<std::string> refs;
  for (const std::string_view claim : {"sub", "ref"}) {
    for (const policy::Condition* clause : positive_clauses(trust, claim)) {
      for (const policy::Text& value : clause->values) {
        const std::string_view text = value.value;
        const std::size_t at = text.find(prefix);
        if (at == std::string_view::npos) {
          continue;
        }
        const std::string_view ref = text.substr(at, text.find(':', at) - at);
        refs.insert(is_meant(ref, prefix, patterns) ? std::string(ref) : without_wildcards(ref));
      }
    }
  }
  return {refs.begin(), refs.end()};
}

}  // namespace muster::oidc
