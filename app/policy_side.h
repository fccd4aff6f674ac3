// One side of `muster policy compare`: a policy, or all layers around a principal; and what the
// evaluator says about a request to it.
#pragma once

#include <string>
#include <vector>

#include "checks/policy/stack.h"

namespace muster::app {

struct Side {
  /// As people see it: the path.
  std::string name;
  policy::Stack stack;
  /// It came as a document of layers, not as one policy.
  bool layered = false;
  /// Some statement names principals.
  bool has_principals = false;
};

/// Reads a policy document, or an object of layers as in `policy eval`: `{"identity":[…],
/// "boundary":…,"session":…,"scp":[[…]]}`. `-` is standard input. Errors: as `read_argument`, of
/// the reader, and `Invalid` for layers that belong to the resource.
[[nodiscard]] Result<Side> read_side(const std::string& file);

/// What decided about a request on one side.
struct SideDecision {
  policy::DecisionKind kind = policy::DecisionKind::ImplicitDeny;
  std::string because;
  /// The layer that decided.
  policy::Layer layer = policy::Layer::Identity;
  /// The statement that allows or denies, or the Allow statement of the layer that came nearest;
  /// null when the layer has none. Points into the side.
  const policy::Statement* statement = nullptr;
  policy::StatementTrace trace;
};

[[nodiscard]] SideDecision decide(const Side& side, const policy::Request& request);

}  // namespace muster::app
