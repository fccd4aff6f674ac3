// Any bytes as a workflow file that is repaired: what comes out is a workflow that differs only
// where a repair meant it to, and repairing it again changes nothing.
#include <cstdint>
#include <string>

#include "tests/fuzz/fix_laws.h"
#include "tests/fuzz/laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  muster::fuzz::require(muster::fuzz::broken_fix_law(bytes).empty());
  return 0;
}
