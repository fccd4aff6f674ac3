// Code that an outsider proposes is checked out and then run in a job that has the rights of the
// repository: `pull_request_target`, `workflow_run`, comments. To check it out only is harmless.
#include "checks/workflow/untrusted_checkout.h"

#include <algorithm>
#include <optional>
#include <span>

#include "checks/text/ascii.h"
#include "checks/workflow/shaped.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

/// A step that puts somebody's code into the workspace.
struct Fetch {
  const Step* step = nullptr;
  SourceRef where;
  /// What is fetched, as written.
  std::string what;
  /// Under the workspace; empty = the workspace itself.
  std::string folder;
  /// The answer cannot be read off the file: why.
  std::string unknown;
};

/// What of the fetched code is run.
struct TreeRun {
  SourceRef where;
  std::string what;
};

bool has_form(const std::vector<Shaped>& found, Form form) {
  return std::any_of(found.begin(), found.end(),
                     [&](const Shaped& one) { return one.form == form; });
}

/// A branch of a fork is only reached together with its repository; by name alone it is a branch of
/// this one. A commit is reached from anywhere.
bool is_head(const std::vector<Shaped>& ref, std::string_view text, bool of_fork) {
  const bool by_number =
      has_form(ref, Form::Number) && text.find("pull/") != std::string_view::npos;
  return has_form(ref, Form::Commit) || by_number || (of_fork && has_form(ref, Form::Branch));
}

/// `actions/checkout` of what is proposed.
std::optional<Fetch> checkout_fetch(const Step& step, const Scope& scope) {
  if (text::lower(action_name(step)) != "actions/checkout") {
    return std::nullopt;
  }
  const Text* ref = step.input("ref");
  const Text* repository = step.input("repository");
  const Text* path = step.input("path");
  const bool of_fork =
      repository != nullptr && has_form(heads_in_text(repository->value, scope), Form::Repository);
  const std::string folder = path != nullptr ? path->value : "";
  if (ref != nullptr && is_head(heads_in_text(ref->value, scope), ref->value, of_fork)) {
    return Fetch{&step, ref->where, ref->value, folder, ""};
  }
  if (of_fork) {
    return Fetch{&step, repository->where, repository->value, folder, ""};
  }
  const Values values = ref != nullptr ? resolve(ref->value, scope) : Values{{""}, true, {}};
  if (!values.known &&
      (values.missing.starts_with("steps.") || values.missing.starts_with("needs."))) {
    return Fetch{&step, ref->where, ref->value, folder, values.missing};
  }
  return std::nullopt;
}

/// `gh pr checkout 7`, `git pull origin pull/7/head`, `git checkout $HEAD_SHA`.
std::optional<Fetch> command_fetch(const StepCommand& item, const Scope& scope, bool& fetched) {
  const Command& command = item.command;
  const auto is_pull = [](const std::string& word) {
    return word.find("pull/") != std::string::npos &&
           (word.find("/head") != std::string::npos || word.find("/merge") != std::string::npos);
  };
  const bool pull = std::any_of(command.words.begin(), command.words.end(), is_pull);
  const bool takes =
      command.starts_with_any({"git checkout", "git switch", "git merge", "git reset"});
  const bool head =
      takes &&
      std::any_of(command.words.begin(), command.words.end(), [&](const std::string& word) {
        return has_form(heads_in_script(word, scope), Form::Commit);
      });
  const bool found = command.starts_with("gh pr checkout") || head || (takes && fetched) ||
                     (command.starts_with("git pull") && pull);
  fetched = fetched || (command.starts_with("git fetch") && pull);
  return found ? std::optional(Fetch{item.step, item.where, text::joined(command.words), "", ""})
               : std::nullopt;
}

