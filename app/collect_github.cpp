#include "app/collect_github.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <set>
#include <system_error>

#include "app/git_checkout.h"
#include "app/repository.h"
#include "app/write.h"
#include "aws/time.h"
#include "github/address.h"
#include "github/collectors.h"
#include "net/transport.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGithubManifest = "manifest.json";
constexpr const char* kAnswerCache = "answers.cache";
constexpr std::size_t kGithubFileLimit = std::size_t{64} << 20U;

std::string environment_text(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread runs yet
  return value == nullptr ? "" : value;
}

/// What is to be collected, and from where.
struct GithubTarget {
  net::Url api;
  net::Secret token;
  std::vector<std::string> repositories;
};

Result<Remote> remote_of(const CollectGithubOptions& options) {
  const GitCheckout checkout = read_git_checkout(options.checkout);
  if (!checkout.origin) {
    return Error{ErrorCode::Usage,
                 "which repository? give `--repo OWNER/NAME`: " + checkout.origin_problem,
                 {}};
  }
  return *checkout.origin;
}

Result<GithubTarget> target_of(const CollectGithubOptions& options) {
  GithubTarget target;
  target.repositories = options.repositories;
  std::string api = options.api_url.empty() ? environment_text("GITHUB_API_URL") : options.api_url;
  if (target.repositories.empty() && options.organisation.empty()) {
    MUSTER_TRY(const Remote remote, remote_of(options));
    target.repositories.push_back(remote.name);
    if (api.empty()) {
      MUSTER_TRY(target.api, github::api_of_host(remote.host));
      api = target.api.text();
    }
  }
  MUSTER_TRY(target.api, github::parse_api_address(api.empty() ? "https://api.github.com" : api));
  for (const std::string& name : target.repositories) {
    if (!github::is_repository_name(name)) {
      return Error{ErrorCode::Usage, "`--repo` takes `OWNER/NAME`", {}};
    }
  }
  const std::string first = environment_text("GH_TOKEN");
  target.token = net::Secret(first.empty() ? environment_text("GITHUB_TOKEN") : first);
  return target;
}

net::Value read_manifest(const fs::path& folder) {
  const auto bytes =
      read_file(folder / kGithubManifest, SourceId(kGithubManifest), kGithubFileLimit);
  const auto manifest = bytes ? net::parse_json(bytes.value()) : Result<net::Value>(net::Value{});
  return manifest ? manifest.value() : net::Value{};
}

/// The folder is ours when its manifest says so, or when it is empty.
Status own_folder(const fs::path& folder, const net::Value& manifest) {
  std::error_code error;
  const bool fresh = !fs::exists(folder, error) || fs::is_empty(folder, error);
  if (fresh || manifest.find("repositories") != nullptr) {
    return Done{};
  }
  return Error{
      ErrorCode::Usage,
      "the folder `" + folder.generic_string() + "` is not empty and not of an earlier collection",
      {}};
}

/// Takes away what earlier collections wrote about a repository, also one that was killed.
Status remove_old_facts(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    return Done{};
  }
  std::vector<fs::path> old;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file(error) && it->path().extension() == ".json") {
      old.push_back(it->path());
    }
  }
  for (const fs::path& file : old) {
    if (!error) {
      fs::remove(file, error);
    }
  }
  return error ? Status(Error{ErrorCode::Unwritable,
                              "cannot take old facts away: `" + folder.generic_string() +
                                  "`: " + error.message(),
                              {}})
               : Status(Done{});
}

/// One collection on its way.
class GithubCollection {
 public:
  GithubCollection(const CollectGithubOptions& options, GithubTarget target, const Console& console)
      : options_(options),
        target_(std::move(target)),
        console_(console),
        folder_(fs::path(options.out) / "github"),
        cache_(old_answers()),
        transport_(transport_options()),
        client_(client_options(), transport_, clock_, cache_),
        facts_([this](const std::string& path, const std::string& bytes) {
          return write_file(folder_ / path, bytes);
        }) {}

  Result<int> run() {
    const net::Value old = read_manifest(folder_);
    MUSTER_CHECK_OK(own_folder(folder_, old));
    MUSTER_CHECK_OK(add_repositories());
    MUSTER_CHECK_OK(write_manifest(unfinished()));
    MUSTER_CHECK_OK(remove_old(old));
    for (const std::string& name : target_.repositories) {
      MUSTER_CHECK_OK(collect(name));
    }
    MUSTER_CHECK_OK(write_file(folder_ / kAnswerCache, cache_.text()));
    net::Value manifest = head();
    manifest.set("finished", net::bool_value(true));
    facts_.describe(manifest);
    MUSTER_CHECK_OK(write_manifest(manifest));
    print(manifest);
    return facts_.complete() ? kClean : kIncomplete;
  }

