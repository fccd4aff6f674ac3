// A set of GitHub job tokens, described by what a job or a declaration fixes: the common language
// of workflows (what a job will present), intent (who may come in) and the trust search (who is
// admitted).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace muster::oidc {

/// What the context part of the subject shows. A job `environment:` wins over the event.
enum class ContextKind { Environment, PullRequest, Branch, Tag };

/// `environment`, `pull_request`, `branch` or `tag`.
[[nodiscard]] const char* to_string(ContextKind context);

/// All tokens of one repository in one context. Text fields that are absent are free; patterns are
/// IAM globs
/// (`*` any run, `?` one character) over the whole value.
struct TokenSet {
  /// `owner/name`, exact.
  std::optional<std::string> repository;
  ContextKind context = ContextKind::Branch;
  /// Exact environment name; only for `ContextKind::Environment`. Absent = any environment.
  std::optional<std::string> environment;
  /// Patterns for the whole `ref` claim: `refs/heads/main`, `refs/heads/release/*`, `refs/tags/v*`,
  /// `refs/pull/*/merge`. Empty = any ref that the context allows.
  std::vector<std::string> refs;
  /// The workflow's display name (claim `workflow`).
  std::optional<std::string> workflow;
  /// File part of `job_workflow_ref`: `acme/shop/.github/workflows/deploy.yml` (without `@ref`).
  std::optional<std::string> workflow_file;
  /// The audience the job asks for; absent = `sts.amazonaws.com`.
  std::optional<std::string> audience;
  /// What it comes from, for people: `job deploy on workflow_dispatch`.
  std::string label;

  friend auto operator<=>(const TokenSet&, const TokenSet&) = default;
};

}  // namespace muster::oidc
