// Any bytes as a template of CloudFormation or SAM: its values are worked out, its roles are
// judged.
#include <cstdint>

#include "tests/fuzz/reader_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  using namespace muster::fuzz;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  const Document document{DocumentKind::CloudFormation, SourceId(kReaderPath), bytes};
  for (const char* const account : {"", "111122223333"}) {
    const auto read = iam::read_infrastructure(document, account);
    if (read) {
      require_told(read.value(), lines);
    } else {
      require_complete(read.error(), lines);
    }
  }
  require_honest(document.kind, bytes);
  return 0;
}
