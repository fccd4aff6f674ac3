// What belongs to production, by what the owners declare: never guessed from names.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/model.h"

namespace muster::iam {

/// The environments of a role.
enum class Side {
  /// None declared, some of unknown class, or both sides.
  Unclear,
  Production,
  /// Development or staging only.
  Elsewhere,
};

[[nodiscard]] Side side_of(const Role& role, const Intent& intent);
/// The same of environments by their names.
[[nodiscard]] Side side_of(const std::vector<std::string>& environments, const Intent& intent);

/// A resource of production.
struct ProductionThing {
  std::string arn;
  /// In words: `role of production`, `named by role shop-prod alone`.
  std::string why;
  SourceRef where;
  /// The account of the role that names it; empty = unknown.
  std::string account;
};

/// A tag that production's resources bear.
struct ProductionTag {
  std::string key;
  std::string value;
  SourceRef where;
};

/// What is production's alone:
/// - the roles that are declared for environments of class `production` only;
/// - resources that such a role's policies allow by their full ARN, or below it (`…/*`, `…:*`), and
///   that no role with another environment names in the same way;
/// - ARNs that are variables of a production environment and of no other, nor of the repository;
/// - tag values that a condition of such a role demands, when the value is the name of a production
///   environment, or a role from elsewhere demands another value of the same tag.
struct ProductionThings {
  [[nodiscard]] static ProductionThings build(const AuditInput& input);

  std::vector<ProductionThing> things;
  std::vector<ProductionTag> tags;
};

}  // namespace muster::iam
