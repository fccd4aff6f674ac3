// Lines of a catalogue file and their fields, with places for errors. Bytes are printable ASCII, so
// a column is a byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checks/core/result.h"

namespace muster::policy {

/// One line, taken apart from left to right. Fields stand one space apart.
class LineFields {
 public:
  LineFields() = default;

  LineFields(std::string_view line, std::uint32_t line_1based, const SourceId* source)
      : line_(line), rest_(line), number_(line_1based), source_(source) {}

  /// The field up to the next space; empty at the end of the line or between two spaces.
  std::string_view next();

  /// All that `next` has not taken.
  [[nodiscard]] std::string_view rest() const { return rest_; }

  [[nodiscard]] bool done() const { return rest_.empty(); }

  [[nodiscard]] std::string_view whole() const { return line_; }

  /// An error at `part` of this line, which the message quotes.
  [[nodiscard]] Error error(ErrorCode code, const std::string& message,
                            std::string_view part) const;

 private:
  std::string_view line_;
  std::string_view rest_;
  std::uint32_t number_ = 0;
  const SourceId* source_ = nullptr;
};

/// The lines of a text, each at most 64 KiB and ended by a line feed. REQUIRES: text and source
/// outlive it.
class LineReader {
 public:
  LineReader(std::string_view text, const SourceId& source) : rest_(text), source_(&source) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  [[nodiscard]] std::string_view rest() const { return rest_; }

  /// Errors: `Syntax` (the text ends within a line), `Limit`.
  Result<LineFields> next();

  /// An error behind the last line read.
  [[nodiscard]] Error error_at_end(ErrorCode code, const std::string& message) const;

 private:
  std::string_view rest_;
  const SourceId* source_;
  std::uint32_t number_ = 0;
};

}  // namespace muster::policy
