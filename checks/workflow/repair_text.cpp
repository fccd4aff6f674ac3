// Insertions keep the line breaks, the indentation and the comments of the file. A comment right
// above a key stays with it.
#include "checks/workflow/repair_text.h"

#include <algorithm>

namespace muster::workflow {
namespace {

constexpr const char* kOddForm = "its place is written in a form that is better changed by hand";

std::string double_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + "\"";
}

std::vector<std::string> below(std::vector<std::string> path, std::string_view key) {
  path.emplace_back(key);
  return path;
}

bool is_comment_at(std::string_view line, std::size_t indent) {
  return line.size() > indent && line[indent] == '#' &&
         line.substr(0, indent).find_first_not_of(' ') == std::string_view::npos;
}

/// `{a: b, c: d}`
std::string in_braces(const std::vector<NewEntry>& entries) {
  std::string text = "{";
  for (const NewEntry& entry : entries) {
    text += (text.size() > 1 ? ", " : "") + entry.key + ": " + entry.in_braces;
  }
  return text + "}";
}

}  // namespace

Error no_repair(std::string why) {
  return Error{ErrorCode::Invalid, std::move(why), {}};
}

NewEntry plain_entry(std::string_view key, std::string_view word) {
  const std::string text(word);
  return {std::string(key), text, text, text::Type::String, text};
}

NewEntry flag_entry(std::string_view key, bool value) {
  NewEntry entry = plain_entry(key, value ? "true" : "false");
  entry.type = text::Type::Bool;
  return entry;
}

NewEntry text_entry(std::string_view key, std::string_view text) {
  const bool plain =
      text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
      !text.ends_with(':') &&
      (text.starts_with('$') ||
       std::isalpha(static_cast<unsigned char>(text.empty() ? '\0' : text.front())) != 0);
  const std::string quoted = double_quoted(text);
  return {std::string(key), plain ? std::string(text) : quoted, quoted, text::Type::String,
          std::string(text)};
}

void FilePen::say(const std::vector<std::string>& path, std::string_view key, const NewEntry& entry,
                  FileChange& change) const {
  std::vector<std::string> whole = path;
  if (!key.empty()) {
    whole.emplace_back(key);
  }
  whole.push_back(entry.key);
  change.says[text::leaf_path(whole)] = text::leaf(entry.type, entry.text);
}

text::Edit FilePen::stretch(const SourceRef& where, std::string text) const {
  return {lines_.offset(where.span.line, where.span.column),
          lines_.offset(where.span.end_line, where.span.end_column), std::move(text)};
}

const char* FilePen::line_break() const {
  return bytes().substr(0, lines_.offset(2, 1)).ends_with("\r\n") ? "\r\n" : "\n";
}

/// In front of a key of a block: as lines of their own when it begins its line, else behind the
/// dash of its list entry.
Status FilePen::insert_lines(const text::Node& key, const std::vector<std::string>& lines,
                             FileChange& change) const {
  const Span span = key.where().span;
  const std::size_t at = lines_.offset(span.line, span.column);
  const std::size_t begin = lines_.offset(span.line, 1);
  const std::string_view before = bytes().substr(begin, at - begin);
  const std::string indent(before.size(), ' ');
  const std::string ending(line_break());
  std::string text;
  for (const std::string& line : lines) {
    text += indent + line + ending;
  }
  if (before.find_first_not_of(' ') == std::string_view::npos) {
    std::uint32_t line = span.line;
    while (line > 1 &&
           is_comment_at(bytes().substr(lines_.offset(line - 1, 1),
                                        lines_.offset(line, 1) - lines_.offset(line - 1, 1)),
                         before.size())) {
      --line;
    }
    const std::size_t start = lines_.offset(line, 1);
    change.edits.push_back({start, start, text});
    return Done{};
  }
  if (before.find_first_not_of(" -") != std::string_view::npos || !before.ends_with(' ')) {
    return no_repair(kOddForm);
  }
  change.edits.push_back({at, at, text.substr(indent.size()) + indent});
  return Done{};
}

