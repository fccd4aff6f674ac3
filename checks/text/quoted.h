// User input inside a sentence.
#pragma once

#include <string>
#include <string_view>

namespace muster::text {

/// In backticks. Cleaning is left to whoever prints the sentence (report/sanitise.h).
[[nodiscard]] inline std::string quoted(std::string_view text) {
  return "`" + std::string(text) + "`";
}

}  // namespace muster::text
