// Substitution works on the written policies, so that everything else stays as it is.
#include "checks/prover/valuation.h"

#include <algorithm>
#include <span>

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

/// Calls `visit` with every list of texts of a statement in which variables count, and with the key
/// it is compared with (empty for resources).
template <class OneStatement, class Visit>
void visit_lists(OneStatement& statement, const Visit& visit) {
  for (auto* list : {&statement.resources, &statement.not_resources}) {
    if (*list) {
      visit(**list, std::string());
    }
  }
  for (auto& condition : statement.conditions) {
    if (substitutes(condition.op.kind)) {
      visit(condition.values, policy::lower(condition.key.value));
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

/// What the candidate has for a key, or for the resource.
std::string text_at(const Request& candidate, const std::string& key) {
  if (key.empty()) {
    return candidate.resource;
  }
  const auto found = candidate.context.find(key);
  const bool there = found != candidate.context.end() && !found->second.values.empty();
  return there ? found->second.values.front() : std::string();
}

Places places_of(const std::vector<const Policy*>& policies, const Request& candidate) {
  Places out;
  for (const Policy* policy : policies) {
    for (const Statement& statement : policy->statements) {
      visit_lists(statement, [&](const std::vector<Text>& list, const std::string& key) {
        const std::string compared = text_at(candidate, key);
        for (const Text& text : list) {
          note(text, policy->version, compared, out);
        }
      });
    }
  }
  std::ranges::sort(out.keys);
  out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
  return out;
}

/// The pieces as a glob in which every variable is any text. Fields of ARNs do not matter here.
Glob loose(std::span<const Piece> pieces) {
  Word symbols;
  for (const Piece& piece : pieces) {
    if (piece.is_variable()) {
      symbols.push_back(kRun);
      continue;
    }
    for (const Char c : policy::decode(piece.text)) {
      const bool wild = !piece.escape && (c == U'*' || c == U'?');
      symbols.push_back(!wild ? c : c == U'*' ? kRun : kOne);
    }
  }
  return make_glob(std::move(symbols), {});
}

/// The stretch of the text that stands where the variable does; the shortest that is not empty.
std::optional<std::string> captured(const Aligned& place, const std::string& key) {
  const std::vector<Piece> all = pieces(place.written, place.version);
  const auto here = std::ranges::find_if(all, [&](const Piece& piece) {
    return piece.is_variable() && read_variable(piece.text).key == key;
  });
  if (here == all.end()) {
    return std::nullopt;
  }
  const Glob before = loose({all.begin(), here});
  const Glob behind = loose({here + 1, all.end()});
  const Word text = policy::decode(place.text);
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (may_match(behind, std::u32string_view(text).substr(i))) {
      ends.push_back(i);
    }
  }
  std::optional<Word> best;
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    const auto end = std::ranges::upper_bound(ends, begin);
    const bool shorter = end != ends.end() && (!best || *end - begin < best->size());
    if (shorter && may_match(before, std::u32string_view(text).substr(0, begin))) {
      best = text.substr(begin, *end - begin);
    }
  }
  return best ? std::optional(policy::encode(*best)) : std::nullopt;
}

bool is_account(const std::string& key) {
  return key.ends_with("account") || key.ends_with("accountid");
}

/// `v1`, or an account number where one is wanted. Caller and resource are mostly of one account.
std::string distinct(const std::string& key, std::size_t number) {
  return is_account(key) ? "111122223333" : "v" + std::to_string(number);
}

/// The same with a different number for each.
std::string distinct_account(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(12 - digits.size(), '4') + digits;
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
      if (const auto value = captured(place, key)) {
        valuation[key] = *value;
        break;
      }
    }
  }
  return valuation;
}

}  // namespace

std::vector<Valuation> valuations(const std::vector<const Policy*>& policies,
                                  const Request& candidate, std::size_t limit) {
  const Places places = places_of(policies, candidate);
  if (places.keys.empty()) {
    return {};
  }
  Valuation different;
  Valuation apart;
  Valuation equal;
  Valuation absent;
  for (std::size_t i = 0; i < places.keys.size(); ++i) {
    const std::string& key = places.keys[i];
    different[key] = distinct(key, i + 1);
    apart[key] = is_account(key) ? distinct_account(i + 1) : distinct(key, i + 1);
    equal[key] = distinct(places.keys.front(), 1);
    absent[key] = std::nullopt;
  }
  std::vector<Valuation> all = {different, as_candidate(places, candidate), apart, equal, absent};
  for (const std::string& key : places.keys) {
    all.push_back(different);
    all.back()[key] = std::nullopt;
  }
  all.resize(std::min(all.size(), limit));
  return all;
}

Statement substituted(Statement statement, Version version, const Valuation& valuation) {
  visit_lists(statement, [&](std::vector<Text>& list, const std::string&) {
    substitute(list, version, valuation);
  });
  return statement;
}

std::vector<Condition> pins(const Valuation& valuation) {
  std::vector<Condition> conditions;
  for (const auto& [key, value] : valuation) {
    conditions.push_back(
        policy::make_condition(value ? "StringEquals" : "Null", key, {value.value_or("true")}));
  }
  return conditions;
}

}  // namespace muster::prover
