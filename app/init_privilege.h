// How much a role may do, only where its policies leave no doubt. Pure.
#pragma once

#include "app/init_draft.h"
#include "checks/iam/model.h"

namespace muster::app {

/// `Admin` or `Read` with what shows it, else `Unknown` with why.
struct PrivilegeGuess {
  Privilege privilege = Privilege::Unknown;
  std::string from;
};

/// Admin: an attached policy allows everything. Read: all its known policies only allow actions
/// that describe, list or get, none of them in services whose answers are secrets or credentials.
[[nodiscard]] PrivilegeGuess infer_privilege(const iam::Role& role);

}  // namespace muster::app
