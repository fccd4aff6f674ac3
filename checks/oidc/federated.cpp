// Finds the statements; decides nothing about who gets in.
#include "checks/oidc/federated.h"

#include <algorithm>
#include <set>

#include "checks/oidc/admitted.h"

namespace muster::oidc {
namespace {

bool covers_everybody(const policy::Statement& statement) {
  if (!statement.principals) {
    return statement.not_principals.has_value();
  }
  return std::any_of(statement.principals->begin(), statement.principals->end(),
                     [](const policy::Principal& principal) {
                       return principal.value.value == "*" &&
                              principal.type != policy::PrincipalType::Service;
                     });
}

bool names(const policy::Statement& statement, const std::string& provider) {
  return statement.principals &&
         std::any_of(statement.principals->begin(), statement.principals->end(),
                     [&](const policy::Principal& principal) {
                       return principal.type == policy::PrincipalType::Federated &&
                              principal.value.value == provider;
                     });
}

/// The provider whose key this is; empty when no issuer is known by its prefix.
std::string provider_of_key(const iam::Role& role, std::string_view key) {
  const std::string prefix(key.substr(0, key.rfind(':')));
  if (prefix.size() == key.size() || issuer_of_prefix(prefix).kind == IssuerKind::Unknown) {
    return {};
  }
  const std::string_view partition = iam::arn_field(role.arn, iam::kPartitionField);
  return "arn:" + std::string(partition.empty() ? "aws" : partition) +
         ":iam::" + (role.account.empty() ? "000000000000" : role.account) + ":oidc-provider/" +
         prefix;
}

}  // namespace

std::vector<std::string> providers_of_role(const iam::Role& role) {
  const std::vector<std::string> named = providers_of(*role.trust);
  std::set<std::string> providers(named.begin(), named.end());
  for (const policy::Statement& statement : role.trust->statements) {
    if (statement.effect != policy::Effect::Allow || !covers_everybody(statement)) {
      continue;
    }
    for (const policy::Condition& clause : statement.conditions) {
      providers.insert(provider_of_key(role, clause.key.value));
    }
  }
  providers.erase(std::string());
  return {providers.begin(), providers.end()};
}

std::vector<FederatedStatement> federated_statements(const AuditInput& input) {
  std::vector<FederatedStatement> found;
  for (const iam::Role& role : input.model<iam::Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    const std::vector<std::string> providers = providers_of_role(role);
    for (const policy::Statement& statement : role.trust->statements) {
      FederatedStatement federated{&role, &statement, {}};
      for (const std::string& provider : providers) {
        if (covers_everybody(statement) || names(statement, provider)) {
          federated.issuers.push_back(issuer_of_provider(provider));
        }
      }
      if (!federated.issuers.empty()) {
        found.push_back(std::move(federated));
      }
    }
  }
  return found;
}

void judge_clauses(const AuditInput& input, Outcomes& out, const ClauseJudge& judge) {
  const std::vector<FederatedStatement> statements = federated_statements(input);
  for (std::size_t i = 0; i < statements.size();) {
    const iam::Role* role = statements[i].role;
    bool reported = false;
    for (; i < statements.size() && statements[i].role == role; ++i) {
      for (const policy::Condition& clause : statements[i].statement->conditions) {
        reported = judge(statements[i], clause) || reported;
      }
    }
    if (!reported) {
      out.pass(role->asset(), role->where);
    }
  }
}

std::string anchor_of(const policy::Statement& statement, const policy::Condition& clause) {
  return statement.anchor() + "/" + clause.op.name.value + "/" + clause.key.value;
}

KeyStanding standing_of(const FederatedStatement& federated, std::string_view key) {
  KeyStanding best = KeyStanding::OtherPrefix;
  for (const Issuer& issuer : federated.issuers) {
    const KeyStanding standing = key_standing(issuer, key);
    const bool better = standing == KeyStanding::Exposed || standing == KeyStanding::Global ||
                        best == KeyStanding::OtherPrefix;
    best = better ? standing : best;
  }
  return best;
}

std::string claim_part(std::string_view key) {
  return policy::lower(key.substr(key.rfind(':') + 1));
}

bool holds_when_absent(const policy::Condition& clause) {
  if (clause.op.kind == policy::OperatorKind::Null) {
    return !clause.values.empty() && policy::lower(clause.values.front().value) == "true";
  }
  return clause.op.if_exists || clause.op.quantifier == policy::Quantifier::ForAllValues ||
         (clause.op.negated && clause.op.quantifier != policy::Quantifier::ForAnyValue);
}

Witness clause_witness(const policy::Condition& clause) {
  Witness witness{WitnessKind::Text, {}};
  witness.fields.push_back({"operator", {clause.op.name.value}});
  witness.fields.push_back({"key", {clause.key.value}});
  witness.fields.push_back({"values", {}});
  for (const policy::Text& value : clause.values) {
    witness.fields.back().values.push_back(value.value);
  }
  return witness;
}

}  // namespace muster::oidc
