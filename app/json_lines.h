// Commands that answer a file of questions, one JSON object per line, with one JSON object per
// line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "app/command.h"
#include "checks/core/result.h"

namespace muster::app {

struct LineAnswer {
  /// One line of JSON, without its end.
  std::string json;
  bool undecided = false;
};

/// Answers one line. Places in errors may count from the line's own beginning.
using AnswerLine = std::function<Result<LineAnswer>(std::string_view bytes, const SourceId& source,
                                                    std::uint32_t line)>;

/// A place inside one line, as a place in the file.
[[nodiscard]] SourceRef in_file(SourceRef where, std::uint32_t line);

/// Answers every line of the file (at most 512 MiB) that is not blank. All lines are read before
/// anything is printed: half an answer file would look like a whole one. Returns `kUsage` when the
/// file or a line cannot be read, `kIncomplete` when an answer is undecided, else `kClean`.
int answer_lines(const std::string& file, const AnswerLine& answer, const Console& console);

}  // namespace muster::app
