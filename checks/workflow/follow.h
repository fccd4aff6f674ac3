// The inside of script.h: reads one text that a step runs, and the files that it runs in turn.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "checks/core/line_index.h"
#include "checks/workflow/host_files.h"
#include "checks/workflow/script.h"

namespace muster::workflow {

/// A text that a step runs, with all that its files are looked up by.
struct Reading {
  const Step* step = nullptr;
  /// The folder in which it runs, relative to the root.
  std::string folder;
  /// The folder of the file that holds it: `$(dirname "$0")`, `$GITHUB_ACTION_PATH`.
  std::string home;
  Variables known;
  bool remote = false;
  /// Files between the step and the text.
  int depth = 0;
  std::vector<SourceRef> via;
};

/// Where the bytes of a text stand.
struct TextPlace {
  /// One place for all of it.
  std::optional<SourceRef> fixed;
  /// The step's script, whose node knows.
  const Step* step = nullptr;
  const LineIndex* lines = nullptr;
  SourceId source;

  [[nodiscard]] SourceRef at(std::size_t begin, std::size_t end) const;
};

class Follower {
 public:
  Follower(const Sources& sources, JobScript& all)
      : sources_(sources), all_(all), hosts_(sources) {}

  /// Adds the commands of the text, and of all files that it runs, at most three deep.
  void read(std::string_view text, const TextPlace& place, const Reading& reading);
  /// The same for a script in Python or another language.
  void read_foreign_text(std::string_view text, const TextPlace& place, const Reading& reading,
                         bool is_python);

 private:
  struct PendingFile {
    FileRun run;
    SourceRef where;
    Reading reading;
    /// A file on another machine: the one here that it is a copy of. Null where that is not sure.
    const Document* copy = nullptr;
  };

  void add(Script script, const TextPlace& place, const Reading& reading);
  void follow(const PendingFile& pending);
  void follow_make(const Command& command, const SourceRef& where, const Reading& reading);
  void follow_target(const struct Makefile& makefile, const Document& file,
                     const std::vector<std::string>& targets, const Reading& reading);
  void follow_package(const Command& command, const SourceRef& where, const Reading& reading);
  [[nodiscard]] const Document* find_file(const FileRun& run, const Reading& reading) const;
  [[nodiscard]] Reading inside(const Document& file, const SourceRef& where,
                               const Reading& reading) const;
  void open(std::string what, const SourceRef& where, const Reading& reading);

  const Sources& sources_;
  JobScript& all_;
  HostFiles hosts_;
  std::deque<PendingFile> pending_;
  std::size_t files_ = 0;
};

}  // namespace muster::workflow
