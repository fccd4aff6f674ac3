// A value with a policy variable that whoever assumes the role fills in himself, such as
// `${sts:RoleSessionName}`: he writes the text that he is compared with.
#include "checks/oidc/federated.h"

namespace muster::oidc {
namespace {

/// The caller-set variable in the text, or nothing.
std::string caller_variable_in(std::string_view text) {
  const std::string plain = policy::lower(text);
  for (const std::string_view name : {"${sts:rolesessionname", "${sts:sourceidentity",
                                      "${aws:requesttag/", "${aws:sourceidentity"}) {
    const std::size_t at = plain.find(name);
    if (at != std::string::npos) {
      return std::string(text.substr(at, text.find('}', at) - at + 1));
    }
  }
  return {};
}

void caller_variable(const AuditInput& input, Outcomes& out) {
  judge_clauses(
      input, out, [&](const FederatedStatement& federated, const policy::Condition& clause) {
        const bool resolves = federated.role->trust->version == policy::Version::V2012_10_17;
        const bool lets_in =
            federated.statement->effect == policy::Effect::Allow && !clause.op.negated;
        if (!resolves || !lets_in ||
            standing_of(federated, clause.key.value) == KeyStanding::Global) {
          return false;
        }
        bool reported = false;
        for (const policy::Text& value : clause.values) {
          const std::string variable = caller_variable_in(value.value);
          if (!variable.empty()) {
            reported = true;
            out.fail(federated.role->asset(), value.where, clause_witness(clause))
                .arg("variable", variable)
                .arg("value", value.value)
                .anchor(anchor_of(*federated.statement, clause) + "/" + value.value);
          }
        }
        return reported;
      });
}

const Register kCallerVariableCheck{
    "oidc-caller-variable", caller_variable, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
