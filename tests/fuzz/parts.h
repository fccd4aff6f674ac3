// Several documents in one fuzzed input: between lines of `%%`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "checks/core/facts.h"

namespace muster::fuzz {

/// The parts as documents of one kind, with made up paths; at most eight, the rest is one.
inline Facts facts_of_parts(const std::uint8_t* data, std::size_t size, DocumentKind kind) {
  constexpr std::string_view kBetween = "\n%%\n";
  constexpr std::size_t kMost = 8;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Facts facts;
  for (bool more = true; more;) {
    const std::size_t end = facts.documents.size() + 1 == kMost
                                ? rest.size()
                                : std::min(rest.find(kBetween), rest.size());
    facts.documents.push_back({kind, SourceId(std::to_string(facts.documents.size()) + ".json"),
                               std::string(rest.substr(0, end))});
    more = end < rest.size();
    rest.remove_prefix(more ? end + kBetween.size() : end);
  }
  return facts;
}

}  // namespace muster::fuzz
