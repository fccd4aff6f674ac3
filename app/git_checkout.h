// What the `.git` of a checkout tells without running git: which repository `origin` is, and its
// default branch. Formats: git-config(1), gitrepository-layout(5), "GIT URLS" of git-fetch(1).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "checks/core/result.h"

namespace muster::app {

/// A repository on a GitHub host.
struct Remote {
  /// As the URL has it, in lower case: `github.com`, `git.example.com`, an alias of the ssh
  /// configuration.
  std::string host;
  /// `owner/name`
  std::string name;

  friend bool operator==(const Remote&, const Remote&) = default;
};

/// The URL of `[remote "origin"]` in the text of a git configuration; the first one, from which git
/// fetches. Nothing when there is none. Included files are not followed.
[[nodiscard]] std::optional<std::string> origin_url(std::string_view config);

/// The repository that a URL names: `https://…`, `ssh://…`, `git://…` or `user@host:owner/name`,
/// with or without `.git`. Errors (`Invalid`) never repeat the URL, it may hold a token: a local
/// path, a host of another forge, a path that is not `owner/name`.
[[nodiscard]] Result<Remote> parse_remote(std::string_view url);

struct GitCheckout {
  std::optional<Remote> origin;
  /// Why there is no `origin`, for people; empty when there is.
  std::string origin_problem;
  /// What `refs/remotes/origin/HEAD` points to; empty = unknown.
  std::string default_branch;
};

/// Reads `root/.git`: a folder, or the file of a worktree or submodule. Never fails: what cannot be
/// read is unknown.
[[nodiscard]] GitCheckout read_git_checkout(const std::filesystem::path& root);

}  // namespace muster::app
