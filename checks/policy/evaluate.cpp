// Statements and policies: the parts of a statement are ANDed, one false part decides even beside
// unknown ones.
#include "checks/policy/evaluate.h"

#include <algorithm>

#include "checks/policy/arn.h"
#include "checks/policy/glob.h"
#include "checks/policy/principals.h"
#include "checks/text/quoted.h"

namespace muster::policy {
namespace {

/// One part of a statement: what it says about the request, and where it stands.
struct Part {
  Truth truth = Truth::Yes;
  std::string because;
  SourceRef where;
};

Truth negation(Truth truth) {
  if (truth == Truth::Unknown) {
    return truth;
  }
  return truth == Truth::Yes ? Truth::No : Truth::Yes;
}

using text::quoted;

SourceRef place_of(const std::vector<Text>& list, const SourceRef& fallback) {
  return list.empty() ? fallback : list.front().where;
}

bool any_action(const std::vector<Text>& patterns, std::string_view folded_action) {
  return std::ranges::any_of(patterns, [&](const Text& pattern) {
    return glob_match(pattern.value, folded_action, Wildcards{.lower_case = true});
  });
}

Part action_part(const Statement& statement, const Request& request) {
  const std::string action = lower(request.action);
  if (statement.actions) {
    return any_action(*statement.actions, action)
               ? Part{}
               : Part{Truth::No, "`Action` does not name " + quoted(request.action),
                      place_of(*statement.actions, statement.where)};
  }
  if (statement.not_actions) {
    return any_action(*statement.not_actions, action)
               ? Part{Truth::No, "`NotAction` names " + quoted(request.action),
                      place_of(*statement.not_actions, statement.where)}
               : Part{};
  }
  return {Truth::No, "the statement has no action", statement.where};
}

Part principal_part(const Statement& statement, const Request& request) {
  const Truth truth = match_principal(statement, read_caller(request.principal));
  if (truth == Truth::Yes) {
    return {};
  }
  const bool plain = statement.principals.has_value();
  const auto& entries = plain ? *statement.principals : *statement.not_principals;
  const std::string element = plain ? "`Principal`" : "`NotPrincipal`";
  const std::string verb = truth == Truth::Unknown ? " may name "
                           : plain                 ? " does not name "
                                                   : " names ";
  return {truth, element + verb + quoted(request.principal),
          entries.empty() ? statement.where : entries.front().value.where};
}

/// What a list of resource patterns says: some match, or what kept us from knowing.
struct ResourceMatch {
  Truth some = Truth::No;
  bool all_unresolved = true;
};

ResourceMatch match_any(const std::vector<Text>& patterns, Version version,
                        const Request& request) {
  ResourceMatch match;
  for (const Text& pattern : patterns) {
    const MatchResult result = match_resource(pattern.value, version, request);
    const Truth one = result == MatchResult::Yes       ? Truth::Yes
                      : result == MatchResult::Unknown ? Truth::Unknown
                                                       : Truth::No;
    match.some = std::max(match.some, one);
    match.all_unresolved = match.all_unresolved && result == MatchResult::Unresolved;
  }
  match.all_unresolved = match.all_unresolved && !patterns.empty();
  return match;
}

Part resource_part(const Statement& statement, Version version, const Request& request) {
  if (statement.resources) {
    const Truth truth = match_any(*statement.resources, version, request).some;
    if (truth == Truth::Yes) {
      return {};
    }
    const std::string verb = truth == Truth::Unknown ? " may name " : " does not name ";
    return {truth, "`Resource`" + verb + quoted(request.resource),
            place_of(*statement.resources, statement.where)};
  }
  if (!statement.not_resources) {
    return {};
  }
  const ResourceMatch match = match_any(*statement.not_resources, version, request);
  // As with a negated operator: nothing was compared, and IAM does not say what then holds.
  const Truth truth = match.all_unresolved ? Truth::Unknown : negation(match.some);
  if (truth == Truth::Yes) {
    return {};
  }
  const std::string verb = truth == Truth::Unknown ? " may name " : " names ";
  return {truth, "`NotResource`" + verb + quoted(request.resource),
          place_of(*statement.not_resources, statement.where)};
}

Part clause_part(const Condition& clause, Version version, const Request& request) {
  const Truth truth = evaluate_condition(clause, version, request);
  if (truth == Truth::Yes) {
    return {};
  }
  return {truth,
          "clause " + quoted(clause.op.name.value) + " on " + quoted(clause.key.value) +
              (truth == Truth::No ? " is false" : " cannot be decided"),
          clause.where};
}

/// Keeps the first part that is false, else the first that is unknown. Returns whether the
/// statement is settled.
bool settle(StatementTrace& trace, StatementPart name, Part part) {
  if (part.truth < trace.truth) {
    trace.truth = part.truth;
    trace.part = name;
    trace.because = std::move(part.because);
    trace.where = std::move(part.where);
  }
  return trace.truth == Truth::No;
}

std::string name_of(const Statement& statement) {
  return "statement " +
         quoted(statement.sid ? statement.sid->value : std::to_string(statement.index));
}

void conclude(Decision& decision) {
  const EffectResult& allow = decision.allow;
  const EffectResult& deny = decision.deny;
  if (deny.truth == Truth::Yes) {
    decision.kind = DecisionKind::ExplicitDeny;
    decision.because = deny.because;
  } else if (allow.truth == Truth::No) {
    decision.kind = DecisionKind::ImplicitDeny;
    decision.because = "no statement allows it";
  } else if (allow.truth == Truth::Unknown || deny.truth == Truth::Unknown) {
    decision.kind = DecisionKind::Undecided;
    decision.because = deny.truth == Truth::Unknown ? deny.because : allow.because;
  } else {
    decision.kind = DecisionKind::Allowed;
    decision.because = allow.because;
  }
}

}  // namespace

const char* to_string(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::Allowed:
      return "allowed";
    case DecisionKind::ExplicitDeny:
      return "explicitDeny";
    case DecisionKind::ImplicitDeny:
      return "implicitDeny";
    case DecisionKind::Undecided:
      return "undecided";
  }
  return "undecided";
}

