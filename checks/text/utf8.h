// Strict UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::text {

/// Byte offset of the first sequence that is not UTF-8 (overlong forms, surrogates and values above
/// U+10FFFF are not); nothing when all of `bytes` is. Source: RFC 3629.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

/// Appends `code_point` as UTF-8. REQUIRES: a Unicode scalar value.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace muster::text
