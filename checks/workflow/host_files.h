// Scripts on hosts that are files of this repository: declared in muster.yaml, copied there by the
// job, or in a checkout that the host has just brought up to date.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/shell.h"
#include "checks/workflow/sources.h"

namespace muster::workflow {

class HostFiles {
 public:
  explicit HostFiles(const Sources& sources) : sources_(sources) {}

  /// Takes in a command that a job runs in `folder`, relative to the root: `scp`, `rsync` and
  /// `ssh` tell what is copied where.
  void take_in(const Command& command, std::string_view folder);

  /// The file that `run` starts on a host; null where that is not sure. `beside`: the commands of
  /// the text that starts it.
  [[nodiscard]] const Document* find(const FileRun& run, std::span<const Command> beside) const;

 private:
  struct Copy {
    /// A file or a folder; without `/` in front, in the home of the user who logs in.
    std::string on_host;
    std::string here;
  };

  void copy(const Command& command, std::string_view folder);
  [[nodiscard]] const Document* find_copy(const std::string& path) const;

  const Sources& sources_;
  std::vector<Copy> copies_;
  /// Where the job logs in, or copies to.
  std::set<std::string> hosts_;
};

}  // namespace muster::workflow
