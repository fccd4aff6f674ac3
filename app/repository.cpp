// Walks folders with an explicit stack, in sorted order, so that two runs read the same files in
// the same order.
#include "app/repository.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include "app/facts_manifest.h"
#include "app/recognise.h"
#include "checks/core/digest.h"
#include "checks/iam/infrastructure.h"
#include "checks/settings/read.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kJsonLimit = 10U << 20U;
constexpr std::size_t kYamlLimit = 1U << 20U;
constexpr std::size_t kHeadBytes = 64U << 10U;
constexpr std::size_t kMaxFiles = 200'000;
constexpr std::size_t kMaxDepth = 64;
/// Scripts that scripts of scripts run.
constexpr int kScriptRounds = 3;

/// Folders that hold no sources of the audited repository.
const std::set<std::string>& skipped_folders() {
  static const std::set<std::string> kSkipped = {".git",        ".muster",      "node_modules",
                                                 ".terraform",  ".venv",        "venv",
                                                 "__pycache__", "muster-report"};
  return kSkipped;
}

/// One folder being read: where it is, and how its paths are shown.
struct Root {
  fs::path folder;
  /// Put in front of relative paths: empty for the audited root, `facts/` for a facts folder.
  std::string prefix;
};

class Reader {
 public:
  Reader(const Intent& intent, Repository& repository) : intent_(intent), repository_(repository) {
    for (const IntentRole& role : intent.roles) {
      named_.insert(role.trust_file);
      named_.insert(role.permission_files.begin(), role.permission_files.end());
    }
  }

  Status read(const Root& root);
  /// Reads the Makefile, the files that workflows run, and those that these run: known by name,
  /// since how a path is put together is the model's business.
  void read_scripts(const Root& root);
  /// Takes a file whose bytes are here already.
  void take(const std::string& shown, std::string bytes);

  /// Whether a file could matter by its path, and how much of it is read; 0 when it could not.
  [[nodiscard]] std::size_t limit_of(const std::string& shown, bool in_root) const;

  /// Notes collected facts that are not there, or not as they were collected: without them an
  /// account would seem to have less than it has.
  void check_collected();

  [[nodiscard]] bool excluded(const std::string& shown) const {
    return std::any_of(intent_.exclude.begin(), intent_.exclude.end(),
                       [&](const std::string& glob) { return path_matches(glob, shown); });
  }

 private:
  void folder(const Root& root, const fs::path& path, std::vector<fs::path>& pending);
  void file(const Root& root, const fs::path& path);
  void add(DocumentKind kind, const std::string& shown, std::string bytes);

  void missed(const std::string& what, const std::string& why, bool blocks = true) {
    repository_.facts.not_covered.push_back({what, why, blocks});
  }

  const Intent& intent_;
  Repository& repository_;
  /// Files that a workflow might run, by name.
  std::multimap<std::string, fs::path, std::less<>> scripts_;
  /// Files that muster.yaml names: they are policies whatever they look like.
  std::set<std::string> named_;
  /// Manifests of facts that were read, and those that one of several accounts says are there.
  std::set<std::string> manifests_;
  std::set<std::string> expected_manifests_;
  /// SHA-256 by path: as manifests have it, and of what was read.
  std::map<std::string, std::string> collected_;
  std::map<std::string, std::string> hashes_;
  std::size_t files_ = 0;
};

std::string shown_path(const Root& root, const fs::path& path) {
  return root.prefix + path.lexically_relative(root.folder).generic_string();
}

/// The Makefile of the root is read whether or not a workflow runs it: people deploy with it.
bool is_makefile_of(const Root& root, const fs::path& path) {
  const std::string name = path.filename().string();
  return (name == "Makefile" || name == "makefile" || name == "GNUmakefile") &&
         path.parent_path() == root.folder;
}

