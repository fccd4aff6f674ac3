// The witness of a path as boxes with arrows between them: where everything stands in a picture of
// fixed width. The template writes the markup.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/core/outcome.h"

namespace muster::report {

/// A line of text and its baseline.
struct DrawnLine {
  std::size_t y = 0;
  std::string text;
};

struct DrawnBox {
  /// `step`, `gate`, `limit` or `end`: how it looks.
  std::string look;
  std::size_t y = 0;
  std::size_t height = 0;
  DrawnLine name;
  std::vector<DrawnLine> lines;
};

/// In units of a picture that is `kDrawingWidth` wide.
struct PathDrawing {
  std::size_t height = 0;
  std::vector<DrawnBox> boxes;
};

inline constexpr std::size_t kDrawingWidth = 300;

/// One box per field, in order: at most 16, with the first values as far as they fit into a few
/// lines; what is left out ends with `…`.
[[nodiscard]] PathDrawing draw_path(const Witness& witness);

}  // namespace muster::report
