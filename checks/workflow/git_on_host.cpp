// A deploy that has the host fetch the sources: what runs is a moving branch that was never built
// or tested as such, and the host holds a key to the repository.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/sent_commands.h"

namespace muster::workflow {
namespace {

/// `git pull`, when the command brings sources to where it runs.
std::string git_verb(const Command& command) {
  static constexpr std::array<std::string_view, 6> kVerbs = {
      "git pull", "git fetch", "git clone", "git checkout", "git reset", "git switch"};
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [&](std::string_view verb) { return command.starts_with(verb); });
  return found == kVerbs.end() ? "" : std::string(*found);
}

/// The git command that a command runs on a host; empty for none.
std::string git_sent_by(const Command& command, const Sources& sources) {
  if (command.remote) {
    return git_verb(command);
  }
  if (!command.starts_with("aws ssm send-command")) {
    return "";
  }
  for (const HostCommand& sent : host_commands(command, sources)) {
    if (const std::string verb = git_verb(sent.command); !verb.empty()) {
      return verb;
    }
  }
  return "";
}

/// Whether the job runs something on a host that is written out here.
bool speaks_to_host(const JobRun& run) {
  const auto& commands = run.script->commands;
  return std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
    return item.command.remote || (item.command.starts_with("aws ssm send-command") &&
                                   !sent_scripts(item.command).empty());
  });
}

void git_on_host(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const JobRun& run = *runs.front().run;
    std::string verb;
    for (const StepCommand& item : run.script->commands) {
      verb = git_sent_by(item.command, input.model<Sources>());
      if (!verb.empty()) {
        auto draft = out.fail(run.asset(), item.where, text_witness("runs on the host", verb));
        draft.arg("job", run.job->id.value)
            .arg("verb", verb)
            .severity(graded(Severity::Medium, runs.front().guess.kind));
        add_calls(draft, item.via);
        break;
      }
    }
    if (verb.empty() && speaks_to_host(run)) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kGitOnHostCheck{"workflow-git-on-host", git_on_host, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
