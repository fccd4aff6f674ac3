// Source: Git documentation, "git-tag"; npm documentation, "npm-version".
#include "checks/workflow/version_commands.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::workflow {

bool makes_tag(const Command& command) {
  static constexpr std::array<std::string_view, 4> kLists = {"-l", "--list", "-d", "--delete"};
  const auto& words = command.words;
  return command.starts_with("git tag") && words.size() > 2 &&
         std::none_of(words.begin(), words.end(), [](std::string_view word) {
           return text::one_of(word, kLists) || word.starts_with("--sort") ||
                  word.starts_with("--points-at") || word.starts_with("--contains") ||
                  word.starts_with("--merged");
         });
}

bool commits_version(const Command& command) {
  return command.starts_with_any({"npm version", "yarn version", "bump2version", "bumpversion",
                                  "bump-my-version", "cz bump", "standard-version"}) &&
         !text::one_of("--no-git-tag-version", command.words);
}

}  // namespace muster::workflow
