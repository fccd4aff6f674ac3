// Reads commits of a checkout through the program `git`: offline, nothing is checked out, no hook
// or transport runs. Formats: git-ls-tree(1), git-cat-file(1), git-rev-parse(1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checks/core/result.h"

namespace muster::app {

/// A file of a commit.
struct GitBlob {
  /// Relative to the folder that was opened.
  std::string path;
  /// Object name.
  std::string id;
  std::size_t size_bytes = 0;
};

struct GitTree {
  /// Ordinary files, sorted by path; symbolic links are left out.
  std::vector<GitBlob> blobs;
  /// Paths at which another repository is put.
  std::vector<std::string> submodules;
};

class GitObjects {
 public:
  /// `root`: a folder of the checkout. Errors: `Usage` when it is in no repository that git opens.
  [[nodiscard]] static Result<GitObjects> open(const std::filesystem::path& root);

  /// The commit that a name stands for, as its full object name. Errors: `NotFound`.
  [[nodiscard]] Result<std::string> commit(const std::string& name) const;

  /// The last commit that both have. Errors: `NotFound`.
  [[nodiscard]] Result<std::string> merge_base(const std::string& a, const std::string& b) const;

  /// Whether the history was cut off when the repository was fetched.
  [[nodiscard]] bool is_shallow() const;

  /// What the commit holds below the folder. Errors: `Unreadable`.
  [[nodiscard]] Result<GitTree> tree(const std::string& commit) const;

  /// The object name that a file of the folder would have; empty when it cannot be read.
  [[nodiscard]] std::string name_of(const std::string& path) const;

  /// A line for each tag: object name, its kind (`commit`, `tag`, …), the object that an annotated
  /// tag names (else nothing), the tag's name; one blank between them. Errors: `NotFound`, `Limit`.
  [[nodiscard]] Result<std::string> tags() const;

  /// The bytes of the files, in their order. Errors: `Unreadable`, as when an object was left out
  /// of the fetch.
  [[nodiscard]] Result<std::vector<std::string>> read(const std::vector<GitBlob>& blobs) const;

 private:
  explicit GitObjects(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] Result<std::string> run(std::vector<std::string> arguments,
                                        const std::string& input = {}) const;

  std::filesystem::path root_;
};

}  // namespace muster::app
