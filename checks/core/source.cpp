// Rendering of places in audited text.
#include "checks/core/source.h"

namespace muster {

std::string to_string(const SourceRef& where) {
  if (where.source.path().empty()) {
    return "-";
  }
  if (where.span.line == 0) {
    return where.source.path();
  }
  return where.source.path() + ":" + std::to_string(where.span.line) + ":" +
         std::to_string(where.span.column);
}

}  // namespace muster
