// The Security Token Service: who am I, and sessions of roles. And the portal
// of IAM Identity Center, which gives sessions too.
#pragma once

#include <optional>
#include <string>

#include "aws/client.h"
#include "aws/credentials.h"
#include "checks/core/result.h"

namespace muster::aws {

struct Identity {
  std::string account;
  std::string arn;
  std::string user_id;
};

/// Who the credentials belong to. Needs no permission: the first call of every
/// account. Errors
/// (`Unreadable`): those of the call; an account that is not twelve digits.
[[nodiscard]] Result<Identity> caller_identity(const Client& client);

/// A session of a role that is asked for.
struct RoleRequest {
  std::string role_arn;
  /// Empty: `muster` and the time.
  std::string session_name{};
  std::string external_id{};
  /// In seconds; nothing: the service's hour.
  std::optional<long> duration{};
};

/// Errors (`Unreadable`): those of the call; an answer without keys.
[[nodiscard]] Result<Credentials> assume_role(const Client& client, const RoleRequest& role);
/// The same for a token of an OIDC provider; the call is not signed.
[[nodiscard]] Result<Credentials> assume_role_with_web_identity(const Client& client,
                                                                const RoleRequest& role,
                                                                const net::Secret& token);

/// A role of IAM Identity Center that a signed-in person may use.
struct SsoRole {
  std::string account;
  std::string name;
};

/// `client` is one of the region of the Identity Center; `token` is what `aws
/// sso login` got.
[[nodiscard]] Result<Credentials> sso_role_credentials(const Client& client, const SsoRole& role,
                                                       const net::Secret& token);

/// Reads keys from an answer; `names` are those of its members, in the order of
/// the fields of `Credentials`. Errors (`Unreadable`): one of them is missing
/// or empty, or the end is no date.
struct CredentialNames {
  std::string_view key_id;
  std::string_view secret;
  std::string_view token;
  /// A date; may be absent, as may the token.
  std::string_view expires;
};

[[nodiscard]] Result<Credentials> credentials_from(const Value& value, const CredentialNames& names,
                                                   const std::string& source);

}  // namespace muster::aws
