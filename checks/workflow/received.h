// What a trust policy says to the tokens of a job, told apart from what it says to tokens that the
// job only seems to have because a set of them had to be drawn too wide.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "checks/oidc/admitted.h"
#include "checks/workflow/presented.h"

namespace muster::workflow {

/// Whether the policy admits a token that the run presents and that lies in none of the `except`
/// sets. `yes` only for a token that the filters of the event, the conditions and the environment
/// give exactly; `no` holds for all of the set; the rest is undecided.
[[nodiscard]] Proof admits(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
                           const Presented& set, std::vector<oidc::TokenSet> except = {});

/// The same question about many jobs: what jobs have in common is asked once. Not for use by
/// several threads at a time.
class Admissions {
 public:
  [[nodiscard]] Proof admits(const oidc::TrustSearch& search, const JobRun& run,
                             const Intent& intent, const Presented& set);
  /// Whether the trust admits a token of the scope.
  [[nodiscard]] const Proof& ask(const oidc::TrustSearch& search, const oidc::Scope& scope,
                                 const std::vector<oidc::TokenSet>& except = {});

 private:
  using Question = std::tuple<const oidc::TrustSearch*, oidc::Scope, std::vector<oidc::TokenSet>>;

  std::map<Question, Proof> known_;
};

/// The role that the run takes where it presents this set: a variable differs from environment to
/// environment, a matrix from job to job.
[[nodiscard]] Values role_at(const JobRun& run, const Credential& credential, const Presented& set,
                             const Intent& intent);

}  // namespace muster::workflow
