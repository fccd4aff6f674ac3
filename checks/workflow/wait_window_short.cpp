// A waiter that gives up earlier than what it waits for may take: the run ends red, perhaps with a
// rollback, while the deploy is still at work.
#include <algorithm>
#include <charconv>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

struct Window {
  std::string deploy;
  std::string wait;
  long seconds = 0;
};

long number_at(std::string_view text) {
  long number = 0;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto end = text.data() + std::min<std::size_t>(digits, 9);
  std::from_chars(text.data(), end, number);
  return number;
}

const std::vector<Window>& windows() {
  static const std::vector<Window> kWindows = [] {
    std::vector<Window> rows;
    const auto list = recognition_data().root().find("windows");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const text::Node row = list->at(i);
      rows.push_back(
          {row.text_under("deploy"), row.text_under("wait"), number_at(row.text_under("seconds"))});
    }
    return rows;
  }();
  return kWindows;
}

/// The number behind the first `sign` in the text; 0 without one.
long number_behind(std::string_view text, std::string_view sign) {
  const std::size_t at = text.find(sign);
  return at == std::string_view::npos ? 0 : number_at(text.substr(at + sign.size()));
}

/// How long a deploy may take, by what its command says, and the words that say it.
struct Length {
  long seconds = 0;
  std::string said_by;
};

Length length_of(const Command& command) {
  Length longest;
  const auto take = [&](long seconds, std::string words) {
    if (seconds > longest.seconds) {
      longest = {seconds, std::move(words)};
    }
  };
  for (const std::string& option : words_under(recognition_data().root(), "window_options")) {
    const std::string value = command.option(option);
    if (text::is_digits(value)) {
      take(number_at(value), option + " " + value);
    }
  }
  for (const std::string& word : command.words) {
    for (const char* sign :
         {"executionTimeout=[\"", "executionTimeout\":[\"", "executionTimeout="}) {
      const long seconds = number_behind(word, sign);
      take(seconds, "executionTimeout " + std::to_string(seconds));
    }
    const long rounds = std::max(number_behind(word, "seq 1 "), number_behind(word, "{1.."));
    const long pause = number_behind(word, "sleep ");
    take(rounds * pause, "a loop of " + std::to_string(rounds) + " times " + std::to_string(pause) +
                             " s on the host");
  }
  return longest;
}

/// A waiter in a loop waits as long as it takes.
constexpr long kNoEnd = 1'000'000'000;

/// Whether a loop stands in the script of a wait, outside the command of the deploy itself.
bool is_in_loop(const StepCommand& wait, const StepCommand& deploy) {
  const std::string_view whole = wait.step->run.value;
  const bool same = wait.step == deploy.step && deploy.via.empty();
  const std::string_view script =
      whole.substr(same ? std::min(deploy.command.end, whole.size()) : 0);
  return !wait.via.empty() || script.find("while ") != std::string_view::npos ||
         script.find("until ") != std::string_view::npos ||
         script.find("for ") != std::string_view::npos;
}

/// All waits behind the deploy up to the next one of its kind, in seconds; 0 without any.
long waited(const JobRun& run, const StepCommand& deploy, const Window& window) {
  long seconds = 0;
  for (const StepCommand& item : run.script->commands) {
    if (&item <= &deploy) {
      continue;
    }
    if (item.command.starts_with(window.deploy) && seconds > 0) {
      break;
    }
    if (item.command.starts_with(window.wait)) {
      seconds += is_in_loop(item, deploy) ? kNoEnd : window.seconds;
    }
  }
  return seconds;
}

void judge_window(const DeployingRun& run, const Deploy& deploy, const Window& window,
                  Outcomes& out) {
  const long seconds = waited(*run.run, *deploy.command, window);
  const Length length = length_of(deploy.command->command);
  const Asset asset = run.run->asset();
  if (seconds == 0 || length.seconds == 0) {
    return;
  }
  if (seconds >= length.seconds) {
    out.pass(asset, deploy.where).anchor(deploy.step->anchor());
    return;
  }
  out.fail(asset, deploy.where, text_witness("says", length.said_by))
      .arg("job", run.run->job->id.value)
      .arg("wait", window.wait)
      .arg("seconds", std::to_string(seconds))
      .arg("length", std::to_string(length.seconds))
      .because("by `" + length.said_by + "`")
      .severity(graded(Severity::Medium, run.guess.kind))
      .anchor(deploy.step->anchor());
}

void wait_window_short(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const Step* last = nullptr;
    for (const TimedDeploy& timed : runs.front().deploys) {
      const Deploy& deploy = timed.deploy;
      const auto window = std::find_if(windows().begin(), windows().end(), [&](const Window& row) {
        return row.deploy == deploy.verb;
      });
      if (deploy.command != nullptr && window != windows().end() && deploy.step != last) {
        judge_window(runs.front(), deploy, *window, out);
        last = deploy.step;
      }
    }
  }
}

const Register kWaitWindowShortCheck{
    "workflow-wait-window-short", wait_window_short, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
