// One way from one principal to another: the requests it takes, whether all of them are allowed,
// and if not, what is unknown or stands in the way.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "checks/escalation/account_map.h"

namespace muster::escalation {

/// One request of an edge.
struct Hop {
  policy::Request request;
  Verdict verdict = Verdict::Proven;
  /// The statement that allows it, or the one that stands in the way.
  SourceRef where;
};

/// From one principal to another, or to rights of an administrator.
struct Edge {
  const iam::Principal* from = nullptr;
  /// Whom it becomes or runs code as; null when it gives rights to a principal that it holds.
  const iam::Principal* to = nullptr;
  /// Rights for a principal that it holds: which one. Else null.
  const iam::Principal* held = nullptr;
  /// The change gives less than everything, and the path goes on from what `from` then is. Null at
  /// the end of a path.
  const iam::Principal* later = nullptr;
  /// Null for `sts:AssumeRole`.
  const Way* way = nullptr;
  /// What the way goes over: the ARN of a carrier, an image, a policy; empty for most.
  std::string over;
  Verdict verdict = Verdict::Proven;
  /// The requests, up to the first that is blocked.
  std::vector<Hop> hops;
  /// What is not known (possible), or what stands in the way (blocked).
  std::vector<std::string> because;
  /// How near the last request of a blocked edge came; only for comparison.
  int closeness = 0;
};

/// `sts-assume-role`, or the id of the way.
[[nodiscard]] std::string way_id(const Edge& edge);

/// Whether something is refused that its identity policies may allow: it has a permissions boundary
/// that is not everything.
[[nodiscard]] bool is_limited(const iam::PrincipalLayers& layers);

/// Nobody but its service can pass or change such a role. Source: IAM User Guide, "Service-linked
/// roles".
[[nodiscard]] bool is_service_linked(const iam::Principal& principal);

/// One thing that a principal changes about the policies that decide about it.
struct Change {
  const Way* way = nullptr;
  /// The group, policy, user or role that the request names.
  std::string target;
  /// The managed policy that it attaches; empty = whatever it likes.
  std::string attaches;
  /// What it is granted by that.
  std::vector<iam::IdentityPolicy> adds;
  /// ARN of the managed policy that has this text from then on.
  std::string replaces;
};

/// An edge to leave out: its way (null for `sts:AssumeRole`), who takes it, whom it leads to or
/// gives rights.
using EdgeName = std::tuple<const Way*, Id, Id>;

/// Finds edges. Answers nothing where a way does not concern the two at all: no policy names its
/// actions, the role does not trust the service, the thing runs as another role.
class EdgeFinder {
 public:
  /// `Everything`: also what a glance at the resources rules out, for the sake of the reason.
  enum class Effort { Glance, Everything };

  /// `without`: edges that it does not find.
  explicit EdgeFinder(const AccountMap& map, Effort effort = Effort::Glance,
                      std::set<EdgeName> without = {})
      : map_(map), effort_(effort), without_(std::move(without)) {}

  /// Whether the way can lead to this principal at all, whoever starts.
  [[nodiscard]] bool concerns(const Way& way, Id to) const;
  /// Whether principals with the same policies may get different answers.
  [[nodiscard]] static bool is_personal(const Power& power, const Way& way);

  /// `from` calls `sts:AssumeRole` on `to`.
  [[nodiscard]] std::optional<Edge> assume(Id from, Id to) const;
  /// `from` comes to act as `to` by the way; the best of all services and carriers.
  [[nodiscard]] std::optional<Edge> by(const Way& way, Id from, Id to) const;
  /// `holder` gives `held`, a principal that it is or can become, rights of an administrator.
  [[nodiscard]] std::optional<Edge> grant(const Way& way, Id holder, Id held) const;
  /// The request of a change, whatever it is good for.
  [[nodiscard]] Edge change(const Change& change, Id holder, Id held) const;
  /// What a way of `Category::SelfEscalation` is asked on to change the rights of `held`.
  [[nodiscard]] std::vector<std::string> grant_targets(On on, Id held) const;
  /// Whether it is worth asking about the action on this resource.
  [[nodiscard]] bool worth_asking(Id from, const std::string& action,
                                  const std::string& resource) const;

  [[nodiscard]] bool everything() const { return effort_ == Effort::Everything; }

  /// The ways to do so whose actions the policies of `holder` name.
  [[nodiscard]] std::vector<const Way*> grants_of(Id holder) const;
  /// The best of these ways, which are those of `holder`.
  [[nodiscard]] std::optional<Edge> best_grant(const std::vector<const Way*>& grants, Id holder,
                                               Id held) const;

 private:
  [[nodiscard]] std::optional<Edge> plausible_grant(const Way& way, Id holder, Id held) const;
  [[nodiscard]] std::optional<Edge> pass_role(const Way& way, Id from, Id to) const;
  [[nodiscard]] std::optional<Edge> over_carriers(const Way& way, Id from, Id to) const;
  [[nodiscard]] std::optional<Edge> over_artifacts(const Way& way, Id from, Id to) const;
  [[nodiscard]] std::optional<Edge> over_providers(const Way& way, Id from, Id to) const;
  [[nodiscard]] std::optional<Edge> over_credentials(const Way& way, Id from, Id to) const;

  [[nodiscard]] Edge pass_to(const Way& way, Id from, Id to, const std::string& service) const;
  [[nodiscard]] Edge over_carrier(const Way& way, Id from, Id to,
                                  const iam::Resource* carrier) const;
  [[nodiscard]] Edge over_artifact(const Way& way, Id from, Id to, const iam::Resource& consumer,
                                   const std::string& artifact) const;
  [[nodiscard]] std::vector<std::string> policy_targets(On on, Id held) const;
  [[nodiscard]] std::vector<std::string> group_targets(const iam::Principal& user) const;
  [[nodiscard]] Edge grant_on(const Way& way, Id holder, Id held, const std::string& target) const;

  /// Whether statements name the carrier for every action of the way on it, conditions aside.
  [[nodiscard]] bool worth_carrying(const Way& way, Id from, const iam::Resource& carrier) const;

  const AccountMap& map_;
  Effort effort_;
  std::set<EdgeName> without_;
};

}  // namespace muster::escalation
