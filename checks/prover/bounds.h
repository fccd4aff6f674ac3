// Values around the bounds that typed clauses name, as text: one in every stretch between two
// bounds, and every bound.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::prover {

/// A number with an exponent beyond ±40: too long to be written out, so no value around it is
/// known.
[[nodiscard]] bool is_far(std::string_view number);

/// Decimal numbers. Exact for numbers that are not far; these, and texts that are no number, add
/// none.
[[nodiscard]] std::vector<std::string> numbers_around(const std::vector<std::string>& written);

/// Points in time, to the nanosecond that the evaluator knows.
[[nodiscard]] std::vector<std::string> instants_around(const std::vector<std::string>& written);

/// The ends of every range and their neighbours, and one address of each family.
[[nodiscard]] std::vector<std::string> addresses_around(const std::vector<std::string>& written);

/// Every value and one beside them.
[[nodiscard]] std::vector<std::string> binaries_around(const std::vector<std::string>& written);

}  // namespace muster::prover
