// A token that was minted for something else than AWS gets in: no clause on `aud` keeps it out. The
// provider's own list of audiences is asked before the policy, so this is a second lock; worse when
// that list is known to hold more than one audience.
#include "checks/oidc/named.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

/// The usual audiences, and those that the policy names in full.
std::vector<std::string> meant_audiences(const Trust& trust) {
  std::vector<std::string> meant = {"sts.amazonaws.com", trust.issuer().usual_audience};
  for (const policy::Condition* clause : positive_clauses(trust, "aud")) {
    for (const policy::Text& value : clause->values) {
      if (!has_wildcard(value.value)) {
        meant.push_back(value.value);
      }
    }
  }
  return meant;
}

void audience_missing(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    const auto& audiences = trust.search.universe().audiences;
    Universe open = trust.search.universe();
    open.audiences.reset();
    Scope other;
    other.audience = ValueRule::outside(meant_audiences(trust));
    const bool shared = audiences && audiences->size() > 1;
    out.fail_if(trust.search.with_universe(std::move(open)).admits(other), trust.asset(),
                trust.role->where)
        .arg("issuer", trust.issuer().title)
        .arg("gate", !audiences ? "the provider's list of audiences is not known"
                     : shared   ? "the provider accepts several audiences"
                                : "only the provider's list of audiences keeps them out")
        .severity(shared ? Severity::Medium : Severity::Low)
        .anchor(trust.anchor());
  }
}

const Register kAudienceMissingCheck{
    "oidc-audience-missing", audience_missing, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
