// Numbers as JavaScript writes them, which is how GitHub shows them.
#pragma once

#include <string>

namespace muster::workflow {

/// The shortest text that gives the number again: `1.5`, `1e+21`, `1e-7`, `NaN`, `-Infinity`.
[[nodiscard]] std::string js_number(double number);

/// As it stands in a text: at most 15 digits behind the point.
[[nodiscard]] std::string number_text(double number);

}  // namespace muster::workflow
