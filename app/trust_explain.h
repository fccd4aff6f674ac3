// `muster trust explain`: which tokens a trust policy admits.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct TrustExplainOptions {
  /// As in `TrustTestOptions::file`.
  std::vector<std::string> files;
  std::string role;
  /// ARN of an IAM OIDC provider: explain its tokens only, even if the policy does not name it.
  std::string provider;
  /// `muster.yaml` with the repository and what is known about it; empty = trust what the policy
  /// names.
  std::string config;
  bool json = false;
};

/// One section per role and OIDC provider: the kinds of tokens that get in, each with an example,
/// and why the others do not.
/// `--json`:
/// `{"data_date":"…","trusts":[{"role","file","allowed_callers":[…],"providers":[{"provider",
/// "issuer","guard","dead","trusted_owners","trusted_repositories","kinds":[{"who","name","context",
/// "admitted","all","any_name","forms","values","complete","example","beyond","except","refused_by","reason"}],
/// "forged_by_outsider","forged_by_sibling","custom_template"}]}]}`. A token that is admitted under
/// a default or declared subject lies in a kind whose `admitted` is not false. Every `example` and
/// `beyond` is a line for `trust test --claims`. Returns
/// `kIncomplete` when something is undecided or a file cannot be read, `kUsage` when one is not
/// there, else `kClean`.
int trust_explain(const TrustExplainOptions& options, const Console& console);

}  // namespace muster::app
