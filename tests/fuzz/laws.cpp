// The laws, with a line count of their own: an error in `LineIndex` must not hide itself.
#include "tests/fuzz/laws.h"

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

namespace muster::fuzz {

void require(bool condition, std::source_location law) {
  if (!condition) {
    std::cerr << law.file_name() << ":" << law.line() << ": this law is broken\n";
    std::abort();
  }
}

Lines::Lines(std::string_view text) : lengths_{0} {
  for (const char c : text) {
    if (c == '\n') {
      lengths_.push_back(0);
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++lengths_.back();
    }
  }
}

void Lines::require_inside(const Span& span) const {
  require(span.line >= 1 && span.column >= 1);
  require(span.line < span.end_line ||
          (span.line == span.end_line && span.column <= span.end_column));
  require(span.end_line <= lengths_.size());
  require(span.column <= lengths_[span.line - 1] + 1);
  require(span.end_column >= 1 && span.end_column <= lengths_[span.end_line - 1] + 1);
}

void require_complete(const Error& error, const Lines& lines) {
  require(!error.message.empty() && error.where.has_value());
  require(!error.where->source.path().empty());
  if (error.where->span != Span{}) {
    lines.require_inside(error.where->span);
  }
}

std::size_t require_bounded(const text::Tree& tree, const Lines& lines,
                            const text::Limits& limits) {
  std::vector<text::Node> open{tree.root()};
  std::size_t nodes = 0;
  while (!open.empty()) {
    const text::Node node = open.back();
    open.pop_back();
    require(++nodes <= limits.expanded_nodes);
    lines.require_inside(node.where().span);
    lines.require_inside(node.where(0, node.text().size()).span);
    const bool mapping = node.is(text::Type::Mapping);
    require(mapping || node.is(text::Type::Sequence) || node.size() == 0);
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (mapping) {
        lines.require_inside(node.key_at(i).where().span);
        require(node.find(node.key_at(i).text()).has_value());
      }
      open.push_back(node.at(i));
    }
  }
  return nodes;
}

void require_complete(const AuditResult& result) {
  std::set<std::string> fingerprints;
  for (const Outcome& outcome : result.outcomes) {
    require(!outcome.message.empty() && !outcome.asset.id.empty());
    require(fingerprints.insert(outcome.fingerprint).second);
    require(outcome.kind != OutcomeKind::Fail || !outcome.witness.fields.empty());
    require(outcome.kind != OutcomeKind::Undecided || !outcome.reason.empty());
  }
}

}  // namespace muster::fuzz
