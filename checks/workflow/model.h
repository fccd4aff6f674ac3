// A GitHub workflow file as typed values with spans. Syntax: GitHub Docs, "Workflow syntax for
// GitHub Actions". What the file means (who runs, with which token) is in jobs.h and presented.h.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/text/tree.h"

namespace muster::workflow {

/// A text with its place. `value` is as written, `${{ … }}` included.
struct Text {
  std::string value;
  SourceRef where;
};

/// `name: value` with both places.
struct Entry {
  Text name;
  Text value;
};

/// The value called `name`, compared without case as GitHub does; null when there is none.
[[nodiscard]] const Text* find_value(const std::vector<Entry>& entries, std::string_view name);

enum class Access { None, Read, Write };

/// Every scope of `GITHUB_TOKEN`, in the order of GitHub Docs.
inline constexpr std::array<std::string_view, 20> kPermissionScopes = {"actions",
                                                                       "artifact-metadata",
                                                                       "attestations",
                                                                       "checks",
                                                                       "code-quality",
                                                                       "contents",
                                                                       "copilot-requests",
                                                                       "deployments",
                                                                       "discussions",
                                                                       "drives",
                                                                       "id-token",
                                                                       "issues",
                                                                       "models",
                                                                       "packages",
                                                                       "pages",
                                                                       "pull-requests",
                                                                       "repository-projects",
                                                                       "security-events",
                                                                       "statuses",
                                                                       "vulnerability-alerts"};

/// A `permissions:` block. A map sets every scope that it does not name to none.
struct Permissions {
  enum class Form { ReadAll, WriteAll, Map };

  Form form = Form::Map;
  std::map<std::string, Access, std::less<>> scopes;
  SourceRef where;

  [[nodiscard]] Access of(std::string_view scope) const;
};

/// One event of `on`, with its filters. Empty lists = no filter.
struct Trigger {
  Text event;
  std::vector<Text> branches;
  std::vector<Text> branches_ignore;
  std::vector<Text> tags;
  std::vector<Text> tags_ignore;
  std::vector<Text> paths;
  std::vector<Text> types;
  /// `workflow_run` only.
  std::vector<Text> workflows;
};

/// An input of `workflow_dispatch` or `workflow_call`.
struct Input {
  Text name;
  /// string, boolean, number, choice, environment
  std::string type = "string";
  bool required = false;
  std::optional<Text> default_value;
  std::vector<Text> options;
};

/// The input called `name`, compared without case; null when there is none.
[[nodiscard]] const Input* find_input(const std::vector<Input>& inputs, std::string_view name);

struct Concurrency {
  Text group;
  /// As written: `true`, `false` or an expression; absent = false.
  std::optional<Text> cancel_in_progress;
  std::string queue;
  SourceRef where;
};

struct Environment {
  Text name;
  std::optional<Text> url;
  /// Whether GitHub keeps a deployment for each run of the job; without it, it does.
  std::optional<Text> deployment;
  SourceRef where;
};

struct Step {
  enum class Kind { Run, Uses, Wait, WaitAll, Cancel, Parallel };

  Kind kind = Kind::Run;
  /// 0-based position in the job; steps of `parallel:` share it.
  std::size_t index = 0;
  std::optional<Text> id;
  std::optional<Text> name;
  std::optional<Text> condition;
  /// `owner/repo@ref`, `./path`, `docker://image` for `Uses`.
  Text uses;
  Text run;
  /// The script's node: maps positions inside `run` to the file.
  std::optional<text::Node> run_node;
  /// The hash of `run`, short: what a step without an id goes by.
  std::string run_mark;
  std::optional<Text> shell;
  /// `working-directory`
  std::optional<Text> folder;
  std::vector<Entry> env;
  std::vector<Entry> with;
  std::optional<Text> continue_on_error;
  /// `timeout-minutes`
  std::optional<Text> timeout;
  bool background = false;
  /// Steps of `parallel:`.
  std::vector<Step> parallel;
  SourceRef where;

