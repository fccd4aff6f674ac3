// What `muster gate` compares: the policies of one side, each under a name by which the other side
// has it too. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/model.h"

namespace muster::app {

enum class SubjectKind { Permissions, Trust, Resource };

/// All policies that decide together: the identity policies of a role, its trust policy, the policy
/// of a resource, a policy file.
struct GateSubject {
  SubjectKind kind = SubjectKind::Permissions;
  /// What it is in AWS: an ARN, `role/deploy`, else its address in a template. Empty for a file of
  /// which nobody says whose policy it is.
  std::string identity;
  /// ``permissions of role `deploy` ``
  std::string title;
  /// The document that declares it.
  std::string file{};
  SourceRef where{};
  /// United.
  std::vector<iam::IdentityPolicy> policies{};
  std::optional<iam::IdentityPolicy> boundary{};
  /// Service control policies of its account, level by level; absent when none are known.
  std::optional<std::vector<std::vector<iam::IdentityPolicy>>> scp{};
  /// The account of an account-wide snapshot that it was found in, which tells what is deployed and
  /// deploys nothing; else empty.
  std::string snapshot_of{};
  /// `identity` is the address of something that AWS names.
  bool unnamed = false;
  /// A managed policy that is judged where it is attached, and by itself only once it no longer is.
  bool held = false;
  /// What stands for its policies without text: ARNs, digests of texts that only a stack completes,
  /// else digests of the files. Sorted. Equal ones mean equal policies.
  std::vector<std::string> open{};
};

/// The subjects of a folder. `grouping` says which files are the policies of which role; the other
/// files stand alone. Sorted by kind, identity and file.
[[nodiscard]] std::vector<GateSubject> gate_subjects(const Facts& facts, const Intent& grouping);

/// What the plans of Terraform among the documents say was there before.
[[nodiscard]] std::vector<GateSubject> prior_subjects(const Facts& facts);

/// One subject on both sides; null where a side has it not.
struct SubjectPair {
  const GateSubject* before = nullptr;
  const GateSubject* after = nullptr;
};

/// Matches by identity and file, then by identity, then files by content and by name: what moved is
/// compared with what it was. In the order of `after`, then what is gone.
[[nodiscard]] std::vector<SubjectPair> pair_subjects(const std::vector<GateSubject>& before,
                                                     const std::vector<GateSubject>& after);

/// The statements with this effect of all policies, each printed as a policy of its own; sorted.
[[nodiscard]] std::vector<std::string> printed_statements(const GateSubject& subject,
                                                          std::optional<policy::Effect> effect);

}  // namespace muster::app
