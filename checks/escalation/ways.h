// Ways from one principal to more power: which actions, on what, with which preconditions. Data of
// rules/data/escalations.json; its format is described in docs/escalations.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::escalation {

enum class Category {
  /// PassRole and something that runs code as the passed role.
  NewPassRole,
  /// Something that already carries a role is made to run other code.
  ExistingPassRole,
  /// Credentials of another user or role.
  PrincipalAccess,
  /// Permissions for a principal that the caller holds.
  SelfEscalation,
  /// What a carrier of a role consumes is overwritten.
  Artifact,
  /// What an OIDC provider accepts is widened.
  TrustTampering,
};

[[nodiscard]] const char* to_string(Category category);

/// What an action is asked on.
enum class On {
  PassedRole,
  /// Anything of the action's resource types that the caller can name.
  New,
  /// A thing of the inventory, of one of `Step::types`.
  Existing,
  /// The thing that carries the role.
  Carrier,
  User,
  Role,
  Group,
  OwnUser,
  OwnRole,
  OwnGroup,
  OwnPolicy,
  /// A managed policy of the principal that has a stronger version.
  OwnPolicyVersion,
  UserBoundary,
  RoleBoundary,
  PermissionSet,
  Artifact,
  Provider,
};

struct Step {
  std::string action;
  On on = On::New;
  /// Terraform's names of resource types.
  std::vector<std::string> types;
};

/// A value that a condition key has in this way. `{role}`: the passed role; `{carrier}`: the
/// carrier; `{admin}`: a policy that allows everything. Nothing: the key is absent.
struct KeyValue {
  std::string key;
  std::optional<std::string> value;
};

struct Way {
  std::string id;
  Category category = Category::NewPassRole;
  /// What the principal does, as the end of a sentence: `runs a command as root on a managed host`.
  std::string does;
  std::vector<Step> steps;
  /// Services to which the role is passed; the role must trust the same one.
  std::vector<std::string> passed_to;
  /// Types of things that carry the role, and the properties that may name it (empty = any).
  std::vector<std::string> carriers;
  std::vector<std::string> fields;
  /// The service that such a thing's role trusts.
  std::string carrier_service;
  /// Names of SSM documents with a free command, one of which must be allowed too.
  std::vector<std::string> documents;
  /// The carrier must be a host that Systems Manager manages.
  bool host = false;
  /// An action that writes the tags by which the carrier is limited.
  std::string tagging;
  /// The role must be in an instance profile.
  bool profile = false;
  /// One of these must be allowed too; if none is, the way is only possible, for `no_way`.
  std::vector<std::string> ways;
  std::string no_way;
  /// `image`, `image-immutable`, `object`, `state`, `parameter`, `secret`, `document`.
  std::string artifact;
  /// What no fact tells: with it the way is at most possible.
  std::string open;
  std::vector<KeyValue> keys;
};

/// All ways, sorted by id.
[[nodiscard]] const std::vector<Way>& ways();

/// Null when there is none of this id.
[[nodiscard]] const Way* find_way(std::string_view id);

/// The date of the data, e.g. `2026-09-26`.
[[nodiscard]] std::string_view ways_date();

}  // namespace muster::escalation
