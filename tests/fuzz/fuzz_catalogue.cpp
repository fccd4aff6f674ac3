// Any bytes as a catalogue file: whole, and as records under a header with the right hash, so that
// the fuzzer gets past it. Laws: an error has its place, every name in the tables is found again,
// every index leads somewhere.
#include <cstdint>
#include <string>

#include "checks/core/digest.h"
#include "checks/policy/catalogue.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::policy;
using fuzz::require;

const SourceId& source() {
  static const SourceId kSource("actions.txt");
  return kSource;
}

void require_action(const Catalogue& catalogue, const Action& action) {
  const std::string name = catalogue.full_name(action);
  require(catalogue.find_action(name) == &action);
  require(catalogue.expand(name, Extent::WithRetired).size() == 1);
  require(Catalogue::scopable(action) == !catalogue.uses(action).empty());
  for (const ResourceUse& use : catalogue.uses(action)) {
    const ResourceType& type = catalogue.type_of(use);
    require(!type.name.empty() && arn_patterns(type).size() == arn_templates(type).size());
  }
  for (const ConditionKey* key : catalogue.usable_keys(action)) {
    require(is_key(key->name, key->name) && catalogue.find_key(key->name) != nullptr);
  }
  for (const std::string_view dependent : catalogue.dependents(action)) {
    require(dependent.find(',') == std::string_view::npos);
  }
  require(catalogue.last_seen(action.last_edition).empty() == (action.last_edition == kCurrent));
  require(catalogue.retired_since(action.last_edition) >= catalogue.last_seen(action.last_edition));
  require(catalogue.unscopable_until(action).size() <= catalogue.date().size());
}

void try_catalogue(const std::string& bytes) {
  const auto read = Catalogue::parse(bytes, source());
  if (!read) {
    fuzz::require_complete(read.error(), fuzz::Lines(bytes));
    return;
  }
  const Catalogue& catalogue = read.value();
  std::size_t actions = 0;
  for (const Service& service : catalogue.services()) {
    require(catalogue.find_service(service.prefix) == &service);
    for (const Action& action : catalogue.actions(service)) {
      require_action(catalogue, action);
      ++actions;
    }
  }
  require(catalogue.expand("*", Extent::WithRetired).size() == actions);
  require(catalogue.expand("*", Extent::Known).size() <= actions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try_catalogue(bytes);
  try_catalogue("muster-catalogue 1\nedition 2025-12-06 0.1\nedition 2026-09-26 0.2\nsha256 " +
                hex(sha256(bytes)) + "\n" + bytes);
  return 0;
}
