// Values for keys outside the token. Truth per value comes from the policy evaluator; here only
// candidates are made: the borders of every range, their neighbours, and values far from all of
// them.
#include "checks/oidc/typed_keys.h"

#include <algorithm>
#include <set>

#include "checks/policy/values.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using policy::Condition;
using policy::IpAddress;
using policy::OperatorKind;

/// A pattern as a plausible value: wildcards give way to a letter.
std::string filled(std::string pattern) {
  std::replace(pattern.begin(), pattern.end(), '*', 'x');
  std::replace(pattern.begin(), pattern.end(), '?', 'x');
  return pattern;
}

std::size_t bytes_of(const IpAddress& address) {
  return address.family == policy::IpFamily::V4 ? 4 : 16;
}

std::string to_text(const IpAddress& address) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes_of(address); ++i) {
    const std::uint8_t byte = address.bytes[i];
    if (address.family == policy::IpFamily::V4) {
      out += (i == 0 ? "" : ".") + std::to_string(byte);
    } else {
      out += i > 0 && i % 2 == 0 ? ":" : "";
      out += {kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

/// The address beside this one; wraps around at the end of the space.
IpAddress neighbour(IpAddress address, bool up) {
  for (std::size_t i = bytes_of(address); i-- > 0;) {
    const bool carries = address.bytes[i] == (up ? 0xFF : 0x00);
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] + (up ? 1 : 0xFF));
    if (!carries) {
      break;
    }
  }
  return address;
}

IpAddress last_of(const policy::IpRange& range) {
  IpAddress last = range.first;
  for (std::size_t bit = range.prefix_bits; bit < bytes_of(last) * 8; ++bit) {
    last.bytes[bit / 8] = static_cast<std::uint8_t>(last.bytes[bit / 8] | (0x80U >> (bit % 8)));
  }
  return last;
}

void add_addresses(std::string_view text, std::set<std::string>& out) {
  if (const auto range = policy::parse_range(text)) {
    const IpAddress last = last_of(*range);
    for (const IpAddress& address :
         {range->first, last, neighbour(range->first, false), neighbour(last, true)}) {
      out.insert(to_text(address));
    }
  }
}

void add_instants(std::string_view text, std::set<std::string>& out) {
  if (const auto instant = policy::parse_instant(text)) {
    for (const int step : {-1, 0, 1}) {
      out.insert(std::to_string(instant->seconds + step));
    }
  }
}

bool is_whole_number(std::string_view text) {
  return text.size() < 16 && text::is_digits(text);
}

/// The number and the halves beside it: between whole numbers there is nothing else to meet.
void add_numbers(const std::string& text, std::set<std::string>& out) {
  if (is_whole_number(text)) {
    const std::string below = text == "0" ? "-0.5" : std::to_string(std::stoll(text) - 1) + ".5";
    out.insert({text, text + ".5", below});
  }
}

bool is_numeric(OperatorKind kind) {
  return kind >= OperatorKind::NumericEquals && kind <= OperatorKind::NumericGreaterThanEquals;
}

bool is_date(OperatorKind kind) {
  return kind >= OperatorKind::DateEquals && kind <= OperatorKind::DateGreaterThanEquals;
}

/// Whether the candidates for this clause meet every combination, with those of other such clauses
/// too.
bool has_complete_candidates(const VersionedClause& clause) {
  const OperatorKind kind = clause.condition->op.kind;
  const auto every = [&](const auto& holds) {
    return std::all_of(clause.condition->values.begin(), clause.condition->values.end(),
                       [&](const policy::Text& text) { return holds(text.value); });
  };
  if (is_numeric(kind)) {
    return every([](const std::string& text) { return is_whole_number(text); });
  }
  if (is_date(kind)) {
    return every([](const std::string& text) { return policy::parse_instant(text).has_value(); });
  }
  if (kind == OperatorKind::IpAddress) {
    return every([](const std::string& text) { return policy::parse_range(text).has_value(); });
  }
  return kind == OperatorKind::Bool || kind == OperatorKind::Null;
}

void add_candidates(const Condition& clause, std::set<std::string>& out) {
  const OperatorKind kind = clause.op.kind;
  for (const policy::Text& value : clause.values) {
    if (kind == OperatorKind::IpAddress) {
      add_addresses(value.value, out);
    } else if (is_date(kind)) {
      add_instants(value.value, out);
    } else if (is_numeric(kind)) {
      add_numbers(value.value, out);
    } else if (kind != OperatorKind::Null && kind != OperatorKind::Bool) {
      out.insert(filled(value.value));
    }
  }
  if (kind == OperatorKind::Bool) {
    out.insert({"true", "false"});
  } else if (kind == OperatorKind::IpAddress) {
    out.insert({"198.51.100.7", "2001:db8::7"});
  } else if (kind == OperatorKind::ArnEquals || kind == OperatorKind::ArnLike) {
    out.insert("arn:aws:iam::999999999999:role/stranger");
  } else if (!is_date(kind) && !is_numeric(kind)) {
    out.insert("other");
  }
}

AtomValue answer(const VersionedClause& clause, const policy::Request& request) {
  const auto& values = clause.condition->values;
  const bool has_variable = std::any_of(values.begin(), values.end(), [](const auto& text) {
    return text.value.find("${") != std::string::npos;
  });
  const Truth truth = has_variable ? Truth::Unknown
                                   : evaluate_condition(*clause.condition, clause.version, request);
  return truth == Truth::Unknown ? AtomValue::Unknown
         : truth == Truth::Yes   ? AtomValue::Yes
                                 : AtomValue::No;
}

}  // namespace

std::vector<KeyOption> typed_options(const std::string& key,
                                     const std::vector<VersionedClause>& clauses) {
  std::set<std::string> candidates;
  for (const VersionedClause& clause : clauses) {
    add_candidates(*clause.condition, candidates);
  }
  const auto all = [&](AtomValue value) { return std::vector<AtomValue>(clauses.size(), value); };
  std::vector<KeyOption> options = {{std::nullopt, all(AtomValue::Absent)}};
  std::set<std::vector<AtomValue>> seen;
  std::size_t definite = 0;
  for (const std::string& value : candidates) {
    policy::Request request;
    request.context[key] = {{value}, false};
    std::vector<AtomValue> truths;
    for (const VersionedClause& clause : clauses) {
      truths.push_back(answer(clause, request));
    }
    if (seen.insert(truths).second) {
      definite += std::count(truths.begin(), truths.end(), AtomValue::Unknown) == 0 ? 1U : 0U;
      options.push_back({value, std::move(truths)});
    }
  }
  const bool complete = std::all_of(clauses.begin(), clauses.end(), has_complete_candidates) ||
                        (clauses.size() < 16 && definite == (std::size_t{1} << clauses.size()));
  if (!complete) {
    options.push_back({"other", all(AtomValue::Unknown)});
  }
  return options;
}

}  // namespace muster::oidc
