// An index over principals only; conditions are left to the evaluator.
#include "checks/escalation/trusts.h"

#include <algorithm>

#include "checks/iam/requests.h"
#include "checks/policy/principals.h"

namespace muster::escalation {
namespace {

using policy::PrincipalType;

using policy::is_account;

void add_aws(const std::string& value, Trusts& trusts) {
  if (value == "*") {
    trusts.everyone = true;
  } else if (is_account(value)) {
    trusts.accounts.insert(value);
  } else if (value.ends_with(":root")) {
    trusts.accounts.emplace(iam::arn_field(value, iam::kAccountField));
  } else {
    trusts.arns.insert(value);
  }
}

void add(const policy::Principal& principal, Trusts& trusts) {
  const std::string& value = principal.value.value;
  switch (principal.type) {
    case PrincipalType::Any:
      trusts.everyone = true;
      break;
    case PrincipalType::Aws:
      add_aws(value, trusts);
      break;
    case PrincipalType::Service:
      trusts.services.insert(value);
      break;
    case PrincipalType::Federated:
      (value.starts_with("arn:") ? trusts.providers : trusts.services).insert(value);
      break;
    case PrincipalType::CanonicalUser:
      break;
  }
}

bool names(const policy::Statement& statement, std::string_view value) {
  return statement.principals &&
         std::ranges::any_of(*statement.principals, [&](const policy::Principal& principal) {
           return principal.value.value == value;
         });
}

/// The values that the policy looks for in `aws:SourceArn`.
std::vector<std::string> source_arns(const policy::Policy& trust) {
  std::vector<std::string> arns;
  for (const policy::Statement& statement : trust.statements) {
    for (const policy::Condition& clause : statement.conditions) {
      if (policy::lower(clause.key.value) == "aws:sourcearn") {
        for (const policy::Text& value : clause.values) {
          arns.push_back(iam::instance_of(value.value));
        }
      }
    }
  }
  return arns;
}

}  // namespace

Trusts trusts_of(const policy::Policy& trust) {
  Trusts trusts;
  for (const policy::Statement& statement : trust.statements) {
    if (statement.effect != policy::Effect::Allow) {
      continue;
    }
    if (statement.not_principals) {
      trusts.everyone = true;
    }
    for (std::size_t i = 0; statement.principals && i < statement.principals->size(); ++i) {
      add((*statement.principals)[i], trusts);
    }
  }
  return trusts;
}

Verdict admits_service(const policy::Policy& trust, const std::string& service,
                       const std::string& account) {
  policy::Request request{service, "sts:AssumeRole", "*", account, {}};
  if (evaluate_policy(trust, request).kind == policy::DecisionKind::Allowed) {
    return Verdict::Proven;
  }
  request.context["aws:sourceaccount"] = {{account}, false};
  if (evaluate_policy(trust, request).kind == policy::DecisionKind::Allowed) {
    return Verdict::Proven;
  }
  for (const std::string& arn : source_arns(trust)) {
    request.context["aws:sourcearn"] = {{arn}, false};
    if (iam::arn_field(arn, iam::kAccountField) == account &&
        evaluate_policy(trust, request).kind == policy::DecisionKind::Allowed) {
      return Verdict::Proven;
    }
  }
  const policy::Decision decision = evaluate_policy(trust, request);
  const bool conditional =
      std::ranges::any_of(decision.statements, [](const policy::StatementTrace& trace) {
        return trace.effect == policy::Effect::Allow &&
               trace.part == policy::StatementPart::Condition;
      });
  const bool denied = decision.kind == policy::DecisionKind::ExplicitDeny;
  return conditional && !denied ? Verdict::Possible : Verdict::Blocked;
}

bool pins_audience(const policy::Policy& trust, std::string_view provider) {
  return std::ranges::all_of(trust.statements, [&](const policy::Statement& statement) {
    if (statement.effect != policy::Effect::Allow || !names(statement, provider)) {
      return true;
    }
    return std::ranges::any_of(statement.conditions, [](const policy::Condition& clause) {
      return policy::lower(clause.key.value).ends_with(":aud") && !clause.op.negated &&
             !clause.op.if_exists && clause.op.kind != policy::OperatorKind::Null;
    });
  });
}

}  // namespace muster::escalation
