// A test whose script cannot fail is worth nothing, whatever the jobs do with its result.
#include "checks/workflow/test_worth.h"

#include <algorithm>
#include <utility>

#include "checks/text/ascii.h"
#include "checks/workflow/presented.h"
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

/// Whether two globs of refs may have a ref in common, by what stands before their first wildcard.
bool may_meet(std::string_view a, std::string_view b) {
  const std::string_view left = a.substr(0, a.find_first_of("*?"));
  const std::string_view right = b.substr(0, b.find_first_of("*?"));
  return a == b || (left.size() < a.size() && b.starts_with(left)) ||
         (right.size() < b.size() && a.starts_with(right));
}

/// The refs on which an event can start the step, by all conditions on the way to it, as globs.
std::vector<std::string> refs_of(const RunParts& parts, const RunPlace& place,
                                 const std::string& event, const Intent& intent) {
  std::vector<std::string> refs;
  const JobRun* run = parts.graph.jobs()[place.job].run;
  if (run == nullptr || run->entry == nullptr) {
    return {"*"};
  }
  const Step* step = place.step;
  for (const Presented& start : presented(step != nullptr ? up_to(*run, *step) : *run, intent)) {
    const bool any = start.tokens.refs.empty();
    const std::string kind = start.tokens.context == oidc::ContextKind::Branch ? "refs/heads/*"
                             : start.tokens.context == oidc::ContextKind::Tag  ? "refs/tags/*"
                                                                               : "*";
    if (event.empty() || start.event == event) {
      refs.insert(refs.end(), start.tokens.refs.begin(), start.tokens.refs.end());
      refs.insert(refs.end(), any ? 1U : 0U, kind);
    }
  }
  return refs;
}

/// Whether some ref under this event is one for both steps: the simulation takes conditions on refs
/// as they come.
bool may_share_ref(const RunParts& parts, const std::pair<RunPlace, RunPlace>& steps,
                   const std::string& event, const Intent& intent) {
  const auto others = refs_of(parts, steps.second, event, intent);
  const auto refs = refs_of(parts, steps.first, event, intent);
  return std::any_of(refs.begin(), refs.end(), [&](const std::string& ref) {
    return std::any_of(others.begin(), others.end(),
                       [&](const std::string& other) { return may_meet(ref, other); });
  });
}

}  // namespace

std::optional<bool> fails_step(const JobRun& run, const Step& step, const SourceRef& where) {
  if (step.kind != Step::Kind::Run) {
    return std::nullopt;
  }
  const auto commands = run.script->commands_of(step);
  const auto own = std::find_if(commands.begin(), commands.end(), [&](const StepCommand& item) {
    return item.where == where && item.via.size() == run.script->calls_of(&step).size();
  });
  const auto options = shell_options(shell_text(*run.workflow, *run.job, step));
  if (own == commands.end() || !options) {
    return std::nullopt;
  }
  const ShellProgram program = compile_shell(step.run.value, *options, asked_by(own->command));
  const Signal::Kind kind = signal_of(program, Failing::Status).kind;
  return kind == Signal::Kind::Unknown ? std::nullopt : std::optional(kind != Signal::Kind::Never);
}

bool TestJudge::swallows_failure(const RunParts& parts, const ChainPart& test) {
  const JobRun* run = parts.graph.jobs()[test.place.job].run;
  if (run == nullptr || test.place.step == nullptr) {
    return false;
  }
  const auto [known, is_new] = swallowed_.try_emplace({test.place.step, test.where});
  if (is_new) {
    known->second = fails_step(*run, *test.place.step, test.where) == false;
  }
  return known->second;
}

TestWorth TestJudge::worth_of(const HeldStep& held, const ChainPart& test) {
  if (!held.parts->comes_before(test.place, held.place)) {
    return TestWorth::Elsewhere;
  }
  if (swallows_failure(*held.parts, test)) {
    return TestWorth::Swallowed;
  }
  const RunPlace job{test.place.job, nullptr};
  TestWorth worth = TestWorth::Ignored;
  for (const std::string& event : held.events) {
    const Tally tally = simulator_.ask(
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

std::optional<bool> run_together(const HeldStep& held, std::vector<RunPlace> others,
                                 Simulator& simulator) {
  others.push_back(held.place);
  std::optional<bool> together = false;
  for (const std::string& event : held.events) {
    const Tally tally = simulator.ask(
        held.parts->graph, event, others, {held.place, Ending::Failure},
        [&](const Course& good, const Course&, const Assumptions&) -> std::optional<bool> {
          const bool all = std::all_of(others.begin(), others.end(),
                                       [&](const RunPlace& place) { return good.ran(place); });
          return all ? std::optional(true) : std::nullopt;
        });
    const bool shared =
        tally.yes > 0 && std::all_of(others.begin(), others.end(), [&](const RunPlace& other) {
          return may_share_ref(*held.parts, {held.place, other}, event, simulator.intent());
        });
    if (shared) {
      return true;
    }
    together = tally.gave_up ? std::nullopt : together;
  }
  return together;
}

}  // namespace muster::workflow
