// Letters of a fixed width make the breaking of lines a matter of counting.
#include "report/path_drawing.h"

#include <algorithm>
#include <string_view>

namespace muster::report {
namespace {

constexpr std::size_t kColumns = 38;
constexpr std::size_t kBoxes = 16;
constexpr std::size_t kValuesPerBox = 3;
constexpr std::size_t kLinesPerValue = 4;
constexpr std::size_t kLineHeight = 16;
constexpr std::size_t kPadding = 8;
constexpr std::size_t kArrow = 18;
constexpr std::size_t kMargin = 1;
/// From the top of a line to its baseline.
constexpr std::size_t kAscent = 12;

/// Bytes of the character that begins with this byte.
std::size_t bytes_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Characters beyond Latin may be twice as wide.
std::size_t columns_of(char first) {
  return static_cast<unsigned char>(first) < 0xE0 ? 1 : 2;
}

bool ends_piece(char c) {
  return c == ' ' || c == '/' || c == ':' || c == ',' || c == '-';
}

/// Takes one line off the front of the text; breaks behind a separator when there is one.
std::string take_line(std::string_view& text) {
  std::size_t end = 0;
  std::size_t columns = 0;
  std::size_t good = 0;
  while (end < text.size()) {
    const std::size_t wide = columns_of(text[end]);
    if (columns + wide > kColumns) {
      break;
    }
    columns += wide;
    end = std::min(text.size(), end + bytes_of(text[end]));
    if (ends_piece(text[end - 1])) {
      good = end;
    }
  }
  if (end < text.size() && good > 0) {
    end = good;
  }
  std::string line(text.substr(0, end));
  text.remove_prefix(end);
  return line;
}

void add_lines(std::string_view text, std::vector<std::string>& lines) {
  std::size_t taken = 0;
  while (!text.empty() && taken++ < kLinesPerValue) {
    lines.push_back(take_line(text));
  }
  if (!text.empty()) {
    lines.back() += "…";
  }
}

/// The marks of prose are left out; a place in brackets at the end begins a line.
std::vector<std::string> broken(std::string text) {
  std::erase(text, '`');
  const std::size_t place = text.ends_with(')') ? text.rfind(" (") : std::string::npos;
  std::vector<std::string> lines;
  add_lines(std::string_view(text).substr(0, place), lines);
  if (place != std::string::npos) {
    add_lines(std::string_view(text).substr(place + 1), lines);
  }
  return lines;
}

std::string look_of(const WitnessField& field, bool last) {
  if (field.name == "gate" || field.name == "limit") {
    return field.name;
  }
  return last ? "end" : "step";
}

DrawnBox draw_box(const WitnessField& field, bool last, std::size_t y) {
  DrawnBox box{look_of(field, last), y, 0, {y + kPadding + kAscent, field.name}, {}};
  std::size_t top = y + kPadding + kLineHeight;
  const std::size_t shown = std::min(field.values.size(), kValuesPerBox);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool more = i + 1 == shown && shown < field.values.size();
    for (std::string& line : broken(field.values[i])) {
      box.lines.push_back({top + kAscent, std::move(line)});
      top += kLineHeight;
    }
    if (more) {
      box.lines.push_back({top + kAscent, "…"});
      top += kLineHeight;
    }
  }
  box.height = top + kPadding - y;
  return box;
}

}  // namespace

PathDrawing draw_path(const Witness& witness) {
  PathDrawing drawing;
  std::size_t y = kMargin;
  const std::size_t count = std::min(witness.fields.size(), kBoxes);
  for (std::size_t i = 0; i < count; ++i) {
    y += i > 0 ? kArrow : 0;
    drawing.boxes.push_back(draw_box(witness.fields[i], i + 1 == witness.fields.size(), y));
    y += drawing.boxes.back().height;
  }
  drawing.height = y + kMargin;
  return drawing;
}

}  // namespace muster::report