/// All fetches of the run under the scope's event, in order; with the position behind which code of
/// theirs may run.
std::vector<Fetch> fetches_of(const JobRun& run, const Intent& intent, const std::string& event) {
  std::vector<Fetch> found;
  bool fetched = false;
  const Moment moment{event, "", {}, false};
  for (const Step* step : run.script->steps) {
    const Scope scope = run.scope(intent, step, moment);
    if (auto fetch = checkout_fetch(*step, scope)) {
      found.push_back(std::move(*fetch));
    }
    for (const StepCommand& item : run.script->commands) {
      if (item.step != step || item.command.remote) {
        continue;
      }
      if (auto fetch = command_fetch(item, scope, fetched)) {
        found.push_back(std::move(*fetch));
      }
    }
  }
  return found;
}

bool has_word_of(const Command& command, const std::vector<std::string>& words) {
  return std::any_of(command.words.begin() + 1, command.words.end(), [&](const std::string& word) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& one) {
      return one == "." ? word == "." || word.starts_with("./") : word.starts_with(one);
    });
  });
}

bool runs_what_is_there(const Command& command) {
  const auto& runners = tree_runners();
  return std::any_of(runners.begin(), runners.end(), [&](const TreeRunner& runner) {
    return command.starts_with(runner.command) &&
           (runner.needs.empty() || has_word_of(command, runner.needs)) &&
           !(command.words.size() > 1 && has_word_of(command, runner.unless));
  });
}

/// Whether the step works in the folder that was fetched into.
bool works_in(const Step& step, const std::string& folder) {
  std::string_view wanted = folder;
  wanted.remove_prefix(wanted.starts_with("./") ? 2 : 0);
  return wanted.empty() || wanted == "." || step.run.value.find(wanted) != std::string::npos ||
         (step.folder && step.folder->value.find(wanted) != std::string::npos) ||
         std::any_of(step.with.begin(), step.with.end(), [&](const Entry& entry) {
           return entry.value.value.find(wanted) != std::string::npos;
         });
}

/// Whether the place lies behind the fetch, when both stand in one step.
bool is_behind(const SourceRef& where, const Step& step, const Fetch& fetch) {
  return &step != fetch.step ||
         (where.source == fetch.where.source && where.span > fetch.where.span);
}

/// A file of the workspace that the step's own script runs.
std::optional<TreeRun> file_run(const Step& step, const Fetch& fetch) {
  for (const FileRun& file : read_script(step.run.value).files) {
    const bool inside = file.path.find_first_of("/~-$") != 0;
    const SourceRef where = step.run_node->where(file.begin, file.end);
    if (inside && !file.remote && !file.elsewhere && is_behind(where, step, fetch)) {
      return TreeRun{where, file.path};
    }
  }
  return std::nullopt;
}

/// What the step runs of the tree.
std::optional<TreeRun> tree_run(const JobRun& run, const Step& step, const Fetch& fetch) {
  if (!works_in(step, fetch.folder)) {
    return std::nullopt;
  }
  if (step.kind == Step::Kind::Uses) {
    const bool local = step.uses.value.starts_with("./") && fetch.folder.empty();
    return local || runs_tree(step) ? std::optional(TreeRun{step.uses.where, step.uses.value})
                                    : std::nullopt;
  }
  for (const StepCommand& item : run.script->commands) {
    if (item.step == &step && !item.command.remote && is_behind(item.where, step, fetch) &&
        runs_what_is_there(item.command)) {
      const std::span<const std::string> words = item.command.words;
      return TreeRun{item.where, text::joined(words.first(std::min<std::size_t>(3, words.size())))};
    }
  }
  return step.run_node ? file_run(step, fetch) : std::nullopt;
}

/// The first thing that is run of what was fetched, unless something else is checked out over it
/// before.
std::optional<TreeRun> first_run(const JobRun& run, const Fetch& fetch) {
  bool behind = false;
  for (const Step* step : run.script->steps) {
    const bool own = step == fetch.step;
    const bool replaced = behind && text::lower(action_name(*step)) == "actions/checkout" &&
                          (step->input("path") == nullptr) == fetch.folder.empty();
    if (replaced) {
      return std::nullopt;
    }
    if (behind || (own && step->kind == Step::Kind::Run)) {
      if (auto found = tree_run(run, *step, fetch)) {
        return found;
      }
    }
    behind = behind || own;
  }
  return std::nullopt;
}

