// Code that an outsider proposes is checked out and then run in a job that has the rights of the
// repository: `pull_request_target`, `workflow_run`, comments. To check it out only is harmless.
#include "checks/workflow/untrusted_checkout.h"

#include <algorithm>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/fetched_code.h"
#include "checks/workflow/shaped.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

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

void report_checkout(const JobRun& run, const ForeignUse& code, Outcomes& out) {
  const auto& [fetch, runs, start] = code;
  const Asset asset = run.workflow->asset(*run.job, *fetch.step);
  if (!fetch.unknown.empty()) {
    out.undecided(asset, fetch.where,
                  "`" + fetch.unknown + "` is not known, so neither is whose code `" + runs.what +
                      "` runs with the rights of the repository")
        .related(runs.where, "what is done with it");
    return;
  }
  fail_foreign_use(run, code, "runs", out)
      .arg("event", start.trigger->event.value)
      .arg("runs", runs.what)
      .arg("what", fetch.what);
}

std::vector<ForeignUse> code_of_outsiders(const JobRun& run, const AuditInput& input) {
  return foreign_uses(run, input, fetches_of, code_run);
}

void untrusted_checkout(const AuditInput& input, Outcomes& out) {
  judge_jobs(input, out, [&](const JobRun& run) {
    const auto reached = code_of_outsiders(run, input);
    if (!reached.empty()) {
      report_checkout(run, reached.front(), out);
    }
    return !reached.empty();
  });
}

const Register kUntrustedCheckoutCheck{
    "workflow-untrusted-checkout", untrusted_checkout, {unreadable_workflows}};

}  // namespace

std::optional<ForeignCode> foreign_code_of(const JobRun& run, const AuditInput& input) {
  for (const ForeignUse& one : code_of_outsiders(run, input)) {
    if (one.fetch.unknown.empty()) {
      return ForeignCode{one.use.where, one.use.what, one.start.trigger->event.value,
                         one.start.held_back};
    }
  }
  return std::nullopt;
}

}  // namespace muster::workflow
