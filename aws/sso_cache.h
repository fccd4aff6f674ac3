// What a profile says about IAM Identity Center, and the token that `aws sso
// login` left.
#pragma once

#include <string>

#include "aws/config.h"
#include "aws/sts.h"

namespace muster::aws {

struct SsoSettings {
  /// Name of the `sso-session`, or else the start URL: the token's file is
  /// named after it.
  std::string token_key;
  std::string region;
  SsoRole role;
};

/// Reads them from a profile and the `[sso-session]` it names. Errors
/// (`Usage`): a part is missing; the session does not exist; both name the same
/// part and disagree.
[[nodiscard]] Result<SsoSettings> sso_settings(const Config& config, const std::string& profile);

/// The token from `~/.aws/sso/cache/`. muster never renews it. Errors
/// (`Unreadable`): there is none, it cannot be read, or it has ended; the
/// message says to sign in again.
[[nodiscard]] Result<net::Secret> cached_sso_token(const System& system,
                                                   const SsoSettings& settings);

}  // namespace muster::aws
