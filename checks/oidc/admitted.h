// The decision procedure: which tokens of an issuer does a trust policy admit? A token is one
// structured record (its subject, `repository`, `ref`, … share owner, repository, ids, branch and
// environment), and every question is the same search over all such records with another goal.
// Model and limits: docs/oidc-trust.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/intent.h"
#include "checks/core/proof.h"
#include "checks/oidc/issuers.h"
#include "checks/oidc/refusal.h"
#include "checks/oidc/scope.h"
#include "checks/oidc/token_set.h"
#include "checks/policy/model.h"

namespace muster::oidc {

/// What is known about a repository. Empty ids = unknown: then every id is possible.
struct RepositoryFact {
  /// `owner/name`
  std::string name;
  std::string id;
  std::string owner_id;

  friend bool operator==(const RepositoryFact&, const RepositoryFact&) = default;
};

/// What is known beside the policy. Strangers are not bound by it: they may use either subject
/// form.
struct Universe {
  /// Declared repositories; their owners are declared owners.
  std::vector<RepositoryFact> repositories;
  /// Subject form of the declared repositories.
  SubjectFormat format = SubjectFormat::Both;
  /// `include_claim_keys` of the declared repositories; empty = the default subject.
  std::vector<std::string> subject_claim_keys;
  /// ClientIDList of the provider; absent = unknown: then any audience is possible.
  std::optional<std::vector<std::string>> audiences;
};

/// The declared repository, ids, subject form and claim keys of the intent.
[[nodiscard]] Universe universe_of(const Intent& intent);

/// Bounds of one question, counted in configurations so that the answer does not depend on the
/// machine. A question about forged subjects has one budget for all templates.
struct SearchLimits {
  std::size_t configurations = 200'000;
  /// Combinations of the values of keys that do not depend on each other.
  std::size_t combinations = 20'000;
};

/// Why a token is refused.
struct Refusal {
  Witness token;
  /// Clauses of the Allow statement that comes nearest, or of the Deny statement that hits.
  std::vector<RefusingClause> clauses;
};

struct CompiledTrust;

/// All questions about one trust policy and one provider. Every `yes` of a question carries a token
/// that the policy evaluator was asked about again; an answer that it does not confirm becomes
/// `undecided`. Immutable and cheap to copy; methods may be called from several threads.
///
/// Witness fields are the claims of the token in reading order (`sub`, `aud`, `repository`, `ref`,
/// …); a field whose name contains `:` is a condition key outside the token that the caller must
/// bring (`sts:RoleSessionName`).
class TrustSearch {
 public:
  TrustSearch(const policy::Policy& policy, std::string provider_arn, Universe universe = {},
              SearchLimits limits = {});

  [[nodiscard]] const Issuer& issuer() const;
  [[nodiscard]] const std::string& provider() const;
  [[nodiscard]] const Universe& universe() const;
  [[nodiscard]] const policy::Policy& policy() const;

  /// Owners and repositories that the policy names in full in a clause that pins them, sorted: what
  /// is trusted when nothing is declared.
  [[nodiscard]] std::vector<std::string> literal_owners() const;
  [[nodiscard]] std::vector<std::string> literal_repositories() const;
  /// Declared owners if there are any, else the literal ones. The same for repositories.
  [[nodiscard]] std::vector<std::string> trusted_owners() const;
  [[nodiscard]] std::vector<std::string> trusted_repositories() const;

  /// Ids that the policy names in full while no fact says whose they are, sorted. They count as
  /// trusted: whoever has one may have any name.
  [[nodiscard]] std::vector<std::string> open_owner_ids() const;
  [[nodiscard]] std::vector<std::string> open_repository_ids() const;

  // ---- the general questions --------------------------------------------------------------------
  /// Is a token of the scope admitted that lies in none of the `except` sets? Witness: that token.
  [[nodiscard]] Proof admits(const Scope& scope, const std::vector<TokenSet>& except = {}) const;
  /// Is a token of the scope refused? Witness: that token. Ids that the universe does not give are
  /// taken to be those that the policy names; keys outside the token are taken as favourable as
  /// they can be.
  [[nodiscard]] Proof refuses(const Scope& scope) const;
  /// Is a token of the scope admitted here but refused by the other policy (same provider)? For
  /// drift, redundant clauses, vacuous denies.
  [[nodiscard]] Proof admits_beyond(const TrustSearch& other, const Scope& scope = {}) const;

  // ---- GitHub: jobs and declarations ------------------------------------------------------------
  [[nodiscard]] Proof admits_some(const TokenSet& set) const;
  [[nodiscard]] Proof refuses_some(const TokenSet& set) const;
  /// Which clauses refuse a typical token of the set; nothing when no token of it is refused.
  [[nodiscard]] std::optional<Refusal> explain_refusal(const TokenSet& set) const;
  [[nodiscard]] std::optional<Refusal> explain_refusal(const Scope& scope) const;
  /// Admitted tokens outside every allowed set.
  [[nodiscard]] Proof admits_beyond(const std::vector<TokenSet>& allowed) const;

  // ---- is anything admitted at all --------------------------------------------------------------
  /// Some token with a default or declared subject.
  [[nodiscard]] Proof admits_anything() const;
  /// Some token under some custom template of anyone.
  [[nodiscard]] Proof admits_anything_under_any_template() const;
  /// No token is admitted under any template. The witness (kind text) names the first clause that
  /// can never be true, if one does.
  [[nodiscard]] Proof is_dead() const;

