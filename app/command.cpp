// Errors as a person sees them.
#include "app/command.h"

#include <ostream>

#include "report/sanitise.h"

namespace muster::app {

int report_error(const Console& console, const Error& error) {
  console.err << "muster: " << report::safe_line(to_string(error)) << "\n";
  return error.code == ErrorCode::Usage ? kUsage : kIncomplete;
}

}  // namespace muster::app
