// What a forge says of a repository: settings that no file of a checkout tells. Plain data;
// `checks/settings` reads it from the facts. What was not read is absent, never "none".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/source.h"

namespace muster {

/// From which refs an environment takes deployments.
enum class EnvironmentRefs {
  Any,
  /// Branches that are protected.
  Protected,
  /// Those that match one of its patterns.
  Listed,
};

/// The protection of one environment of GitHub.
/// Source: GitHub Docs, "Deployments and environments".
struct EnvironmentSettings {
  std::string name;
  /// At least one reviewer has to approve; absent = not said.
  std::optional<bool> reviewers;
  /// Whoever started a run may approve it, when he is a reviewer.
  bool self_review = false;
  /// Administrators may go around its rules; absent = not said.
  std::optional<bool> admins_bypass;
  unsigned wait_minutes = 0;
  /// Rules of a kind that is not known here, or an app that is asked.
  bool other_rules = false;
  EnvironmentRefs refs = EnvironmentRefs::Any;
  /// Of `Listed`: patterns of branches and of tags; absent = not read.
  std::optional<std::vector<std::string>> branches;
  std::vector<std::string> tags;
  SourceRef where;
};

/// One set of rules for branches or tags.
/// Source: GitHub Docs, "Available rules for rulesets"; REST API, "Repository
/// rules".
struct Ruleset {
  std::string name;
  bool of_tags = false;
  /// Enforced; one that is only evaluated holds nobody back.
  bool active = false;
  /// Its conditions and rules were read.
  bool known = false;
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  bool creation = false;
  bool update = false;
  /// Of pull requests: how many others must approve, and whether owners of the code are among them.
  unsigned approvals = 0;
  bool owners_approve = false;
  /// Everybody with write access may go around it; absent = the token may not see who may.
  std::optional<bool> writers_bypass;
  SourceRef where;
};

struct BranchSettings {
  std::string name;
  /// It has a protection of its own, or a ruleset protects it.
  bool is_protected = false;
  /// Its own protection keeps a single writer from changing it; absent = not read.
  std::optional<bool> needs_another;
  /// By one approval of anybody.
  bool by_one_approval = false;
  SourceRef where;
};

/// How the repository's OIDC subjects look.
struct SubjectSettings {
  bool use_default = true;
  std::vector<std::string> claim_keys;
  /// Absent = the server does not say.
  std::optional<bool> immutable;
  SourceRef where;
};

/// Whether one person with write access can bring a commit onto a branch, or make or move a tag.
enum class RefGuard {
  /// Somebody else is needed.
  Guarded,
  /// So he can.
  Open,
  Unknown,
};

struct RefAnswer {
  RefGuard guard = RefGuard::Unknown;
  /// What says so, for people: ``ruleset `releases` ``.
  std::string by{};
  SourceRef where{};
  /// What the guard rests on and nobody here knows; empty = nothing.
  std::string assumption{};
};

struct RepositorySettings {
  /// `owner/name`
  std::string name;
  /// Some of it was collected for an audit, and is no answer that lies about.
  bool collected = false;
  /// Numeric ids as text; empty = not read.
  std::string id;
  std::string owner_id;
  /// Empty = not read.
  std::string default_branch;
  /// `public`, `private`, `internal`; empty = not read.
  std::string visibility;
  /// All of them; absent = not read.
  std::optional<std::vector<EnvironmentSettings>> environments;
  std::optional<std::vector<BranchSettings>> branches;
  std::optional<std::vector<Ruleset>> rulesets;
  std::optional<SubjectSettings> subject;
  /// Tokens of workflows that ask for nothing may write; absent = not read.
  std::optional<bool> tokens_write;
  /// Workflows may approve pull requests, so that whoever writes one approves his own; absent = not
  /// read.
  std::optional<bool> actions_approve;
  /// `all`, `local_only`, `selected`; empty = not read.
  std::string allowed_actions;
  /// Names of secrets that every workflow of the repository may read, its own and the
  /// organisation's; none only when both were read. Absent = not known.
  std::optional<std::vector<std::string>> secrets;
  SourceRef where;
  SourceRef environments_where;
  SourceRef rulesets_where;
  SourceRef tokens_where;
  SourceRef actions_where;

  /// The environment of this name, without regard to case, as GitHub has it; null when there is
  /// none or they were not read.
  [[nodiscard]] const EnvironmentSettings* environment(std::string_view name) const;

  /// About a ref, `refs/heads/main`, or a pattern of refs with `*`: one that anybody can write to
  /// is enough for `Open`, and all must be guarded for `Guarded`.
  [[nodiscard]] RefAnswer guard_of(std::string_view ref) const;
};

/// Whether a pattern of a ruleset matches a ref; nothing when it has letters that are not
/// understood here. `*` and `?` stay within a part, `**/` crosses parts. Source: GitHub Docs,
/// "Creating rulesets for a repository", fnmatch with `File::FNM_PATHNAME`.
[[nodiscard]] std::optional<bool> ruleset_matches(std::string_view pattern, std::string_view ref,
                                                  std::string_view default_branch);

}  // namespace muster
