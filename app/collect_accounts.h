// `muster collect aws --accounts` and `--org`: the facts of several accounts, each with a role of
// its own.
#pragma once

#include "app/collect_account.h"
#include "app/collect_aws.h"
#include "app/command.h"

namespace muster::app {

/// Whether the options ask for several accounts.
[[nodiscard]] bool wants_accounts(const CollectAwsOptions& options);

/// Errors (`Usage`): options that do not go together, an account that is no account, a role that is
/// no name.
[[nodiscard]] Status check_accounts(const CollectAwsOptions& options);

/// Collects each account into a folder of its own, some at a time; what cannot be read of one does
/// not keep the others from being collected. The caller's own account is read with the caller's
/// credentials. Returns `kClean` or `kIncomplete`. REQUIRES: `check_accounts`.
[[nodiscard]] Result<int> collect_accounts(const CollectAwsOptions& options,
                                           const CollectionSettings& settings,
                                           const Console& console);

}  // namespace muster::app
