// The callers that two policies can tell apart, and which entries of `Principal` name them. Source:
// IAM User Guide, "AWS JSON policy elements: Principal".
#pragma once

#include <string>
#include <vector>

#include "checks/policy/model.h"

namespace muster::z3_oracle {

struct NamedCaller {
  enum class Kind { Anonymous, Root, User, Session, Service, Provider, Other };
  Kind kind = Kind::Other;
  std::string text{};
  std::string account{};
  /// `arn:aws:iam::ACCOUNT:role/…/NAME` of a session: account and last part of the path.
  std::string role{};
};

/// Everyone who is named, a session of every role, users and the root of every account that is
/// named and of one that is not, a service, a provider, the anonymous caller.
[[nodiscard]] std::vector<NamedCaller> callers_of(const std::vector<policy::Principal>& entries);

[[nodiscard]] bool names(const policy::Principal& entry, const NamedCaller& caller);

}  // namespace muster::z3_oracle
