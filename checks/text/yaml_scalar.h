// The YAML 1.2 core schema for plain scalars.
#pragma once

#include <string_view>

#include "checks/text/tree.h"

namespace muster::text {

/// Type of a plain scalar: `~`, `null`, empty -> Null; `true`, `True`, `TRUE` … -> Bool; 017, 0o17,
/// 0x1F, 1e3, .5, +3, .inf, .nan -> Number; everything else (`on`, `yes`, `1_000`, `2001-01-01`) ->
/// String. Source: YAML 1.2.2, 10.3.2.
[[nodiscard]] Type core_schema_type(std::string_view text);

}  // namespace muster::text
