// ARN patterns: six fields, matched one by one (only the sixth may hold further colons), or read in
// one of the two other ways (`ArnMode`).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "checks/policy/evaluate.h"

namespace muster::policy {

/// `arn:partition:service:region:account:resource`.
struct ArnParts {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  /// May hold colons and slashes.
  std::string_view resource;
};

/// The parts of a text that starts with `arn:` and has all six fields; nothing otherwise. The parts
/// are views.
[[nodiscard]] std::optional<ArnParts> split_arn(std::string_view text);

/// How one written value did against one value of the request.
enum class MatchResult {
  No,
  Yes,
  /// A variable had no value, so the written value matches nothing.
  Unresolved,
  /// A malformed variable, or a variable that shifts the fields of an ARN.
  Unknown,
};

inline constexpr std::array<ArnMode, 3> kArnModes = {ArnMode::Segment, ArnMode::Trail,
                                                     ArnMode::String};

/// `segment`, `trail`, `string`.
[[nodiscard]] std::string_view to_string(ArnMode mode);
/// The reverse; nothing for another word.
[[nodiscard]] std::optional<ArnMode> parse_arn_mode(std::string_view word);

/// One entry of `Resource` or `NotResource` against the request's resource, in the request's mode.
/// `*` matches everything; an ARN pattern with fewer than six fields is filled up with `*`, but not
/// in the mode `string`; a pattern that is no ARN is a glob over the whole text.
[[nodiscard]] MatchResult match_resource(std::string_view pattern, Version version,
                                         const Request& request);

/// One value of an Arn operator against one value of a key. `*` alone matches everything; a pattern
/// with fewer than six fields, or a value that is no ARN, matches nothing.
[[nodiscard]] MatchResult match_arn(std::string_view pattern, std::string_view value,
                                    Version version, const Request& request);

}  // namespace muster::policy
