// The folder that `muster collect` fills, so that one whose collection was interrupted is never
// read as whole, and can be finished. docs/account-facts.md describes its files.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/facts.h"
#include "checks/core/result.h"

namespace muster::app {

/// What a collection is of: one that was interrupted can be finished by one of the same.
struct CollectionOf {
  std::string account;
  /// ARN of who asks.
  std::string caller;
  /// Sorted.
  std::vector<std::string> regions;
  /// A date of ISO 8601.
  std::string started_at;
};

/// The manifest of a collection that may be continued in the folder, in a form that this program
/// writes; nothing when the folder is missing or empty. Changes nothing. Errors: `Usage` with what
/// it is instead.
[[nodiscard]] Result<std::optional<aws::Value>> manifest_to_continue(
    const std::filesystem::path& folder);

/// `cannot collect into …: why; give --out …`
[[nodiscard]] Error cannot_collect_into(const std::filesystem::path& folder,
                                        const std::string& why);

/// First the manifest says that the collection is not finished; then a journal has a line for each
/// file, written before the file itself; in the end the manifest is replaced and the journal goes.
/// Thread-safe.
class FactsFolder : public aws::FactsStore {
 public:
  explicit FactsFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Whether the folder may be written to: it is missing, empty, or has the manifest of a
  /// collection that was not finished, in a form that this program writes. Changes nothing. Errors:
  /// `Usage` with what it is instead.
  [[nodiscard]] Status open();

  /// Says in the folder that its collection is not finished. Errors: `Usage` when the collection
  /// that was interrupted there is another one; those of `write_file`. REQUIRES: `open` worked.
  [[nodiscard]] Status begin(const CollectionOf& of);

  [[nodiscard]] Status write(const std::string& path, const std::string& bytes) override;
  [[nodiscard]] std::optional<std::string> kept(const std::string& path) override;
  void keep(const std::string& path) override;

  /// Removes what the interrupted collection wrote and this one did not, and writes the manifest.
  /// Returns its bytes. Errors: those of `write_file`.
  [[nodiscard]] Result<std::string> finish(const std::string& finished_at,
                                           const std::vector<aws::NotRead>& missing);

 private:
  [[nodiscard]] aws::Value head() const;
  void read_journal();
  void remove_stale();

  std::filesystem::path folder_;
  CollectionOf of_;
  /// The manifest of the interrupted collection.
  std::optional<aws::Value> interrupted_;
  std::mutex mutex_;
  /// SHA-256 by path: what the journal says, and what belongs to this collection.
  std::map<std::string, std::string> journal_;
  std::map<std::string, std::string> files_;
};

}  // namespace muster::app
