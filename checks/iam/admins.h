// Which roles of the pipeline are administrators in effect.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/core/proof.h"
#include "checks/iam/pipeline.h"

namespace muster::iam {

enum class AdminKind {
  None,
  /// Every action that manages permissions in IAM, on any user, role and policy: it can give itself
  /// the rest.
  Iam,
  /// Nine of ten actions that there are, on any resource.
  NearlyAll,
  /// Every request.
  All,
};

struct AdminVerdict {
  const PipelineRole* role = nullptr;
  AdminKind kind = AdminKind::None;
  /// `undecided` when it may be one, and nothing shows that it is.
  Proof proof = Proof::no();
  SourceRef where;
  /// `every action`, `21740 of 22091 actions`.
  std::string extent;

  [[nodiscard]] bool is_admin() const { return kind != AdminKind::None; }
};

/// Of any role, which outlives the verdict.
[[nodiscard]] AdminVerdict admin_verdict(const PipelineRole& role);

class Admins {
 public:
  [[nodiscard]] static Admins build(const AuditInput& input);

  /// One entry per role of `PipelineRoles`, in its order.
  [[nodiscard]] const std::vector<AdminVerdict>& all() const { return verdicts_; }

 private:
  std::vector<AdminVerdict> verdicts_;
};

}  // namespace muster::iam