/// Behind an entry of one line that stands right behind the dash of a list; whether it does.
bool FilePen::insert_behind(const text::Node& key, const text::Node& value,
                            const std::vector<std::string>& lines, FileChange& change) const {
  const Span span = key.where().span;
  const Span last = value.where().span;
  const std::size_t begin = lines_.offset(span.line, 1);
  const std::string_view before =
      bytes().substr(begin, lines_.offset(span.line, span.column) - begin);
  const bool one_line = value.style() == text::Style::Plain ||
                        value.style() == text::Style::SingleQuoted ||
                        value.style() == text::Style::DoubleQuoted;
  const std::size_t end = lines_.offset(span.line + 1, 1);
  const std::size_t value_end = lines_.offset(last.end_line, last.end_column);
  if (before.find('-') == std::string_view::npos || !one_line || last.line != span.line ||
      last.end_line != span.line || value_end > end) {
    return false;
  }
  const std::string_view rest = bytes().substr(value_end, end - value_end);
  const std::size_t text_at = rest.find_first_not_of(" \t\r\n");
  if (text_at != std::string_view::npos && (text_at == 0 || rest[text_at] != '#')) {
    return false;
  }
  const std::string ending(line_break());
  const bool broken = bytes().substr(0, end).ends_with('\n');
  std::string text;
  for (const std::string& line : lines) {
    text +=
        (broken ? "" : ending) + std::string(before.size(), ' ') + line + (broken ? ending : "");
  }
  change.edits.push_back({end, end, text});
  return true;
}

Status FilePen::add_entry(const text::Node& mapping, const std::vector<std::string>& path,
                          const NewEntry& entry, FileChange& change) const {
  if (!mapping.is(text::Type::Mapping)) {
    return no_repair(kOddForm);
  }
  say(path, "", entry, change);
  if (mapping.size() == 0) {
    change.says[text::leaf_path(path)] = std::nullopt;
  }
  if (mapping.style() != text::Style::Flow) {
    return insert_lines(mapping.key_at(0), {entry.key + ": " + entry.shown}, change);
  }
  const Span span = mapping.where().span;
  std::size_t at = lines_.offset(span.line, span.column);
  if (at >= bytes().size() || bytes()[at] != '{') {
    return no_repair(kOddForm);
  }
  ++at;
  while (mapping.size() > 0 && at < bytes().size() && bytes()[at] == ' ') {
    ++at;
  }
  change.edits.push_back(
      {at, at, entry.key + ": " + entry.in_braces + (mapping.size() > 0 ? ", " : "")});
  return Done{};
}

Status FilePen::add_mapping(const text::Node& mapping, const std::vector<std::string>& path,
                            std::string_view before, std::string_view key,
                            const std::vector<NewEntry>& entries, FileChange& change) const {
  if (!mapping.is(text::Type::Mapping) || mapping.size() == 0) {
    return no_repair(kOddForm);
  }
  for (const NewEntry& entry : entries) {
    say(path, key, entry, change);
  }
  if (entries.empty()) {
    change.says[text::leaf_path(below(path, key))] = text::leaf(text::Type::Mapping, "");
  }
  const std::string name(key);
  if (mapping.style() == text::Style::Flow) {
    const NewEntry whole{name, "", in_braces(entries), text::Type::Mapping, ""};
    FileChange inner;
    MUSTER_CHECK_OK(add_entry(mapping, path, whole, inner));
    change.edits.insert(change.edits.end(), inner.edits.begin(), inner.edits.end());
    return Done{};
  }
  std::vector<std::string> lines{entries.empty() ? name + ": {}" : name + ":"};
  for (const NewEntry& entry : entries) {
    lines.push_back("  " + entry.key + ": " + entry.shown);
  }
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    if (mapping.key_at(i).text() == before) {
      return insert_behind(mapping.key_at(i), mapping.at(i), lines, change)
                 ? Status(Done{})
                 : insert_lines(mapping.key_at(i), lines, change);
    }
  }
  return no_repair(kOddForm);
}

Status FilePen::replace_by_mapping(const text::Node& mapping, const std::vector<std::string>& path,
                                   std::string_view key, const std::vector<NewEntry>& entries,
                                   FileChange& change) const {
  const auto value = mapping.find(key);
  if (!value || value->is(text::Type::Mapping) || mapping.style() == text::Style::Flow) {
    return no_repair(kOddForm);
  }
  change.says[text::leaf_path(below(path, key))] =
      entries.empty() ? std::optional(text::leaf(text::Type::Mapping, "")) : std::nullopt;
  for (const NewEntry& entry : entries) {
    say(path, key, entry, change);
  }
  change.edits.push_back(stretch(value->where(), in_braces(entries)));
  return Done{};
}

std::optional<text::Node> node_of(const Workflow& workflow, const Job& job, const Step& step) {
  const auto steps = node_of(workflow, job).find("steps");
  if (!steps || !steps->is(text::Type::Sequence) || step.index >= steps->size() ||
      steps->at(step.index).where() != step.where) {
    return std::nullopt;
  }
  return steps->at(step.index);
}

std::vector<std::string> path_of(const Job& job) {
  return {"jobs", job.id.value};
}

std::vector<std::string> path_of(const Job& job, const Step& step) {
  return {"jobs", job.id.value, "steps", "#" + std::to_string(step.index)};
}

}  // namespace muster::workflow
