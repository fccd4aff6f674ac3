// Policies as JSON: one spelling per meaning, so that equal policies print to equal bytes.
#pragma once

#include <string>

#include "checks/policy/model.h"
#include "checks/text/json_writer.h"

namespace muster::policy {

/// The document: `Version` (always written), `Id`, `Statement` (always a list), and in a statement
/// `Sid`, `Effect`, `Principal`, `Action`, `Resource`, `Condition` or their `Not…` forms, in this
/// order. A list with one entry is written as that entry, an empty one as `[]`. Without a line
/// break at the end.
///
/// Reading it again gives an equal policy (`same_policy`; `Sid` and `Id` as well) for every policy
/// that was read from JSON. For those made by code: clauses that one JSON object cannot hold (the
/// same operator and key twice, or an operator that returns after another) go under a spelling of
/// the operator in other letter case, which means the same; principals are grouped by type, and
/// `*` beside others becomes `{"AWS": "*"}`.
[[nodiscard]] std::string print_policy(const Policy& policy,
                                       text::JsonLayout layout = text::JsonLayout::Indented);

/// The same as a value of a larger document.
void print_policy(const Policy& policy, text::JsonWriter& out);

}  // namespace muster::policy
