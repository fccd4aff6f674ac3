// Makes found words look like what a person would expect: `mallory/other` on branch `topic` instead
// of letters. Every change is checked against the goal before it is kept.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "checks/oidc/judge.h"

namespace muster::oidc {

/// The word with every `kFreshChar` replaced by one ordinary character of the class.
[[nodiscard]] Word filled_word(const Word& word, CharClass kind);

/// Replaces `kFreshChar` everywhere, then tries readable words variable by variable. `holds` says
/// whether a token still meets the goal. False when no concrete token of this kind meets it.
[[nodiscard]] bool make_readable(std::vector<TokenPart>& token,
                                 const std::function<bool(std::span<const TokenPart>)>& holds);

}  // namespace muster::oidc
