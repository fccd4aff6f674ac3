// What Allow statements grant, action by action, and what kind of power each action is. The kind
// decides which rule speaks about it, so that one statement gives one finding per kind of power.
#pragma once

#include <string_view>
#include <vector>

#include "checks/policy/catalogue.h"
#include "checks/policy/model.h"

namespace muster::iam {

/// One action of the catalogue that a statement names.
struct Grant {
  const policy::Action* action = nullptr;
  /// Through a pattern (or an exception list) that names every action of the service.
  bool whole_service = false;
  /// Through a pattern that also names actions which work on `*` only.
  bool mixed_pattern = false;
};

/// The current actions that an Allow statement names, by service and name, each once. An action
/// that several patterns name is a plain one as soon as one of them is.
[[nodiscard]] std::vector<Grant> grants_of(const policy::Statement& statement);

/// What an action is good for; each action is one of these.
enum class Power {
  /// `iam:PassRole`
  PassRole,
  /// Gives a role or user permissions, and can be tied to a permissions boundary.
  GiveBounded,
  /// Takes a permissions boundary away.
  DropBoundary,
  /// Any other management of permissions: the catalogue's level as far as the action gives access
  /// to
  /// somebody, and actions that make credentials or change who is trusted.
  Permissions,
  /// Reads what is meant to be secret or private: objects, parameters, secrets, keys.
  ReadData,
  /// Changes something else.
  Write,
  /// Reads or lists something else.
  Look,
};

[[nodiscard]] Power power_of(const policy::Action& action);

/// Whether an action of `Power::Permissions` only takes permissions away.
[[nodiscard]] bool takes_away(const policy::Action& action);

/// Whether the statement names every action that manages permissions in `iam`, or nine of ten
/// actions there are: an administrator's statement.
[[nodiscard]] bool is_all_of_iam(const std::vector<Grant>& grants);

}  // namespace muster::iam
