// Whether two globs have a text in common. Not for use outside checks/lint.
#pragma once

#include <string_view>

namespace muster::lint {

/// Whether some text matches both: `*` is any run, `?` one character, in either. Bytes are taken
/// for characters. Time is the product of the lengths at most; a `narrow` of more than 63 bytes
/// counts as overlapping.
[[nodiscard]] bool overlap(std::string_view pattern, std::string_view narrow);

}  // namespace muster::lint
