// What is collected of a repository, one file per group of endpoints. Each writes what it could
// read and notes what it could not; a list that did not come whole is not written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/core/result.h"
#include "github/client.h"
#include "github/facts.h"

namespace muster::github {

/// One repository being collected. Errors of its calls are those of writing, and `Unreadable` when
/// the token itself is refused: then nothing else is worth asking.
class Repository {
 public:
  /// `name`: `acme/shop`.
  Repository(std::string name, Client& client, Facts& facts)
      : name_(std::move(name)), client_(&client), facts_(&facts) {}

  /// One thing to ask for.
  struct Question {
    /// File, below the folder of the repository.
    std::string file;
    /// What it is, for people: `environments`.
    std::string what;
    /// Behind `/repos/{owner}/{repo}`, as the documentation names it:
    /// `/branches/{branch}/protection`.
    std::string endpoint;
    /// Values of the names in the endpoint behind owner and repository: `branch` and `main`.
    std::vector<std::pair<std::string, std::string>> values{};
    /// What a fine-grained token needs, as GitHub names it.
    std::string permission{};
    /// The member of a list in pages; `[]` for a bare array; empty for one object.
    std::string list{};
    /// A message with which a 404 says that there is no such setting, instead of no such right.
    std::string absent{};
    /// Without it there is nothing to say about the repository at all.
    bool needed = false;
  };

  /// Asks and writes. The answer, when it came.
  [[nodiscard]] Result<std::optional<net::Value>> ask(const Question& question);

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::string owner() const { return name_.substr(0, name_.find('/')); }

 private:
  std::string name_;
  Client* client_;
  Facts* facts_;
};

/// Identity, visibility, default branch; false when the repository cannot be read.
[[nodiscard]] Result<bool> collect_identity(Repository& repository);
/// Environments with their rules, branch policies, names of secrets and variables.
[[nodiscard]] Status collect_environments(Repository& repository);
/// Branches with their protection, and rulesets of branches and tags.
[[nodiscard]] Status collect_branches(Repository& repository);
/// What Actions may do, what tokens say, names of secrets and variables.
[[nodiscard]] Status collect_actions(Repository& repository);
/// Who may do what.
[[nodiscard]] Status collect_people(Repository& repository);
/// Releases, and tags with what they point to.
[[nodiscard]] Status collect_releases(Repository& repository);

/// Names of the repositories of an organisation that are not archived, sorted.
[[nodiscard]] Answer repositories_of(const std::string& organisation, Client& client);

}  // namespace muster::github
