// Custom subject templates: whoever administers a repository chooses which claims make its subject,
// in which order, and the text of some of them.
#pragma once

#include "checks/oidc/compiled.h"

namespace muster::oidc {

/// Is a token of the scope admitted under some custom template? Templates grow claim by claim, and
/// only while a subject that begins like them could be admitted. The witness has one more field,
/// `include_claim_keys`.
[[nodiscard]] Proof search_forgeries(const CompiledTrust& trust, const Scope& scope);

}  // namespace muster::oidc
