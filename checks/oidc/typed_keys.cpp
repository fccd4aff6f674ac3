// Values for keys outside the token. Truth per value comes from the policy evaluator; here only candidates are made:
// the borders of every range, their neighbours, and values far from all of them.
#include "checks/oidc/typed_keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace muster::oidc {
namespace {

using policy::Condition;
using policy::OperatorKind;

/// A pattern as a plausible value: wildcards give way to letters.
std::string filled(std::string_view pattern) {
  std::string out;
  for (const char c : pattern) {
    out += c == '*' || c == '?' ? 'x' : c;
  }
  return out;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value > 255) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    address = (address << 8U) | value;
    if (part < 3) {
      if (text.empty() || text[0] != '.') {
        return std::nullopt;
      }
      text.remove_prefix(1);
    }
  }
  return text.empty() ? std::optional(address) : std::nullopt;
}

std::string to_ipv4(std::uint32_t address) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += (out.empty() ? "" : ".") + std::to_string((address >> static_cast<unsigned>(shift)) & 255U);
  }
  return out;
}

/// First and last address of a range and the ones beside it.
void add_addresses(std::string_view range, std::set<std::string>& out) {
  const std::size_t slash = range.find('/');
  const auto base = parse_ipv4(range.substr(0, slash));
  unsigned bits = 32;
  if (slash != std::string_view::npos) {
    const std::string_view digits = range.substr(slash + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  }
  if (!base || bits > 32) {
    out.insert(std::string(range.substr(0, slash)));
    return;
  }
  const std::uint32_t host = bits == 0 ? ~std::uint32_t{0} : bits == 32 ? 0 : (~std::uint32_t{0} >> bits);
  const std::uint32_t low = *base & ~host;
  for (const std::uint32_t address : {low, low | host, low - 1, (low | host) + 1}) {
    out.insert(to_ipv4(address));
  }
}

std::string number_text(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.3f", value);
  return buffer;
}

void add_numbers(const std::string& text, std::set<std::string>& out) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && std::abs(value) < 1e15) {
    out.insert({text, number_text(value - 0.5), number_text(value + 0.5)});
  }
}

void add_candidates(const Condition& clause, std::set<std::string>& out) {
  const OperatorKind kind = clause.op.kind;
  for (const policy::Text& value : clause.values) {
    if (kind == OperatorKind::IpAddress) {
      add_addresses(value.value, out);
      continue;
    }
    out.insert(filled(value.value));
    add_numbers(value.value, out);
  }
  if (kind == OperatorKind::IpAddress) {
    out.insert({"198.51.100.7", "2001:db8::7"});
  } else if (kind == OperatorKind::Bool) {
    out.insert({"true", "false"});
  } else if (kind >= OperatorKind::DateEquals && kind <= OperatorKind::DateGreaterThanEquals) {
    out.insert({"2000-01-01T00:00:00Z", "2025-06-15T12:00:00Z", "2099-12-31T23:59:59Z"});
  } else if (kind == OperatorKind::ArnEquals || kind == OperatorKind::ArnLike) {
    out.insert("arn:aws:iam::999999999999:role/stranger");
  }
}

/// Whether the borders of the clause's values and their neighbours meet every combination of answers.
bool has_complete_candidates(const Condition* clause) {
  const OperatorKind kind = clause->op.kind;
  const bool ipv4 = std::all_of(clause->values.begin(), clause->values.end(), [](const auto& value) {
    return value.value.find(':') == std::string::npos;
  });
  return kind == OperatorKind::Bool || kind == OperatorKind::Null ||
         (kind == OperatorKind::IpAddress && ipv4);
}

AtomValue answer(Truth truth) {
  if (truth == Truth::Unknown) {
    return AtomValue::Unknown;
  }
  return truth == Truth::Yes ? AtomValue::Yes : AtomValue::No;
}

std::vector<AtomValue> answers(const std::string& key, const std::string& value,
                               const std::vector<const Condition*>& clauses,
                               policy::Version version) {
  policy::Request request;
  request.context[key] = {{value}, false};
  std::vector<AtomValue> truths;
  for (const Condition* clause : clauses) {
    const bool has_variable = std::any_of(
        clause->values.begin(), clause->values.end(),
        [](const policy::Text& text) { return text.value.find("${") != std::string::npos; });
    truths.push_back(has_variable ? AtomValue::Unknown
                                  : answer(evaluate_condition(*clause, version, request)));
  }
  return truths;
}

}  // namespace

std::vector<TypedKey::Option> typed_options(const std::string& key,
                                            const std::vector<const Condition*>& clauses,
                                            policy::Version version) {
  std::set<std::string> candidates;
  for (const Condition* clause : clauses) {
    add_candidates(*clause, candidates);
  }
  std::vector<TypedKey::Option> options = {
      {std::nullopt, std::vector<AtomValue>(clauses.size(), AtomValue::Absent)}};
  std::set<std::vector<AtomValue>> seen;
  for (const std::string& value : candidates) {
    std::vector<AtomValue> truths = answers(key, value, clauses, version);
    if (seen.insert(truths).second) {
      options.push_back({value, std::move(truths)});
    }
  }
  const bool complete_by_theory = std::all_of(clauses.begin(), clauses.end(), has_complete_candidates);
  const bool every_combination = clauses.size() < 16 && seen.size() == (std::size_t{1} << clauses.size());
  if (!complete_by_theory && !every_combination) {
    options.push_back({filled(clauses[0]->values.empty() ? "x" : clauses[0]->values[0].value),
                       std::vector<AtomValue>(clauses.size(), AtomValue::Unknown)});
  }
  return options;
}

}  // namespace muster::oidc
