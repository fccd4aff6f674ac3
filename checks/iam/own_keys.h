// Condition keys that are the same in every request of a role: who it is, and that time goes on.
// Without them the prover takes every key as free, and shows requests that this role cannot send.
// Source: IAM User Guide, "AWS global condition context keys".
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "checks/core/check.h"
#include "checks/iam/model.h"
#include "checks/policy/evaluate.h"

namespace muster::iam {

/// When a request is sent: at the time of the audit, or then or later. What has expired is neither.
enum class Moment { Now, FromNowOn };

class OwnKeys {
 public:
  OwnKeys(const Role& role, TimePoint now);

  /// The policy is asked about: only keys that some policy looks at are told, so that a witness
  /// stays short.
  void look_at(const policy::Policy& policy);

  /// All requests that the role can send, as one Allow statement under these conditions; nothing
  /// when no policy looks at such a key.
  [[nodiscard]] std::optional<policy::Policy> requests(Moment moment) const;

  /// Adds the keys that the request lacks, as they are now.
  void add_to(policy::Request& request) const;

 private:
  /// Keys (lower case) with their value; nothing = absent.
  std::map<std::string, std::optional<std::string>> known_;
  std::string now_;
  std::set<std::string> looked_at_;
  /// Those that a clause reads in a way that cannot be joined with what is known here: they stay
  /// free.
  std::set<std::string> odd_;
};

}  // namespace muster::iam
