// Source: GitHub Docs, REST API, "Deployment environments", "Deployment branch policies",
// "Protection rules", "GitHub Actions Secrets", "GitHub Actions Variables".
#include "github/collectors.h"

namespace muster::github {

using net::Value;

namespace {

Status collect_environment(Repository& repository, const Value& environment) {
  const std::string name = environment.text_of("name");
  const std::vector<std::pair<std::string, std::string>> values = {{"environment_name", name}};
  const std::string folder = "environments/{environment_name}/";
  const std::string path = "/environments/{environment_name}";
  const Value* const policy =
      environment.find_path("deployment_branch_policy.custom_branch_policies");
  if (policy != nullptr && policy->text == "true") {
    MUSTER_CHECK_OK(repository.ask({.file = folder + "branch_policies.json",
                                    .what = "branch policies of environment `" + name + "`",
                                    .endpoint = path + "/deployment-branch-policies",
                                    .values = values,
                                    .permission = "Actions: read",
                                    .list = "branch_policies"}));
  }
  MUSTER_CHECK_OK(repository.ask({.file = folder + "custom_rules.json",
                                  .what = "custom protection rules of environment `" + name + "`",
                                  .endpoint = path + "/deployment_protection_rules",
                                  .values = values,
                                  .permission = "Actions: read"}));
  MUSTER_CHECK_OK(repository.ask({.file = folder + "secrets.json",
                                  .what = "names of secrets of environment `" + name + "`",
                                  .endpoint = path + "/secrets",
                                  .values = values,
                                  .permission = "Environments: read",
                                  .list = "secrets"}));
  MUSTER_CHECK_OK(repository.ask({.file = folder + "variables.json",
                                  .what = "names of variables of environment `" + name + "`",
                                  .endpoint = path + "/variables",
                                  .values = values,
                                  .permission = "Environments: read",
                                  .list = "variables"}));
  return Done{};
}

}  // namespace

Status collect_environments(Repository& repository) {
  MUSTER_TRY(const auto answer, repository.ask({.file = "environments.json",
                                                .what = "environments",
                                                .endpoint = "/environments",
                                                .permission = "Actions: read",
                                                .list = "environments"}));
  if (answer) {
    for (const Value& environment : answer->items_of("environments")) {
      MUSTER_CHECK_OK(collect_environment(repository, environment));
    }
  }
  return Done{};
}

}  // namespace muster::github
