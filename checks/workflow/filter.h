// The globs of `branches:` and `tags:` filters. They are not IAM's: `*` stops at `/`, `**` does
// not,
// `?` and `+` repeat the character before them, `[a-z]` is one of a class, `\` takes the meaning
// away, a leading `!` takes names out. Source: GitHub Docs, "Workflow syntax", filter pattern cheat
// sheet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/model.h"

namespace muster::workflow {

/// A filter as an IAM glob (`*` any run, `?` one character).
struct Widened {
  std::string glob;
  /// Whether the glob matches the same names; else it matches more.
  bool exact = true;
};

/// The smallest IAM glob that is easily had and matches every name that the filter matches. `!` in
/// front is not looked at.
[[nodiscard]] Widened widen(std::string_view filter);

/// Whether the filter matches the whole name of a branch or tag, without `refs/heads/`. `!` in
/// front is not looked at. O(|filter| * |name|).
[[nodiscard]] bool filter_matches(std::string_view filter, std::string_view name);

/// Whether an event with these filters starts for the name: of `only` the last filter that matches
/// decides, and none may match of `ignored`. Empty lists let everything through.
[[nodiscard]] bool filters_admit(const std::vector<Text>& only, const std::vector<Text>& ignored,
                                 std::string_view name);

}  // namespace muster::workflow
