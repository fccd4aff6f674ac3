// Reads a folder into facts: finds workflow files, IAM documents and account facts by path and
// content. The only place that walks the file system for an audit.
#pragma once

#include <filesystem>
#include <vector>

#include "checks/core/facts.h"
#include "checks/core/intent.h"
#include "checks/core/run.h"

namespace muster::app {

struct Repository {
  Facts facts;
  /// Every file that became a document, sorted by path.
  std::vector<InputFile> inputs;
};

/// All documents under `root`, with paths relative to it, and under each of `facts_folders`, with
/// paths as given. What is recognised: `.github/workflows/*.y(a)ml`, `action.y(a)ml`, and JSON by
/// content (policies, `aws iam get-role`, `get-account-authorization-details`, OIDC providers,
/// `terraform show -json`), CloudFormation templates in JSON or YAML, plus every file that the
/// intent names. Symbolic links are not followed. A file that belongs to the audit and cannot be
/// read, or is larger than 10 MiB (YAML: 1 MiB), becomes a `NotCovered` that blocks; so does what a
/// template leaves open; Terraform sources become one that does not. Errors: `NotFound` /
/// `Unreadable` when `root` or a facts folder is no readable folder.
[[nodiscard]] Result<Repository> read_repository(
    const std::filesystem::path& root, const std::vector<std::filesystem::path>& facts_folders,
    const Intent& intent);

/// A file that was read elsewhere, as out of a commit.
struct NamedBytes {
  /// Relative to the root.
  std::string path;
  std::string bytes;
};

/// Up to how many bytes `read_repository` reads of a file with this path; 0 when it would not open
/// it.
[[nodiscard]] std::size_t reading_limit(const std::string& path, const Intent& intent);

/// The documents among such files, as `read_repository` would take them.
[[nodiscard]] Repository recognise_files(std::vector<NamedBytes> files, const Intent& intent);

/// Whole file, at most `limit` bytes. Errors: `NotFound`, `Unreadable`, `Limit`, with `shown` as
/// the place.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            const SourceId& shown, std::size_t limit);

/// Bound of a policy that the user names: AWS takes far smaller ones.
inline constexpr std::size_t kPolicyFileLimit = std::size_t{10} << 20U;

/// A document that the user names on the command line; `-` is standard input. Errors: as
/// `read_file`, but a file that is not there is `Usage`.
[[nodiscard]] Result<std::string> read_argument(const std::string& file, const SourceId& shown,
                                                std::size_t limit);

/// Whether a path glob (`*` within a folder, `**` across folders) matches the relative `path`.
[[nodiscard]] bool path_matches(std::string_view glob, std::string_view path);

}  // namespace muster::app
