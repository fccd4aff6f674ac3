// Values around the bounds that typed clauses name, as text: one in every stretch between two
// bounds, and every bound.
#pragma once

#include <string>
#include <vector>

namespace muster::prover {

/// Decimal numbers. Exact for numbers with exponents up to ±40; texts that are no number add none.
[[nodiscard]] std::vector<std::string> numbers_around(const std::vector<std::string>& written);

/// Points in time, to the nanosecond that the evaluator knows.
[[nodiscard]] std::vector<std::string> instants_around(const std::vector<std::string>& written);

/// The ends of every range and their neighbours, and one address of each family.
[[nodiscard]] std::vector<std::string> addresses_around(const std::vector<std::string>& written);

/// Every value and one beside them.
[[nodiscard]] std::vector<std::string> binaries_around(const std::vector<std::string>& written);

}  // namespace muster::prover
