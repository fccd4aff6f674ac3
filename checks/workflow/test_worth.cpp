// A test whose script cannot fail is worth nothing, whatever the jobs do with its result.
#include "checks/workflow/test_worth.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/shell_signal.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

/// What a test asks, as commands of a script: by the kind of the one it is known by.
IsAsked asked_by(const Command& test) {
  if (is_test(test)) {
    return [](const std::vector<std::string>& words) {
      // Behind `docker run`, `timeout` and the like stands the program itself.
      const auto commands = shell_commands(text::joined(words));
      return is_test(Command{words, 0, 0, false}) ||
             std::any_of(commands.begin(), commands.end(), is_test);
    };
  }
  if (is_smoke(test.words, true)) {
    return [](const std::vector<std::string>& words) { return is_smoke(words, true); };
  }
  return [program = test.words](const std::vector<std::string>& words) {
    return words.size() > 1 && program.size() > 1 && words[0] == program[0] &&
           words[1] == program[1];
  };
}

}  // namespace

bool swallows_failure(const RunParts& parts, const ChainPart& test) {
  const JobRun* run = parts.graph.jobs()[test.place.job].run;
  const Step* step = test.place.step;
  if (run == nullptr || step == nullptr || step->kind != Step::Kind::Run) {
    return false;
  }
  const auto commands = run->script->commands_of(*step);
  const auto own = std::find_if(commands.begin(), commands.end(), [&](const StepCommand& item) {
    return item.where == test.where && item.via.size() == run->script->calls_of(step).size();
  });
  const auto options = shell_options(shell_text(*run->workflow, *run->job, *step));
  if (own == commands.end() || !options) {
    return false;
  }
  const ShellProgram program = compile_shell(step->run.value, *options, asked_by(own->command));
  return signal_of(program, Failing::Status).kind == Signal::Kind::Never;
}

TestWorth worth_of(const HeldStep& held, const ChainPart& test, Simulator& simulator) {
  if (!held.parts->comes_before(test.place, held.place)) {
    return TestWorth::Elsewhere;
  }
  if (swallows_failure(*held.parts, test)) {
    return TestWorth::Swallowed;
  }
  const RunPlace job{test.place.job, nullptr};
  TestWorth worth = TestWorth::Ignored;
  for (const std::string& event : held.events) {
    const Tally tally = simulator.ask(
        held.parts->graph, event, {held.place, test.place, job}, {test.place, Ending::Failure},
        [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
          if (!good.ran(held.place) || !good.ran(test.place)) {
            return std::nullopt;
          }
          return !bad.ran(held.place);
        });
    if (tally.yes > 0) {
      return TestWorth::Holds;
    }
    worth = tally.gave_up ? TestWorth::Unknown : worth;
  }
  return worth;
}

bool run_together(const HeldStep& held, std::vector<RunPlace> others, Simulator& simulator) {
  others.push_back(held.place);
  return std::any_of(held.events.begin(), held.events.end(), [&](const std::string& event) {
    const Tally tally = simulator.ask(
        held.parts->graph, event, others, {held.place, Ending::Failure},
        [&](const Course& good, const Course&, const Assumptions&) -> std::optional<bool> {
          const bool all = std::all_of(others.begin(), others.end(),
                                       [&](const RunPlace& place) { return good.ran(place); });
          return all ? std::optional(true) : std::nullopt;
        });
    return tally.yes > 0;
  });
}

}  // namespace muster::workflow
