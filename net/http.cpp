#include "net/http.h"

#include <strings.h>

#include <algorithm>

namespace muster::net {

std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const Header& header) {
    return header.name.size() == name.size() &&
           ::strncasecmp(header.name.data(), name.data(), name.size()) == 0;
  });
  return found == headers.end() ? std::nullopt : std::optional(found->value);
}

}  // namespace muster::net
