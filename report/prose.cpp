// Pairs from the left, as a reader does.
#include "report/prose.h"

namespace muster::report {

std::vector<Piece> split_prose(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  std::size_t at = 0;
  while ((at = text.find('`', at)) != std::string_view::npos) {
    const std::size_t close = text.find('`', at + 1);
    if (close == std::string_view::npos) {
      break;
    }
    if (close == at + 1) {
      at = close + 1;
      continue;
    }
    if (at > begin) {
      pieces.push_back({text.substr(begin, at - begin), false});
    }
    pieces.push_back({text.substr(at + 1, close - at - 1), true});
    begin = at = close + 1;
  }
  if (begin < text.size()) {
    pieces.push_back({text.substr(begin), false});
  }
  return pieces;
}

}  // namespace muster::report
