// The forms in which AWS writes a moment.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/clock.h"

namespace muster::aws {

/// `20261122T140000Z`, as signatures want it.
[[nodiscard]] std::string amz_date(net::WallTime time);

/// `2026-11-22T14:00:00Z`.
[[nodiscard]] std::string iso_date(net::WallTime time);

/// Reads `2026-11-22T14:00:00Z`, also with a fraction of a second (dropped),
/// with an offset
/// (`+01:00`, `+0100`, `UTC`) or without any (then it is UTC), and
/// `20261122T140000Z`. Nothing when it is none of these or no such day exists.
[[nodiscard]] std::optional<net::WallTime> parse_iso_date(std::string_view text);

/// Reads the `Date` header of HTTP, `Sun, 22 Nov 2026 14:00:00 GMT` (RFC 9110,
/// IMF-fixdate).
[[nodiscard]] std::optional<net::WallTime> parse_http_date(std::string_view text);

}  // namespace muster::aws
