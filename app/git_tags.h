// The tags of a checkout as a document of the audit.
#pragma once

#include <filesystem>

#include "app/repository.h"

namespace muster::app {

/// Adds the tags when the root is that of a checkout. A checkout whose tags cannot be listed
/// becomes a `NotCovered` that does not block.
void add_git_tags(const std::filesystem::path& root, Repository& repository);

}  // namespace muster::app
