// Rights for a principal that the caller is or can become: what its policies, groups, versions and
// boundary let it change about itself.
#include <algorithm>

#include "checks/escalation/draft.h"
#include "checks/escalation/edge.h"

namespace muster::escalation {
namespace {

/// Managed policies keep five versions.
constexpr std::size_t kVersions = 5;

/// Customer managed policies that decide what a principal may do.
std::vector<const iam::IdentityPolicy*> own_policies(const iam::Principal& principal) {
  std::vector<const iam::IdentityPolicy*> own;
  for (const iam::IdentityPolicy& policy : principal.identity) {
    if (!policy.arn.empty() && policy.arn.find(":iam::aws:") == std::string::npos) {
      own.push_back(&policy);
    }
  }
  return own;
}

bool has_stronger_version(const iam::ManagedPolicy& policy) {
  return std::ranges::any_of(policy.others, [](const iam::PolicyVersion& version) {
    return version.policy && allows_everything({version.policy});
  });
}

}  // namespace

bool is_limited(const iam::PrincipalLayers& layers) {
  return layers.boundary && !allows_everything(*layers.boundary);
}

Edge EdgeFinder::change(const Change& change, Id holder, Id held) const {
  const iam::Principal& principal = map_.principal(held);
  const Step& step = change.way->steps.front();
  Draft draft(map_, change.way, holder, held);
  draft.edge().to = nullptr;
  draft.edge().held = &principal;
  draft.edge().over = change.target;
  draft.set_keys(principal.arn, {});
  if (!change.attaches.empty()) {
    draft.set_key("iam:policyarn", change.attaches);
  }
  draft.set_key("iam:permissionsboundary",
                principal.boundary ? std::optional(principal.boundary->arn) : std::nullopt);
  const bool own = change.target == principal.arn;
  draft.step(step.action, {{change.target},
                           own ? TagKnowledge::Listed : TagKnowledge::Unknown,
                           own ? principal.tags : std::vector<iam::Tag>{}});
  const iam::ManagedPolicy* policy = map_.facts().managed().find(change.target);
  if (step.on == On::OwnPolicy && policy != nullptr && policy->others.size() + 1 >= kVersions &&
      !map_.power(holder).names("iam:DeletePolicyVersion")) {
    draft.stop("policy `" + policy->name + "` has five versions, and it may delete none");
  }
  return std::move(draft.edge());
}

Edge EdgeFinder::grant_on(const Way& way, Id holder, Id held, const std::string& target) const {
  Edge edge = change({&way, target, {}, {}, {}}, holder, held);
  const On on = way.steps.front().on;
  const bool removes = on == On::RoleBoundary || on == On::UserBoundary;
  if (edge.verdict != Verdict::Blocked && !removes && is_limited(map_.power(held).layers())) {
    const iam::Principal& principal = map_.principal(held);
    edge.verdict = Verdict::Blocked;
    edge.because = {"permissions boundary `" + principal.boundary->arn + "` of `" + principal.name +
                    "` limits whatever it is granted"};
  }
  return edge;
}

/// Groups whose members may do everything.
std::vector<std::string> EdgeFinder::group_targets(const iam::Principal& user) const {
  std::vector<std::string> targets;
  for (const iam::HolderDocument& group : map_.facts().groups()) {
    std::vector<iam::SharedPolicy> texts;
    for (const iam::IdentityPolicy& policy : group.identity) {
      if (policy.policy) {
        texts.push_back(policy.policy);
      }
    }
    if (allows_everything(texts) && iam::arn_field(group.arn, iam::kAccountField) == user.account) {
      targets.push_back(group.arn);
    }
  }
  return targets;
}

std::vector<std::string> EdgeFinder::policy_targets(On on, Id held) const {
  std::vector<std::string> targets;
  for (const iam::IdentityPolicy* policy : own_policies(map_.principal(held))) {
    const iam::ManagedPolicy* known = map_.facts().managed().find(policy->arn);
    if (on == On::OwnPolicy || (known != nullptr && has_stronger_version(*known))) {
      targets.push_back(policy->arn);
    }
  }
  return targets;
}

std::vector<std::string> EdgeFinder::grant_targets(On on, Id held) const {
  const iam::Principal& principal = map_.principal(held);
  const bool user = principal.kind == iam::PrincipalKind::User;
  const iam::PrincipalLayers& layers = map_.power(held).layers();
  if (on == On::OwnPolicy || on == On::OwnPolicyVersion) {
    return policy_targets(on, held);
  }
  if (user && on == On::OwnGroup) {
    return principal.groups;
  }
  if (user && on == On::Group) {
    return group_targets(principal);
  }
  if (on == On::PermissionSet && principal.name.starts_with("AWSReservedSSO_")) {
    return {"arn:aws:sso:::permissionSet/ssoins-example/ps-example"};
  }
  const bool of_user = on == On::OwnUser || on == On::UserBoundary;
  const bool of_role = on == On::OwnRole || on == On::RoleBoundary;
  const bool boundary = on == On::UserBoundary || on == On::RoleBoundary;
  const bool fits = (user ? of_user : of_role) && !is_service_linked(principal) &&
                    (!boundary || (is_limited(layers) && allows_everything(layers.identity)));
  return fits ? std::vector<std::string>{principal.arn} : std::vector<std::string>{};
}

std::optional<Edge> EdgeFinder::grant(const Way& way, Id holder, Id held) const {
  const bool asked =
      way.category == Category::SelfEscalation && is_plausible(map_.power(holder), way);
  return asked ? plausible_grant(way, holder, held) : std::nullopt;
}

std::optional<Edge> EdgeFinder::plausible_grant(const Way& way, Id holder, Id held) const {
  const Step& step = way.steps.front();
  if (map_.principal(held).account != map_.principal(holder).account ||
      without_.contains({&way, holder, held})) {
    return std::nullopt;
  }
  std::optional<Edge> best;
  for (const std::string& target : grant_targets(step.on, held)) {
    if (worth_asking(holder, step.action, target)) {
      keep_better(best, grant_on(way, holder, held, target));
    }
  }
  return best;
}

std::vector<const Way*> EdgeFinder::grants_of(Id holder) const {
  std::vector<const Way*> found;
  for (const Way& way : ways()) {
    if (way.category == Category::SelfEscalation && is_plausible(map_.power(holder), way)) {
      found.push_back(&way);
    }
  }
  return found;
}

std::optional<Edge> EdgeFinder::best_grant(const std::vector<const Way*>& grants, Id holder,
                                           Id held) const {
  std::optional<Edge> best;
  for (const Way* way : grants) {
    if (best && best->verdict == Verdict::Proven) {
      break;
    }
    if (auto edge = plausible_grant(*way, holder, held)) {
      keep_better(best, std::move(*edge));
    }
  }
  return best;
}

}  // namespace muster::escalation
