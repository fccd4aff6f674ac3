// What the owners declare in `muster.yaml`. Plain data; `checks/intent` reads the file.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/outcome.h"
#include "checks/core/settings.h"
#include "checks/core/source.h"

namespace muster {

/// What an environment is for. Unknown counts as production where a rule must choose.
enum class EnvironmentClass { Production, Staging, Development, Unknown };

/// How much a role may do; grades findings by blast radius. Unknown counts as `Write`.
enum class Privilege { Admin, Write, Read, Unknown };

/// Whether it is known to be for something else than production.
[[nodiscard]] constexpr bool is_below_production(EnvironmentClass kind) {
  return kind == EnvironmentClass::Development || kind == EnvironmentClass::Staging;
}

[[nodiscard]] const char* to_string(EnvironmentClass value);
[[nodiscard]] const char* to_string(Privilege value);

/// A named value that `${{ vars.NAME }}`, `${{ secrets.NAME }}` or `${{ env.NAME }}` stands for.
/// Never a secret: a role ARN, a region.
struct Variable {
  std::string name;
  std::string value;

  friend bool operator==(const Variable&, const Variable&) = default;
};

struct IntentEnvironment {
  std::string name;
  EnvironmentClass kind = EnvironmentClass::Unknown;
  /// Branch globs from which a deployment to it may start; empty = not declared.
  std::vector<std::string> branches;
  /// Whether required reviewers protect it; absent = not declared.
  std::optional<bool> reviewers;
  /// Values that differ per environment.
  std::vector<Variable> variables;
  SourceRef where;
  /// What GitHub says of it; absent = not read. `reviewers`, `branches` and `where` are then as it
  /// says, as far as it can be said with them.
  std::optional<EnvironmentSettings> settings;

