// Rendering of errors.
#include "checks/core/result.h"

namespace muster {

std::string to_string(const Error& error) {
  if (!error.where) {
    return error.message;
  }
  return to_string(*error.where) + ": " + error.message;
}

}  // namespace muster
