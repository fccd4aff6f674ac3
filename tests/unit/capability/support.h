// Roles with capabilities, as muster.yaml declares them.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "checks/capability/expand.h"
#include "checks/intent/read.h"

namespace muster::capability {

/// A file with one role; `keys` are indented lines of that role.
inline Result<Intent> read_role(const std::string& keys) {
  return read_intent(
      "version: 1\nregion: eu-central-1\nroles:\n  deploy:\n    arn: "
      "arn:aws:iam::111122223333:role/deploy\n" +
          keys,
      SourceId("muster.yaml"));
}

/// The same with a list of capabilities; a test failure when it is refused.
inline Intent intent_with(const std::string& capabilities) {
  auto intent = read_role("    capabilities:\n" + capabilities);
  if (!intent) {
    FAIL(to_string(intent.error()));
  }
  return std::move(intent).value();
}

inline Expansion expansion_of(const std::string& capabilities) {
  const Intent intent = intent_with(capabilities);
  auto expansion = expand(intent, intent.roles.front());
  REQUIRE(expansion.ok());
  return std::move(expansion).value();
}

}  // namespace muster::capability
