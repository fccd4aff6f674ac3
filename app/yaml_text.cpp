// Plain scalars are kept to a small alphabet on purpose: readers of YAML 1.1 and 1.2 must agree.
#include "app/yaml_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "checks/text/ascii.h"
#include "checks/text/utf8.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+@=*:";

bool is_reserved(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no", "on",
                                                             "off",  "null",  "y",   "n"};
  return text::one_of(text::lower(text), kWords);
}

bool is_plain(std::string_view text) {
  return !text.empty() && kLetters.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(kPlain) == std::string_view::npos && text.back() != ':' &&
         !is_reserved(text);
}

/// The code point that begins at `at`, and its length in bytes. REQUIRES: valid UTF-8.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {value, length};
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (const auto bad = text::find_invalid_utf8(text)) {
    valid += std::string(text.substr(0, *bad)) + "\uFFFD";
    text.remove_prefix(*bad + 1);
  }
  return valid + std::string(text);
}

/// Whether a character shows as itself; asks the one gate that knows.
bool is_visible(std::string_view character) {
  return report::sanitise(character) == character;
}

}  // namespace

std::string yaml_scalar(std::string_view bytes) {
  if (is_plain(bytes)) {
    return std::string(bytes);
  }
  const std::string text = valid_utf8(bytes);
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto [value, length] = code_point(text, at);
    const std::string_view character = std::string_view(text).substr(at, length);
    if (character == "\"" || character == "\\") {
      quoted += '\\';
      quoted += character;
    } else if (character == "\n") {
      quoted += "\\n";
    } else if (is_visible(character)) {
      quoted += character;
    } else {
      quoted += value < 0x100     ? fmt::format("\\x{:02x}", value)
                : value < 0x10000 ? fmt::format("\\u{:04x}", value)
                                  : fmt::format("\\U{:08x}", value);
    }
    at += length;
  }
  return quoted + "\"";
}

std::string yaml_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += (list.empty() ? "" : ", ") + yaml_scalar(text);
  }
  return "[" + list + "]";
}

void YamlLines::line(std::size_t indent, const std::string& text) {
  lines_.push_back(std::string(indent, ' ') + text);
}

void YamlLines::comment(std::size_t indent, std::string_view words) {
  const std::string clean = report::sanitise(words);
  const std::string lead = std::string(indent, ' ') + "#";
  std::string current = lead;
  std::size_t begin = 0;
  while (begin < clean.size()) {
    const std::size_t end = std::min(clean.find(' ', begin), clean.size());
    const std::string word = clean.substr(begin, end - begin);
    if (current.size() > lead.size() && current.size() + 1 + word.size() > kColumns) {
      lines_.push_back(std::move(current));
      current = lead;
    }
    current += " " + word;
    begin = end + 1;
  }
  lines_.push_back(std::move(current));
}

void YamlLines::off(std::size_t indent, const std::string& text) {
  lines_.push_back(std::string(indent, ' ') + "# " + text);
}

void YamlLines::blank() {
  lines_.emplace_back();
}

void YamlLines::append_off(std::size_t indent, const YamlLines& other) {
  for (const std::string& line : other.lines_) {
    off(indent, line);
  }
}

void YamlLines::append(std::size_t indent, const YamlLines& other) {
  for (const std::string& each : other.lines_) {
    line(indent, each);
  }
}

std::string YamlLines::text() const {
  std::string all;
  for (const std::string& line : lines_) {
    all += line + "\n";
  }
  return all;
}

}  // namespace muster::app
