// The commands of a shell script, exactly: what stands in quotes, comments, heredocs and `echo` is
// data; what is handed to a shell, to another program or to another machine is a command again.
#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// One simple command: its words with quotes removed and redirections left out, and where it stands
/// in the script (bytes).
struct Command {
  std::vector<std::string> words;
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Runs on another machine: `ssh host '…'`, a heredoc for `ssh`, `DOCKER_HOST=ssh://…`.
  bool remote = false;

  /// Whether the words begin with `prefix`, options in between skipped: `aws --region x ecs
  /// update-service` begins with `aws ecs update-service`. The program's folder does not count.
  [[nodiscard]] bool starts_with(std::string_view prefix) const;
  /// The same of one of several.
  [[nodiscard]] bool starts_with_any(std::initializer_list<std::string_view> prefixes) const;
  [[nodiscard]] bool starts_with_any(std::span<const std::string> prefixes) const;
  /// The value of `--name value` or `--name=value`; empty when absent.
  [[nodiscard]] std::string option(std::string_view name) const;
  /// All values of an option that may stand several times.
  [[nodiscard]] std::vector<std::string> options(std::string_view name) const;
  /// Whether `--name` or `--name=value` is among the words.
  [[nodiscard]] bool has_option(std::string_view name) const;
};

/// A file that the script runs: `./deploy.sh`, `bash ci/x.sh`, `. ./env.sh`, `python x.py`.
struct FileRun {
  /// `bash`, `python`, …; empty when the file is the program.
  std::string program;
  /// As written; `$` in it is an expansion that nothing resolves. `-` for a text of the command
  /// itself: `python -c "…"`, `python - <<EOF`.
  std::string path;
  std::string text;
  std::vector<std::string> arguments;
  /// Where `cd` has gone before, relative to the step's folder, or on the other machine; empty =
  /// nowhere.
  std::string folder;
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Its commands run on another machine.
  bool remote = false;
  /// The file itself is on that machine, not here.
  bool elsewhere = false;
};

/// A text that runs and does not stand in the script: `eval "$CMD"`, `$TOOL apply`.
struct OpenText {
  std::string what;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Script {
  std::vector<Command> commands;
  std::vector<FileRun> files;
  std::vector<OpenText> open;
};

/// Variables whose values are known where the script runs.
using Variables = std::map<std::string, std::string, std::less<>>;

/// Reads a script. Commands stand in order, those inside `$( )`, `if`, loops, functions and
/// subshells included. Keywords, assignments and programs that run another one (`sudo`, `env`,
/// `timeout`, `xargs`, `find -exec`, `docker run`, …; table in shell_wrap.cpp) are taken off. The
/// text of `eval`, `bash -c`, `ssh host`, a heredoc for a shell and the like is read as a script of
/// its own, at the place of the command that holds it, at most eight deep. A variable in front of a
/// command that the script assigns once, or that `known` has, is replaced. `echo`, `printf`,
/// `true`, `:` are left out. `${{ … }}` is one opaque part of a word. What cannot be told is in
/// `open`.
[[nodiscard]] Script read_script(std::string_view script, const Variables& known = {});

/// The commands alone.
[[nodiscard]] std::vector<Command> shell_commands(std::string_view script);

}  // namespace muster::workflow
