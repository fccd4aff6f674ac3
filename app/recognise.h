// Decides what a file is, from its path and content. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "checks/core/facts.h"

namespace muster::app {

/// What to do with a file.
struct Recognised {
  /// A document of this kind for the audit.
  std::optional<DocumentKind> kind;
  /// Set when the file describes infrastructure in a form that is not read; a sentence that says
  /// so.
  std::string not_read;
};

/// The kind that the path alone tells: workflows and composite actions.
[[nodiscard]] std::optional<DocumentKind> recognise_path(std::string_view path);

/// Whether a file of this path can be one that a workflow runs: a shell script, a Makefile, a
/// script of another language, `package.json`, or one without an extension.
[[nodiscard]] bool may_be_script(std::string_view path);

/// The file names that a text mentions: every word of letters, digits, `_`, `-` and `.`, behind its
/// last slash; `Makefile` and `package.json` when it names the programs that read them.
void add_mentioned_files(std::string_view text, std::set<std::string, std::less<>>& names);

/// Whether the beginning of a JSON text looks like something for the audit, so that being unable to
/// read it matters.
[[nodiscard]] bool looks_relevant(std::string_view head);

/// The kind of a file whose path says nothing. JSON that looks like IAM but cannot be parsed is
/// taken for a policy, so that the error is reported and not swallowed.
[[nodiscard]] Recognised recognise_content(std::string_view path, const std::string& bytes);

}  // namespace muster::app
