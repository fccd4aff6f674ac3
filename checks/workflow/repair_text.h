// The inside of repair.h: new entries in the mappings of a workflow file, as insertions of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/core/line_index.h"
#include "checks/workflow/repair.h"

namespace muster::workflow {

/// A scalar to be written. `shown`: as it stands in a block; `in_braces`: between braces.
struct NewEntry {
  std::string key;
  std::string shown;
  std::string in_braces;
  text::Type type = text::Type::String;
  std::string text;
};

/// A word that is the same everywhere: `read`, `write`.
[[nodiscard]] NewEntry plain_entry(std::string_view key, std::string_view word);
[[nodiscard]] NewEntry flag_entry(std::string_view key, bool value);
/// Any text of one line, quoted where YAML needs it.
[[nodiscard]] NewEntry text_entry(std::string_view key, std::string_view text);

/// Why a finding is left as it is, for people: `it stands in a heredoc`.
[[nodiscard]] Error no_repair(std::string why);

/// One file that is being repaired.
class FilePen {
 public:
  /// REQUIRES: `bytes` are those that the workflow was read from, and both outlive the pen.
  FilePen(const Workflow& workflow, std::string_view bytes) : workflow_(workflow), lines_(bytes) {}

  [[nodiscard]] const Workflow& workflow() const { return workflow_; }

  [[nodiscard]] std::string_view bytes() const { return lines_.text(); }

  /// Puts an entry in front of the others of `mapping`, which stands at `path`. Errors: `Invalid`
  /// with the reason, when it is written in a form that cannot be added to.
  [[nodiscard]] Status add_entry(const text::Node& mapping, const std::vector<std::string>& path,
                                 const NewEntry& entry, FileChange& change) const;

  /// Puts `key:` with entries under it in front of the entry `before` of `mapping`, or behind it
  /// when that begins a list entry. No entries: `key: {}`.
  [[nodiscard]] Status add_mapping(const text::Node& mapping, const std::vector<std::string>& path,
                                   std::string_view before, std::string_view key,
                                   const std::vector<NewEntry>& entries, FileChange& change) const;

  /// Replaces the scalar under `key` of the block mapping by a mapping.
  [[nodiscard]] Status replace_by_mapping(const text::Node& mapping,
                                          const std::vector<std::string>& path,
                                          std::string_view key,
                                          const std::vector<NewEntry>& entries,
                                          FileChange& change) const;

  /// The bytes where the node stands.
  [[nodiscard]] text::Edit stretch(const SourceRef& where, std::string text) const;

 private:
  /// `\r\n` when the first line ends with it, else `\n`.
  [[nodiscard]] const char* line_break() const;
  [[nodiscard]] Status insert_lines(const text::Node& key, const std::vector<std::string>& lines,
                                    FileChange& change) const;
  [[nodiscard]] bool insert_behind(const text::Node& key, const text::Node& value,
                                   const std::vector<std::string>& lines, FileChange& change) const;
  void say(const std::vector<std::string>& path, std::string_view key, const NewEntry& entry,
           FileChange& change) const;

  const Workflow& workflow_;
  LineIndex lines_;
};

/// The step as it stands in the file; nothing when it is not found in `steps` itself.
[[nodiscard]] std::optional<text::Node> node_of(const Workflow& workflow, const Job& job,
                                                const Step& step);
[[nodiscard]] std::vector<std::string> path_of(const Job& job);
[[nodiscard]] std::vector<std::string> path_of(const Job& job, const Step& step);

}  // namespace muster::workflow
