// Clause by clause: what a statement wants and what the request has.
#include "checks/oidc/refusal.h"

#include <algorithm>

#include "checks/policy/operators.h"
#include "checks/text/ascii.h"

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

/// The first part in which the token leaves the value that it follows longest. REQUIRES: `carried`.
void point_out_difference(RefusingClause& clause) {
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
      return "AWS does not expose this claim, so it is never there";
    case KeyStanding::OtherPrefix:
      return "the key is never there: it does not begin with `" + issuer.prefix + ":`";
    case KeyStanding::Exposed:
      return "the token has no such claim";
    case KeyStanding::Global:
      break;
  }
  return "the request does not have this key";
}

std::string hint_for(const policy::Operator& op, const RefusingClause& clause) {
  for (const std::string& value : clause.values) {
    if (policy::is_literal(op) && policy::glob_match(value, *clause.carried)) {
      return "`" + clause.op + "` takes wildcards literally";
    }
    if (policy::lower(value) == policy::lower(*clause.carried)) {
      return "they differ in case only";
    }
  }
  return "";
}

std::string shown_key(const Issuer& issuer, const std::string& key) {
  const KeyStanding standing = key_standing(issuer, key);
  const bool own = standing == KeyStanding::Exposed || standing == KeyStanding::NotExposed;
  return own ? key.substr(issuer.prefix.size() + 1) : key;
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
  clause.negated = condition.op.negated;
  clause.presence = condition.op.kind == policy::OperatorKind::Null;
  clause.key = condition.key.value;
  clause.outside_token = key_standing(issuer, clause.key) == KeyStanding::Global;
  clause.shown_key = shown_key(issuer, clause.key);
  for (const policy::Text& value : condition.values) {
    clause.values.push_back(value.value);
  }
  const auto carried = request.context.find(policy::lower(condition.key.value));
  if (carried == request.context.end()) {
    clause.absent_because = why_absent(issuer, condition.key.value);
  } else {
    clause.carried = text::joined(carried->second.values, ", ");
  }
  if (clause.carried && !clause.deny && !clause.negated && !clause.presence) {
    point_out_difference(clause);
    clause.hint = hint_for(condition.op, clause);
  }
  return clause;
}

/// Clauses of a statement with the given truth.
std::vector<RefusingClause> clauses_that_are(policy::Truth truth,
                                             const policy::Statement& statement,
                                             policy::Version version, const Issuer& issuer,
                                             const policy::Request& request) {
  std::vector<RefusingClause> out;
  for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
    if (evaluate_condition(statement.conditions[i], version, request) == truth) {
      out.push_back(describe(statement, i, issuer, request));
    }
  }
  return out;
}

/// The statement without its clauses: whether principal and action are those of the request.
policy::StatementTrace bare(policy::Statement statement, policy::Version version,
                            const policy::Request& request) {
  statement.conditions.clear();
  return evaluate_statement(statement, version, request);
}

bool names_bare_host(const policy::Statement& statement, const Issuer& issuer) {
  return statement.principals &&
         std::any_of(statement.principals->begin(), statement.principals->end(),
                     [&](const policy::Principal& p) { return p.value.value == issuer.prefix; });
}

RefusingClause whole_statement(const policy::Statement& statement, const Issuer& issuer,
                               const policy::StatementTrace& trace) {
  RefusingClause whole;
  whole.statement = statement.index;
  whole.deny = statement.effect == policy::Effect::Deny;
  whole.where = trace.where;
  whole.absent_because = names_bare_host(statement, issuer)
                             ? "`Principal` is the host `" + issuer.prefix +
                                   "`: AWS wants the ARN of the provider there"
                             : trace.because;
  return whole;
}

/// What refuses in the Allow statement that comes nearest. One that is not about such requests at
/// all is farthest.
std::vector<RefusingClause> nearest_allow(const policy::Policy& policy, const Issuer& issuer,
                                          const policy::Request& request) {
  std::vector<RefusingClause> nearest;
  std::vector<RefusingClause> elsewhere;
  for (const policy::Statement& statement : policy.statements) {
    if (statement.effect != policy::Effect::Allow) {
      continue;
    }
    const policy::StatementTrace trace = bare(statement, policy.version, request);
    if (trace.truth == policy::Truth::No) {
      if (elsewhere.empty()) {
        elsewhere.push_back(whole_statement(statement, issuer, trace));
      }
      continue;
    }
    auto clauses = clauses_that_are(policy::Truth::No, statement, policy.version, issuer, request);
    if (!clauses.empty() && (nearest.empty() || clauses.size() < nearest.size())) {
      nearest = std::move(clauses);
    }
  }
  return nearest.empty() ? elsewhere : nearest;
}

/// The first few; the JSON has them all.
std::string listed(const std::vector<std::string>& values) {
  constexpr std::size_t kMost = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(values.size(), kMost); ++i) {
    out += (out.empty() ? "`" : ", `") + values[i] + "`";
  }
  if (values.size() > kMost) {
    out += " or one of " + std::to_string(values.size() - kMost) + " more";
  }
  return out.empty() ? "nothing" : out;
}

/// `wants …` of a clause that had to hold, `denies …` of one that must not.
std::string wish(const RefusingClause& clause) {
  if (clause.presence) {
    // INVARIANT: the clause decided against the request, so it stands on the other side.
    return std::string(clause.deny ? "denies tokens " : "wants tokens ") +
           (clause.deny == clause.carried.has_value() ? "with it" : "without it");
  }
  if (clause.deny) {
    return (clause.negated ? "denies all but " : "denies ") + listed(clause.values);
  }
  return (clause.negated ? "wants none of " : "wants ") + listed(clause.values);
}

}  // namespace

std::vector<RefusingClause> refusing_clauses(const policy::Policy& policy, const Issuer& issuer,
                                             const policy::Request& request) {
  const policy::DecisionKind decision = evaluate_policy(policy, request).kind;
  if (decision == policy::DecisionKind::ImplicitDeny) {
    return nearest_allow(policy, issuer, request);
  }
  if (decision != policy::DecisionKind::ExplicitDeny) {
    return {};
  }
  for (const policy::Statement& statement : policy.statements) {
    const policy::StatementTrace trace = evaluate_statement(statement, policy.version, request);
    if (statement.effect == policy::Effect::Deny && trace.truth == policy::Truth::Yes) {
      auto clauses =
          clauses_that_are(policy::Truth::Yes, statement, policy.version, issuer, request);
      if (clauses.empty()) {
        clauses.push_back(whole_statement(statement, issuer, trace));
        clauses.back().absent_because = "the statement denies every such request";
      }
      return clauses;
    }
  }
  return {};
}

std::string in_words(const RefusingClause& clause) {
  if (!clause.clause) {
    return clause.absent_because;
  }
  const std::string carrier = clause.outside_token ? "the request" : "the token";
  const std::string carried =
      clause.carried ? carrier + " carries `" + *clause.carried + "`" : clause.absent_because;
  return "`" + clause.op + "` on `" + clause.shown_key + "` " + wish(clause) + ", " + carried +
         (clause.hint.empty() ? "" : " (" + clause.hint + ")");
}

}  // namespace muster::oidc