void Reader::folder(const Root& root, const fs::path& path, std::vector<fs::path>& pending) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(*it);
  }
  if (error) {
    missed(shown_path(root, path), "folder cannot be read: " + error.message());
    return;
  }
  std::sort(entries.begin(), entries.end());
  for (const fs::directory_entry& entry : entries) {
    const std::string shown = shown_path(root, entry.path());
    if (excluded(shown)) {
      continue;
    }
    if (entry.is_symlink(error)) {
      if (recognise_path(shown) || named_.contains(shown)) {
        missed(shown, "symbolic links are not followed");
      }
    } else if (entry.is_directory(error)) {
      const auto depth = std::distance(path.begin(), path.end()) -
                         std::distance(root.folder.begin(), root.folder.end());
      if (static_cast<std::size_t>(depth) >= kMaxDepth) {
        missed(shown, "folders are nested more than 64 deep");
      } else if (!skipped_folders().contains(entry.path().filename().string())) {
        pending.push_back(entry.path());
      }
    } else if (entry.is_regular_file(error)) {
      file(root, entry.path());
    }
  }
}

void Reader::add(DocumentKind kind, const std::string& shown, std::string bytes) {
  repository_.inputs.push_back({shown, hex(sha256(bytes))});
  repository_.facts.documents.push_back({kind, SourceId(shown), std::move(bytes)});
  if (kind != DocumentKind::CloudFormation && kind != DocumentKind::Terraform) {
    return;
  }
  // One that cannot be parsed is reported by the rules that need it.
  if (const auto read = iam::read_infrastructure(repository_.facts.documents.back())) {
    const auto& gaps = read.value().not_covered;
    auto& all = repository_.facts.not_covered;
    all.insert(all.end(), gaps.begin(), gaps.end());
  }
}

/// Whether a file could matter by its name alone; everything else is not even opened.
bool worth_opening(const std::string& shown) {
  return shown.ends_with(".json") || shown.ends_with(".yml") || shown.ends_with(".yaml") ||
         shown.ends_with(".tf") || shown.ends_with(".csv") || shown.ends_with(".facts");
}

std::string head_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(kHeadBytes, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return head;
}

std::size_t Reader::limit_of(const std::string& shown, bool in_root) const {
  if (in_root && recognise_path(shown)) {
    return kYamlLimit;
  }
  return named_.contains(shown) || worth_opening(shown) ? kJsonLimit : 0;
}

void Reader::take(const std::string& shown, std::string bytes) {
  hashes_.emplace(shown, hex(sha256(bytes)));
  if (named_.contains(shown)) {
    add(DocumentKind::IamPolicy, shown, std::move(bytes));
    return;
  }
  if (auto manifest = read_facts_manifest(shown, bytes)) {
    manifests_.insert(shown);
    expected_manifests_.insert(manifest->accounts.begin(), manifest->accounts.end());
    collected_.merge(manifest->files);
    auto& all = repository_.facts.not_covered;
    all.insert(all.end(), manifest->not_covered.begin(), manifest->not_covered.end());
    return;
  }
  const Recognised recognised = recognise_content(shown, bytes);
  if (recognised.kind) {
    add(*recognised.kind, shown, std::move(bytes));
  } else if (!recognised.not_read.empty()) {
    missed(shown, recognised.not_read, false);
  }
}

void Reader::check_collected() {
  for (const std::string& expected : expected_manifests_) {
    if (!manifests_.contains(expected) && !excluded(expected)) {
      missed(expected, "the facts of an account are missing: its folder has no manifest");
    }
  }
  for (const auto& [shown, sha256] : collected_) {
    const auto found = hashes_.find(shown);
    if (found == hashes_.end() && !excluded(shown)) {
      missed(shown, "it was collected and is not there any more, or cannot be read");
    } else if (found != hashes_.end() && found->second != sha256) {
      missed(shown,
             "it is not as it was collected: its SHA-256 is another one than the manifest's");
    }
  }
}