 private:
  [[nodiscard]] std::string old_answers() const {
    const auto bytes = read_file(folder_ / kAnswerCache, SourceId(kAnswerCache), kGithubFileLimit);
    return bytes ? bytes.value() : "";
  }

  [[nodiscard]] net::TransportOptions transport_options() const {
    net::TransportOptions options{.user_agent = "muster/" MUSTER_VERSION};
    if (options_.verbose) {
      options.log = [this](std::string_view line) { console_.err << line << "\n"; };
    }
    return options;
  }

  [[nodiscard]] github::ClientOptions client_options() const {
    return {.api = target_.api,
            .token = target_.token,
            .longest_wait = std::chrono::seconds(options_.wait),
            .waiting = [this](std::chrono::seconds time) {
              console_.err << "waiting " << time.count() << " s, as GitHub asks\n";
            }};
  }

  /// Those of the organisation, behind those that were named.
  Status add_repositories() {
    if (options_.organisation.empty()) {
      return Done{};
    }
    const github::Answer answer = github::repositories_of(options_.organisation, client_);
    if (!answer.ok()) {
      return Error{
          ErrorCode::Unreadable,
          "repositories of `" + options_.organisation + "`: " + to_string(answer.problem()),
          {}};
    }
    for (const net::Value& one : answer.value().items) {
      if (!github::is_repository_name(one.text)) {
        return Error{ErrorCode::Unreadable, "an answer names a repository that cannot be one", {}};
      }
      target_.repositories.push_back(one.text);
    }
    return Done{};
  }

  Status collect(const std::string& name) {
    github::Repository repository(name, client_, facts_);
    MUSTER_TRY(const bool there, github::collect_identity(repository));
    if (!there) {
      return Done{};
    }
    MUSTER_CHECK_OK(github::collect_environments(repository));
    MUSTER_CHECK_OK(github::collect_branches(repository));
    MUSTER_CHECK_OK(github::collect_actions(repository));
    MUSTER_CHECK_OK(github::collect_people(repository));
    return github::collect_releases(repository);
  }

  [[nodiscard]] net::Value head() const {
    net::Value names = net::list_value({});
    for (const std::string& name : target_.repositories) {
      names.items.push_back(net::text_value(name));
    }
    return net::object_value({{"muster_facts", net::number_value(1)},
                              {"api", net::text_value(target_.api.text())},
                              {"repositories", std::move(names)},
                              {"collected_at", net::text_value(aws::iso_date(clock_.now()))}});
  }

  /// What stands there until the last file is written, so that half a collection is never read as
  /// a whole one.
  [[nodiscard]] net::Value unfinished() const {
    net::Value manifest = head();
    manifest.set("finished", net::bool_value(false));
    return manifest;
  }

  /// The facts of the repositories that were collected here, or will be.
  Status remove_old(const net::Value& manifest) const {
    std::set<std::string> names(target_.repositories.begin(), target_.repositories.end());
    for (const net::Value& one : manifest.items_of("repositories")) {
      names.insert(one.text);
    }
    for (const std::string& name : names) {
      if (github::is_repository_name(name)) {
        MUSTER_CHECK_OK(remove_old_facts(folder_ / name));
      }
    }
    return Done{};
  }

  Status write_manifest(const net::Value& manifest) {
    return write_file(folder_ / kGithubManifest,
                      net::to_json(manifest, net::Layout::Indented) + "\n");
  }

  void print(const net::Value& manifest) const {
    if (options_.json) {
      console_.out << net::to_json(manifest, net::Layout::Indented) << "\n";
    } else {
      console_.out << "settings of " << target_.repositories.size()
                   << (target_.repositories.size() == 1 ? " repository in " : " repositories in ")
                   << folder_.generic_string() << "\n";
    }
    for (const github::NotRead& one : facts_.missing()) {
      console_.err << (one.needed ? "not read: " : "note: not read: ") << one.what << ": "
                   << to_string(one.problem)
                   << (one.permission.empty() ? "" : "; the token needs " + one.permission) << "\n";
    }
  }

  const CollectGithubOptions& options_;
  GithubTarget target_;
  const Console& console_;
  fs::path folder_;
  net::Clock clock_;
  github::Cache cache_;
  net::Transport transport_;
  github::Client client_;
  github::Facts facts_;
};

Result<int> collect_settings(const CollectGithubOptions& options, const Console& console) {
  MUSTER_TRY(GithubTarget target, target_of(options));
  if (target.token.empty()) {
    console.err << "note: no token in GH_TOKEN or GITHUB_TOKEN: only what everybody may see\n";
  }
  return GithubCollection(options, std::move(target), console).run();
}

}  // namespace

int collect_github(const CollectGithubOptions& options, const Console& console) {
  const auto code = collect_settings(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
