// A shell script as a flat program: what it runs in which order, where it branches, and which
// failures end it. Only what decides about the exit status is kept. Source: Bash Reference Manual,
// "Compound Commands", "Lists of Commands", "The Set Builtin".
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// How a shell is started: `bash -e`, `bash -eo pipefail`.
struct ShellOptions {
  bool errexit = false;
  bool pipefail = false;
};

/// One instruction.
struct ShellOp {
  enum class Kind {
    /// A command that is asked about.
    Asked,
    /// The status depends on what an asked command wrote.
    Depends,
    /// A test of something else, number `value`: always the same answer in one question.
    Choice,
    /// A test of something that the script counts: any answer, at every pass anew.
    Counts,
    /// Jumps or not, at every pass anew: another round of a loop.
    Either,
    /// The status becomes `value`.
    Set,
    /// `!`
    Not,
    /// The variable becomes `value`: a constant, or one of `ShellValue`.
    Assign,
    /// `rc=$?`
    Remember,
    /// `exit $rc`: the status becomes 0 if the variable is the constant `0`.
    Recall,
    /// `[ "$x" = text ]` with the constant `value`; `choice` decides where the variable is unknown.
    Equals,
    Jump,
    IfFailed,
    IfSucceeded,
    /// Jumps to the end of the shell if the status is not 0 and `set -e` holds.
    Check,
    /// `set -e`, `set +e`, `set -o pipefail`, `set +o pipefail`: bits of `value`.
    Options,
    /// A subshell begins, with options of its own; `value`: those it is started with, in the bits
    /// of `Options`.
    Enter,
    Leave,
    /// A pipeline begins, a part of it ends, all of it ends.
    PipeBegin,
    PipePart,
    PipeEnd,
    /// `&`: the status is kept for `wait PID`, and becomes 0.
    Background,
    Wait,
  };

  Kind kind = Kind::Set;
  /// `Check`: `set -e` does not act here (condition of `if`, left of `&&`, behind `!`).
  bool guarded = false;
  std::size_t target = 0;
  int value = 0;
  int variable = 0;
  int choice = 0;
};

/// Bits of the value of `ShellOp::Kind::Options` and `Enter`.
inline constexpr int kErrexitOn = 1;
inline constexpr int kErrexitOff = 2;
inline constexpr int kPipefailOn = 4;
inline constexpr int kPipefailOff = 8;

/// Values of variables beside constants, which count from 0; constant 0 is the text `0`.
enum ShellValue : int {
  kUnsetText = -1,
  /// Depends on an asked command.
  kDependentText = -2,
  /// A status that is not 0.
  kFailedStatus = -3,
};

struct ShellProgram {
  std::vector<ShellOp> ops;
  ShellOptions options;
  int choices = 0;
  int variables = 0;
  bool has_asked = false;
  bool has_depends = false;
  /// What nobody can follow: a trap, too many loops. Empty when nothing is.
  std::string open;
};

/// Whether a simple command is one of those that are asked about.
using IsAsked = std::function<bool(const std::vector<std::string>& words)>;

/// Compiles a script. Texts that it hands to shells (`bash -c`, heredocs for `ssh`) stand in place
/// of the command; functions at every call, eight deep. Too large a script is `open`.
[[nodiscard]] ShellProgram compile_shell(std::string_view script, const ShellOptions& options,
                                         const IsAsked& is_asked);

}  // namespace muster::workflow
