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

/// Whether the first letters tell that the pattern cannot match: most patterns are of another
/// service, and need no closer look.
bool is_of_other_service(std::string_view pattern, std::string_view folded_action) {
  return !pattern.empty() && !folded_action.empty() && pattern.front() != '*' &&
         pattern.front() != '?' && text::lower(pattern.front()) != folded_action.front();
}

bool any_action(const std::vector<Text>& patterns, std::string_view folded_action) {
  return std::ranges::any_of(patterns, [&](const Text& pattern) {
    return !is_of_other_service(pattern.value, folded_action) &&
           glob_match(pattern.value, folded_action, Wildcards{.lower_case = true});
  });
}

/// `action` in lower case.
Truth action_truth(const Statement& statement, std::string_view action) {
  const bool named = (statement.actions && any_action(*statement.actions, action)) ||
                     (statement.not_actions && !any_action(*statement.not_actions, action));
  return named ? Truth::Yes : Truth::No;
}

Truth principal_truth(const Statement& statement, const Request& request) {
  return statement.principals || statement.not_principals
             ? match_principal(statement, read_caller(request.principal))
             : Truth::Yes;
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

Truth resource_truth(const Statement& statement, Version version, const Request& request) {
  if (statement.resources) {
    return match_any(*statement.resources, version, request).some;
  }
  if (!statement.not_resources) {
    return Truth::Yes;
  }
  const ResourceMatch match = match_any(*statement.not_resources, version, request);
  // As with a negated operator: nothing was compared, and IAM does not say what then holds.
  return match.all_unresolved ? Truth::Unknown : negation(match.some);
}

/// What a statement says, and which part of it decided.
struct Weight {
  Truth truth = Truth::Yes;
  StatementPart part = StatementPart::All;
  /// The clause, if a clause decided.
  std::size_t clause = 0;
};

/// The first part that is false, else the first that is unknown. `action` in lower case.
Weight weigh(const Statement& statement, Version version, const Request& request,
             std::string_view action) {
  Weight weight;
  const auto settle = [&](StatementPart part, Truth truth, std::size_t clause = 0) {
    if (truth < weight.truth) {
      weight = {truth, part, clause};
    }
    return weight.truth == Truth::No;
  };
  if (settle(StatementPart::Action, action_truth(statement, action)) ||
      settle(StatementPart::Principal, principal_truth(statement, request)) ||
      settle(StatementPart::Resource, resource_truth(statement, version, request))) {
    return weight;
  }
  for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
    const Truth truth = evaluate_condition(statement.conditions[i], version, request);
    if (settle(StatementPart::Condition, truth, i)) {
      break;
    }
  }
  return weight;
}

/// Why a part does not let the statement apply, and where it stands.
struct Reason {
  std::string because;
  SourceRef where;
};

Reason action_reason(const Statement& statement, const Request& request) {
  if (statement.actions) {
    return {"`Action` does not name " + quoted(request.action),
            place_of(*statement.actions, statement.where)};
  }
  return statement.not_actions ? Reason{"`NotAction` names " + quoted(request.action),
                                        place_of(*statement.not_actions, statement.where)}
                               : Reason{"the statement has no action", statement.where};
}

Reason principal_reason(const Statement& statement, Truth truth, const Request& request) {
  const bool plain = statement.principals.has_value();
  const auto& entries = plain ? *statement.principals : *statement.not_principals;
  const std::string verb = truth == Truth::Unknown ? " may name "
                           : plain                 ? " does not name "
                                                   : " names ";
  return {(plain ? "`Principal`" : "`NotPrincipal`") + verb + quoted(request.principal),
          entries.empty() ? statement.where : entries.front().value.where};
}

Reason resource_reason(const Statement& statement, Truth truth, const Request& request) {
  const bool plain = statement.resources.has_value();
  const std::string verb = truth == Truth::Unknown ? " may name "
                           : plain                 ? " does not name "
                                                   : " names ";
  return {(plain ? "`Resource`" : "`NotResource`") + verb + quoted(request.resource),
          place_of(plain ? *statement.resources : *statement.not_resources, statement.where)};
}

Reason reason_of(const Statement& statement, const Weight& weight, const Request& request) {
  switch (weight.part) {
    case StatementPart::Action:
      return action_reason(statement, request);
    case StatementPart::Principal:
      return principal_reason(statement, weight.truth, request);
    case StatementPart::Resource:
      return resource_reason(statement, weight.truth, request);
    case StatementPart::Condition: {
      const Condition& clause = statement.conditions[weight.clause];
      return {"clause " + quoted(clause.op.name.value) + " on " + quoted(clause.key.value) +
                  (weight.truth == Truth::No ? " is false" : " cannot be decided"),
              clause.where};
    }
    case StatementPart::All:
      break;
  }
  return {"it applies", statement.where};
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
  const Weight weight = weigh(statement, version, request, lower(request.action));
  Reason reason = reason_of(statement, weight, request);
  StatementTrace trace;
  trace.index = statement.index;
  trace.effect = statement.effect;
  trace.truth = weight.truth;
  trace.part = weight.part;
  trace.because = std::move(reason.because);
  trace.where = std::move(reason.where);
  return trace;
}

EffectTruths policy_truths(const Policy& policy, const Request& request, std::string_view action) {
  EffectTruths truths;
  for (const Statement& statement : policy.statements) {
    Truth& truth = statement.effect == Effect::Allow ? truths.allow : truths.deny;
    if (truth != Truth::Yes) {
      truth = std::max(truth, weigh(statement, policy.version, request, action).truth);
    }
  }
  return truths;
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
