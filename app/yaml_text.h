// Writing YAML that people edit: scalars quoted only where they must be, comments that hold
// whatever text without breaking out. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::app {

/// `text` as one YAML scalar that reads back as the same text: plain where no YAML reader could
/// take it for something else, else in double quotes with everything invisible escaped. Bytes that
/// are not UTF-8 become U+FFFD.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

/// `[a, "b c"]`
[[nodiscard]] std::string yaml_list(const std::vector<std::string>& texts);

/// Builds a block-style document line by line.
class YamlLines {
 public:
  /// `key: value` or the like, already quoted.
  void line(std::size_t indent, const std::string& text);
  /// Words behind `# `, wrapped at 100 columns; control and invisible characters are spelled out.
  void comment(std::size_t indent, std::string_view words);
  /// A line that a reader may switch on by removing `# `.
  void off(std::size_t indent, const std::string& text);
  void blank();
  /// The lines of another document at this indentation; `append_off`: all of them switched off.
  void append(std::size_t indent, const YamlLines& other);
  void append_off(std::size_t indent, const YamlLines& other);

  /// All lines, each with its line break.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> lines_;
};

}  // namespace muster::app
