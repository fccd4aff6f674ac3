// Files of the repository that workflows run: local composite actions, scripts, Makefiles.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/model.h"

namespace muster::workflow {

/// A composite action, `action.yml`. Syntax: GitHub Docs, "Metadata syntax for GitHub Actions".
struct Action {
  SourceId source;
  std::vector<Input> inputs;
  /// Empty for an action that is a program of its own.
  std::vector<Step> steps;
  bool is_composite = false;
  /// Keeps the nodes of the steps alive.
  std::shared_ptr<const text::Tree> tree;
};

[[nodiscard]] Result<Action> parse_action(std::string bytes, SourceId source);

class Sources {
 public:
  [[nodiscard]] static Sources build(const AuditInput& input);

  /// The action in this folder, relative to the root (`.github/actions/deploy`); null when there is
  /// none that can be read.
  [[nodiscard]] const Action* action(std::string_view folder) const;
  /// The script at this path, or null.
  [[nodiscard]] const Document* script(std::string_view path) const;
  /// The script that muster.yaml says is installed at this path on hosts, or null.
  [[nodiscard]] const Document* host_script(std::string_view path) const;

 private:
  std::map<std::string, Action, std::less<>> actions_;
  std::map<std::string, const Document*, std::less<>> scripts_;
  /// By the path on the host: that of the file here.
  std::map<std::string, std::string, std::less<>> host_scripts_;
};

/// The path that `path` names when it is used in folder `base`, `.` and `..` taken out; nothing
/// when it leaves the repository.
[[nodiscard]] std::optional<std::string> path_in(std::string_view base, std::string_view path);

/// The folder of a file; empty for one in the root.
[[nodiscard]] std::string folder_of(std::string_view path);

}  // namespace muster::workflow
