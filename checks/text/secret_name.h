// Names of settings that say by themselves that their value is a secret.
#pragma once

#include <string_view>

namespace muster::text {

/// Whether the name of an environment variable or a parameter says that what it holds is a secret:
/// one of its words is `password`, `secret`, `token`, … (`DB_PASSWORD`, `jwtSecret`,
/// `/shop/api-key`), and its last word does not say that it tells something about one
/// (`SECRET_ARN`, `TOKEN_TTL`). Words are what `_`, `-`, `.`, `/` and changes from lower to upper
/// case part; of a path the last part counts. `MAX_TOKENS` is no secret: a count of tokens is one
/// thing, a token another.
[[nodiscard]] bool names_secret(std::string_view name);

}  // namespace muster::text
