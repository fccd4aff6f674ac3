// Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`.
// Source: IAM User Guide, "IAM policy elements: Variables and tags".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::policy {

enum class Resolution {
  Resolved,
  /// A key is absent and has no default, or it is multivalued: the value matches nothing.
  Unresolved,
  /// `${` without its end, an empty or nested name, a default not in single quotes: IAM's reading
  /// is not documented.
  Malformed,
};

struct Expanded {
  Resolution state = Resolution::Resolved;
  /// With `TextUse::Pattern` the wildcards are the bytes of `kMarked`; everything else is literal.
  std::string text;
  /// A `:` came out of a key's value.
  bool brought_colon = false;
};

/// Whether `*` and `?` of the written text are wildcards or ordinary characters.
enum class TextUse { Literal, Pattern };

/// Replaces the variables of `text` by the request's values. Substituted text is literal. Under
/// `2008-10-17` a `${…}` is ordinary text.
[[nodiscard]] Expanded expand(std::string_view text, Version version, const Request& request,
                              TextUse use);

/// Cuts an ARN pattern at its first five colons, not counting those inside `${…}` (under
/// `2012-10-17`).
[[nodiscard]] std::vector<std::string_view> split_fields(std::string_view pattern, Version version);

/// The keys (lower case) that the conditions and variables of a statement look at.
[[nodiscard]] std::set<std::string> mentioned_keys(const Statement& statement);

}  // namespace muster::policy
