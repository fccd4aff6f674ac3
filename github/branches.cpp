// Source: GitHub Docs, REST API, "Branches", "Protected branches", "Repository rules".
#include "github/collectors.h"

namespace muster::github {

using net::Value;

namespace {

Status collect_protection(Repository& repository, const std::string& branch) {
  // A branch is protected by a ruleset too, and then has no protection of its own.
  MUSTER_CHECK_OK(repository.ask({.file = "branches/{branch}/protection.json",
                                  .what = "protection of branch `" + branch + "`",
                                  .endpoint = "/branches/{branch}/protection",
                                  .values = {{"branch", branch}},
                                  .permission = "Administration: read",
                                  .absent = "Branch not protected"}));
  return Done{};
}

}  // namespace

Status collect_branches(Repository& repository) {
  MUSTER_TRY(const auto branches, repository.ask({.file = "branches.json",
                                                  .what = "branches",
                                                  .endpoint = "/branches",
                                                  .permission = "Contents: read",
                                                  .list = "[]"}));
  if (branches) {
    for (const Value& branch : branches->items) {
      if (branch.text_of("protected") == "true") {
        MUSTER_CHECK_OK(collect_protection(repository, branch.text_of("name")));
      }
    }
  }
  MUSTER_TRY(const auto rulesets, repository.ask({.file = "rulesets.json",
                                                  .what = "rulesets",
                                                  .endpoint = "/rulesets",
                                                  .permission = "Metadata: read",
                                                  .list = "[]"}));
  if (rulesets) {
    for (const Value& ruleset : rulesets->items) {
      const std::string id = ruleset.text_of("id");
      MUSTER_CHECK_OK(repository.ask({.file = "rulesets/{ruleset_id}.json",
                                      .what = "ruleset `" + ruleset.text_of("name") + "`",
                                      .endpoint = "/rulesets/{ruleset_id}",
                                      .values = {{"ruleset_id", id}},
                                      .permission = "Metadata: read"}));
    }
  }
  return Done{};
}

}  // namespace muster::github
