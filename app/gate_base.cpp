// The muster.yaml of the base says what is left out: a change must not hide itself.
#include "app/gate_base.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "app/git_checkout.h"
#include "checks/intent/read.h"

namespace muster::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

struct Choice {
  std::string commit;
  std::string how;
};

Error no_base(const GitObjects& git, const std::string& what) {
  const std::string advice =
      git.is_shallow() ? "the clone is shallow: fetch the whole history with `git fetch "
                         "--unshallow` (in GitHub Actions: `fetch-depth: 0` at actions/checkout)"
                       : "fetch it, or name another commit with --base";
  return {ErrorCode::Usage, what + "; " + advice, {}};
}

/// A branch by its name, as fetched or as here.
Result<Choice> branch_off(const GitObjects& git, const std::string& branch) {
  for (const std::string& name : {"refs/remotes/origin/" + branch, "refs/heads/" + branch}) {
    const auto tip = git.commit(name);
    if (!tip) {
      continue;
    }
    const auto base = git.merge_base(tip.value(), "HEAD");
    if (!base) {
      return no_base(git, "this branch and `" + branch + "` have no commit in common here");
    }
    return Choice{base.value(), "where this branch left `" + branch + "`"};
  }
  return no_base(git, "the branch `" + branch + "` is not here");
}

Result<Choice> default_base(const GitObjects& git, const std::filesystem::path& root) {
  if (const std::string branch = environment("GITHUB_BASE_REF"); !branch.empty()) {
    return branch_off(git, branch);
  }
  const std::string before = environment("GITHUB_EVENT_BEFORE");
  if (before.find_first_not_of('0') != std::string::npos) {
    const auto commit = git.commit(before);
    return commit ? Result<Choice>(Choice{commit.value(), "what was there before the push"})
                  : Result<Choice>(no_base(git, commit.error().message));
  }
  const std::string known = read_git_checkout(root).default_branch;
  for (const std::string& branch : {known, std::string("main"), std::string("master")}) {
    if (branch.empty()) {
      continue;
    }
    if (auto choice = branch_off(git, branch)) {
      return choice;
    }
  }
  return no_base(git, "no branch to compare with is known");
}

Result<Choice> choose(const GitObjects& git, const std::filesystem::path& root,
                      const std::string& wanted) {
  if (wanted.empty()) {
    return default_base(git, root);
  }
  for (const std::string& name : {wanted, "refs/remotes/origin/" + wanted}) {
    if (const auto commit = git.commit(name)) {
      return Choice{commit.value(), "`" + wanted + "`"};
    }
  }
  return no_base(git, "there is no commit `" + wanted + "` here");
}

Result<Intent> base_intent(const GitObjects& git, const std::vector<GitBlob>& blobs) {
  const auto found = std::ranges::find(blobs, "muster.yaml", &GitBlob::path);
  if (found == blobs.end() || found->size_bytes > kIntentBytes) {
    return Intent{};
  }
  MUSTER_TRY(std::vector<std::string> contents, git.read({*found}));
  return read_intent(std::move(contents.front()), SourceId("muster.yaml"));
}

}  // namespace

Result<GateBase> read_base(const GitObjects& git, const std::filesystem::path& root,
                           const std::string& wanted) {
  MUSTER_TRY(Choice choice, choose(git, root, wanted));
  MUSTER_TRY(GitTree tree, git.tree(choice.commit));
  GateBase base{std::move(choice.commit), std::move(choice.how),     {}, {},
                std::move(tree.blobs),    std::move(tree.submodules)};
  // One that cannot be read declares nothing: then all files are compared.
  if (auto intent = base_intent(git, base.blobs)) {
    base.intent = std::move(intent).value();
  }
  std::vector<GitBlob> wanted_blobs;
  for (const GitBlob& blob : base.blobs) {
    const std::size_t limit = reading_limit(blob.path, base.intent);
    if (limit > 0 && blob.size_bytes <= limit) {
      wanted_blobs.push_back(blob);
    }
  }
  MUSTER_TRY(std::vector<std::string> contents, git.read(wanted_blobs));
  std::vector<NamedBytes> files;
  for (std::size_t i = 0; i < wanted_blobs.size(); ++i) {
    files.push_back({wanted_blobs[i].path, std::move(contents[i])});
  }
  base.repository = recognise_files(std::move(files), base.intent);
  return base;
}

}  // namespace muster::app
