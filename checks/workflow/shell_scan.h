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
  /// It reads what the command before it writes.
  bool piped = false;
};

struct Scanned {
  std::vector<RawCommand> commands;
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
