// SHA-256, the one hash of the project: fingerprints, input hashes, CSP hashes. OpenSSL stays in
// digest.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256 of `bytes`. Thread-safe.
[[nodiscard]] Sha256 sha256(std::string_view bytes);

/// Lower-case hex of the first `bytes` bytes of `hash` (default: all 32).
[[nodiscard]] std::string hex(const Sha256& hash, std::size_t bytes = 32);

/// Standard base64 with padding, as a CSP hash source wants it.
[[nodiscard]] std::string base64(const Sha256& hash);

}  // namespace muster
