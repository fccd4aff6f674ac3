// `muster policy generate`: the policy that a role's declared capabilities need.
#pragma once

#include <filesystem>
#include <string>

#include "app/command.h"

namespace muster::app {

struct PolicyGenerateOptions {
  /// Folder with muster.yaml.
  std::filesystem::path path = ".";
  /// Intent file in its place; empty = PATH/muster.yaml.
  std::filesystem::path config;
  /// Name in muster.yaml, or ARN; empty = every role that declares capabilities.
  std::string role;
  /// `json`, `terraform`, `cloudformation`
  std::string format = "json";
  bool json = false;
};

/// Prints the policies on standard output and what does not fit into one managed policy on standard
/// error. `json`: the document itself, or an object from policy name to document when there are
/// several. `--json`: `{"policies":[{"role","name","characters","document"}]}`. Returns `kClean`,
/// or `kUsage` when there is no such role, no capability or no muster.yaml.
int policy_generate(const PolicyGenerateOptions& options, const Console& console);

}  // namespace muster::app
