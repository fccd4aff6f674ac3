// A kill at any moment leaves the folder missing, without a manifest but for the beginning of one,
// with one that says that it is not finished, or whole.
#include "app/facts_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <system_error>
#include <utility>

#include "app/repository.h"
#include "app/write.h"
#include "checks/core/digest.h"

namespace muster::app {
namespace {

constexpr const char* kManifestFile = "manifest.json";
constexpr const char* kJournalFile = "unfinished.journal";
constexpr std::size_t kManifestBytes = std::size_t{64} << 20U;
/// No file of facts is larger (aws/gather.h); one that is, is not ours.
constexpr std::size_t kFactBytes = std::size_t{64} << 20U;
/// What `write_file` puts behind a name until the file is whole: `.XXXXXX`.
constexpr std::size_t kTemporaryEnding = 7;

/// The name without the ending of a temporary file; empty when it is none.
std::string finished_name(const std::string& name) {
  const bool temporary =
      name.size() > kTemporaryEnding && name[name.size() - kTemporaryEnding] == '.';
  return temporary ? name.substr(0, name.size() - kTemporaryEnding) : std::string();
}

/// Whether a folder holds nothing but the beginning of a first manifest.
bool holds_nothing(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  bool nothing = !error;
  for (; nothing && it != std::filesystem::directory_iterator(); it.increment(error)) {
    nothing = !error && finished_name(it->path().filename().string()) == kManifestFile;
  }
  return nothing;
}

/// Whether a path of the journal leads to a file below the folder.
bool stays_inside(const std::filesystem::path& path) {
  return !path.empty() && path.is_relative() &&
         std::ranges::none_of(path, [](const auto& part) { return part == ".." || part == "."; });
}

Status append_line(const std::filesystem::path& path, const std::string& line) {
  constexpr mode_t kReadable = 0644;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kReadable);
  bool good = file >= 0 && ::write(file, line.data(), line.size()) == ssize_t(line.size());
  const int reason = errno;
  good = (file < 0 || ::close(file) == 0) && good;
  return good ? Status(Done{})
              : Status(
                    Error{ErrorCode::Unwritable,
                          "cannot write `" + path.generic_string() + "`: " + std::strerror(reason),
                          {}});
}

std::string sha_of(const std::string& bytes) {
  return hex(sha256(bytes));
}

}  // namespace

Error cannot_collect_into(const std::filesystem::path& folder, const std::string& why) {
  return {ErrorCode::Usage,
          "cannot collect into `" + folder.generic_string() + "`: " + why +
              "; give `--out` a folder that is missing or empty",
          {}};
}

Result<std::optional<aws::Value>> manifest_to_continue(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) {
    return std::optional<aws::Value>();
  }
  if (!std::filesystem::is_directory(folder, error)) {
    return cannot_collect_into(folder, "it is no folder");
  }
  const auto path = folder / kManifestFile;
  if (!std::filesystem::exists(path, error)) {
    return holds_nothing(folder)
               ? Result<std::optional<aws::Value>>(std::optional<aws::Value>())
               : cannot_collect_into(folder, "it is not empty, and no collection was begun in it");
  }
  MUSTER_TRY(const std::string bytes,
             read_file(path, SourceId(path.generic_string()), kManifestBytes));
  auto manifest = aws::parse_json(bytes);
  if (!manifest || manifest.value().text_of("muster_facts").empty()) {
    return cannot_collect_into(folder, "its `manifest.json` is not one of a collection");
  }
  if (manifest.value().text_of("program") != MUSTER_VERSION) {
    return cannot_collect_into(folder, "its collection was begun by another version of muster");
  }
  return std::optional(std::move(manifest).value());
}

Status FactsFolder::open() {
  MUSTER_TRY(interrupted_, manifest_to_continue(folder_));
  if (!interrupted_) {
    return Done{};
  }
  if (interrupted_->find("accounts") != nullptr) {
    return cannot_collect_into(folder_, "it has the facts of several accounts");
  }
  return interrupted_->text_of("finished") == "false"
             ? Status(Done{})
             : Status(cannot_collect_into(folder_,
                                          "it has the facts of a collection that is finished"));
}