Severity checkout_severity(const JobRun& run, const Start& start, const Stake& stake) {
  // The settings of the repository decide what a token without a block may do.
  const bool unknown = token_permission(run, "contents").answer == TokenPermission::Answer::Unknown;
  const bool critical = stake.holds_power() || stake.self_hosted || unknown;
  return critical && !start.held_back ? Severity::Critical
         : critical                   ? Severity::High
         : start.held_back            ? Severity::Medium
                                      : Severity::High;
}

void report_checkout(const JobRun& run, const Start& start, const Fetch& fetch, const TreeRun& runs,
                     Outcomes& out) {
  const Asset asset = run.workflow->asset(*run.job, *fetch.step);
  if (!fetch.unknown.empty()) {
    out.undecided(asset, fetch.where,
                  "`" + fetch.unknown + "` is not known, so neither is whose code `" + runs.what +
                      "` runs with the rights of the repository")
        .related(runs.where, "what is run of it");
    return;
  }
  const Stake stake = stake_of(run);
  const std::string held = stake.in_words();
  out.fail(asset, fetch.where,
           {WitnessKind::Text,
            {{"event", {start.trigger->event.value}},
             {"by", {"anyone who " + std::string(act_of(start.trigger->event.value))}},
             {"fetches", {fetch.what}},
             {"runs", {runs.what}}}})
      .arg("job", run.job->id.value)
      .arg("event", start.trigger->event.value)
      .arg("runs", runs.what)
      .arg("what", fetch.what)
      .severity(checkout_severity(run, start, stake))
      .because(held.empty() ? "the job holds the token and the caches of the repository"
                            : "the job holds " + held)
      .related(runs.where, "what is run of it")
      .related(start.trigger->event.where, "what outsiders start it by");
}

/// A fetch whose code runs, by a start of outsiders.
struct FetchRun {
  Fetch fetch;
  TreeRun runs;
  Start start;
};

/// The job's fetches that outsiders reach, in order.
std::vector<FetchRun> fetch_runs(const JobRun& run, const AuditInput& input) {
  std::vector<FetchRun> found;
  for (const Start& plain : starts_of(run, input.intent(), input.model<Workflows>())) {
    for (const Fetch& fetch : fetches_of(run, input.intent(), plain.trigger->event.value)) {
      const auto runs = plain.by == Hand::Outsider ? first_run(run, fetch) : std::nullopt;
      const auto starts =
          starts_of(up_to(run, *fetch.step), input.intent(), input.model<Workflows>());
      const auto start = std::find_if(starts.begin(), starts.end(), [&](const Start& one) {
        return one.trigger == plain.trigger && one.by == Hand::Outsider;
      });
      if (runs && start != starts.end()) {
        found.push_back({fetch, *runs, *start});
      }
    }
  }
  return found;
}

void untrusted_checkout(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const bool found = std::any_of(runs.begin(), runs.end(), [&](const JobRun* run) {
      const auto reached = fetch_runs(*run, input);
      if (!reached.empty()) {
        const FetchRun& first = reached.front();
        report_checkout(*run, first.start, first.fetch, first.runs, out);
      }
      return !reached.empty();
    });
    if (!found) {
      out.pass(runs.front()->asset(), runs.front()->job->id.where);
    }
  }
}

const Register kUntrustedCheckoutCheck{
    "workflow-untrusted-checkout", untrusted_checkout, {unreadable_workflows}};

}  // namespace

std::optional<ForeignCode> foreign_code_of(const JobRun& run, const AuditInput& input) {
  for (const FetchRun& one : fetch_runs(run, input)) {
    if (one.fetch.unknown.empty()) {
      return ForeignCode{one.runs.where, one.runs.what, one.start.trigger->event.value,
                         one.start.held_back};
    }
  }
  return std::nullopt;
}

}  // namespace muster::workflow
