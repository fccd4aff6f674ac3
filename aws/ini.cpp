#include "aws/ini.h"

#include <algorithm>
#include <utility>

#include "aws/value.h"
#include "checks/core/line_index.h"
#include "net/ascii.h"

namespace muster::aws {
namespace {

constexpr std::size_t kMaxBytes = 1U << 20U;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
}

/// Reads line after line; errors point at what stands in the present one.
class IniReader {
 public:
  IniReader(std::string_view text, const SourceId& source)
      : text_(text), source_(source), index_(text) {}

  Result<std::vector<IniSection>> read() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      MUSTER_CHECK_OK(line(begin, text_.substr(begin, end - begin)));
      begin = end + 1;
    }
    for (IniSection& section : sections_) {
      for (auto& [key, value] : section.values) {
        MUSTER_CHECK_OK(finish(value));
      }
    }
    return std::move(sections_);
  }

 private:
  [[nodiscard]] SourceRef at(std::string_view part) const {
    const auto begin = static_cast<std::size_t>(part.data() - text_.data());
    return {source_, index_.span(begin, begin + part.size())};
  }

  [[nodiscard]] Error bad(std::string_view part, std::string message) const {
    return {ErrorCode::Syntax, std::move(message), at(part)};
  }

  Status line(std::size_t begin, std::string_view whole) {
    const std::string_view content = trimmed(whole);
    if (content.empty() || content[0] == '#' || content[0] == ';') {
      return Done{};
    }
    const std::size_t indent = static_cast<std::size_t>(content.data() - text_.data()) - begin;
    if (value_ != nullptr && indent > indent_) {
      value_->text.append("\n").append(content);
      return Done{};
    }
    indent_ = indent;
    return content[0] == '[' ? section(content) : setting(content);
  }

  Status section(std::string_view content) {
    const std::size_t close = content.rfind(']');
    const std::string_view rest =
        close == std::string_view::npos ? "" : trimmed(content.substr(close + 1));
    if (close == std::string_view::npos || close == 1 ||
        (!rest.empty() && rest[0] != '#' && rest[0] != ';')) {
      return bad(content, "expected a section as `[name]`");
    }
    const std::string name(content.substr(1, close - 1));
    if (name == "DEFAULT") {
      return bad(content, "a section `[DEFAULT]` counts for all others: name it `[default]`");
    }
    if (std::ranges::any_of(sections_, [&](const auto& other) { return other.name == name; })) {
      return bad(content, "section `" + name + "` stands twice");
    }
    sections_.push_back({name, {}, at(content)});
    value_ = nullptr;
    return Done{};
  }

  Status setting(std::string_view content) {
    const std::size_t separator = content.find_first_of("=:");
    const std::string key = net::lower(std::string(trimmed(content.substr(0, separator))));
    if (separator == std::string_view::npos || key.empty()) {
      return bad(content, "expected `key = value` or a section as `[name]`");
    }
    if (sections_.empty()) {
      return bad(content, "a setting in front of the first section");
    }
    const auto [entry, first] = sections_.back().values.try_emplace(key);
    if (!first) {
      return bad(content, "`" + key + "` stands twice in section `" + sections_.back().name + "`");
    }
    value_ = &entry->second;
    value_->text = trimmed(content.substr(separator + 1));
    value_->where = at(content.substr(0, separator));
    return Done{};
  }

  /// A value that begins with a line break is a list of settings.
  static Status finish(IniValue& value) {
    if (!value.text.starts_with('\n')) {
      return Done{};
    }
    std::string_view rest = value.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      const std::size_t equals = line.find('=');
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.empty()) {
        continue;
      }
      if (equals == std::string_view::npos) {
        return Error{ErrorCode::Syntax, "expected `key = value` in the lines below", value.where};
      }
      value.nested[std::string(trimmed(line.substr(0, equals)))] =
          std::string(trimmed(line.substr(equals + 1)));
    }
    value.text.clear();
    return Done{};
  }

  std::string_view text_;
  const SourceId& source_;
  LineIndex index_;
  std::vector<IniSection> sections_;
  /// The value that an indented line would go on with.
  IniValue* value_ = nullptr;
  std::size_t indent_ = 0;
};

/// The line and column of a byte in text that is good up to there.
Error at_byte(std::string_view text, std::size_t offset, const SourceId& source,
              std::string message) {
  const std::string_view good = text.substr(0, offset);
  const LineIndex index(good);
  return {ErrorCode::Syntax, std::move(message), SourceRef{source, index.span(offset, offset)}};
}

}  // namespace

std::string IniSection::text(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? std::string() : found->second.text;
}

Result<std::vector<IniSection>> parse_ini(std::string_view bytes, const SourceId& source) {
  if (bytes.size() > kMaxBytes) {
    return Error{ErrorCode::Limit, "larger than 1 MiB", SourceRef{source, {}}};
  }
  if (const std::size_t bad = find_bad_utf8(bytes); bad != std::string_view::npos) {
    return at_byte(bytes, bad, source, "not UTF-8");
  }
  const auto* const control = std::ranges::find_if(bytes, is_control);
  if (control != bytes.end()) {
    return at_byte(bytes, static_cast<std::size_t>(control - bytes.begin()), source,
                   "a control character");
  }
  return IniReader(bytes, source).read();
}

}  // namespace muster::aws
