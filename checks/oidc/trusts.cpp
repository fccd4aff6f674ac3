// Builds the searches: one universe per pair, from the declaration and the provider's audiences.
#include "checks/oidc/trusts.h"

#include <algorithm>
#include <utility>

#include "checks/core/model.h"
#include "checks/oidc/federated.h"
#include "checks/oidc/identities.h"

namespace muster::oidc {
namespace {

void add_sorted(std::vector<std::string>& list, const std::string& value) {
  const auto place = std::lower_bound(list.begin(), list.end(), value);
  if (!value.empty() && (place == list.end() || *place != value)) {
    list.insert(place, value);
  }
}

Universe universe_for(const AuditInput& input, const std::string& provider,
                      const std::vector<TokenSet>& declared) {
  Universe universe = universe_of(input.intent());
  for (const TokenSet& set : declared) {
    const bool known =
        !set.repository ||
        std::any_of(universe.repositories.begin(), universe.repositories.end(),
                    [&](const RepositoryFact& fact) { return fact.name == *set.repository; });
    if (!known) {
      universe.repositories.push_back({*set.repository, {}, {}});
    }
  }
  if (const iam::OidcProvider* known = input.model<iam::OidcProviders>().find(provider)) {
    universe.audiences = known->audiences;
  }
  return universe;
}

void add_trusted(Trust& trust, const Intent& intent) {
  for (const TokenSet& set : trust.declared) {
    add_sorted(trust.repositories, set.repository.value_or(""));
  }
  if (!trust.is_declared) {
    trust.repositories = trust.search.literal_repositories();
    std::sort(trust.repositories.begin(), trust.repositories.end());
    for (const std::string& owner : trust.search.literal_owners()) {
      add_sorted(trust.owners, owner);
    }
    add_sorted(trust.repositories, intent.repository);
  }
  for (const std::string& repository : trust.repositories) {
    add_sorted(trust.owners, owner_of(repository));
  }
}

Trust trust_of(const AuditInput& input, const iam::Role& role, const std::string& provider) {
  std::vector<TokenSet> declared;
  if (role.intent != nullptr) {
    for (const IntentSubject& subject : role.intent->subjects) {
      for (TokenSet& set : token_sets(subject, input.intent().repository)) {
        declared.push_back(std::move(set));
      }
    }
  }
  Trust trust{&role,
              TrustSearch(*role.trust, provider, universe_for(input, provider, declared)),
              !declared.empty(),
              std::move(declared),
              {},
              {}};
  add_trusted(trust, input.intent());
  return trust;
}

std::vector<std::string> with_prefix(std::string_view prefix,
                                     const std::vector<std::string>& names) {
  std::vector<std::string> refs;
  for (const std::string& name : names) {
    refs.push_back(std::string(prefix) + name);
  }
  return refs;
}

}  // namespace

bool Trust::is_github() const {
  return !issuer().legacy && (issuer().kind == IssuerKind::Github ||
                              issuer().kind == IssuerKind::GithubEnterpriseServer);
}

std::string Trust::anchor() const {
  return "provider:" + issuer().prefix;
}

Trusts Trusts::build(const AuditInput& input) {
  Trusts result;
  for (const iam::Role& role : input.model<iam::Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    for (const std::string& provider : providers_of_role(role)) {
      result.trusts_.push_back(trust_of(input, role, provider));
    }
  }
  return result;
}

std::vector<const Trust*> Trusts::github() const {
  std::vector<const Trust*> found;
  for (const Trust& trust : trusts_) {
    if (trust.is_github()) {
      found.push_back(&trust);
    }
  }
  return found;
}

std::vector<const Trust*> Trusts::github_of(const iam::Role& role) const {
  std::vector<const Trust*> found;
  for (const Trust& trust : trusts_) {
    if (trust.role == &role && trust.issuer().is_github()) {
      found.push_back(&trust);
    }
  }
  return found;
}

std::vector<TokenSet> token_sets(const IntentSubject& subject, const std::string& fallback) {
  const std::string& name = subject.repository.empty() ? fallback : subject.repository;
  TokenSet base;
  base.repository = name.empty() ? std::nullopt : std::optional(name);
  base.label = "muster.yaml";
  std::vector<TokenSet> sets;
  const auto add = [&](ContextKind context, std::vector<std::string> refs) {
    sets.push_back(base);
    sets.back().context = context;
    sets.back().refs = std::move(refs);
  };
  const std::vector<std::string> branches = with_prefix("refs/heads/", subject.branches);
  const std::vector<std::string> tags = with_prefix("refs/tags/", subject.tags);
  if (subject.environment) {
    std::vector<std::string> refs = branches;
    refs.insert(refs.end(), tags.begin(), tags.end());
    if (refs.empty()) {
      // Pull requests are meant only where they are declared.
      refs = {"refs/heads/*", "refs/tags/*"};
    }
    if (subject.pull_request) {
      refs.emplace_back("refs/pull/*/merge");
    }
    add(ContextKind::Environment, std::move(refs));
    sets.back().environment = subject.environment;
    return sets;
  }
  if (!branches.empty() || !tags.empty() || subject.pull_request) {
    if (!branches.empty()) {
      add(ContextKind::Branch, branches);
    }
    if (!tags.empty()) {
      add(ContextKind::Tag, tags);
    }
  } else {
    for (const ContextKind context : {ContextKind::Environment, ContextKind::Branch,
                                      ContextKind::Tag, ContextKind::PullRequest}) {
      add(context, {});
    }
  }
  if (subject.pull_request) {
    add(ContextKind::PullRequest, {});
  }
  return sets;
}

}  // namespace muster::oidc

template std::shared_ptr<const void> muster::built<muster::oidc::Trusts>(const AuditInput&);
