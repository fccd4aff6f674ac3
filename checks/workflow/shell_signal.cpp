// All states that a run of the program can be in, breadth first. A state is a place with the
// status, the options, the open pipelines and the variables; there are few of them.
#include "checks/workflow/shell_signal.h"

#include <algorithm>
#include <set>
#include <utility>

namespace muster::workflow {
namespace {

constexpr std::size_t kMostStates = 20'000;
/// Tests of something else that are tried in every combination.
constexpr int kMostChoices = 8;

using Kind = ShellOp::Kind;

/// What a subshell can change for itself alone.
struct Own {
  bool errexit = false;
  bool pipefail = false;
  std::vector<int> variables;

  friend auto operator<=>(const Own&, const Own&) = default;
};

struct State {
  std::size_t at = 0;
  bool failed = false;
  bool background = false;
  Own own;
  /// Of the shells around; a pipeline is one around its parts.
  std::vector<Own> around;
  /// Whether a part failed of the pipelines around.
  std::vector<bool> pipes;

  friend auto operator<=>(const State&, const State&) = default;
};

/// How a run may end.
struct Ends {
  bool well = false;
  bool failed = false;
  bool limit = false;
};

class ShellRun {
 public:
  /// `choices`: one bit per test of something else.
  ShellRun(const ShellProgram& program, bool asked_failed, unsigned choices)
      : program_(program), asked_failed_(asked_failed), choices_(choices) {}

  Ends run() {
    State first;
    first.own.errexit = program_.options.errexit;
    first.own.pipefail = program_.options.pipefail;
    first.own.variables.assign(static_cast<std::size_t>(program_.variables), kUnsetText);
    go(std::move(first));
    while (!waiting_.empty() && !ends_.limit) {
      State next = *waiting_.back();
      waiting_.pop_back();
      step(std::move(next));
    }
    return ends_;
  }

 private:
  void go(State state) {
    if (state.at >= program_.ops.size()) {
      (state.failed ? ends_.failed : ends_.well) = true;
      return;
    }
    const auto [place, fresh] = seen_.insert(std::move(state));
    if (fresh) {
      waiting_.push_back(&*place);
    }
    ends_.limit = seen_.size() > kMostStates;
  }

  void both(State state) {
    State other = state;
    other.failed = !state.failed;
    go(std::move(state));
    go(std::move(other));
  }

  [[nodiscard]] bool choice(int number) const {
    return number < kMostChoices && ((choices_ >> static_cast<unsigned>(number)) & 1U) != 0;
  }

  static void set_options(Own& own, int options) {
    own.errexit = (options & kErrexitOn) != 0 || (own.errexit && (options & kErrexitOff) == 0);
    own.pipefail = (options & kPipefailOn) != 0 || (own.pipefail && (options & kPipefailOff) == 0);
  }

  void step(State state);
  void equals(const ShellOp& op, State state);

  const ShellProgram& program_;
  bool asked_failed_;
  unsigned choices_;
  std::set<State> seen_;
  std::vector<const State*> waiting_;
  Ends ends_;
};

/// A variable that depends on an asked command has the right text when that did well.
void ShellRun::equals(const ShellOp& op, State state) {
  const int value = state.own.variables[static_cast<std::size_t>(op.variable)];
  if (value == kDependentText || (value == kFailedStatus && op.value != 0)) {
    both(std::move(state));
    return;
  }
  state.failed = value == kUnsetText ? choice(op.choice) : value != op.value;
  go(std::move(state));
}

void ShellRun::step(State state) {
  const ShellOp& op = program_.ops[state.at];
  ++state.at;
  switch (op.kind) {
    case Kind::Asked:
      state.failed = asked_failed_;
      break;
    case Kind::Depends:
    case Kind::Counts:
      both(std::move(state));
      return;
    case Kind::Choice:
      state.failed = choice(op.value);
      break;
    case Kind::Either: {
      State jumped = state;
      jumped.at = op.target;
      go(std::move(jumped));
      break;
    }
    case Kind::Set:
      state.failed = op.value != 0;
      break;
    case Kind::Not:
      state.failed = !state.failed;
      break;
    case Kind::Assign:
      state.own.variables[static_cast<std::size_t>(op.variable)] = op.value;
      break;
    case Kind::Remember:
      state.own.variables[static_cast<std::size_t>(op.variable)] = state.failed ? kFailedStatus : 0;
      state.failed = false;
      break;
    case Kind::Recall: {
      const int value = state.own.variables[static_cast<std::size_t>(op.variable)];
      if (value == kDependentText) {
        both(std::move(state));
        return;
      }
      state.failed = value == kUnsetText ? choice(op.choice) : value != 0;
      break;
    }
    case Kind::Equals:
      equals(op, std::move(state));
      return;
    case Kind::Jump:
      state.at = op.target;
      break;
    case Kind::IfFailed:
      state.at = state.failed ? op.target : state.at;
      break;
    case Kind::IfSucceeded:
      state.at = state.failed ? state.at : op.target;
      break;
    case Kind::Check:
      state.at = state.failed && state.own.errexit && !op.guarded ? op.target : state.at;
      break;
    case Kind::Options:
      set_options(state.own, op.value);
      break;
    case Kind::Enter:
      state.around.push_back(state.own);
      set_options(state.own, op.value);
      break;
    case Kind::Leave:
      state.own = std::move(state.around.back());
      state.around.pop_back();
      break;
    case Kind::PipeBegin:
      state.around.push_back(state.own);
      state.pipes.push_back(false);
      break;
    case Kind::PipePart:
      state.own = state.around.back();
      state.pipes.back() = state.pipes.back() || state.failed;
      break;
    case Kind::PipeEnd:
      state.failed = state.failed || (state.own.pipefail && state.pipes.back());
      state.around.pop_back();
      state.pipes.pop_back();
      break;
    case Kind::Background:
      state.background = state.background || state.failed;
      state.failed = false;
      break;
    case Kind::Wait:
      state.failed = state.background;
      break;
  }
  go(std::move(state));
}

}  // namespace

Signal signal_of(const ShellProgram& program, Failing failing) {
  if (!program.open.empty()) {
    return {Signal::Kind::Unknown, program.open};
  }
  const int choices = std::min(program.choices, kMostChoices);
  bool hangs = false;
  for (unsigned answers = 0; answers < (1U << static_cast<unsigned>(choices)); ++answers) {
    const Ends well = ShellRun(program, false, answers).run();
    if (!well.well) {
      continue;
    }
    const Ends bad = ShellRun(program, failing == Failing::Status, answers).run();
    if (well.limit || bad.limit) {
      return {Signal::Kind::Unknown, "a script with too many ways through it"};
    }
    // Where a count could fail it anyway, the asked commands are not what fails it.
    if (bad.failed && (!well.failed || program.has_depends)) {
      return {Signal::Kind::Reaches, {}};
    }
    hangs = hangs || (!bad.well && !bad.failed);
  }
  return {hangs ? Signal::Kind::Hangs : Signal::Kind::Never, {}};
}

std::optional<bool> only_ends_well(const ShellProgram& program) {
  if (!program.open.empty()) {
    return std::nullopt;
  }
  const int choices = std::min(program.choices, kMostChoices);
  for (unsigned answers = 0; answers < (1U << static_cast<unsigned>(choices)); ++answers) {
    const Ends ends = ShellRun(program, false, answers).run();
    if (ends.limit) {
      return std::nullopt;
    }
    if (ends.well && !ends.failed) {
      return true;
    }
  }
  return false;
}

}  // namespace muster::workflow
