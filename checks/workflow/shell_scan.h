// The inside of shell.h: characters become simple commands. What a command does with its words is
// not looked at here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// A stretch of a script (bytes).
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A simple command as it stands there, keywords and assignments in front included.
struct RawCommand {
  std::vector<std::string> words;
  Stretch place;
  /// Bodies of its heredocs.
  std::vector<Stretch> heredocs;
  /// `<<< text`
  std::vector<std::string> here_strings;
  /// `< file`; empty without.
  std::string input;
  /// `> file`
  std::vector<std::string> outputs;
  /// It reads what the command before it writes.
  bool piped = false;
  /// The scripts inside its substitutions, in order; those of arithmetic are none.
  std::vector<Stretch> substitutions;
};

/// A script as commands and what stands between them. Keywords stay words of the commands.
struct ShellToken {
  enum class Kind {
    Command,
    /// `;`, a line's end
    Next,
    And,
    Or,
    Pipe,
    Background,
    /// `(` and `)` of a subshell
    Open,
    Close,
    /// The `)` behind a pattern of `case`.
    Pattern,
    /// `;;`
    CaseNext,
    /// `name()`; the body follows.
    Function,
  };

  Kind kind = Kind::Command;
  /// Index of a `Command`.
  std::size_t command = 0;
  /// Of a `Function`; of a `Pattern` its alternatives, a line each.
  std::string name{};
};

struct Scanned {
  std::vector<RawCommand> commands;
  /// Of the part itself, without its substitutions.
  std::vector<ShellToken> tokens;
  /// What the script assigns: one entry per assignment. An array has several words.
  std::map<std::string, std::vector<std::vector<std::string>>, std::less<>> assigned;
  /// Functions that it defines.
  std::set<std::string, std::less<>> functions;
  /// `"$@"` stands as a command: a function runs its arguments.
  bool runs_arguments = false;
  /// There was more than the limits let through.
  bool cut = false;
};

/// Scans `script`; substitutions (`$( )`, backticks, `<( )`) are scanned as well and stand behind
/// the command that has them.
[[nodiscard]] Scanned scan_script(std::string_view script, Stretch part);

}  // namespace muster::workflow
