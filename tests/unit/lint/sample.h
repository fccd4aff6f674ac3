// Short ways to write policies for the tests of the lint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/lint/lint.h"

namespace muster::lint {

/// A policy with one statement. `elements` are members of it; what a statement of the type needs
/// and `elements` does not name is filled in. A text that begins with `{` or `[` is a whole
/// document.
std::string sample(DocumentType type, std::string_view elements);

/// The findings on a document.
std::vector<Finding> found(const std::string& document, DocumentType type);

/// `["Statement",0,"Action",1]`
std::string path_text(const Location& location);

}  // namespace muster::lint
