// What is asked of an intent.
#include "checks/core/intent.h"

#include <algorithm>
#include <cctype>

namespace muster {
namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

const RepositorySettings* settings_of(const std::string& repository,
                                      const std::vector<RepositorySettings>& all) {
  if (repository.empty()) {
    return all.size() == 1 && all.front().collected ? &all.front() : nullptr;
  }
  const auto found = std::find_if(all.begin(), all.end(), [&](const RepositorySettings& one) {
    return is_same_name(one.name, repository);
  });
  return found == all.end() ? nullptr : &*found;
}

void observe_environment(const EnvironmentSettings& settings, IntentEnvironment& environment) {
  environment.settings = settings;
  environment.where = settings.where;
  if (settings.reviewers) {
    environment.reviewers = settings.reviewers;
  }
  const bool named = settings.branches && settings.tags.empty();
  if (settings.refs == EnvironmentRefs::Any) {
    environment.branches.clear();
  } else if (settings.refs == EnvironmentRefs::Listed && settings.branches) {
    environment.branches = named ? *settings.branches : std::vector<std::string>();
  }
}

/// GitHub's environments, and those that muster.yaml declares and GitHub does not have: they have
/// no protection.
void observe_environments(const RepositorySettings& settings, Intent& intent) {
  for (IntentEnvironment& environment : intent.environments) {
    if (const EnvironmentSettings* found = settings.environment(environment.name)) {
      observe_environment(*found, environment);
    } else {
      environment.reviewers = false;
      environment.branches.clear();
    }
  }
  for (const EnvironmentSettings& one : *settings.environments) {
    const bool declared = std::any_of(
        intent.environments.begin(), intent.environments.end(),
        [&](const IntentEnvironment& other) { return is_same_name(other.name, one.name); });
    if (!declared) {
      IntentEnvironment environment;
      environment.name = one.name;
      observe_environment(one, environment);
      intent.environments.push_back(std::move(environment));
    }
  }
}

void observe_identity(const RepositorySettings& settings, Intent& intent) {
  const auto take = [](const std::string& from, std::string& into) {
    if (!from.empty()) {
      into = from;
    }
  };
  if (intent.repository.empty()) {
    intent.repository = settings.name;
  }
  take(settings.id, intent.repository_id);
  take(settings.owner_id, intent.owner_id);
  take(settings.default_branch, intent.default_branch);
}

void observe_subject(const SubjectSettings& subject, Intent& intent) {
  if (subject.use_default || !subject.claim_keys.empty()) {
    intent.subject_claim_keys =
        subject.use_default ? std::vector<std::string>() : subject.claim_keys;
  }
  if (subject.immutable) {
    intent.subject_format = *subject.immutable ? SubjectFormat::Immutable : SubjectFormat::Classic;
  }
}

}  // namespace

std::optional<Intent> observed(const Intent& declared,
                               const std::vector<RepositorySettings>& settings) {
  const RepositorySettings* const found = settings_of(declared.repository, settings);
  if (found == nullptr) {
    return std::nullopt;
  }
  Intent intent = declared;
  intent.settings = *found;
  observe_identity(*found, intent);
  if (found->environments) {
    observe_environments(*found, intent);
  }
  if (found->subject) {
    observe_subject(*found->subject, intent);
  }
  return intent;
}

std::optional<bool> Intent::reviewers(std::string_view name) const {
  if (const IntentEnvironment* known = environment(name); known != nullptr && known->reviewers) {
    return known->reviewers;
  }
  if (!settings || !settings->environments) {
    return std::nullopt;
  }
  const EnvironmentSettings* const found = settings->environment(name);
  return found == nullptr ? std::optional(false) : found->reviewers;
}

const IntentEnvironment* Intent::environment(std::string_view name) const {
  const auto found = std::find_if(environments.begin(), environments.end(),
                                  [&](const IntentEnvironment& one) { return one.name == name; });
  return found == environments.end() ? nullptr : &*found;
}

}  // namespace muster
