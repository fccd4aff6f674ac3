// Which tokens a question is about. A scope describes a set of tokens of one issuer by rules on its
// parts; the search (admitted.h) asks whether the trust policy admits, or refuses, one of them.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/oidc/token_set.h"

namespace muster::oidc {

/// What a question demands of one part of a token.
struct ValueRule {
  enum class Kind {
    /// No demand.
    Any,
    /// A value that has nothing in common with the text of the policy and is not declared: what a
    /// stranger would have.
    Fresh,
    /// One of `values` (for `ref` and `workflow_ref`: IAM globs over the whole value).
    OneOf,
    /// None of `values` (the same reading).
    Outside,
  };

  Kind kind = Kind::Any;
  std::vector<std::string> values;

  static ValueRule any() { return {}; }

  static ValueRule fresh() { return {Kind::Fresh, {}}; }

  static ValueRule one_of(std::vector<std::string> values) {
    return {Kind::OneOf, std::move(values)};
  }

  static ValueRule exactly(std::string value) { return {Kind::OneOf, {std::move(value)}}; }

  static ValueRule outside(std::vector<std::string> values) {
    return {Kind::Outside, std::move(values)};
  }

  friend auto operator<=>(const ValueRule&, const ValueRule&) = default;
};

/// What kind of git ref the run is on (claim `ref`), independent of what the subject shows.
enum class RefKind { Branch, Tag, PullMerge };

/// The two forms of a GitHub subject: `repo:acme/shop:…` and `repo:acme@4400001/shop@880000123:…`.
enum class SubjectForm { Classic, Immutable };

/// Which subject templates count.
enum class Templates {
  /// The default ones, and the declared custom one.
  Declared,
  /// Every list of claims that someone with administration rights over a repository can set, with
  /// the values that he can
  /// choose (environment, workflow, branch names): what a forger has.
  Forged,
};

/// A set of tokens. Parts without a rule are free within what the issuer can mint and what the
/// universe says. GitHub uses all parts; for other issuers see `tenant` and `project`.
struct Scope {
  /// Owner name; `Fresh` and `Outside` also exclude the ids that the facts or the policy give to
  /// trusted owners.
  ValueRule owner;
  /// `owner/name` for `OneOf` and `Outside`; `Fresh` = a fresh name under whatever owner. Ids as
  /// for `owner`.
  ValueRule repository;
  /// `Fresh` = an id that is neither declared nor in the policy, even if the name is a declared
  /// one. `OneOf` may name an id that only trusted ones would have: whose name it is stays open.
  ValueRule owner_id;
  ValueRule repository_id;
  /// Empty = every context.
  std::vector<ContextKind> contexts;
  /// Environment name; only environment contexts have one.
  ValueRule environment;
  /// The whole `ref` claim, e.g. `refs/heads/release/*`. `Fresh` = a fresh name behind
  /// `refs/heads/` or `refs/tags/`.
  ValueRule ref;
  /// Empty = every kind that the context allows.
  std::vector<RefKind> ref_kinds;
  /// Display name of the workflow.
  ValueRule workflow;
  /// The whole `job_workflow_ref` claim.
  ValueRule workflow_ref;
  /// `job_workflow_ref` with fresh text behind its `@`.
  bool fresh_workflow_version = false;
  /// The file of `job_workflow_ref`, as in `TokenSet::workflow_file`: at the ref of the run if it
  /// lies in the repository of the token, else at any ref.
  std::optional<std::string> workflow_file;
  ValueRule audience;
  /// The whole subject, as globs; `Fresh` has no meaning here.
  ValueRule subject;
  /// Absent = every form that the universe allows.
  std::optional<SubjectForm> form;
  Templates templates = Templates::Declared;
  /// Other issuers: the customer's name in the subject (GitLab top group, HCP Terraform
  /// organization, …).
  ValueRule tenant;
  /// Other issuers: the project, pipeline or workspace below the tenant.
  ValueRule project;

  friend auto operator<=>(const Scope&, const Scope&) = default;
};

/// The tokens of a set as a scope.
[[nodiscard]] Scope scope_of(const TokenSet& set);

}  // namespace muster::oidc
