// Prose of rules and messages quotes code in backticks. Formats that can set code apart show it
// without them.
#pragma once

#include <string_view>
#include <vector>

namespace muster::report {

/// A run of prose or of code, without its backticks. Points into the text that was split.
struct Piece {
  std::string_view text;
  bool code = false;

  friend bool operator==(const Piece&, const Piece&) = default;
};

/// "a `b` c" -> "a ", code "b", " c". A backtick without a partner and an empty pair stay as they
/// are. Pieces in order are the text without the backticks of its pairs.
[[nodiscard]] std::vector<Piece> split_prose(std::string_view text);

}  // namespace muster::report
