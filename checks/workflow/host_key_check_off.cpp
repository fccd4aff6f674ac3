// A deploy over SSH to whoever answers: without the check of the host's key another machine gets
// the commands, the files and perhaps the agent's keys.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// How an option of SSH weakens the check, from harmless to worst.
enum class HostKeys { Checked, FirstSeen, Unchecked };

/// What stands behind the name of an option: `=no`, ` no`, `="no"`.
std::string_view option_value(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" =\"'"), text.size());
  const std::size_t end = std::min(text.find_first_of(" \"'\n\t\\,;", begin), text.size());
  return text.substr(begin, end - begin);
}

HostKeys in_line(std::string_view line) {
  constexpr std::string_view kCheck = "stricthostkeychecking";
  constexpr std::string_view kFile = "userknownhostsfile";
  const std::string lower = text::lower(line);
  const std::size_t check = lower.find(kCheck);
  const std::size_t file = lower.find(kFile);
  const std::string_view mode =
      check == std::string::npos
          ? ""
          : option_value(std::string_view(lower).substr(check + kCheck.size()));
  if (mode == "no" || mode == "off") {
    return HostKeys::Unchecked;
  }
  const bool nowhere =
      file != std::string::npos &&
      option_value(std::string_view(lower).substr(file + kFile.size())) == "/dev/null";
  // With no memory of keys, the first one seen is every one.
  if (nowhere && mode == "accept-new") {
    return HostKeys::Unchecked;
  }
  return mode == "accept-new" ? HostKeys::FirstSeen : HostKeys::Checked;
}

struct WeakPlace {
  HostKeys keys = HostKeys::Checked;
  SourceRef where;
  std::string text;
};

void take_worse(WeakPlace& worst, HostKeys keys, const SourceRef& where, std::string_view text) {
  if (keys > worst.keys) {
    worst = {keys, where, std::string(text::trim(text))};
  }
}

/// Lines of a script, also those that `echo` or a heredoc writes into a configuration.
void read_lines(const Step& step, WeakPlace& worst) {
  const std::string_view script = step.run.value;
  for (std::size_t begin = 0; begin < script.size();) {
    const std::size_t end = std::min(script.find('\n', begin), script.size());
    const std::string_view line = script.substr(begin, end - begin);
    const HostKeys keys = text::trim(line).starts_with('#') ? HostKeys::Checked : in_line(line);
    if (keys > worst.keys && step.run_node) {
      worst = {keys, step.run_node->where(begin, end), std::string(text::trim(line))};
    }
    begin = end + 1;
  }
}

WeakPlace worst_place(const JobRun& run) {
  WeakPlace worst;
  for (const Step* step : run.script->steps) {
    read_lines(*step, worst);
    for (const std::vector<Entry>* entries : {&step->with, &step->env}) {
      for (const Entry& entry : *entries) {
        take_worse(worst, in_line(entry.value.value), entry.value.where, entry.value.value);
      }
    }
  }
  for (const StepCommand& item : run.script->commands) {
    for (const std::string& word : item.command.words) {
      take_worse(worst, item.via.empty() ? HostKeys::Checked : in_line(word), item.where, word);
    }
  }
  return worst;
}

bool uses_ssh(const JobRun& run) {
  const auto& commands = run.script->commands;
  static constexpr std::array<std::string_view, 4> kPrograms = {"ssh", "scp", "sftp", "rsync"};
  return std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
    return item.command.remote ||
           (!item.command.words.empty() && text::one_of(item.command.words.front(), kPrograms));
  });
}

void host_key_check_off(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const JobRun& run = *runs.front().run;
    const WeakPlace worst = worst_place(run);
    if (worst.keys != HostKeys::Checked) {
      const bool seen = worst.keys == HostKeys::FirstSeen;
      out.fail(run.asset(), worst.where, text_witness("option", worst.text))
          .arg("job", run.job->id.value)
          .arg("problem",
               seen ? "trusts whatever key a host shows first" : "does not check the keys of hosts")
          .severity(graded(seen ? Severity::Low : Severity::Medium, runs.front().guess.kind));
    } else if (uses_ssh(run)) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kHostKeyCheckOffCheck{
    "workflow-host-key-check-off", host_key_check_off, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
