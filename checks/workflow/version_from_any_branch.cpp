// A version that is raised or tagged, and pushed, from whatever branch a run is on: what nobody
// merged becomes a version. Decided for a job that makes a version (`git tag`, `npm version`, a
// commit whose message or files say version) and pushes it to the repository: the refs on which the
// step can run, with all conditions, must not be branches of anybody's choice. An `environment` for
// which muster.yaml declares the branches limits them too. Commits that say nothing of a version,
// as those of formatters, are not looked at. Source: GitHub Docs, "Events that trigger workflows",
// `push`, `workflow_dispatch`.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/version_commands.h"

namespace muster::workflow {
namespace {

/// Whether the command makes a version: a tag, or a commit that raises one.
bool makes_version(const Command& command) {
  static constexpr std::array<std::string_view, 3> kWords = {"version", "release", "bump"};
  const auto& words = command.words;
  const bool raises =
      command.starts_with_any({"pnpm version", "poetry version", "hatch version", "uv version"});
  const bool commits = command.starts_with("git commit") &&
                       std::any_of(words.begin(), words.end(), [](const std::string& word) {
                         return text::contains_any(text::lower(word), kWords);
                       });
  return makes_tag(command) || commits_version(command) || commits ||
         (raises && !text::one_of("--no-git-tag-version", words));
}

bool pushes(const Command& command) {
  const auto& words = command.words;
  return command.starts_with("git push") && !text::one_of("--dry-run", words) &&
         !text::one_of("--delete", words) && !text::one_of("-d", words);
}

/// The push of a version that the job makes before; null without one.
const StepCommand* version_push(const JobRun& run) {
  bool made = false;
  for (const StepCommand& item : run.script->commands) {
    made = made || makes_version(item.command);
    if (made && pushes(item.command)) {
      return &item;
    }
  }
  return nullptr;
}

/// A start of the run on a branch of anybody's choice; null without one.
const Presented* start_on_any_branch(const std::vector<Presented>& starts) {
  const auto found = std::find_if(starts.begin(), starts.end(), [](const Presented& start) {
    const auto& refs = start.tokens.refs;
    const bool branch = start.tokens.context == oidc::ContextKind::Branch ||
                        start.tokens.context == oidc::ContextKind::Environment;
    return branch && ((refs.empty() && start.tokens.context == oidc::ContextKind::Branch) ||
                      text::one_of("refs/heads/*", refs));
  });
  return found == starts.end() ? nullptr : &*found;
}

/// What may limit the branch although the files do not say to which; empty without it.
std::string hidden_limit(const JobRun& run) {
  static constexpr std::array<std::string_view, 3> kAsks = {"default_branch", "ref_protected",
                                                            "base_ref"};
  for (const auto& [workflow, job] : run.levels()) {
    const std::string condition = job->condition ? job->condition->value : "";
    if (text::contains_any(condition, kAsks)) {
      return "the condition of job `" + job->id.value + "` asks for a branch that GitHub knows";
    }
  }
  for (const Step* step : run.script->steps) {
    const bool checkout = action_name(*step) == "actions/checkout" && step->input("ref") != nullptr;
    const bool script = text::contains_any(
        step->run.value, {"GITHUB_REF", "github.ref", "git branch", "git checkout", "git switch"});
    if (checkout || script) {
      return checkout ? "the checkout names a ref of its own" : "a script looks at the branch";
    }
  }
  return "";
}

void judge_version(const std::vector<const JobRun*>& runs, const Intent& intent, Outcomes& out) {
  const StepCommand* push = nullptr;
  for (const JobRun* run : runs) {
    push = version_push(*run);
    const auto starts =
        push != nullptr ? presented(up_to(*run, *push->step), intent) : std::vector<Presented>();
    const Presented* any = start_on_any_branch(starts);
    if (any == nullptr) {
      continue;
    }
    const std::string limit = hidden_limit(*run);
    if (!limit.empty()) {
      out.undecided(run->asset(), push->where,
                    "from which branches a version is pushed is not known: " + limit);
      return;
    }
    out.fail(run->asset(), push->where, text_witness("event", any->event))
        .arg("job", run->job->id.value)
        .arg("event", any->event)
        .because("add `if: github.ref == 'refs/heads/" + intent.default_branch + "'` to the job")
        .related(any->where, "which starts it on any branch");
    return;
  }
  if (push != nullptr) {
    out.pass(runs.front()->asset(), push->where);
  }
}

void version_from_any_branch(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    judge_version(runs, input.intent(), out);
  }
}

const Register kVersionFromAnyBranchCheck{
    "workflow-version-from-any-branch", version_from_any_branch, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
