// Substitution works on the written policies, so that everything else stays as it is.
#include "checks/prover/valuation.h"

#include <algorithm>

#include "checks/policy/operators.h"
#include "checks/prover/symbols.h"

namespace muster::prover {
namespace {

using policy::Condition;
using policy::OperatorKind;
using policy::Policy;
using policy::Request;
using policy::Statement;
using policy::Text;
using policy::Version;

bool substitutes(OperatorKind kind) {
  return kind == OperatorKind::StringEquals || kind == OperatorKind::StringEqualsIgnoreCase ||
         kind == OperatorKind::StringLike || kind == OperatorKind::ArnEquals ||
         kind == OperatorKind::ArnLike;
}

/// Calls `visit` with every list of texts in which variables count; key: the dimension it is
/// compared with, empty for resources.
template <class Policies, class Visit>
void visit_lists(Policies& policies, const Visit& visit) {
  for (auto& policy : policies) {
    for (auto& statement : policy.statements) {
      for (auto* list : {&statement.resources, &statement.not_resources}) {
        if (*list) {
          visit(**list, policy.version, std::string());
        }
      }
      for (auto& condition : statement.conditions) {
        if (substitutes(condition.op.kind)) {
          visit(condition.values, policy.version, policy::lower(condition.key.value));
        }
      }
    }
  }
}

/// Literal text: no wildcard, no variable.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '*' || c == '?' || c == '$' ? std::string("${") + c + "}" : std::string(1, c);
  }
  return out;
}

/// The text with its variables replaced; nothing when one of them has no value.
std::optional<std::string> replaced(std::string_view text, Version version,
                                    const Valuation& valuation) {
  std::string out;
  for (const Piece& piece : pieces(text, version)) {
    if (!piece.is_variable()) {
      out += piece.escape ? "${" + std::string(piece.text) + "}" : std::string(piece.text);
      continue;
    }
    const Variable variable = read_variable(piece.text);
    const auto value = valuation.find(variable.key);
    const bool known = value != valuation.end() && value->second.has_value();
    if (!known && !variable.fallback) {
      return std::nullopt;
    }
    out += escaped(known ? *value->second : *variable.fallback);
  }
  return out;
}

void substitute(std::vector<Text>& list, Version version, const Valuation& valuation) {
  std::vector<Text> out;
  for (const Text& text : list) {
    if (auto value = replaced(text.value, version, valuation)) {
      out.push_back({std::move(*value), text.where});
    }
  }
  list = std::move(out);
}

void pin(Statement& statement, const Valuation& valuation) {
  for (const auto& [key, value] : valuation) {
    Condition condition;
    condition.op = policy::parse_operator({value ? "StringEquals" : "Null", {}});
    condition.key = {key, {}};
    condition.values = {{value ? escaped(*value) : "true", {}}};
    statement.conditions.push_back(std::move(condition));
  }
}

/// A written value with variables, and the text of the candidate that it was compared with.
struct Aligned {
  std::string_view written;
  Version version = Version::V2012_10_17;
  std::string text;
};

using Names = std::vector<std::string>;

/// Finds the keys of all variables, and what the candidate has at the places where they stand.
struct Places {
  Names keys;
  std::vector<Aligned> aligned;
};

void note(const Text& text, Version version, const std::string& compared, Places& out) {
  bool any = false;
  for (const Piece& piece : pieces(text.value, version)) {
    if (piece.is_variable()) {
      out.keys.push_back(read_variable(piece.text).key);
      any = true;
    }
  }
  if (any && !compared.empty()) {
    out.aligned.push_back({text.value, version, compared});
  }
}

Places places_of(const std::vector<Policy>& a, const std::vector<Policy>& b,
                 const Request& candidate) {
  Places out;
  for (const std::vector<Policy>* policies : {&a, &b}) {
    visit_lists(*policies,
                [&](const std::vector<Text>& list, Version version, const std::string& key) {
                  const auto found = candidate.context.find(key);
                  const std::string compared =
                      key.empty() ? candidate.resource
                      : found == candidate.context.end() || found->second.values.empty()
                          ? std::string()
                          : found->second.values.front();
                  for (const Text& text : list) {
                    note(text, version, compared, out);
                  }
                });
  }
  std::ranges::sort(out.keys);
  out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
  return out;
}

