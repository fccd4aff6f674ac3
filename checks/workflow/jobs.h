// How jobs come to run: a job of a workflow that some event starts, directly or through calls of
// local workflows. With it go the effective permission for tokens, the credentials it takes, and
// what it deploys.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/expression.h"
#include "checks/workflow/model.h"
#include "checks/workflow/script.h"

namespace muster::workflow {

/// What starts a run, as far as it is looked at. Empty = any.
struct Moment {
  std::string event;
  /// `refs/heads/main`, or the beginning of a ref with `kRest` behind it.
  std::string ref;
  Choices choices = {};
  /// Started by somebody without rights in the repository.
  bool stranger = false;
};

enum class CredentialKind { Oidc, StaticKeys, Chained };

/// A place where the job takes AWS credentials.
struct Credential {
  CredentialKind kind = CredentialKind::Oidc;
  /// Null for env of the job or workflow.
  const Step* step = nullptr;
  SourceRef where;
  /// `Oidc`: the role text as written and its possible ARNs.
  Text role;
  Values role_arns;
  /// `Oidc`: the audience asked for.
  std::string audience;
  /// `StaticKeys`: the text the key id comes from.
  std::string key_text;
};

/// A step that changes a running system.
struct Deploy {
  const Step* step = nullptr;
  SourceRef where;
  /// `ecs`, `ssm`, `lambda`, `terraform`, …
  std::string kind;
  /// The command or action, short: `aws ecs update-service`.
  std::string verb;
  /// The calls that lead to it, outermost first: `bash deploy.sh`, `uses: ./.github/actions/x`.
  std::vector<SourceRef> via;
  /// Null for an action.
  const StepCommand* command = nullptr;
};

/// What the run's environment is for: by its `environment`, else by names in roles, clusters and
/// the workflow itself.
struct EnvironmentGuess {
  EnvironmentClass kind = EnvironmentClass::Unknown;
  /// What it was read off: `environment production`, `role arn:…`.
  std::string from;
};

struct JobRun;

/// What a run takes and does.
struct Recognised {
  /// In order. Source of the signs: rules/data/workflow-recognition.json.
  std::vector<Credential> credentials;
  /// Recognised verbs in order, whether or not a credential comes before them.
  std::vector<Deploy> verbs;
  /// Those that come after a credential, or run on another machine. None in a run whose conditions
  /// never hold.
  std::vector<Deploy> deploys;
  /// What it may deploy with, although nothing here says so: a text or file that cannot be read,
  /// run after a credential. Nothing when it certainly deploys, or certainly not.
  std::optional<OpenRun> may_deploy;
  EnvironmentGuess environment;
  /// The steps that run only when something has failed: by their condition, or by that of an action
  /// around them, of their job or of a calling job.
  std::set<const Step*> for_failure;

  [[nodiscard]] static Recognised of(const JobRun& run, const Intent& intent);
};

/// One way in which a job runs.
struct JobRun {
  /// The workflow whose events start it; null when the job's workflow is only callable and nobody
  /// here calls it.
  const Workflow* entry = nullptr;
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  /// What its steps run.
  const JobScript* script = nullptr;
  /// Of the job as a whole, whatever step is asked about.
  const Recognised* recognised = nullptr;
  /// The calling jobs, outermost first; empty when not called.
  Callers callers;
  /// The step that is asked about: its condition counts too. Null for the job as a whole.
  const Step* asked = nullptr;

  [[nodiscard]] Asset asset() const { return workflow->asset(*job); }

  /// All workflows and jobs on the way, outermost first: the callers, then its own.
  [[nodiscard]] Callers levels() const;

  /// Whether the step runs only when something has failed: what it waits for or looks at is then
  /// the rollback.
  [[nodiscard]] bool is_for_failure(const Step& one) const {
    return recognised->for_failure.contains(&one);
  }

  /// Names for `resolve`, at job level or inside a step.
  [[nodiscard]] Scope scope(const Intent& intent, const Step* step = nullptr,
                            const Moment& moment = {}) const;
  /// Names for a job that is called or that this one waits for: what `if:` may use. `calls` callers
  /// are around it.
  [[nodiscard]] Scope outer_scope(const Intent& intent, const Job& of, std::size_t calls,
                                  const Moment& moment) const;
};

/// The run as far as this step: its condition, and that of the actions around it, count too.
[[nodiscard]] JobRun up_to(const JobRun& run, const Step& step);

/// All ways in which all ordinary jobs run, in document order. Calls are followed ten deep.
class JobRuns {
 public:
  [[nodiscard]] static JobRuns build(const AuditInput& input);

  [[nodiscard]] const std::vector<JobRun>& all() const { return runs_; }

  /// The runs of each job together, so that a rule reports a job once.
  [[nodiscard]] const std::vector<std::vector<const JobRun*>>& by_job() const { return by_job_; }

  /// The runs of the jobs that stand in this workflow.
  [[nodiscard]] const std::vector<const JobRun*>& in(const Workflow& workflow) const;

 private:
  std::vector<JobRun> runs_;
  /// One for each job; addresses are stable.
  std::deque<JobScript> scripts_;
  /// One for each run.
  std::deque<Recognised> recognised_;
  std::vector<std::vector<const JobRun*>> by_job_;
  std::map<const Workflow*, std::vector<const JobRun*>> by_workflow_;
};

/// Whether the job's token may write in a scope; for `id-token`, whether it may ask for an OIDC
/// token.
struct TokenPermission {
  enum class Answer { Granted, Denied, Unknown };

  Answer answer = Answer::Denied;
  /// The `permissions` block that decides; the job when there is none.
  SourceRef where;
  /// `no permissions block grants id-token`, in words.
  std::string because;
};

/// Effective permission to write: the job's block replaces the workflow's, and a called workflow
/// never gets more than any of its callers. Without any block `id-token` is none, and the settings
/// of the repository, which are not known here, decide about the rest. Source: GitHub Docs,
/// "Automatic token authentication", "Reusing workflow configurations".
[[nodiscard]] TokenPermission token_permission(const JobRun& run,
                                               std::string_view scope = "id-token");

/// Those of the runs that deploy.
[[nodiscard]] std::vector<const JobRun*> deploying(const std::vector<const JobRun*>& runs);

/// All steps of the job, those of `parallel:` included.
[[nodiscard]] std::vector<const Step*> all_steps(const Job& job);

/// What the environment of a run with these credentials is for.
[[nodiscard]] EnvironmentGuess environment_class(const JobRun& run,
                                                 const std::vector<Credential>& held,
                                                 const Intent& intent);

/// The class that a name suggests: `prod`, `production`, `prd`, `live`; `staging`, …; `dev`, ….
/// `non-prod` and `preprod` are not production. Split at separators and case changes.
[[nodiscard]] EnvironmentClass class_of_name(std::string_view name);

/// A text witness: what stands in the file.
[[nodiscard]] Witness text_witness(std::string name, std::string value);

}  // namespace muster::workflow
