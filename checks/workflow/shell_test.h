// The inside of shell_program.h: what `[ … ]`, `test`, `[[ … ]]` and `(( … ))` ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

struct ShellTest {
  enum class Kind {
    /// `[ word ]`, `[ 1 = 1 ]`: the answer is `truth`.
    Constant,
    /// `variable` is `text`, character by character.
    Equals,
    /// `$?` is 0.
    Status,
    Other,
  };

  Kind kind = Kind::Other;
  bool negated = false;
  bool truth = false;
  std::string variable;
  std::string text;
  /// What it looks at.
  std::vector<std::string> words;
};

/// The test that a simple command is; nothing for another command.
[[nodiscard]] std::optional<ShellTest> read_test(const std::vector<std::string>& words);

/// `x` of `$x` and `${x}`; empty for any other word.
[[nodiscard]] std::string variable_name(std::string_view word);

}  // namespace muster::workflow
