// The order of the questions is the order of the rungs: a narrower question is only asked, or only
// reported, where no wider one has said it.
#include "checks/oidc/climber.h"

#include <algorithm>

#include "checks/oidc/deciding.h"
#include "checks/oidc/named.h"

namespace muster::oidc {
namespace {

Scope in_context(Scope scope, ContextKind context) {
  scope.contexts = {context};
  return scope;
}

/// The contexts that together mean "whatever runs in the repository".
std::array<Scope, 4> every_context(const Scope& base) {
  std::array<Scope, 4> scopes = {
      in_context(base, ContextKind::PullRequest), in_context(base, ContextKind::Branch),
      in_context(base, ContextKind::Tag), in_context(base, ContextKind::Environment)};
  scopes[1].ref = ValueRule::fresh();
  scopes[2].ref = ValueRule::fresh();
  scopes[3].environment = ValueRule::fresh();
  return scopes;
}

}  // namespace

/// Whether somebody whom a wider rung reports has what `scope` asks about a trusted repository.
bool Climber::said_by_wider(const Scope& scope) const {
  return std::any_of(wider_.begin(), wider_.end(), [&](const Scope& whom) {
    Scope asked = scope;
    asked.owner = whom.owner;
    asked.repository = whom.repository;
    return search().admits(asked).is_yes();
  });
}

void Climber::strangers() {
  const Proof anybody = search().admits_any_repository();
  const Proof somebody = search().admits_fresh_owner();
  const bool through_workflow = somebody.is_yes() && search().admits_fresh_owner(true).is_no();
  any_repository_ = anybody.is_yes();
  const std::string anchor = trust_.anchor();
  if (through_workflow) {
    // Which repositories may call the workflow is GitHub's business: worse only if it is public.
    add(Rung::WorkflowOnly, somebody, Exposure::OtherRepositories, anchor, {});
  } else {
    add(Rung::WorkflowOnly, Proof::no(), Exposure::OtherRepositories, anchor, {});
    add(Rung::AnyRepository, anybody, Exposure::Outsiders, anchor, {});
    if (!any_repository_) {
      add(Rung::OwnerWildcard, somebody, Exposure::Outsiders, anchor, {});
    }
  }
  outsiders_ = somebody.is_yes();
  if (outsiders_) {
    Scope stranger;
    stranger.owner = ValueRule::fresh();
    wider_.push_back(std::move(stranger));
    return;
  }
  Proof other = search().admits_owner_outside(trust_.owners);
  outsiders_ = other.is_yes();
  if (outsiders_) {
    Scope outsider;
    outsider.owner = ValueRule::outside(trust_.owners);
    wider_.push_back(std::move(outsider));
  }
  add(Rung::OwnerPrefix, std::move(other), Exposure::Outsiders, anchor, {});
}

void Climber::owner(const std::string& name) {
  const std::string anchor = "owner:" + name;
  Scope others;
  others.owner = ValueRule::exactly(name);
  Proof every = search().admits_fresh_repository(name);
  if (every.is_yes()) {
    others.repository = ValueRule::fresh();
    wider_.push_back(std::move(others));
    add(Rung::OrgWide, std::move(every), Exposure::WholeOwner, anchor, name);
    return;
  }
  add(Rung::OrgWide, std::move(every), Exposure::WholeOwner, anchor, name);
  Proof some = search().admits_repository_outside({name}, trust_.repositories);
  if (some.is_yes() && trust_.repositories.empty()) {
    // The first may be the one that is meant; a second one is a stranger for certain.
    Proof second = search().admits_repository_outside({name}, {some.witness().first("repository")});
    some = second.is_yes() ? std::move(second) : std::move(some);
  }
  if (some.is_yes()) {
    others.repository = ValueRule::outside(trust_.repositories);
    wider_.push_back(std::move(others));
  }
  add(Rung::RepositoryPrefix, std::move(some), Exposure::OtherRepositories, anchor, name);
}

/// An owner whom the policy knows only by id has all repositories in, if any new one is.
void Climber::unnamed_owner() {
  Scope any_new;
  any_new.repository = ValueRule::fresh();
  Proof every = search().admits(any_new);
  if (every.is_no() && !trust_.owners.empty()) {
    return;
  }
  if (every.is_yes()) {
    wider_.push_back(any_new);
  }
  add(Rung::OrgWide, std::move(every), Exposure::WholeOwner, "owner:*", "an owner known by id");
}

void Climber::owners() {
  if (any_repository_) {
    return;
  }
  for (const std::string& name : trust_.owners) {
    owner(name);
  }
  if (wider_.empty()) {
    unnamed_owner();
  }
}

void Climber::forgers() {
  if (outsiders_) {
    return;
  }
  Scope outsider;
  outsider.owner = ValueRule::outside(trust_.owners);
  outsider.templates = Templates::Forged;
  Proof forged = search().admits(outsider);
  if (forged.is_no() && wider_.empty() && !trust_.repositories.empty()) {
    Scope sibling;
    sibling.owner = ValueRule::one_of(trust_.owners);
    sibling.repository = ValueRule::outside(trust_.repositories);
    sibling.templates = Templates::Forged;
    add(Rung::Forgeable, search().admits(sibling), Exposure::OtherRepositories, trust_.anchor(),
        "another repository of the owner");
    return;
  }
  add(Rung::Forgeable, std::move(forged), Exposure::Outsiders, trust_.anchor(),
      "a repository of somebody else");
}

/// A pull request that names an environment of unknown protection may still wait for a reviewer.
Exposure Climber::exposure_of(Rung rung, const Population& population, const Proof& answer) const {
  if (rung == Rung::PullRequest) {
    return Exposure::PullRequests;
  }
  if (rung == Rung::MergeRef && answer.is_yes()) {
    const std::string environment = answer.witness().first("environment");
    return intent_.environment(environment) != nullptr ? Exposure::PullRequests
                                                       : Exposure::MoreRefs;
  }
  const bool guarded = rung == Rung::EnvironmentWithoutRef && is_protected(population.name);
  return guarded ? Exposure::Note : Exposure::MoreRefs;
}

void Climber::add_context(Rung rung, const Population& population, const Scope& scope,
                          Proof answer) {
  if (answer.is_yes() && said_by_wider(scope)) {
    return;
  }
  const Exposure exposure = exposure_of(rung, population, answer);
  add(rung, std::move(answer), exposure, population.anchor, population.name);
}

/// Whether pull requests, any branch, any tag and any environment all get in.
Proof Climber::every_answer(const Scope& base) const {
  Proof all = Proof::no();
  for (const Scope& scope : every_context(base)) {
    Proof answer = search().admits(scope, trust_.declared);
    if (answer.is_no()) {
      return answer;
    }
    // The witness of the pull request stays: it is the context that surprises most.
    if (all.is_no() || (all.is_yes() && answer.is_undecided())) {
      all = std::move(answer);
    }
  }
  return all;
}

bool Climber::is_said_by_wider(const std::array<Scope, 4>& scopes) const {
  return std::all_of(scopes.begin(), scopes.end(),
                     [&](const Scope& scope) { return said_by_wider(scope); });
}

/// What counts as meant: what muster.yaml declares, else what the policy names.
std::vector<TokenSet> Climber::meant(ContextKind context, bool patterns) const {
  if (trust_.is_declared) {
    return trust_.declared;
  }
  TokenSet named;
  named.context = context;
  named.refs =
      named_refs(trust_, context == ContextKind::Tag ? "refs/tags/" : "refs/heads/", patterns);
  return named.refs.empty() ? std::vector<TokenSet>{} : std::vector<TokenSet>{named};
}

void Climber::branches(const Population& population) {
  const Scope some = in_context(population.scope, ContextKind::Branch);
  Scope any = some;
  any.ref = ValueRule::fresh();
  Proof fresh = search().admits(any, trust_.declared);
  const bool is_any = fresh.is_yes();
  add_context(Rung::AnyBranch, population, any, std::move(fresh));
  if (!is_any) {
    add_context(Rung::RefPrefix, population, some,
                search().admits(some, meant(ContextKind::Branch, false)));
  }
}

void Climber::tags(const Population& population) {
  const Scope some = in_context(population.scope, ContextKind::Tag);
  add_context(Rung::TagRef, population, some, search().admits(some, meant(ContextKind::Tag, true)));
}

/// Declared sets that name no environment: every one is meant.
std::vector<TokenSet> Climber::whole_repositories() const {
  std::vector<TokenSet> sets;
  for (const TokenSet& set : trust_.declared) {
    if (set.context == ContextKind::Environment && !set.environment) {
      sets.push_back(set);
    }
  }
  return sets;
}

std::vector<std::string> Climber::declared_environments() const {
  std::vector<std::string> names;
  for (const TokenSet& set : trust_.declared) {
    if (set.environment) {
      names.push_back(*set.environment);
    }
  }
  return names;
}

bool Climber::is_protected(const std::string& environment) const {
  const IntentEnvironment* known = intent_.environment(environment);
  return known != nullptr && (known->limits_refs() || known->reviewers.value_or(false));
}

std::vector<TokenSet> Climber::meant_or_protected() const {
  std::vector<TokenSet> sets = trust_.declared;
  for (const IntentEnvironment& known : intent_.environments) {
    if (is_protected(known.name)) {
      TokenSet set;
      set.context = ContextKind::Environment;
      set.environment = known.name;
      sets.push_back(std::move(set));
    }
  }
  return sets;
}

void Climber::environments(const Population& population) {
  const Scope base = in_context(population.scope, ContextKind::Environment);
  const std::vector<std::string> declared = declared_environments();
  Scope other = base;
  other.environment = trust_.is_declared ? ValueRule::outside(declared) : ValueRule::fresh();
  if (!trust_.is_declared) {
    // With the ref pinned, an environment can only add protection.
    other.ref = ValueRule::fresh();
  }
  Proof more = search().admits(other, whole_repositories());
  const bool is_any = more.is_yes();
  add_context(Rung::AnyEnvironment, population, other, std::move(more));
  Scope merge = base;
  merge.ref_kinds = {RefKind::PullMerge};
  add_context(Rung::MergeRef, population, merge, search().admits(merge, meant_or_protected()));
  if (is_any) {
    return;
  }
  std::vector<std::string> names = named_environments(trust_);
  names.insert(names.end(), declared.begin(), declared.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    environment(population, name);
  }
}

void Climber::environment(const Population& population, const std::string& name) {
  Scope scope = in_context(population.scope, ContextKind::Environment);
  scope.environment = ValueRule::exactly(name);
  Scope merge = scope;
  merge.ref_kinds = {RefKind::PullMerge};
  if (!is_protected(name) && search().admits(merge, meant_or_protected()).is_yes()) {
    // The merge ref's own rung has said that no ref is asked for.
    return;
  }
  scope.ref = ValueRule::fresh();
  add_context(Rung::EnvironmentWithoutRef,
              {scope, name, population.anchor + ":environment:" + name}, scope,
              search().admits(scope, trust_.declared));
}

void Climber::contexts(const Population& population) {
  Proof every = every_answer(population.scope);
  const bool all = every.is_yes();
  if (!all || !is_said_by_wider(every_context(population.scope))) {
    add(Rung::AnyContext, std::move(every), Exposure::PullRequests, population.anchor,
        population.name);
  }
  if (all) {
    return;
  }
  const Scope pull = in_context(population.scope, ContextKind::PullRequest);
  add_context(Rung::PullRequest, population, pull, search().admits(pull, trust_.declared));
  branches(population);
  tags(population);
  environments(population);
}

void Climber::ids(const std::string& repository) {
  // A repository id is unique on GitHub: with it pinned, an open owner id lets nobody else in.
  add(Rung::UnpinnedId, search().admits_fresh_repository_id(repository), Exposure::Hygiene,
      "repo:" + repository, repository);
}

std::vector<Step> Climber::climb() {
  strangers();
  owners();
  forgers();
  for (const std::string& repository : trust_.repositories) {
    Population population{{}, repository, "repo:" + repository};
    population.scope.repository = ValueRule::exactly(repository);
    contexts(population);
    if (wider_.empty()) {
      ids(repository);
    }
  }
  if (trust_.repositories.empty() && wider_.empty()) {
    contexts({{}, "the repository that it admits", "repo:*"});
  }
  return std::move(steps_);
}

}  // namespace muster::oidc
