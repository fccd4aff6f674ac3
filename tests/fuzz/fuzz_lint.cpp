// Any bytes as a policy of each type: no crash, no endless work, and laws that hold whatever was
// read: every finding has a message of one line and places inside the text, places have an order,
// and the same bytes give the same findings.
#include <cstdint>
#include <string>

#include "checks/lint/lint.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::lint;
using fuzz::require;

constexpr DocumentType kTypes[] = {DocumentType::Identity, DocumentType::Resource,
                                   DocumentType::Trust, DocumentType::ServiceControl,
                                   DocumentType::ResourceControl};

void require_good(const Finding& finding, const fuzz::Lines& lines, std::size_t bytes) {
  require(!finding.message.empty() && finding.message.find('\n') == std::string::npos);
  require(!finding.locations.empty());
  for (const Location& location : finding.locations) {
    require(location.begin <= location.end && location.end <= bytes);
    lines.require_inside(location.where.span);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const fuzz::Lines lines(bytes);
  for (const DocumentType type : kTypes) {
    const auto findings =
        lint::lint(bytes, SourceId("policy.json"), type, policy::embedded_catalogue());
    if (!findings) {
      fuzz::require_complete(findings.error(), lines);
      continue;
    }
    require(findings.value().type == type);
    for (const Finding& finding : findings.value().list) {
      require_good(finding, lines, size);
    }
  }
  return 0;
}
