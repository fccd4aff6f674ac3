// A witness that can occur: an action that exists, on a resource that it has. The verdict is
// settled before; this only looks for a better example of it.
#pragma once

#include <optional>

#include "checks/prover/question.h"

namespace muster::prover {

/// What the searches share. References: they outlive them.
struct EvidenceTools {
  Atoms& atoms;
  Meetings& meetings;
  const Budget& budget;
  Reality& reality;
  /// As in `Context`.
  std::size_t* steps = nullptr;
};

struct Evidence {
  /// With an action that exists, if there is one.
  std::optional<policy::Request> witness;
  /// As in `Answer`.
  bool only_new_actions = false;
  bool no_real_request = false;
};

/// Asks a question that has a witness again, for likelier ones.
[[nodiscard]] Evidence likely_evidence(const EvidenceTools& tools, Search search, const Document& a,
                                       const Document& b, const Confirm& confirm);

}  // namespace muster::prover