/// The unfinished manifest. Who asks, and when, may differ between a collection and its end.
aws::Value FactsFolder::head() const {
  aws::Value regions = aws::list_value({});
  for (const std::string& region : of_.regions) {
    regions.items.push_back(aws::text_value(region));
  }
  return aws::object_value({{"muster_facts", aws::number_value(1)},
                            {"finished", aws::bool_value(false)},
                            {"program", aws::text_value(MUSTER_VERSION)},
                            {"account", aws::text_value(of_.account)},
                            {"caller", aws::text_value(of_.caller)},
                            {"started_at", aws::text_value(of_.started_at)},
                            {"regions", std::move(regions)}});
}

Status FactsFolder::begin(const CollectionOf& of) {
  of_ = of;
  if (interrupted_) {
    const aws::Value& before = *interrupted_;
    const std::string account = before.text_of("account");
    if (account != of.account) {
      return cannot_collect_into(folder_, "its collection is of account " + account + ", not of " +
                                              of.account + ", and was not finished");
    }
    std::vector<std::string> regions;
    for (const aws::Value& region : before.items_of("regions")) {
      regions.push_back(region.text);
    }
    if (regions != of.regions) {
      return cannot_collect_into(folder_,
                                 "its collection is of other regions, and was not finished");
    }
    of_.started_at = before.text_of("started_at");
    read_journal();
  }
  return write_file(folder_ / kManifestFile, aws::to_json(head(), aws::Layout::Indented) + "\n");
}

void FactsFolder::read_journal() {
  const auto path = folder_ / kJournalFile;
  const auto bytes = read_file(path, SourceId(path.generic_string()), kManifestBytes);
  std::istringstream lines(bytes ? bytes.value() : std::string());
  constexpr std::size_t kHexDigits = 64;
  for (std::string line; std::getline(lines, line);) {
    // The last line may be the beginning of one; its hash then fits no file.
    if (line.size() > kHexDigits + 1 && stays_inside(line.substr(kHexDigits + 1))) {
      journal_[line.substr(kHexDigits + 1)] = line.substr(0, kHexDigits);
    }
  }
}

Status FactsFolder::write(const std::string& path, const std::string& bytes) {
  const std::string sha = sha_of(bytes);
  {
    const std::lock_guard lock(mutex_);
    MUSTER_CHECK_OK(append_line(folder_ / kJournalFile, sha + " " + path + "\n"));
    journal_[path] = sha;
  }
  MUSTER_CHECK_OK(write_file(folder_ / path, bytes, Outlives::Program));
  const std::lock_guard lock(mutex_);
  files_[path] = sha;
  return Done{};
}

std::optional<std::string> FactsFolder::kept(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto listed = journal_.find(path);
  if (listed == journal_.end()) {
    return std::nullopt;
  }
  auto bytes = read_file(folder_ / path, SourceId(path), kFactBytes);
  const bool same = bytes && sha_of(bytes.value()) == listed->second;
  return same ? std::optional(std::move(bytes).value()) : std::nullopt;
}

void FactsFolder::keep(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_[path] = journal_[path];
}

void FactsFolder::remove_stale() {
  std::error_code error;
  std::vector<std::filesystem::path> stale;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_, error)) {
    const auto path = entry.path().lexically_relative(folder_).generic_string();
    const std::string name = finished_name(path);
    const bool dropped = journal_.contains(path) && !files_.contains(path);
    if (dropped || journal_.contains(name) || name == kManifestFile) {
      stale.push_back(entry.path());
    }
  }
  for (const auto& path : stale) {
    std::filesystem::remove(path, error);
  }
}

Result<std::string> FactsFolder::finish(const std::string& finished_at,
                                        const std::vector<aws::NotRead>& missing) {
  const std::lock_guard lock(mutex_);
  remove_stale();
  aws::Value files = aws::list_value({});
  for (const auto& [path, sha] : files_) {
    files.items.push_back(
        aws::object_value({{"path", aws::text_value(path)}, {"sha256", aws::text_value(sha)}}));
  }
  aws::Value manifest = head();
  manifest.set("finished", aws::bool_value(true));
  manifest.set("collected_at", aws::text_value(finished_at));
  manifest.set("files", std::move(files));
  manifest.set("not_read", aws::rows_of(missing));
  std::string bytes = aws::to_json(manifest, aws::Layout::Indented) + "\n";
  MUSTER_CHECK_OK(sync_all(folder_));
  MUSTER_CHECK_OK(write_file(folder_ / kManifestFile, bytes));
  std::error_code error;
  std::filesystem::remove(folder_ / kJournalFile, error);
  return bytes;
}

}  // namespace muster::app
