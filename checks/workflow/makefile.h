// Makefiles, as far as the commands of a target go: rules, prerequisites, simple variables. Syntax:
// GNU make manual. Pattern rules, conditionals and functions are not worked out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/shell.h"

namespace muster::workflow {

/// A line of a recipe, continuations joined.
struct Recipe {
  std::string text;
  /// Bytes of the file.
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct MakeRule {
  std::vector<std::string> needs;
  std::vector<Recipe> recipes;
};

struct Makefile {
  std::map<std::string, MakeRule, std::less<>> rules;
  Variables variables;
  /// Files that it includes, as written.
  std::vector<std::string> includes;
  /// The target of the first rule.
  std::string first;
};

[[nodiscard]] Makefile parse_makefile(std::string_view text);

/// Replaces `$(X)`, `${X}`, `$@` and `$$`; names that `variables` lacks stay.
[[nodiscard]] std::string expand_make(std::string_view text, const Variables& variables,
                                      std::string_view target);

}  // namespace muster::workflow
