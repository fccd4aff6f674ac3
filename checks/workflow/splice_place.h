// Where the expressions of a script stand, as the shell sees it: which of them a quoted variable
// can replace without changing what the script says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

enum class ShellKind { Posix, PowerShell };

struct SplicePlace {
  enum class Kind {
    /// A word, or part of one, outside quotes.
    Word,
    /// Inside double quotes.
    Quoted,
    /// In a comment.
    Comment,
    /// Where no quoted variable says the same; `because` tells why.
    Closed,
  };

  /// The bytes from `${{` to behind `}}`.
  std::size_t begin = 0;
  std::size_t end = 0;
  Kind kind = Kind::Closed;
  /// It is a whole argument, so that a value with blanks would be several.
  bool splits = false;
  std::string because;
};

/// The places of all expressions of a script, in order. Whatever is not plainly understood is
/// `Closed`.
[[nodiscard]] std::vector<SplicePlace> splice_places(std::string_view script, ShellKind shell);

}  // namespace muster::workflow
