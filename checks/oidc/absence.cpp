// The edited policy is searched beside the real one: no clause is judged by its looks.
#include "checks/oidc/absence.h"

namespace muster::oidc {

Proof admits_by_absence(const Trust& trust, const policy::Statement& statement,
                        std::size_t clause) {
  policy::Policy strict = trust.policy();
  policy::Operator& op = strict.statements[statement.index].conditions[clause].op;
  op.if_exists = false;
  op.quantifier = policy::Quantifier::None;
  const TrustSearch other(strict, trust.search.provider(), trust.search.universe());
  return trust.search.admits_beyond(other);
}

Severity severity_of_absence(const Trust& trust, const policy::Condition& clause) {
  const bool always = key_standing(trust.issuer(), clause.key.value) != KeyStanding::Exposed;
  return always ? Severity::High : Severity::Medium;
}

}  // namespace muster::oidc