  /// Whether it takes runs of certain refs alone.
  [[nodiscard]] bool limits_refs() const {
    return !branches.empty() || (settings && settings->refs != EnvironmentRefs::Any);
  }
};

/// One kind of caller that may assume a role: a repository with one environment, or with refs, or
/// its pull requests.
struct IntentSubject {
  /// `owner/name`; empty = the audited repository.
  std::string repository;
  /// A job environment. Then `branches` limits the ref of the run.
  std::optional<std::string> environment;
  /// Branch globs (`main`, `release/*`), without `refs/heads/`.
  std::vector<std::string> branches;
  /// Tag globs, without `refs/tags/`.
  std::vector<std::string> tags;
  bool pull_request = false;
  SourceRef where;
};

/// A parameter of a capability: one value, a list, or the entries of a mapping (`tag: {env: dev}`),
/// which alone have names.
struct IntentArgument {
  std::string name;
  std::vector<Variable> entries;
  SourceRef where;
};

/// One job that a role is there for, by the name of its template, e.g. `ecr-push`.
struct IntentCapability {
  std::string name;
  std::vector<IntentArgument> arguments;
  SourceRef where;
};

/// A clause of a statement that muster.yaml allows as it stands.
struct IntentClause {
  std::string op;
  std::string key;
  std::vector<std::string> values;
  SourceRef where;
};

/// Access that no capability describes: the actions on the resources under the conditions.
struct IntentAllow {
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::vector<IntentClause> conditions;
  SourceRef where;
};

/// A way to more power that the owners know of and live with for a while: one path, by its steps
/// and its end. Nothing longer, and nothing that ends elsewhere, is covered.
struct IntentAccept {
  /// The last step, as `muster escalations` names it: `ssm-send-command`.
  std::string escalation;
  /// The steps before it, in order; empty = it is the only one.
  std::vector<std::string> via;
  /// ARN of the role or user that it ends in; `itself` for rights that the role gives itself.
  std::string target;
  std::string reason;
  /// The last day on which it holds, in UTC.
  std::chrono::sys_days until;
  SourceRef where;
};

struct IntentRole {
  /// The key in `muster.yaml`, e.g. `deploy`.
  std::string name;
  /// Full role ARN; empty when not declared.
  std::string arn;
  Privilege privilege = Privilege::Unknown;
  /// Path of the file with its trust policy, relative to the audited root; empty = the account
  /// facts hold it.
  std::string trust_file;
  std::vector<std::string> permission_files;
  std::vector<std::string> environments;
  std::vector<IntentSubject> subjects;
  /// Accounts (12 digits) whose principals may be trusted without an external id, beside the role's
  /// own account.
  std::vector<std::string> trusted_accounts;
  /// Where its capabilities act when they name no region; empty = as `Intent::region` says.
  std::string region;
  /// All that the role is meant to do, together with `allow`. Absent = not declared; declared and
  /// empty = nothing.
  std::optional<std::vector<IntentCapability>> capabilities;
  std::vector<IntentAllow> allow;
  std::vector<IntentAccept> accepts;
  SourceRef where;
};

/// Who reads an environment file of a host: each has rules of its own for quotes, comments and `$`.
enum class EnvReader {
  /// `EnvironmentFile=` of a unit
  Systemd,
  /// `docker run --env-file`
  Docker,
  /// `env_file` of Compose
  Compose,
  /// `.` of a shell
  Shell,
};

[[nodiscard]] const char* to_string(EnvReader value);

/// A folder on a host that deploys write.
struct IntentHostPath {
  std::string path;
  /// Where it was before: nothing may be left there but a link to `path`.
  std::vector<std::string> legacy;
  /// `user:group`, each a name or a number; empty = not declared.
  std::string owner;
  SourceRef where;
};

struct IntentEnvFile {
  std::string path;
  /// Name or number of the user who may own it beside root; empty = root alone.
  std::string owner;
  std::vector<EnvReader> readers;
  std::vector<std::string> required;
  /// What variables that are no secret must be, exactly.
  std::vector<Variable> public_values;
  SourceRef where;
};

struct IntentUnit {
  std::string path;
  /// Whether it is meant to run at each start of the host.
  bool at_boot = false;
  SourceRef where;
};

/// The file in which deploys keep what runs and what ran before: a JSON object.
struct IntentState {
  std::string path;
  /// Absent = a deploy may lie back however long.
  std::optional<long> max_age_days;
  /// Its members that name the version that runs, and the one before.
  std::string current = "current";
  std::string previous = "previous";
  SourceRef where;
};

/// A link on a host that may lead to certain targets alone.
struct IntentLink {
  std::string path;
  std::vector<std::string> targets;
  SourceRef where;
};

/// Hosts of one service in one environment: what is the same on all of them.
struct IntentHosts {
  /// The key in `muster.yaml`, e.g. `shop-production`.
  std::string name;
  std::string environment;
  /// As `collect.sh --host` calls them.
  std::vector<std::string> names;
  /// Facts that are older say nothing about now.
  long max_age_days = 7;
  std::vector<IntentHostPath> paths;
  std::vector<IntentEnvFile> env_files;
  std::vector<IntentUnit> units;
  std::vector<IntentState> states;
  std::vector<IntentLink> links;
  SourceRef where;
};

/// How the rollback of one service is rehearsed: what to run, where to look, how fast it must be.
/// Words of commands may hold `{release}` (what to deploy), `{run}` (what this change is called)
/// and `{expect}` (the change that must be the newest still). Paths are absolute or relative to the
/// folder of muster.yaml.
struct IntentDrill {
  std::string name;
  std::string environment;
  /// The documented way to deploy a release, which a rollback is too. Ends with 0, or 10 (another
  /// deploy is under way), 11 (no such release), 16 (`{expect}` is not the newest change); anything
  /// else failed.
  std::vector<std::string> deploy;
  /// Prints the digest of a release.
  std::vector<std::string> digest;
  /// Makes the proxy read its configuration again; blue/green alone.
  std::vector<std::string> reload;
  /// File that a deploy holds with flock while it runs.
  std::string lock;
  /// The deploy state (docs/drills.md has its keys).
  std::string state;
  /// Base address that visitors use.
  std::string balancer;
  /// Base addresses of what stands behind it; of blue/green by color.
  std::vector<Variable> backends;
  /// The link that says which color serves, and what it says for each; empty without blue/green.
  std::string link;
  std::vector<Variable> upstreams;
  /// Path and member of the JSON answer that tells the version, and the version of a release: words
  /// with `{release}` or `{tag}`, its part behind the last colon.
  std::string version_path = "/version";
  std::string version_member = "version";
  std::string version_of = "{tag}";
  /// What else must hold of a whole service: path to status.
  std::vector<Variable> verify;
  /// Files that a rollback runs or reads; a drill proves nothing once one of them changed.
  std::vector<std::string> path;
  /// While it is there no drill begins, and one that runs puts the service back.
  std::string stop_file;
  /// Who may approve a drill in production: a file of `allowed_signers` as ssh-keygen(1) describes
  /// it.
  std::string approvers;
  /// When a drill may begin, as `parse_window` reads it; empty = always.
  std::vector<std::string> windows;
  unsigned objective_seconds = 300;
  unsigned max_lost = 0;
  unsigned max_age_days = 90;
  /// For one run of `deploy`.
  unsigned timeout_seconds = 600;
  /// Requests a second that measure the drill.
  unsigned rate = 50;
  SourceRef where;

