// A missing muster.yaml is no mistake (the audit says that it infers); a named one that is missing
// is.
#include "app/audit_input.h"

#include <system_error>

#include "app/repository.h"
#include "checks/intent/read.h"

namespace muster::app {

Result<Intent> load_intent(const std::filesystem::path& path, const SourceId& shown) {
  MUSTER_TRY(std::string bytes, read_file(path, shown, kIntentBytes));
  return read_intent(std::move(bytes), shown);
}

Result<Intent> find_intent(const std::filesystem::path& root, const std::filesystem::path& config) {
  if (!config.empty()) {
    auto intent = load_intent(config, SourceId(config.generic_string()));
    if (!intent && intent.error().code == ErrorCode::NotFound) {
      return Error{ErrorCode::Usage, "no such configuration file", intent.error().where};
    }
    return intent;
  }
  std::error_code error;
  if (!std::filesystem::exists(root / "muster.yaml", error)) {
    return Intent{};
  }
  return load_intent(root / "muster.yaml", SourceId("muster.yaml"));
}

}  // namespace muster::app
