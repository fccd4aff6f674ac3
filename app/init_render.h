// The draft as a muster.yaml for people: what is certain as YAML, what is not as comments beside
// the place where the answer belongs. Pure.
#pragma once

#include <string>

#include "app/init_draft.h"

namespace muster::app {

/// The file; `read_intent` accepts it, and every value in it is one of the draft's. Lines that only
/// a human can switch on begin with `# ` in front of valid YAML.
[[nodiscard]] std::string render_intent(const Draft& draft);

}  // namespace muster::app
