// What every fuzz target demands of whatever was read: places lie inside the text, errors and
// outcomes are complete. A broken law aborts, so that the fuzzer keeps the input.
#pragma once

#include <source_location>
#include <string_view>
#include <vector>

#include "checks/core/engine.h"
#include "checks/text/tree.h"

namespace muster::fuzz {

/// Says which law is broken and aborts when `condition` is false.
void require(bool condition, std::source_location law = std::source_location::current());

/// Lines of a text, counted apart from `LineIndex`, to judge spans by.
class Lines {
 public:
  explicit Lines(std::string_view text);

  /// The span begins and ends on characters of the text (or just behind its lines), in this order.
  void require_inside(const Span& span) const;

 private:
  /// Code points of each line, without its `\n`.
  std::vector<std::size_t> lengths_;
};

/// A message of one line and a place inside the text.
void require_complete(const Error& error, const Lines& lines);

/// Every node of a tree, aliases followed: spans inside the text, keys are scalars, and no more
/// nodes than `limits` allows. Returns the number of nodes.
std::size_t require_bounded(const text::Tree& tree, const Lines& lines, const text::Limits& limits);

/// Every outcome has a message and a fingerprint of its own; a fail has a witness, an undecided a
/// reason.
void require_complete(const AuditResult& result);

}  // namespace muster::fuzz
