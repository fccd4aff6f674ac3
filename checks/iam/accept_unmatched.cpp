// muster.yaml accepts a path that is not there: it would hide the path if it came back, and nobody
// would see it come.
#include <algorithm>

#include "checks/core/check.h"
#include "checks/escalation/accepts.h"
#include "checks/iam/pipeline.h"

namespace muster::escalation {
namespace {

/// The role as the account facts or infrastructure code have it.
std::vector<const iam::Principal*> principals_of(const AuditInput& input, const IntentRole& role) {
  std::vector<const iam::Principal*> found;
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (principal.role != nullptr && principal.role->intent == &role) {
      found.push_back(&principal);
    }
  }
  return found;
}

bool is_used(const AuditInput& input, const std::vector<const iam::Principal*>& principals,
             const IntentAccept& accept) {
  return std::ranges::any_of(principals, [&](const iam::Principal* principal) {
    const JudgedStart* start = input.model<JudgedStarts>().of(*principal);
    return start != nullptr && std::ranges::any_of(start->used, [&](const IntentAccept* used) {
             return ways_of(*used) == ways_of(accept) && used->target == accept.target;
           });
  });
}

/// What keeps the paths of the role from being known; empty = nothing.
std::string gap_of(const AuditInput& input, const std::vector<const iam::Principal*>& principals) {
  for (const iam::Principal* principal : principals) {
    for (const iam::IdentityPolicy& policy : principal->identity) {
      if (!policy.policy) {
        return "what policy `" + iam::label(policy) + "` allows is not known: " + policy.missing;
      }
    }
    const JudgedStart* start = input.model<JudgedStarts>().of(*principal);
    if (start != nullptr && (start->cut_off || start->search_cut_off)) {
      return "the role has more paths than are searched for the accepted one";
    }
  }
  return principals.empty() ? "no account facts or infrastructure code tell what the role may do"
                            : "";
}

/// Why the audit looks at no path of the role; empty when it does.
std::string not_a_start(const AuditInput& input,
                        const std::vector<const iam::Principal*>& principals) {
  const iam::Principal& first = *principals.front();
  if (input.model<JudgedStarts>().of(first) != nullptr) {
    return "";
  }
  return is_declared_admin(first)               ? "muster.yaml declares it as an administrator"
         : input.model<Graph>().is_admin(first) ? "it is an administrator already"
                                                : "nobody from outside gets to be it";
}

void judge_accept(const AuditInput& input, const IntentRole& role, const IntentAccept& accept,
                  Outcomes& out) {
  const auto principals = principals_of(input, role);
  const Asset asset = principals.empty()
                          ? Asset{"iam-role", role.arn.empty() ? role.name : role.arn}
                          : principals.front()->role->asset();
  const std::string steps = ways_of(accept);
  const std::string anchor = "accept:" + steps + " to " + accept.target;
  if (is_used(input, principals, accept)) {
    out.pass(asset, accept.where).anchor(anchor);
    return;
  }
  if (std::string gap = gap_of(input, principals); !gap.empty()) {
    out.undecided(asset, accept.where, std::move(gap)).anchor(anchor);
    return;
  }
  auto draft =
      out.fail(asset, accept.where,
               {WitnessKind::Text, {{"escalation", {steps}}, {"target", {accept.target}}}});
  draft.anchor(anchor).arg("ways", steps).arg("target", accept.target);
  if (std::string why = not_a_start(input, principals); !why.empty()) {
    draft.because(std::move(why));
  }
}

void accept_unmatched(const AuditInput& input, Outcomes& out) {
  for (const IntentRole& role : input.intent().roles) {
    for (const IntentAccept& accept : role.accepts) {
      judge_accept(input, role, accept, out);
    }
  }
}

const Register kAcceptUnmatchedCheck{"iam-accept-unmatched", accept_unmatched, {}};

}  // namespace
}  // namespace muster::escalation