  /// The value of `with.<name>`, compared without case as GitHub does; null when absent.
  [[nodiscard]] const Text* input(std::string_view wanted) const;
  /// `steps[<id, else uses without ref, else the mark of its script>]`.
  [[nodiscard]] std::string anchor() const;
};

/// `owner/repo[/path]` of a `uses`, without its ref.
[[nodiscard]] std::string_view action_name(const Step& step);

struct Job {
  Text id;
  /// Where it stands in its workflow.
  std::size_t place = 0;
  std::optional<Text> name;
  std::vector<Text> needs;
  std::optional<Text> condition;
  std::optional<Environment> environment;
  std::optional<Permissions> permissions;
  std::optional<Concurrency> concurrency;
  /// `container.env` counted in.
  std::vector<Entry> env;
  std::vector<Text> runs_on;
  /// The combinations of `strategy.matrix`, after `exclude` and `include`. A value that is no
  /// scalar is an expression that nothing resolves.
  std::vector<std::vector<Entry>> combinations;
  /// What each name of them can be; an empty text stands for combinations without the name.
  std::vector<std::pair<std::string, std::vector<Text>>> matrix;
  /// The matrix, or its `include`, comes from an expression, or has more than 256 combinations:
  /// any name may have any value.
  bool matrix_open = false;
  std::vector<Entry> outputs;
  std::optional<Text> continue_on_error;
  /// `timeout-minutes`
  std::optional<Text> timeout;
  std::optional<Text> default_shell;
  std::optional<Text> default_folder;
  std::vector<Step> steps;
  /// A call job: `./.github/workflows/x.yml` or `owner/repo/path@ref`; empty value otherwise.
  Text uses;
  std::vector<Entry> with;
  std::vector<Entry> secrets;
  bool secrets_inherit = false;
  /// From the key to the end of the job.
  SourceRef where;

  [[nodiscard]] bool calls_workflow() const { return !uses.value.empty(); }
};

struct Workflow {
  SourceId source;
  std::optional<Text> name;
  std::vector<Trigger> triggers;
  std::vector<Input> dispatch_inputs;
  std::vector<Input> call_inputs;
  std::optional<Permissions> permissions;
  std::optional<Concurrency> concurrency;
  std::vector<Entry> env;
  std::optional<Text> default_shell;
  std::optional<Text> default_folder;
  std::vector<Job> jobs;
  /// Where each id stands in `jobs`.
  std::map<std::string, std::size_t, std::less<>> job_places;
  /// By place: the places of the jobs that it waits for, nearest first, and for each place whether
  /// it is among them.
  std::vector<std::vector<std::size_t>> needed_places;
  std::vector<std::vector<bool>> is_needed;
  SourceRef where;
  /// Keeps the nodes of the steps alive.
  std::shared_ptr<const text::Tree> tree;

  [[nodiscard]] const Job* find_job(std::string_view id) const;
  /// The jobs that this one waits for, through others too: nearest first, each once.
  [[nodiscard]] std::vector<const Job*> needed_by(const Job& job) const;
  [[nodiscard]] bool waits_for(const Job& job, const Job& other) const;
  [[nodiscard]] const Trigger* find_trigger(std::string_view event) const;
  /// The `permissions` that hold for a job inside this workflow: its own, else the workflow's; null
  /// without any.
  [[nodiscard]] const Permissions* block_of(const Job& job) const;

  [[nodiscard]] Asset asset() const { return {"workflow", source.path()}; }

  [[nodiscard]] Asset asset(const Job& job) const;
  [[nodiscard]] Asset asset(const Job& job, const Step& step) const;
  /// The display name, else the path.
  [[nodiscard]] std::string display_name() const;
  /// Whether `workflow_run` may mean it by this text: its display name or its path.
  [[nodiscard]] bool goes_by(std::string_view text) const;
};

/// Jobs that one file may have, more than GitHub makes of one matrix: each is compared with those
/// before it, and the worst file of this size is to be judged in two seconds on a slow machine too.
inline constexpr std::size_t kMostJobs = 300;
/// Steps that one job or composite action may have; each is compared with those before it.
inline constexpr std::size_t kMostSteps = 1'000;

/// Reads one workflow file. Structure errors (unknown key, wrong type, unknown need, cycle,
/// duplicate step id) are `Invalid` with the place; `on: []` is a disabled workflow and no error.
/// More than `kMostJobs` jobs, or `kMostSteps` steps in one, are `Limit`.
[[nodiscard]] Result<Workflow> parse_workflow(std::string bytes, SourceId source);

/// The job as it stands in the file.
[[nodiscard]] text::Node node_of(const Workflow& workflow, const Job& job);

/// All workflows of the audit, and those that could not be understood.
class Workflows {
 public:
  [[nodiscard]] static Workflows build(const AuditInput& input);

  /// Sorted by path.
  [[nodiscard]] const std::vector<Workflow>& all() const { return workflows_; }

  /// The workflow at this path, or null.
  [[nodiscard]] const Workflow* find(std::string_view path) const;

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<Workflow> workflows_;
  std::vector<Unreadable> unreadable_;
};

/// The need of every rule that speaks about workflows.
[[nodiscard]] std::vector<Unreadable> unreadable_workflows(const AuditInput& input);

}  // namespace muster::workflow
