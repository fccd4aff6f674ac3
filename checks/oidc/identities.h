// Who a token of a scope may come from: the kinds of owner and repository with what is known about
// their ids.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/oidc/shapes.h"
#include "checks/oidc/world_builder.h"

namespace muster::oidc {

struct Identity {
  /// For `owner`, `repo`, `owner_id`, `repository_id`.
  std::map<std::string, Binding> bindings;
  /// A declared repository: subject form and template of the universe hold for it.
  bool declared = false;
  std::vector<Term> demands;
};

/// Ids that the policy names while the facts leave open whose they are: taken to be trusted ones.
struct OpenIds {
  std::set<std::string> owner_ids;
  std::set<std::string> repository_ids;
};

[[nodiscard]] OpenIds open_ids(const Universe& universe, const Literals& literals);

/// The owner in `owner/name`.
[[nodiscard]] std::string owner_of(const std::string& repository);

[[nodiscard]] std::vector<Identity> identities_of(const ShapeInput& input, Demands& demands);

}  // namespace muster::oidc
