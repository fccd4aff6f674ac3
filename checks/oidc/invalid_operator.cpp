// An operator that IAM does not have. AWS refuses to store such a policy, so this one is not what
// runs; every verdict that depends on the clause is undecided.
#include "checks/oidc/federated.h"
#include "checks/text/did_you_mean.h"

namespace muster::oidc {
namespace {

const std::vector<std::string_view>& operators() {
  static const std::vector<std::string_view> kOperators = {"StringEquals",
                                                           "StringNotEquals",
                                                           "StringEqualsIgnoreCase",
                                                           "StringNotEqualsIgnoreCase",
                                                           "StringLike",
                                                           "StringNotLike",
                                                           "NumericEquals",
                                                           "DateEquals",
                                                           "DateLessThan",
                                                           "DateGreaterThan",
                                                           "Bool",
                                                           "IpAddress",
                                                           "NotIpAddress",
                                                           "ArnEquals",
                                                           "ArnLike",
                                                           "Null"};
  return kOperators;
}

/// Without the quantifier and `IfExists`.
std::string_view base_of(std::string_view name) {
  name = name.substr(name.rfind(':') + 1);
  constexpr std::string_view kIfExists = "ifexists";
  if (policy::lower(name).ends_with(kIfExists)) {
    name.remove_suffix(kIfExists.size());
  }
  return name;
}

void invalid_operator(const AuditInput& input, Outcomes& out) {
  judge_clauses(input, out,
                [&](const FederatedStatement& federated, const policy::Condition& clause) {
                  if (clause.op.kind != policy::OperatorKind::Unknown) {
                    return false;
                  }
                  out.fail(federated.role->asset(), clause.op.name.where, clause_witness(clause))
                      .arg("operator", clause.op.name.value)
                      .arg("hint", text::did_you_mean(base_of(clause.op.name.value), operators()))
                      .anchor(anchor_of(*federated.statement, clause));
                  return true;
                });
}

const Register kInvalidOperatorCheck{
    "oidc-invalid-operator", invalid_operator, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