void Reader::file(const Root& root, const fs::path& path) {
  const std::string shown = shown_path(root, path);
  if (root.prefix.empty() && may_be_script(shown)) {
    scripts_.emplace(path.filename().string(), path);
  }
  const auto by_path = root.prefix.empty() ? recognise_path(shown) : std::nullopt;
  const bool named = named_.contains(shown);
  const std::size_t limit = limit_of(shown, root.prefix.empty());
  if (limit == 0) {
    return;
  }
  if (++files_ > kMaxFiles) {
    if (files_ == kMaxFiles + 1) {
      missed(shown, "more than 200000 candidate files; use `exclude` in muster.yaml");
    }
    return;
  }
  auto bytes = read_file(path, SourceId(shown), limit);
  if (!bytes) {
    if (by_path || named || shown.ends_with(".facts") || looks_relevant(head_of(path))) {
      missed(shown, bytes.error().message);
    }
    return;
  }
  if (by_path) {
    add(*by_path, shown, std::move(bytes).value());
  } else {
    take(shown, std::move(bytes).value());
  }
}

void Reader::read_scripts(const Root& root) {
  auto& documents = repository_.facts.documents;
  std::set<std::string, std::less<>> names;
  std::size_t looked_at = 0;
  for (int round = 0; round < kScriptRounds; ++round) {
    for (; looked_at < documents.size(); ++looked_at) {
      const Document& document = documents[looked_at];
      if (document.kind == DocumentKind::GithubWorkflow ||
          document.kind == DocumentKind::GithubAction || document.kind == DocumentKind::Script) {
        add_mentioned_files(document.bytes, names);
      }
    }
    std::erase_if(scripts_, [&](const auto& entry) {
      if (!names.contains(entry.first) && !is_makefile_of(root, entry.second)) {
        return false;
      }
      const std::string shown = shown_path(root, entry.second);
      auto bytes = read_file(entry.second, SourceId(shown), kYamlLimit);
      const bool named =
          entry.first.find('.') != std::string::npos || entry.first.ends_with("akefile");
      // One without an extension is a script by its first line alone.
      if (bytes && (named || bytes.value().starts_with("#!"))) {
        add(DocumentKind::Script, shown, std::move(bytes).value());
      }
      return true;
    });
  }
}

Status Reader::read(const Root& root) {
  std::error_code error;
  if (!fs::is_directory(root.folder, error)) {
    const bool exists = fs::exists(root.folder, error);
    return Error{
        exists ? ErrorCode::Usage : ErrorCode::NotFound,
        "`" + root.folder.generic_string() + "` " + (exists ? "is not a folder" : "does not exist"),
        {}};
  }
  fs::directory_iterator probe(root.folder, error);
  if (error) {
    return Error{ErrorCode::Unreadable,
                 "cannot read folder `" + root.folder.generic_string() + "`: " + error.message(),
                 {}};
  }
  std::vector<fs::path> pending{root.folder};
  while (!pending.empty()) {
    const fs::path next = std::move(pending.back());
    pending.pop_back();
    folder(root, next, pending);
  }
  return Done{};
}

Result<std::string> read_stream(std::istream& in, const SourceRef& where, std::size_t limit) {
  std::string bytes;
  std::array<char, 1U << 16U> chunk{};
  while (bytes.size() <= limit && in) {
    in.read(chunk.data(), chunk.size());
    bytes.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) {
    return Error{ErrorCode::Unreadable, "cannot be read: input error", where};
  }
  if (bytes.size() > limit) {
    return Error{ErrorCode::Limit, "is larger than " + std::to_string(limit >> 20U) + " MiB",
                 where};
  }
  return bytes;
}

}  // namespace

