// Where credentials come from: the AWS CLI's chain of sources, in its order.
#pragma once

#include "aws/client.h"
#include "aws/config.h"

namespace muster::aws {

/// Finds the first source that applies and gives what fetches credentials from
/// it, now and at each renewal. In order: environment (unless a profile was
/// chosen on the command line), role of the profile, web identity, IAM Identity
/// Center, credentials file, `credential_process`, config file, container,
/// machine (IMDSv2 alone). A source that applies and is not complete is an
/// error and never passed over. Errors: `Usage` for settings, `NotFound` when
/// no source applies, `Unreadable` when a service or program fails. A secret is
/// in none of them. `config` and `budget` must outlive what is returned.
/// Source: AWS CLI User Guide, "Configuration settings and precedence";
/// botocore, credentials.py.
[[nodiscard]] Result<FetchCredentials> find_credentials(const Config& config, CallBudget& budget);

}  // namespace muster::aws
