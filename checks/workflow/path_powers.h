// What a role may change: the end of a path. Asked of the evaluator and the prover, once per role.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/powers.h"
#include "checks/policy/catalogue.h"

namespace muster::workflow {

/// One action that the role may call, with a request that its policies allow.
struct AllowedChange {
  /// `ecs:UpdateService`
  std::string action;
  /// The entry of `Resource` that lets it in; `*` for anything.
  std::string resource;
  Witness request;
  /// The statement.
  SourceRef where;
};

struct RoleChanges {
  /// A few, those that deploy first.
  std::vector<AllowedChange> some;
  /// Why there may be some although none is listed; empty = nothing may be changed, or `some` says.
  std::string missing;

  /// It is proved that it may change nothing.
  [[nodiscard]] bool none() const { return some.empty() && missing.empty(); }
};

/// What a request of the action can be about: patterns of resources of its types, `*` when it has
/// none.
[[nodiscard]] std::vector<std::string> any_resource(const policy::Action& action);

/// The powers of the roles that paths end in. Not for use by several threads at a time.
class PathPowers {
 public:
  explicit PathPowers(const AuditInput& input);
  ~PathPowers();
  PathPowers(const PathPowers&) = delete;
  PathPowers& operator=(const PathPowers&) = delete;

  [[nodiscard]] const RoleChanges& of(const iam::Role& role);
  /// Whether the role may change this resource; `yes` with the request.
  [[nodiscard]] Proof may_change(const iam::Role& role, const std::string& arn);

 private:
  struct Known;

  [[nodiscard]] Known& known(const iam::Role& role);

  std::map<const iam::Role*, const iam::PipelineRole*> judged_;
  std::map<const iam::Role*, std::unique_ptr<Known>> known_;
};

}  // namespace muster::workflow
