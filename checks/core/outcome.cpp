// What is asked of a witness.
#include "checks/core/outcome.h"

#include <algorithm>

namespace muster {

std::string Witness::first(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const WitnessField& field) { return field.name == name; });
  return found == fields.end() || found->values.empty() ? "" : found->values.front();
}

}  // namespace muster
