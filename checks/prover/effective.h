// What several layers allow together: the product of their Allow boxes, and all their Deny boxes
// once. Source: docs/policy-semantics.md, "Several layers".
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checks/prover/meetings.h"

namespace muster::prover {

/// The statements of one layer, united.
using Statements = std::vector<CompiledStatement>;

/// A request is allowed when an Allow of every layer holds and no Deny of any. `pinned`: clauses
/// that every Allow gets. Nothing when some product has more than `limit` boxes. REQUIRES: at least
/// one layer.
[[nodiscard]] std::optional<Document> effective(const std::vector<Statements>& layers,
                                                const Box& pinned, std::size_t limit, Atoms& atoms,
                                                Meetings& meetings);

}  // namespace muster::prover
