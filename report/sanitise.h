// The one gate for text on its way to a reader. Role names, branches and workflow text are chosen
// by others.
#pragma once

#include <string>
#include <string_view>

namespace muster::report {

/// Longest texts that are kept, in bytes; longer ones are cut and end with `…`.
constexpr std::size_t kTitleLimit = 256;
constexpr std::size_t kMessageLimit = 4096;

/// Whether a text may hold line feeds and tabs. Names, paths and ids may not: a path with a line
/// feed would put words of its author's choice at the start of a line of output.
enum class Lines { One, Many };

/// `text` as valid UTF-8 in which everything can be seen: broken bytes become U+FFFD; control
/// characters, separators of lines, bidirectional controls, zero-width and other invisible
/// characters, private-use planes and non-characters become visible text such as `\u{202e}`.
[[nodiscard]] std::string sanitise(std::string_view text, Lines lines = Lines::One,
                                   std::size_t limit = kMessageLimit);

/// One line of output that no runner takes for a command: GitHub's reads `::name::` after leading
/// blanks and `##[name]` anywhere in a line of a job's log. A space breaks the marker.
[[nodiscard]] std::string no_command(std::string line);

/// A whole line of output with foreign text in it: both of the above.
[[nodiscard]] std::string safe_line(std::string_view text);

}  // namespace muster::report
