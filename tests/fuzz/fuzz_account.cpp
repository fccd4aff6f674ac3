// Any bytes as the account details of AWS, or as a snapshot of an account.
#include <cstdint>

#include "tests/fuzz/reader_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  using namespace muster::fuzz;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  require_honest(DocumentKind::IamAuthorizationDetails, bytes);
  require_honest(DocumentKind::AwsAccount, bytes);
  return 0;
}
