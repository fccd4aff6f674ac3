// The inside of shell.h: programs that run what their words say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// What a command hands on.
struct Handed {
  enum class Kind {
    /// It runs nothing but itself.
    Nothing,
    /// `words` are a command: `sudo -u x CMD`.
    Command,
    /// `text` is a script: `bash -c TEXT`.
    Text,
    /// It runs what it reads: `bash <<EOF`.
    Input,
    /// `words` are a file and its arguments, `text` the program: `bash x.sh`.
    File,
    /// It only looks something up, or says nothing: `command -v aws`, `echo`.
    Silent,
  };

  Kind kind = Kind::Nothing;
  std::vector<std::string> words;
  std::string text;
  bool remote = false;
  /// The command counts for itself too: `docker run IMAGE CMD`.
  bool keeps = false;
};

/// What the command hands on, one level deep. Keywords and assignments are taken off before.
[[nodiscard]] Handed handed_on(const std::vector<std::string>& words);

/// The last part of a path, without `@version` behind it: `/usr/local/bin/aws`, `cdk@2`.
[[nodiscard]] std::string_view program_name(std::string_view word);

/// `NAME=value`, `NAME+=value`, `NAME[0]=value`: no program is called.
[[nodiscard]] bool is_assignment(std::string_view word);

}  // namespace muster::workflow
