// How somebody who is no principal of the account gets to act as one: a pipeline with its token,
// whoever holds an access key, another account, everybody.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/account.h"

namespace muster::escalation {

enum class EntranceKind {
  /// A token of an OIDC provider.
  Pipeline,
  /// An access key of the user that works.
  AccessKey,
  /// A principal of an account that the facts do not list, or the whole account.
  OtherAccount,
  /// Whoever has an AWS account.
  Everyone,
};

/// `pipeline`, `access-key`, `other-account`, `everyone`.
[[nodiscard]] const char* to_string(EntranceKind kind);

struct Entrance {
  EntranceKind kind = EntranceKind::Pipeline;
  /// The provider, the account or ARN; of a key when it was made (`2026-02-19`, or empty).
  std::string name;
};

/// The entrances of every principal of the facts; of roles by what their trust policy lets in.
class Entrances {
 public:
  [[nodiscard]] static Entrances build(const AuditInput& input);

  /// Sorted by kind; empty when only principals of the account, services and people who sign in get
  /// to be it.
  [[nodiscard]] const std::vector<Entrance>& of(const iam::Principal& principal) const;

 private:
  /// Of principals that live as long as the audit's input: an ARN may be there twice.
  std::map<const iam::Principal*, std::vector<Entrance>> known_;
};

}  // namespace muster::escalation
