// What `muster init` says on the terminal and as JSON.
#pragma once

#include <string>

#include "app/init_draft.h"

namespace muster::app {

/// `{"path","written","repository","default_branch","environments","roles","variables",
/// "unreadable","open_questions"}`; values that are not known are null. Ends with a line break.
[[nodiscard]] std::string draft_json(const Draft& draft, const std::string& path);

/// What was inferred, the open questions, and what to do next. `root`: the folder as the user named
/// it.
[[nodiscard]] std::string draft_words(const Draft& draft, const std::string& path,
                                      const std::string& root);

}  // namespace muster::app