bool path_matches(std::string_view glob, std::string_view path) {
  // Backtracking over the last `*` and the last `**` is enough: a later star absorbs what an
  // earlier one could.
  std::size_t g = 0;
  std::size_t p = 0;
  std::size_t star_g = std::string_view::npos;
  std::size_t star_p = 0;
  std::size_t deep_g = std::string_view::npos;
  std::size_t deep_p = 0;
  while (p < path.size()) {
    if (glob.substr(g).starts_with("**")) {
      deep_g = g + 2;
      deep_p = p;
      star_g = std::string_view::npos;
      g = deep_g;
    } else if (g < glob.size() && glob[g] == '*') {
      star_g = ++g;
      star_p = p;
    } else if (g < glob.size() && (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'))) {
      ++g;
      ++p;
    } else if (star_g != std::string_view::npos && path[star_p] != '/') {
      g = star_g;
      p = ++star_p;
    } else if (deep_g != std::string_view::npos) {
      g = deep_g;
      p = ++deep_p;
      star_g = std::string_view::npos;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

Result<std::string> read_file(const fs::path& path, const SourceId& shown, std::size_t limit) {
  const SourceRef where{shown, {}};
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return Error{ErrorCode::Unreadable, "is a folder, expected a file", where};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const bool absent = errno == ENOENT;
    return Error{absent ? ErrorCode::NotFound : ErrorCode::Unreadable,
                 std::string("cannot be read: ") + std::strerror(errno), where};
  }
  return read_stream(in, where, limit);
}

Result<std::string> read_argument(const std::string& file, const SourceId& shown,
                                  std::size_t limit) {
  if (file == "-") {
    return read_stream(std::cin, {shown, {}}, limit);
  }
  Result<std::string> bytes = read_file(file, shown, limit);
  if (!bytes && bytes.error().code == ErrorCode::NotFound) {
    return Error{ErrorCode::Usage, bytes.error().message, bytes.error().where};
  }
  return bytes;
}

namespace {

bool in_skipped_folder(const std::string& path) {
  const fs::path whole(path);
  return std::any_of(whole.begin(), whole.end(), [](const fs::path& part) {
    return skipped_folders().contains(part.string());
  });
}

/// What is known of repositories, when all documents are there.
void add_settings(const Intent& intent, Facts& facts) {
  settings::Read read = settings::read_settings(facts.documents);
  facts.repositories = std::move(read.repositories);
  auto& all = facts.not_covered;
  all.insert(all.end(), read.not_covered.begin(), read.not_covered.end());
  if (!facts.repositories.empty() && !observed(intent, facts.repositories)) {
    all.push_back(
        {"settings of repositories",
         intent.repository.empty()
             ? "they are of several, and `repository` in muster.yaml does not say which one "
               "this is"
             : "none of them is of " + intent.repository,
         false});
  }
}

/// Whether the folder lies in the audited one and is read with it: twice would be two accounts.
bool is_read_with(const fs::path& root, const fs::path& folder, const Reader& reader) {
  std::error_code error;
  const fs::path inside =
      fs::weakly_canonical(folder, error).lexically_relative(fs::weakly_canonical(root, error));
  const std::string shown = inside.generic_string();
  return !error && !shown.empty() && shown != ".." && !shown.starts_with("../") &&
         fs::is_directory(folder, error) && !in_skipped_folder(shown + "/x") &&
         !reader.excluded(shown) && !reader.excluded(shown + "/manifest.json");
}

void sort_by_path(Repository& repository) {
  const auto by_path = [](const Document& a, const Document& b) { return a.source < b.source; };
  std::sort(repository.facts.documents.begin(), repository.facts.documents.end(), by_path);
  std::sort(repository.inputs.begin(), repository.inputs.end());
}

}  // namespace

std::size_t reading_limit(const std::string& path, const Intent& intent) {
  Repository none;
  const Reader reader(intent, none);
  return in_skipped_folder(path) || reader.excluded(path) ? 0 : reader.limit_of(path, true);
}

Repository recognise_files(std::vector<NamedBytes> files, const Intent& intent) {
  Repository repository;
  Reader reader(intent, repository);
  for (NamedBytes& file : files) {
    reader.take(file.path, std::move(file.bytes));
  }
  reader.check_collected();
  sort_by_path(repository);
  add_settings(intent, repository.facts);
  return repository;
}

Result<Repository> read_repository(const fs::path& root, const std::vector<fs::path>& facts_folders,
                                   const Intent& intent) {
  Repository repository;
  Reader reader(intent, repository);
  MUSTER_CHECK_OK(reader.read({root, ""}));
  reader.read_scripts({root, ""});
  for (const fs::path& folder : facts_folders) {
    if (!is_read_with(root, folder, reader)) {
      MUSTER_CHECK_OK(reader.read({folder, folder.generic_string() + "/"}));
    }
  }
  reader.check_collected();
  sort_by_path(repository);
  add_settings(intent, repository.facts);
  return repository;
}

}  // namespace muster::app
