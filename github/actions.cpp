// Source: GitHub Docs, REST API, "Permissions for GitHub Actions", "GitHub Actions OIDC", "GitHub
// Actions Secrets", "GitHub Actions Variables".
#include <array>

#include "github/collectors.h"

namespace muster::github {
namespace {

/// The settings and lists of Actions that each repository has.
const std::array<Repository::Question, 8>& action_questions() {
  static const std::array<Repository::Question, 8> kQuestions = {{
      {.file = "workflow_permissions.json",
       .what = "default permissions of workflows",
       .endpoint = "/actions/permissions/workflow",
       .permission = "Administration: read"},
      {.file = "fork_approval.json",
       .what = "approval of pull requests from forks",
       .endpoint = "/actions/permissions/fork-pr-contributor-approval",
       .permission = "Administration: read"},
      {.file = "oidc_subject.json",
       .what = "the subject of OIDC tokens",
       .endpoint = "/actions/oidc/customization/sub",
       .permission = "Actions: read"},
      {.file = "secrets.json",
       .what = "names of secrets",
       .endpoint = "/actions/secrets",
       .permission = "Secrets: read",
       .list = "secrets"},
      {.file = "organization_secrets.json",
       .what = "names of secrets of the organisation",
       .endpoint = "/actions/organization-secrets",
       .permission = "Secrets: read",
       .list = "secrets"},
      {.file = "variables.json",
       .what = "names of variables",
       .endpoint = "/actions/variables",
       .permission = "Variables: read",
       .list = "variables"},
      {.file = "organization_variables.json",
       .what = "names of variables of the organisation",
       .endpoint = "/actions/organization-variables",
       .permission = "Variables: read",
       .list = "variables"},
      {.file = "immutable_releases.json",
       .what = "whether releases are immutable",
       .endpoint = "/immutable-releases",
       .permission = "Administration: read"},
  }};
  return kQuestions;
}

}  // namespace

Status collect_actions(Repository& repository) {
  MUSTER_TRY(const auto allowed, repository.ask({.file = "actions_permissions.json",
                                                 .what = "permissions of Actions",
                                                 .endpoint = "/actions/permissions",
                                                 .permission = "Administration: read"}));
  if (allowed && allowed->text_of("allowed_actions") == "selected") {
    MUSTER_CHECK_OK(repository.ask({.file = "selected_actions.json",
                                    .what = "selected actions",
                                    .endpoint = "/actions/permissions/selected-actions",
                                    .permission = "Administration: read"}));
  }
  for (const Repository::Question& question : action_questions()) {
    MUSTER_CHECK_OK(repository.ask(question));
  }
  return Done{};
}

}  // namespace muster::github