/// Whether the written value with the variable replaced may match the text.
bool fits(const Aligned& place, const std::string& key, const std::string& value) {
  Atoms atoms;
  std::string out;
  for (const Piece& piece : pieces(place.written, place.version)) {
    const bool this_one = piece.is_variable() && read_variable(piece.text).key == key;
    out += this_one            ? escaped(value)
           : piece.placeholder ? "${" + std::string(piece.text) + "}"
                               : std::string(piece.text);
  }
  return may_match(*resource_glob(out, place.version, atoms), policy::decode(place.text));
}

/// The stretch of the text that stands where the variable does; the shortest that is not empty.
std::optional<std::string> captured(const Aligned& place, const std::string& key) {
  constexpr std::size_t kLongestText = 120;
  constexpr std::size_t kLongestValue = 40;
  const std::string& text = place.text;
  if (text.size() > kLongestText) {
    return std::nullopt;
  }
  for (std::size_t length = 1; length <= std::min(kLongestValue, text.size()); ++length) {
    for (std::size_t begin = 0; begin + length <= text.size(); ++begin) {
      if (fits(place, key, text.substr(begin, length))) {
        return text.substr(begin, length);
      }
    }
  }
  return std::nullopt;
}

/// `v1`, or an account number where one is wanted.
std::string distinct(const std::string& key, std::size_t number) {
  const bool account = key.ends_with("account") || key.ends_with("accountid");
  const std::string digits = std::to_string(number);
  return account ? std::string(12 - digits.size(), '4') + digits : "v" + digits;
}

Valuation as_candidate(const Places& places, const Request& candidate) {
  Valuation valuation;
  for (std::size_t i = 0; i < places.keys.size(); ++i) {
    const std::string& key = places.keys[i];
    valuation[key] = distinct(key, i + 1);
    const auto given = candidate.context.find(key);
    if (given != candidate.context.end() && given->second.values.size() == 1) {
      valuation[key] = given->second.values.front();
      continue;
    }
    for (const Aligned& place : places.aligned) {
      if (policy::lower(place.written).find(key) == std::string::npos) {
        continue;
      }
      if (const auto value = captured(place, key)) {
        valuation[key] = *value;
        break;
      }
    }
  }
  return valuation;
}

}  // namespace

std::vector<Valuation> valuations(const std::vector<Policy>& a, const std::vector<Policy>& b,
                                  const Request& candidate, std::size_t limit) {
  const Places places = places_of(a, b, candidate);
  if (places.keys.empty()) {
    return {};
  }
  Valuation different;
  Valuation equal;
  Valuation absent;
  for (std::size_t i = 0; i < places.keys.size(); ++i) {
    different[places.keys[i]] = distinct(places.keys[i], i + 1);
    equal[places.keys[i]] = distinct(places.keys.front(), 1);
    absent[places.keys[i]] = std::nullopt;
  }
  std::vector<Valuation> all = {different, as_candidate(places, candidate), equal, absent};
  for (const std::string& key : places.keys) {
    all.push_back(different);
    all.back()[key] = std::nullopt;
  }
  all.resize(std::min(all.size(), limit));
  return all;
}

std::vector<Policy> substituted(std::vector<Policy> policies, const Valuation& valuation,
                                bool pinned) {
  visit_lists(policies, [&](std::vector<Text>& list, Version version, const std::string&) {
    substitute(list, version, valuation);
  });
  for (Policy& policy : policies) {
    // Escapes have a meaning under this version alone; the other has no variables.
    if (pinned && policy.version == Version::V2012_10_17) {
      for (Statement& statement : policy.statements) {
        if (statement.effect == policy::Effect::Allow) {
          pin(statement, valuation);
        }
      }
    }
  }
  return policies;
}

}  // namespace muster::prover
