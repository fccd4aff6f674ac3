// Separators of the JSON writer, and the escapes of RFC 8259.
#include "checks/text/json_writer.h"

namespace muster::text {

std::string json_quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20) {
      out += "\\u00";
      out += {kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void JsonWriter::new_line() {
  if (layout_ == JsonLayout::Indented) {
    bytes_ += "\n" + std::string(2 * filled_.size(), ' ');
  }
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) {
    return;
  }
  if (filled_.back()) {
    bytes_ += ',';
  }
  filled_.back() = true;
  new_line();
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  bytes_ += json_quoted(name);
  bytes_ += layout_ == JsonLayout::Indented ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  bytes_ += json_quoted(value);
  return *this;
}

JsonWriter& JsonWriter::number(std::size_t value) {
  separate();
  bytes_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  bytes_ += bracket;
  filled_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) {
    new_line();
  }
  bytes_ += bracket;
  return *this;
}

}  // namespace muster::text