  friend bool operator==(const IntentDrill&, const IntentDrill&) = default;
};

/// How the subject claims of the repository look (`reference`: GitHub's change of 2026-07-15).
enum class SubjectFormat { Both, Classic, Immutable };

struct Intent {
  /// True when a `muster.yaml` was read; false when everything here is inferred.
  bool declared = false;
  /// The file it came from; empty when inferred.
  SourceId source;
  /// `owner/name` of the audited repository; empty = unknown.
  std::string repository;
  /// Numeric ids as text; empty = unknown.
  std::string repository_id;
  std::string owner_id;
  std::string default_branch = "main";
  /// Region of the capabilities that name none; empty = not declared.
  std::string region;
  SubjectFormat subject_format = SubjectFormat::Both;
  /// `include_claim_keys` of the repository's customised subject, in order; empty = the default
  /// subject.
  std::vector<std::string> subject_claim_keys;
  std::vector<IntentEnvironment> environments;
  std::vector<IntentRole> roles;
  std::vector<Variable> variables;
  /// Scripts that are installed on hosts: their path there, and that of the file of this repository
  /// which each is a copy of.
  std::vector<Variable> host_scripts;
  std::vector<IntentHosts> hosts;
  std::vector<IntentDrill> drills;
  /// Path globs, relative to the root, that the audit leaves out.
  std::vector<std::string> exclude;
  /// Findings of this severity and above make the audit fail.
  Severity fail_on = Severity::Medium;

  /// What GitHub says of the repository; absent = not read.
  std::optional<RepositorySettings> settings;

  /// The environment of this name that muster.yaml declares or GitHub has; null when there is none.
  [[nodiscard]] const IntentEnvironment* environment(std::string_view name) const;

  /// Whether reviewers must approve what goes to an environment: as GitHub says, else as
  /// muster.yaml declares. One that GitHub does not have comes into being without. Absent = nobody
  /// says.
  [[nodiscard]] std::optional<bool> reviewers(std::string_view name) const;
};

/// The intent with what GitHub says in the place of what muster.yaml only declares; nothing when
/// the settings are not those of the audited repository. Without a name in muster.yaml it is the
/// one repository whose settings were collected.
[[nodiscard]] std::optional<Intent> observed(const Intent& declared,
                                             const std::vector<RepositorySettings>& settings);

}  // namespace muster
