// Which names the expressions of a workflow file read, and where: `inputs.confirm`,
// `needs.build.outputs.tag`. Exact: strings, comments and texts outside `${{ }}` are no mention.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/model.h"

namespace muster::workflow {

/// The names that the expressions of a text read, in lower case, with dots: `inputs['a']` is
/// `inputs.a`. An index that is computed ends the name with `.*`, as does `.*` itself. `bare`: the
/// text is an `if`, an expression without `${{ }}`. A text that does not parse gives none.
[[nodiscard]] std::vector<std::string> names_read(std::string_view text, bool bare);

/// The literal texts of an `if`: `-dev` of `endsWith(github.ref, '-dev')`. One that does not parse
/// gives none.
[[nodiscard]] std::vector<std::string> texts_in(std::string_view condition);

/// Whether one of the names is `name` or a part of it, or may be any name beside it: `inputs`,
/// `inputs.*` and `inputs.tag.x` for `inputs.tag`. `name` is in lower case.
[[nodiscard]] bool reads(const std::vector<std::string>& names, std::string_view name);

/// All texts of a step in which it may name a value: its script, `env` and `with`, a line each.
[[nodiscard]] std::string step_texts(const Step& step);

/// A text of the file that holds expressions.
struct ReadingText {
  /// The keys that lead to it: `jobs.deploy.steps.2.with.image`.
  std::string path;
  Text text;
  std::vector<std::string> names;
};

/// All texts below the node that read names. `path` is put in front of theirs.
[[nodiscard]] std::vector<ReadingText> reading_texts(const text::Node& node,
                                                     const std::string& path);

}  // namespace muster::workflow
