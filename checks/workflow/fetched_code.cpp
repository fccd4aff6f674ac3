// What is run or sent of fetched files is read off the commands of the steps behind the fetch.
#include "checks/workflow/fetched_code.h"

#include <algorithm>
#include <span>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

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

/// A file of the workspace that the step's own script runs.
std::optional<FetchUse> file_run(const Step& step, const Fetch& fetch) {
  for (const FileRun& file : read_script(step.run.value).files) {
    const bool inside = file.path.find_first_of("/~-$") != 0;
    const SourceRef where = step.run_node->where(file.begin, file.end);
    if (inside && !file.remote && !file.elsewhere && is_behind(where, step, fetch)) {
      return FetchUse{where, file.path};
    }
  }
  return std::nullopt;
}

/// The first use of what was fetched, unless something else is checked out over it before.
std::optional<FetchUse> first_use(const JobRun& run, const Fetch& fetch, const UseFinder& use_in) {
  bool behind = false;
  for (const Step* step : run.script->steps) {
    const bool own = step == fetch.step;
    const bool replaced = behind && text::lower(action_name(*step)) == "actions/checkout" &&
                          (step->input("path") == nullptr) == fetch.folder.empty();
    if (replaced) {
      return std::nullopt;
    }
    if (behind || (own && step->kind == Step::Kind::Run)) {
      if (auto found = use_in(run, *step, fetch)) {
        return found;
      }
    }
    behind = behind || own;
  }
  return std::nullopt;
}

/// How bad it is that outsiders' files are used there.
Severity severity_of_foreign_code(const JobRun& run, const Start& start, const Stake& stake) {
  // The settings of the repository decide what a token without a block may do.
  const bool unknown = token_permission(run, "contents").answer == TokenPermission::Answer::Unknown;
  const bool critical = stake.holds_power() || stake.self_hosted || unknown;
  return critical && !start.held_back ? Severity::Critical
         : critical                   ? Severity::High
         : start.held_back            ? Severity::Medium
                                      : Severity::High;
}

}  // namespace

bool is_behind(const SourceRef& where, const Step& step, const Fetch& fetch) {
  return &step != fetch.step ||
         (where.source == fetch.where.source && where.span > fetch.where.span);
}

std::optional<FetchUse> code_run(const JobRun& run, const Step& step, const Fetch& fetch) {
  if (!works_in(step, fetch.folder)) {
    return std::nullopt;
  }
  if (step.kind == Step::Kind::Uses) {
    const bool local = step.uses.value.starts_with("./") && fetch.folder.empty();
    return local || runs_tree(step) ? std::optional(FetchUse{step.uses.where, step.uses.value})
                                    : std::nullopt;
  }
  for (const StepCommand& item : run.script->commands) {
    if (item.step == &step && !item.command.remote && is_behind(item.where, step, fetch) &&
        runs_what_is_there(item.command)) {
      const std::span<const std::string> words = item.command.words;
      return FetchUse{item.where,
                      text::joined(words.first(std::min<std::size_t>(3, words.size())))};
    }
  }
  return step.run_node ? file_run(step, fetch) : std::nullopt;
}

std::vector<ForeignUse> foreign_uses(const JobRun& run, const AuditInput& input,
                                     const FetchFinder& fetches, const UseFinder& use_in) {
  std::vector<ForeignUse> found;
  for (const Start& plain : starts_of(run, input.intent(), input.model<Workflows>())) {
    for (const Fetch& fetch : fetches(run, input.intent(), plain.trigger->event.value)) {
      const auto use = plain.by == Hand::Outsider ? first_use(run, fetch, use_in) : std::nullopt;
      const auto starts =
          starts_of(up_to(run, *fetch.step), input.intent(), input.model<Workflows>());
      const auto start = std::find_if(starts.begin(), starts.end(), [&](const Start& one) {
        return one.trigger == plain.trigger && one.by == Hand::Outsider;
      });
      if (use && start != starts.end()) {
        found.push_back({fetch, *use, *start});
      }
    }
  }
  return found;
}

OutcomeDraft fail_foreign_use(const JobRun& run, const ForeignUse& found, std::string_view does,
                              Outcomes& out) {
  const auto& [fetch, use, start] = found;
  const Stake stake = stake_of(run);
  const std::string held = stake.in_words();
  const Text& event = start.trigger->event;
  auto draft = out.fail(run.workflow->asset(*run.job, *fetch.step), fetch.where,
                        {WitnessKind::Text,
                         {{"event", {event.value}},
                          {"by", {"anyone who " + std::string(act_of(event.value))}},
                          {"fetches", {fetch.what}},
                          {std::string(does), {use.what}}}});
  draft.arg("job", run.job->id.value)
      .severity(severity_of_foreign_code(run, start, stake))
      .because(held.empty() ? "the job holds the token and the caches of the repository"
                            : "the job holds " + held)
      .related(use.where, "what is done with it")
      .related(event.where, "what outsiders start it by");
  return draft;
}

void judge_jobs(const AuditInput& input, Outcomes& out,
                const std::function<bool(const JobRun& run)>& report) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const bool told =
        std::any_of(runs.begin(), runs.end(), [&](const JobRun* run) { return report(*run); });
    if (!told) {
      out.pass(runs.front()->asset(), runs.front()->job->id.where);
    }
  }
}

}  // namespace muster::workflow
