#include "checks/intent/mistakes.h"

#include <utility>

namespace muster {

Error usage(const text::Node& node, std::string message) {
  return Error{ErrorCode::Usage, std::move(message), node.where()};
}

Error expected(const text::Node& node, const std::string& path, const std::string& what) {
  return usage(node, "`" + path + "` must be " + what + ", found " + to_string(node.type()));
}

}  // namespace muster
