// Why a token is refused, clause by clause, and the line that replays a witness.
#include <algorithm>

#include "checks/oidc/admitted.h"
#include "checks/oidc/compiled.h"
#include "checks/oidc/token.h"

namespace muster::oidc {
namespace {

/// Parts between `:`.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t colon = text.find(':');
    parts.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(colon + 1);
  }
}

/// Number of leading parts of the token that the value's parts match, wildcards within a part.
std::size_t agreement(const std::vector<std::string>& wanted,
                      const std::vector<std::string>& carried) {
  std::size_t n = 0;
  while (n < wanted.size() && n < carried.size() && policy::glob_match(wanted[n], carried[n])) {
    ++n;
  }
  return n;
}

/// The first part in which the token leaves the value that it follows longest.
void point_out_difference(RefusingClause& clause) {
  if (!clause.carried) {
    return;
  }
  const std::vector<std::string> carried = parts_of(*clause.carried);
  std::size_t best = 0;
  for (const std::string& value : clause.values) {
    const std::vector<std::string> wanted = parts_of(value);
    const std::size_t n = agreement(wanted, carried);
    if (n >= best || clause.wanted_part.empty()) {
      best = n;
      clause.wanted_part = n < wanted.size() ? wanted[n] : "";
      clause.carried_part = n < carried.size() ? carried[n] : "";
    }
  }
}

std::string why_absent(const Issuer& issuer, std::string_view key) {
  switch (key_standing(issuer, key)) {
    case KeyStanding::NotExposed:
      return "AWS does not expose this claim as a condition key";
    case KeyStanding::OtherPrefix:
      return "the key does not begin with `" + issuer.prefix + ":`";
    case KeyStanding::Exposed:
      return "the token has no such claim";
    case KeyStanding::Global:
      break;
  }
  return "";
}

RefusingClause describe(const policy::Statement& statement, std::size_t index, const Issuer& issuer,
                        const policy::Request& request) {
  const policy::Condition& condition = statement.conditions[index];
  RefusingClause clause;
  clause.statement = statement.index;
  clause.clause = index;
  clause.deny = statement.effect == policy::Effect::Deny;
  clause.where = condition.where;
  clause.op = condition.op.name.value;
  clause.key = condition.key.value;
  for (const policy::Text& value : condition.values) {
    clause.values.push_back(value.value);
  }
  const auto carried = request.context.find(policy::lower(condition.key.value));
  if (carried == request.context.end()) {
    clause.absent_because = why_absent(issuer, condition.key.value);
  } else {
    clause.carried = carried->second.values.front();
  }
  if (!clause.deny && !condition.op.negated) {
    point_out_difference(clause);
  }
  return clause;
}

/// Clauses of a statement with the given truth.
std::vector<RefusingClause> clauses_that_are(Truth truth, const CompiledTrust& trust,
                                             const policy::Statement& statement,
                                             const policy::Request& request) {
  std::vector<RefusingClause> out;
  for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
    if (evaluate_condition(statement.conditions[i], trust.policy.version, request) == truth) {
      out.push_back(describe(statement, i, trust.issuer, request));
    }
  }
  return out;
}

bool applies(const CompiledTrust& trust, std::size_t statement) {
  const auto& statements = trust.clauses.statements;
  return std::any_of(statements.begin(), statements.end(),
                     [&](const CompiledStatement& s) { return s.index == statement; });
}

/// The false clauses of the Allow statement that has the fewest of them.
std::vector<RefusingClause> nearest_allow(const CompiledTrust& trust,
                                          const policy::Request& request) {
  std::vector<RefusingClause> best;
  for (const policy::Statement& statement : trust.policy.statements) {
    if (statement.effect != policy::Effect::Allow) {
      continue;
    }
    std::vector<RefusingClause> false_ones;
    if (applies(trust, statement.index)) {
      false_ones = clauses_that_are(Truth::No, trust, statement, request);
    } else {
      RefusingClause whole;
      whole.statement = statement.index;
      whole.where = statement.where;
      whole.absent_because = "its principal or action is not that of this provider's tokens";
      // Behind every statement that at least speaks about such tokens.
      false_ones.assign(trust.policy.statements.size() + 16, whole);
    }
    if (!false_ones.empty() && (best.empty() || false_ones.size() < best.size())) {
      best = std::move(false_ones);
    }
  }
  if (!best.empty() && !best.front().clause) {
    best.resize(1);
  }
  return best;
}

std::vector<RefusingClause> refusing_clauses(const CompiledTrust& trust,
                                             const policy::Request& request) {
  for (const policy::Statement& statement : trust.policy.statements) {
    const bool hits =
        statement.effect == policy::Effect::Deny &&
        evaluate_statement(statement, trust.policy.version, request).truth == Truth::Yes;
    if (hits) {
      return clauses_that_are(Truth::Yes, trust, statement, request);
    }
  }
  return nearest_allow(trust, request);
}

}  // namespace

std::optional<Refusal> TrustSearch::explain_refusal(const TokenSet& set) const {
  return explain_refusal(scope_of(set));
}

std::optional<Refusal> TrustSearch::explain_refusal(const Scope& scope) const {
  const Proof refused = refuses(scope);
  if (!refused.is_yes()) {
    return std::nullopt;
  }
  Refusal refusal{refused.witness(), {}};
  refusal.clauses = refusing_clauses(*compiled_, request_of_witness(refused.witness(), provider()));
  return refusal;
}

}  // namespace muster::oidc
