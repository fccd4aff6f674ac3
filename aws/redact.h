// Takes out what may be a secret before anything is written, logged or reported: a value's place
// keeps its name and how long it is, roughly.
#pragma once

#include <initializer_list>
#include <string_view>

#include "aws/value.h"

namespace muster::aws {

/// `[redacted: 8-15 characters]`; of an empty text itself. An exact length would help guessing.
[[nodiscard]] std::string redacted(std::string_view text);

/// Replaces every text, at any depth, below these paths: `containerDefinitions.environment.value`.
/// A path goes through lists, `*` is any member; the members of an object keep their names.
void redact(Value& root, std::initializer_list<std::string_view> paths);

/// Replaces every text, at any depth, of the object's members whose names are not listed: what is
/// not known to be harmless is taken for a secret.
void redact_all_but(Value& object, std::initializer_list<std::string_view> harmless);

}  // namespace muster::aws
