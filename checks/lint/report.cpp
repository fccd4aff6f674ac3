// Places as Access Analyzer names them: a path of keys and indexes, and a span in characters.
#include <algorithm>

#include "checks/core/line_index.h"
#include "checks/lint/document.h"

namespace muster::lint {

Offsets::Offsets(std::string_view text) : lines_{0} {
  std::size_t count = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    count += begins ? 1 : 0;
    if (c == '\n') {
      lines_.push_back(count);
    }
  }
  end_ = count;
}

std::size_t Offsets::of(std::uint32_t line, std::uint32_t column) const {
  if (line == 0 || line > lines_.size()) {
    return 0;
  }
  return std::min(lines_[line - 1] + column - 1, end_);
}

Step step_into(std::string_view key) {
  return {Step::Kind::Value, std::string(key), 0};
}

Step step_to_key(std::string_view key) {
  return {Step::Kind::Key, std::string(key), 0};
}

Step step_to(std::size_t index) {
  return {Step::Kind::Index, {}, index};
}

Report::Report(std::string_view text, SourceId source)
    : source_(std::move(source)), text_(text), offsets_(text) {}

void Report::add(Code code, std::string message, std::vector<Location> locations) {
  findings_.push_back({code, std::move(message), std::move(locations)});
}

void Report::add(Code code, std::string message, Location location) {
  std::vector<Location> locations;
  locations.push_back(std::move(location));
  add(code, std::move(message), std::move(locations));
}

bool Report::has(Code code, const Location& place) const {
  return std::ranges::any_of(findings_, [&](const Finding& finding) {
    return finding.code == code && std::ranges::find(finding.locations, place.begin,
                                                     &Location::begin) != finding.locations.end();
  });
}

Location Report::whole() const {
  const LineIndex lines(text_);
  return {{}, {source_, lines.span(0, text_.size())}, 0, offsets_.end()};
}

std::size_t Report::offset(const SourceRef& where, bool begin) const {
  const Span& span = where.span;
  return begin ? offsets_.of(span.line, span.column) : offsets_.of(span.end_line, span.end_column);
}

Location Report::at(std::vector<Step> path, const text::Node& node) const {
  SourceRef where = node.where();
  const std::size_t begin = offset(where, true);
  const std::size_t end = offset(where, false);
  return {std::move(path), std::move(where), begin, end};
}

Location Report::at(const Statement& statement, std::vector<Step> rest,
                    const text::Node& node) const {
  std::vector<Step> path{step_into("Statement")};
  if (statement.index) {
    path.push_back(step_to(*statement.index));
  }
  std::ranges::move(rest, std::back_inserter(path));
  return at(std::move(path), node);
}

Location Report::at(const Statement& statement) const {
  return at(statement, {}, statement.node);
}

namespace {

std::vector<Step> with_index(std::vector<Step> path, const Entry& entry) {
  if (entry.index) {
    path.push_back(step_to(*entry.index));
  }
  return path;
}

std::vector<Step> way_to(const PrincipalGroup& group) {
  return {step_into(group.element.text()), step_into(group.key.text())};
}

std::vector<Step> way_to(const Clause& clause) {
  return {step_into("Condition"), step_into(clause.op_key.text()), step_into(clause.key.text())};
}

}  // namespace

Location Report::at(const Statement& statement, const Element& element) const {
  return at(statement, {step_into(element.name())}, element.value);
}

Location Report::at(const Statement& statement, const Element& element, const Entry& entry) const {
  return at(statement, with_index({step_into(element.name())}, entry), entry.node);
}

Location Report::at(const Statement& statement, const PrincipalGroup& group) const {
  return at(statement, way_to(group), group.value);
}

Location Report::at(const Statement& statement, const PrincipalGroup& group,
                    const Entry& entry) const {
  return at(statement, with_index(way_to(group), entry), entry.node);
}

Location Report::at(const Statement& statement, const Clause& clause) const {
  return at(statement, way_to(clause), clause.value);
}

Location Report::at(const Statement& statement, const Clause& clause, const Entry& entry) const {
  return at(statement, with_index(way_to(clause), entry), entry.node);
}

Location Report::at_key(const Statement& statement, const Clause& clause) const {
  std::vector<Step> path = way_to(clause);
  path.back().kind = Step::Kind::Key;
  return at(statement, std::move(path), clause.key);
}

Location Report::at_operator(const Statement& statement, const Clause& clause) const {
  return at(statement, {step_into("Condition"), step_to_key(clause.op_key.text())}, clause.op_key);
}

std::vector<Finding> Report::take() {
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
    const std::size_t left = a.locations.front().begin;
    const std::size_t right = b.locations.front().begin;
    return left != right ? left < right : a.code < b.code;
  });
  return std::move(findings_);
}

}  // namespace muster::lint
