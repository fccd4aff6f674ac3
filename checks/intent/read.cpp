// Replaced by the reader of the intent file.
#include "checks/intent/read.h"

namespace muster {

Result<Intent> read_intent(std::string, SourceId source) {
  return Error{ErrorCode::Usage, "muster.yaml cannot be read yet",
               SourceRef{std::move(source), {}}};
}

}  // namespace muster
