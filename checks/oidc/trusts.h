// Which role trusts which OIDC provider: the search of each pair, built once, with what muster.yaml
// declares about it.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/model.h"
#include "checks/oidc/admitted.h"

namespace muster::oidc {

/// One role's trust in one provider.
struct Trust {
  /// Lives as long as the audit's input.
  const iam::Role* role = nullptr;
  TrustSearch search;
  /// Whether muster.yaml lists the subjects that may assume the role.
  bool is_declared = false;
  /// These subjects as token sets.
  std::vector<TokenSet> declared;
  /// Trusted owners and repositories (`owner/name`), sorted: declared, else what the policy names
  /// in full together with the audited repository.
  std::vector<std::string> owners;
  std::vector<std::string> repositories;

  [[nodiscard]] const policy::Policy& policy() const { return *role->trust; }

  [[nodiscard]] const Issuer& issuer() const { return search.issuer(); }

  [[nodiscard]] Asset asset() const { return role->asset(); }

  /// Whether tokens of this provider have GitHub's claims. The retired issuer does not count: it
  /// mints no tokens.
  [[nodiscard]] bool is_github() const;
  /// `provider:token.actions.githubusercontent.com`
  [[nodiscard]] std::string anchor() const;
};

/// All pairs of a role with a readable trust policy and a provider that it speaks about
/// (federated.h); in the order of the roles, then by provider.
class Trusts {
 public:
  [[nodiscard]] static Trusts build(const AuditInput& input);

  [[nodiscard]] const std::vector<Trust>& all() const { return trusts_; }

  /// Only those of GitHub.
  [[nodiscard]] std::vector<const Trust*> github() const;

  /// The role's trusts in GitHub, its retired issuer included; empty when it has none.
  [[nodiscard]] std::vector<const Trust*> github_of(const iam::Role& role) const;

 private:
  std::vector<Trust> trusts_;
};

/// The token sets that a declared subject of muster.yaml stands for. An environment without refs
/// means its jobs on any branch or tag, on pull requests only with `pull_request`; a subject that
/// names no environment, branch, tag or pull request means every context of the repository.
/// `fallback`: the audited repository, for a subject without one.
[[nodiscard]] std::vector<TokenSet> token_sets(const IntentSubject& subject,
                                               const std::string& fallback);

}  // namespace muster::oidc
