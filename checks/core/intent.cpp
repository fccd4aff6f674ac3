// What is asked of an intent.
#include "checks/core/intent.h"

#include <algorithm>

namespace muster {

const IntentEnvironment* Intent::environment(std::string_view name) const {
  const auto found = std::find_if(environments.begin(), environments.end(),
                                  [&](const IntentEnvironment& one) { return one.name == name; });
  return found == environments.end() ? nullptr : &*found;
}

}  // namespace muster
