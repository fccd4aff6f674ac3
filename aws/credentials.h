// What signs a request, and where it comes from.
#pragma once

#include <optional>
#include <string>

#include "net/clock.h"
#include "net/secret.h"

namespace muster::aws {

/// Keys of a user, of a role's session or of a machine.
struct Credentials {
  std::string access_key_id{};
  net::Secret secret_access_key{};
  /// Empty for the long-lived keys of a user.
  net::Secret session_token{};
  /// When they stop to work; nothing when nobody said so.
  std::optional<net::WallTime> expires{};
  /// Where they were found, for people: `environment`, `profile deploy: role
  /// arn:aws:…`.
  std::string source{};
};

}  // namespace muster::aws
