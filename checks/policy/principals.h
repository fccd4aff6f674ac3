// Who calls, and how a `Principal` entry names the caller.
// Source: IAM User Guide, "AWS JSON policy elements: Principal".
#pragma once

#include <string_view>

#include "checks/policy/evaluate.h"

namespace muster::policy {

enum class CallerKind {
  Anonymous,
  /// The root user, by ARN or account number.
  Root,
  User,
  Role,
  /// `arn:aws:sts::…:assumed-role/NAME/SESSION`
  Session,
  FederatedUser,
  /// An OIDC or SAML provider's ARN, or one of the four providers known by host name.
  Provider,
  /// `ec2.amazonaws.com`
  Service,
  /// Text that is none of these.
  Other,
};

/// A request's principal taken apart. Views into the text it was made of.
struct Caller {
  CallerKind kind = CallerKind::Other;
  std::string_view text;
  /// Empty for a bare account number.
  std::string_view partition;
  /// 12 digits; empty when the caller belongs to no account (service, anonymous, provider).
  std::string_view account;
  /// Last path part of the user or role name; the role name of a session. Empty elsewhere.
  std::string_view name;
};

/// Whether the text is an account number.
[[nodiscard]] bool is_account(std::string_view text);

[[nodiscard]] Caller read_caller(std::string_view principal);

/// How an entry names a caller; a later one is more direct. `Account`: by its account, which only
/// delegates to identity policies. `Role`: a session by its role. `Itself`: exactly.
enum class Naming { None, Unknown, Account, Everyone, Role, Itself };

/// How one entry names the caller. A partial wildcard in an ARN, or text that is no principal,
/// gives `Unknown`: IAM refuses such documents.
[[nodiscard]] Naming naming(const Principal& entry, const Caller& caller);

/// The most direct way in which an entry could name the caller: as `naming`, and where that is
/// `Unknown`, the best that it may turn out to be.
[[nodiscard]] Naming strongest_naming(const Principal& entry, const Caller& caller);

/// Whether the caller is a user, a role or a session of either, so that identity policies,
/// boundaries and session policies speak about it.
[[nodiscard]] bool has_identity(const Caller& caller);

/// The principal element of a statement against the caller. `NotPrincipal` spares a user, role or
/// session only when it lists the account too (and the role of a session); a partial list gives
/// `Unknown`, since services differ. No principal element (identity policies) matches.
[[nodiscard]] Truth match_principal(const Statement& statement, const Caller& caller);

}  // namespace muster::policy
