// Any bytes as a plan or state of Terraform, on both of its sides.
#include <cstdint>

#include "tests/fuzz/reader_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  using namespace muster::fuzz;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  const Document document{DocumentKind::Terraform, SourceId(kReaderPath), bytes};
  const auto read = iam::read_infrastructure(document);
  if (read) {
    require_told(read.value(), lines);
  } else {
    require_complete(read.error(), lines);
  }
  if (const auto prior = iam::read_prior_state(document)) {
    require_told(*prior, lines);
  }
  require_honest(document.kind, bytes);
  return 0;
}
