// The one gate for text on its way to a reader. Role names, branches and workflow text are chosen
// by others.
#pragma once

#include <string>
#include <string_view>

namespace muster::report {

/// Longest texts that are kept, in bytes; longer ones are cut and end with `…`.
constexpr std::size_t kTitleLimit = 256;
constexpr std::size_t kMessageLimit = 4096;

/// `text` as valid UTF-8: broken bytes become U+FFFD; control characters (but tab and line feed),
/// line and paragraph separators, bidirectional controls and non-characters become visible text
/// such as `\u{202e}`.
[[nodiscard]] std::string sanitise(std::string_view text, std::size_t limit = kMessageLimit);

}  // namespace muster::report
