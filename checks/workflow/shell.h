// A POSIX shell tokenizer, enough to find the commands of a script exactly: what stands in quotes,
// comments, heredocs and `echo` is data, not a command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// One simple command: its words with quotes removed, and where it stands in the script (bytes).
struct Command {
  std::vector<std::string> words;
  std::size_t begin = 0;
  std::size_t end = 0;

  /// Whether the words begin with `prefix`, options in between skipped: `aws --region x ecs
  /// update-service` begins with `aws ecs update-service`.
  [[nodiscard]] bool starts_with(std::string_view prefix) const;
  /// The value of `--name value` or `--name=value`; empty when absent.
  [[nodiscard]] std::string option(std::string_view name) const;
};

/// The simple commands of a script, in order, those inside `$( )`, `if`, loops, functions and
/// subshells included. Assignments in front (`A=b cmd`), `sudo`, `env`, `time`, `exec` and `!` are
/// taken off. Commands whose first word is `echo`, `printf`, `true`, `:` are left out. `${{ … }}`
/// is kept as one opaque word part. The commands in the text of `eval "…"` and `bash -c "…"` are
/// there too, at the place of the command that holds them.
[[nodiscard]] std::vector<Command> shell_commands(std::string_view script);

}  // namespace muster::workflow
