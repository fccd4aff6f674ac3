// `muster docs`: the documents that come from the source, so that they cannot drift: rule pages,
// the command reference, the schema of muster.yaml, the auditor's role.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct DocsOptions {
  /// Folder to write into; made when it is not there.
  std::string out = "docs";
  /// Where the golden cases are: their files become the examples of the rule pages.
  std::string examples = "tests/golden";
  /// The help of every command, filled by the command line.
  std::string command_reference;
};

/// Writes `rules/<id>.md`, `rules/README.md`, `policy-lint.md`, `commands.md`, `auditor-role.md`,
/// `auditor-policy.json` and `muster.schema.json`. Exit codes: 0; 3 when a file cannot be written.
int run_docs(const DocsOptions& options, const Console& console);

}  // namespace muster::app