  // ---- exposure (section by section of the ladder) ----------------------------------------------
  /// A stranger's repository on a fresh branch.
  [[nodiscard]] Proof admits_any_repository() const;
  /// A fresh owner, in whatever repository and context. `fresh_workflow`: with a `job_workflow_ref`
  /// that the policy does not name (answer no while the plain question says yes = only the reusable
  /// workflow is pinned).
  [[nodiscard]] Proof admits_fresh_owner(bool fresh_workflow = false) const;
  [[nodiscard]] Proof admits_owner_outside(const std::vector<std::string>& trusted) const;
  /// A fresh repository name under the owner.
  [[nodiscard]] Proof admits_fresh_repository(std::string_view owner) const;
  /// A repository of one of the owners that is not in the list (`owner/name`).
  [[nodiscard]] Proof admits_repository_outside(const std::vector<std::string>& owners,
                                                const std::vector<std::string>& repositories) const;
  [[nodiscard]] Proof admits_pull_request(std::string_view repository) const;
  [[nodiscard]] Proof admits_fresh_branch(std::string_view repository) const;
  [[nodiscard]] Proof admits_fresh_tag(std::string_view repository) const;
  [[nodiscard]] Proof admits_fresh_environment(std::string_view repository) const;
  /// A branch (tag) context whose ref matches none of the globs (`refs/heads/main`).
  [[nodiscard]] Proof admits_branch_outside(std::string_view repository,
                                            const std::vector<std::string>& ref_globs) const;
  [[nodiscard]] Proof admits_tag_outside(std::string_view repository,
                                         const std::vector<std::string>& ref_globs) const;
  [[nodiscard]] Proof admits_environment_outside(std::string_view repository,
                                                 const std::vector<std::string>& names) const;
  /// An environment context (this one, or any) with `ref` = `refs/pull/N/merge`.
  [[nodiscard]] Proof admits_merge_ref_in_environment(
      std::string_view repository, const std::optional<std::string>& environment = {}) const;
  /// The environment together with a fresh branch as `ref`.
  [[nodiscard]] Proof admits_fresh_ref_in_environment(std::string_view repository,
                                                      std::string_view environment) const;
  /// A `job_workflow_ref` with fresh text behind `@`, in a policy that has a clause on it.
  [[nodiscard]] Proof admits_fresh_workflow_ref() const;
  /// An immutable token with the names of the repository but a fresh owner or repository id.
  [[nodiscard]] Proof admits_fresh_owner_id(std::string_view repository) const;
  [[nodiscard]] Proof admits_fresh_repository_id(std::string_view repository) const;
  /// Classic (immutable) tokens of the repository are admitted and immutable (classic) ones are
  /// not.
  [[nodiscard]] Proof admits_form(std::string_view repository, SubjectForm form) const;
  [[nodiscard]] Proof only_classic(std::string_view repository) const;
  [[nodiscard]] Proof only_immutable(std::string_view repository) const;
  /// A forged subject: someone outside the trusted owners, or in a sibling repository of theirs,
  /// who chooses his own template and the text in it, while no default subject of his is admitted
  /// (ask the plain questions first).
  [[nodiscard]] Proof admits_forged_by_outsider() const;
  [[nodiscard]] Proof admits_forged_by_sibling() const;

  // ---- other issuers ----------------------------------------------------------------------------
  /// A tenant that the policy does not name. `no` for issuers of one tenant.
  [[nodiscard]] Proof admits_fresh_tenant() const;
  [[nodiscard]] Proof admits_tenant_outside(const std::vector<std::string>& tenants) const;
  /// Tenants that the policy names in full, sorted.
  [[nodiscard]] std::vector<std::string> literal_tenants() const;
  /// A fresh project of a tenant that the policy names.
  [[nodiscard]] Proof admits_fresh_project() const;
  /// A subject that matches the glob, e.g. `*:run_phase:plan`.
  [[nodiscard]] Proof admits_subject_like(std::string_view glob) const;

  // ---- variants: the same search over an edited policy ------------------------------------------
  [[nodiscard]] TrustSearch without_statement(std::size_t statement) const;
  [[nodiscard]] TrustSearch without_denies() const;
  [[nodiscard]] TrustSearch without_clause(std::size_t statement, std::size_t clause) const;
  [[nodiscard]] TrustSearch without_value(std::size_t statement, std::size_t clause,
                                          std::size_t value) const;
  /// Without every clause on the given claims (`actor`, `actor_id`, `workflow`) of this issuer.
  [[nodiscard]] TrustSearch without_clauses_on(const std::vector<std::string>& claims) const;
  /// Same policy, other facts.
  [[nodiscard]] TrustSearch with_universe(Universe universe) const;

 private:
  [[nodiscard]] TrustSearch with_policy(const policy::Policy& policy) const;

  std::shared_ptr<const CompiledTrust> compiled_;
};

/// The OIDC provider ARNs that the Allow statements of a trust policy name, sorted. A statement
/// with several is searched once per provider.
[[nodiscard]] std::vector<std::string> providers_of(const policy::Policy& policy);

}  // namespace muster::oidc
