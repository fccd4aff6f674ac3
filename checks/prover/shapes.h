// Which context keys carry lists. Source: IAM User Guide, "AWS global condition context keys".
#pragma once

#include <string_view>

namespace muster::prover {

enum class Shape { Single, Multi, Unknown };

/// By its lower-case name.
[[nodiscard]] Shape shape_of(std::string_view key);

}  // namespace muster::prover
