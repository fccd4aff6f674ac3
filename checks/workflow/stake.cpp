// Everything here is read off the file: a token by default, whose scopes the repository's settings
// decide, counts as no power.
#include "checks/workflow/stake.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

bool any_secret(const std::vector<Entry>& entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [](const Entry& entry) { return names_secret(entry.value.value); });
}

std::string listed(const std::vector<std::string>& items) {
  std::string all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    all += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  }
  return all;
}

}  // namespace

bool names_secret(std::string_view text) {
  const std::string lower = text::lower(text);
  for (const std::string_view expression : expressions_of(lower)) {
    for (std::size_t at = expression.find("secrets"); at != std::string_view::npos;
         at = expression.find("secrets", at + 1)) {
      const std::string_view rest = expression.substr(at + 7);
      const bool token = rest.starts_with(".github_token") || rest.starts_with("['github_token']");
      if (!token && (rest.starts_with('.') || rest.starts_with('[') || rest.starts_with(')'))) {
        return true;
      }
    }
  }
  return false;
}

bool is_given_secrets(const JobRun& run) {
  if (any_secret(run.workflow->env) || any_secret(run.job->env)) {
    return true;
  }
  return std::any_of(run.script->steps.begin(), run.script->steps.end(), [](const Step* step) {
    return any_secret(step->env) || any_secret(step->with) || names_secret(step->run.value);
  });
}

std::vector<std::string> writable_scopes(const JobRun& run) {
  std::vector<std::string> found;
  for (const std::string_view scope : kPermissionScopes) {
    // Models can only be read, whatever is granted.
    if (scope != "models" &&
        token_permission(run, scope).answer == TokenPermission::Answer::Granted) {
      found.emplace_back(scope);
    }
  }
  return found;
}

Stake stake_of(const JobRun& run) {
  Stake stake;
  stake.cloud = !run.recognised->credentials.empty();
  stake.secrets = is_given_secrets(run);
  stake.scopes = writable_scopes(run);
  stake.deploys = !run.recognised->deploys.empty();
  stake.production =
      stake.deploys && run.recognised->environment.kind == EnvironmentClass::Production;
  stake.self_hosted =
      std::any_of(run.job->runs_on.begin(), run.job->runs_on.end(),
                  [](const Text& label) { return text::lower(label.value) == "self-hosted"; });
  return stake;
}

bool Stake::holds_power() const {
  static constexpr std::array<std::string_view, 7> kStrong = {
      "actions", "contents", "deployments", "id-token", "packages", "pages", "attestations"};
  return cloud || secrets || deploys ||
         std::any_of(scopes.begin(), scopes.end(),
                     [](const std::string& scope) { return text::one_of(scope, kStrong); });
}

std::string Stake::in_words() const {
  std::vector<std::string> parts;
  if (cloud) {
    parts.emplace_back("AWS credentials");
  }
  if (secrets) {
    parts.emplace_back("secrets");
  }
  std::vector<std::string> written;
  std::copy_if(scopes.begin(), scopes.end(), std::back_inserter(written),
               [](const std::string& scope) { return scope != "id-token"; });
  if (written.size() < scopes.size()) {
    parts.emplace_back("the right to OIDC tokens");
  }
  if (written.size() > 8) {
    parts.emplace_back("a token that may write everything");
  } else if (!written.empty()) {
    parts.push_back("a token that may write " + listed(written));
  }
  return listed(parts);
}

}  // namespace muster::workflow
