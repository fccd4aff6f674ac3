// Commands that make a version in the repository: tags, and tools that raise it.
#pragma once

#include "checks/workflow/shell.h"

namespace muster::workflow {

/// `git tag NAME`; not one that lists or deletes tags.
[[nodiscard]] bool makes_tag(const Command& command);

/// Whether a tool raises the version and commits it: `npm version`, `cz bump`.
[[nodiscard]] bool commits_version(const Command& command);

}  // namespace muster::workflow