StatementTrace evaluate_statement(const Statement& statement, Version version,
                                  const Request& request) {
  StatementTrace trace;
  trace.index = statement.index;
  trace.effect = statement.effect;
  trace.truth = Truth::Yes;
  bool settled = settle(trace, StatementPart::Action, action_part(statement, request)) ||
                 settle(trace, StatementPart::Principal, principal_part(statement, request)) ||
                 settle(trace, StatementPart::Resource, resource_part(statement, version, request));
  for (std::size_t i = 0; i < statement.conditions.size() && !settled; ++i) {
    settled = settle(trace, StatementPart::Condition,
                     clause_part(statement.conditions[i], version, request));
  }
  if (trace.truth == Truth::Yes) {
    trace.because = "it applies";
    trace.where = statement.where;
  }
  return trace;
}

void strengthen(EffectResult& loudest, const Statement& statement, const StatementTrace& trace) {
  if (trace.truth <= loudest.truth) {
    return;
  }
  const bool allow = statement.effect == Effect::Allow;
  loudest.truth = trace.truth;
  loudest.because =
      trace.truth == Truth::Yes
          ? name_of(statement) + (allow ? " allows it" : " denies it")
          : name_of(statement) + (allow ? " may allow it: " : " may deny it: ") + trace.because;
}

Decision evaluate_policies(std::span<const Policy> policies, const Request& request) {
  Decision decision;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    for (const Statement& statement : policies[i].statements) {
      StatementTrace trace = evaluate_statement(statement, policies[i].version, request);
      trace.policy = i;
      strengthen(statement.effect == Effect::Allow ? decision.allow : decision.deny, statement,
                 trace);
      decision.statements.push_back(std::move(trace));
    }
  }
  conclude(decision);
  return decision;
}

Decision evaluate_policy(const Policy& policy, const Request& request) {
  return evaluate_policies(std::span(&policy, 1), request);
}

}  // namespace muster::policy
