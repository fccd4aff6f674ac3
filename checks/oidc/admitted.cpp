// The general questions of a `TrustSearch`, and its variants. The named questions are in
// questions.cpp.
#include "checks/oidc/admitted.h"

#include <algorithm>
#include <set>

#include "checks/oidc/compiled.h"
#include "checks/oidc/forgery.h"
#include "checks/oidc/identities.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

std::vector<std::string> listed(const std::set<std::string>& set) {
  return {set.begin(), set.end()};
}

/// "The token lies in the set" as an AND of terms.
std::vector<Term> membership(const TokenSet& set, Demands& demands) {
  std::vector<Term> terms = {demands.one_of("context", {to_string(set.context)})};
  const auto exact = [&](const char* claim, const std::optional<std::string>& value) {
    if (value) {
      terms.push_back(demands.one_of(claim, {*value}));
    }
  };
  exact("repository", set.repository);
  exact("environment", set.environment);
  exact("workflow", set.workflow);
  exact("aud", set.audience);
  if (!set.refs.empty()) {
    terms.push_back(demands.like_one_of("ref", set.refs));
  }
  if (set.workflow_file) {
    Pattern file = literal_pattern(*set.workflow_file + "@");
    file.items.push_back({ItemKind::AnyRun, 0, {}});
    terms.push_back(demands.matches("job_workflow_ref", {file}));
  }
  return terms;
}

bool knows_id(const CompiledTrust& trust, const Scope& scope, std::string RepositoryFact::* id) {
  const auto& names = scope.repository.values;
  const auto& facts = trust.universe.repositories;
  return std::any_of(facts.begin(), facts.end(), [&](const RepositoryFact& fact) {
    return !(fact.*id).empty() && text::one_of(fact.name, names);
  });
}

/// An id of a named owner or repository that no fact gives is one the policy names, if that helps
/// the token: a refusal must hold under each of them.
std::vector<Scope> id_assumptions(const CompiledTrust& trust, const Scope& scope) {
  constexpr std::size_t kMost = 16;
  std::vector<Scope> assumptions = {scope};
  const auto assume = [&](ValueRule Scope::* rule, const std::set<std::string>& ids) {
    if ((scope.*rule).kind != ValueRule::Kind::Any || ids.empty()) {
      return;
    }
    std::vector<Scope> next;
    for (const Scope& so_far : assumptions) {
      for (const std::string& id : ids) {
        next.push_back(so_far);
        (next.back().*rule) = ValueRule::exactly(id);
      }
    }
    next.resize(std::min(next.size(), kMost));
    assumptions = std::move(next);
  };
  const bool named = scope.repository.kind == ValueRule::Kind::OneOf ||
                     scope.repository_id.kind == ValueRule::Kind::OneOf;
  const bool owner_named = named || scope.owner.kind == ValueRule::Kind::OneOf;
  if (owner_named && !knows_id(trust, scope, &RepositoryFact::owner_id)) {
    assume(&Scope::owner_id, trust.literals.owner_ids);
  }
  if (named && !knows_id(trust, scope, &RepositoryFact::id)) {
    assume(&Scope::repository_id, trust.literals.repository_ids);
  }
  return assumptions;
}

}  // namespace

Question question_about(const CompiledTrust& trust, Goal goal, const Demands& demands) {
  return {goal, trust.under_test(), {}, &trust.issuer, &trust.provider,
          {},   &demands,           {}, trust.limits};
}

Universe universe_of(const Intent& intent) {
  Universe universe;
  if (!intent.repository.empty()) {
    universe.repositories.push_back({intent.repository, intent.repository_id, intent.owner_id});
  }
  universe.format = intent.subject_format;
  universe.subject_claim_keys = intent.subject_claim_keys;
  return universe;
}

Scope scope_of(const TokenSet& set) {
  Scope scope;
  if (set.repository) {
    scope.repository = ValueRule::exactly(*set.repository);
  }
  scope.contexts = {set.context};
  if (set.environment) {
    scope.environment = ValueRule::exactly(*set.environment);
  }
  if (!set.refs.empty()) {
    scope.ref = ValueRule::one_of(set.refs);
  }
  if (set.workflow) {
    scope.workflow = ValueRule::exactly(*set.workflow);
  }
  scope.workflow_file = set.workflow_file;
  scope.audience = ValueRule::exactly(set.audience.value_or("sts.amazonaws.com"));
  return scope;
}

TrustSearch::TrustSearch(const policy::Policy& policy, std::string provider_arn, Universe universe,
                         SearchLimits limits) {
  auto compiled = std::make_shared<CompiledTrust>();
  compiled->policy = policy;
  compiled->provider = std::move(provider_arn);
  compiled->universe = std::move(universe);
  compiled->limits = limits;
  compiled->issuer = issuer_of_provider(compiled->provider);
  compiled->clauses = compile_policy(compiled->policy, compiled->issuer, compiled->provider);
  compiled->literals = literals_of(compiled->policy, compiled->issuer);
  compiled_ = std::move(compiled);
}

const Issuer& TrustSearch::issuer() const {
  return compiled_->issuer;
}

const std::string& TrustSearch::provider() const {
  return compiled_->provider;
}

const Universe& TrustSearch::universe() const {
  return compiled_->universe;
}

const policy::Policy& TrustSearch::policy() const {
  return compiled_->policy;
}

std::vector<std::string> TrustSearch::literal_owners() const {
  return listed(compiled_->literals.owners);
}

std::vector<std::string> TrustSearch::literal_repositories() const {
  return listed(compiled_->literals.repositories);
}

std::vector<std::string> TrustSearch::literal_tenants() const {
  return listed(compiled_->literals.tenants);
}

std::vector<std::string> TrustSearch::open_owner_ids() const {
  return listed(open_ids(compiled_->universe, compiled_->literals).owner_ids);
}

std::vector<std::string> TrustSearch::open_repository_ids() const {
  return listed(open_ids(compiled_->universe, compiled_->literals).repository_ids);
}

std::vector<std::string> TrustSearch::trusted_owners() const {
  std::set<std::string> owners;
  for (const RepositoryFact& fact : compiled_->universe.repositories) {
    owners.insert(owner_of(fact.name));
  }
  return owners.empty() ? literal_owners() : listed(owners);
}

std::vector<std::string> TrustSearch::trusted_repositories() const {
  std::set<std::string> names;
  for (const RepositoryFact& fact : compiled_->universe.repositories) {
    names.insert(fact.name);
  }
  return names.empty() ? literal_repositories() : listed(names);
}

Proof TrustSearch::admits(const Scope& scope, const std::vector<TokenSet>& except) const {
  if (scope.templates == Templates::Forged) {
    return search_forgeries(*compiled_, scope);
  }
  Demands demands(compiled_->clauses.atoms.size());
  Question question = question_about(*compiled_, Goal::Admitted, demands);
  question.shapes =
      shapes_of({compiled_->issuer, compiled_->universe, compiled_->literals, scope}, demands);
  for (const TokenSet& set : except) {
    question.except.push_back(membership(set, demands));
  }
  demands.seal();
  return answer(question);
}

Proof TrustSearch::admits_beyond(const TrustSearch& other, const Scope& scope) const {
  const PolicyUnderTest here = compiled_->under_test();
  const PolicyUnderTest there = other.compiled_->under_test();
  Demands demands(policy_atoms(here, there));
  Question question = question_about(*compiled_, Goal::AdmittedOnlyHere, demands);
  question.other = there;
  question.shapes =
      shapes_of({compiled_->issuer, compiled_->universe, compiled_->literals, scope}, demands);
  demands.seal();
  return answer(question);
}

Proof TrustSearch::refuses(const Scope& scope) const {
  Proof first = Proof::no();
  const std::vector<Scope> assumptions = id_assumptions(*compiled_, scope);
  for (std::size_t i = 0; i < assumptions.size(); ++i) {
    Demands demands(compiled_->clauses.atoms.size());
    Question question = question_about(*compiled_, Goal::Refused, demands);
    question.shapes = shapes_of(
        {compiled_->issuer, compiled_->universe, compiled_->literals, assumptions[i]}, demands);
    demands.seal();
    Proof proof = answer(question);
    if (proof.is_no()) {
      return proof;
    }
    if (i == 0 || (first.is_undecided() && proof.is_yes())) {
      first = std::move(proof);
    }
  }
  return first;
}

TrustSearch TrustSearch::with_policy(const policy::Policy& policy) const {
  return TrustSearch(policy, compiled_->provider, compiled_->universe, compiled_->limits);
}

TrustSearch TrustSearch::with_universe(Universe universe) const {
  return TrustSearch(compiled_->policy, compiled_->provider, std::move(universe),
                     compiled_->limits);
}

TrustSearch TrustSearch::without_statement(std::size_t statement) const {
  policy::Policy policy = compiled_->policy;
  std::erase_if(policy.statements,
                [&](const policy::Statement& s) { return s.index == statement; });
  return with_policy(policy);
}

TrustSearch TrustSearch::without_denies() const {
  policy::Policy policy = compiled_->policy;
  std::erase_if(policy.statements,
                [](const policy::Statement& s) { return s.effect == policy::Effect::Deny; });
  return with_policy(policy);
}

TrustSearch TrustSearch::without_clause(std::size_t statement, std::size_t clause) const {
  policy::Policy policy = compiled_->policy;
  for (policy::Statement& s : policy.statements) {
    if (s.index == statement && clause < s.conditions.size()) {
      s.conditions.erase(s.conditions.begin() + static_cast<std::ptrdiff_t>(clause));
    }
  }
  return with_policy(policy);
}

TrustSearch TrustSearch::without_value(std::size_t statement, std::size_t clause,
                                       std::size_t value) const {
  policy::Policy policy = compiled_->policy;
  for (policy::Statement& s : policy.statements) {
    if (s.index == statement && clause < s.conditions.size() &&
        value < s.conditions[clause].values.size()) {
      auto& values = s.conditions[clause].values;
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(value));
    }
  }
  return with_policy(policy);
}

TrustSearch TrustSearch::without_clauses_on(const std::vector<std::string>& claims) const {
  policy::Policy policy = compiled_->policy;
  for (policy::Statement& s : policy.statements) {
    std::erase_if(s.conditions, [&](const policy::Condition& condition) {
      const auto claim = claim_of_key(compiled_->issuer, condition.key.value);
      return claim && text::one_of(*claim, claims);
    });
  }
  return with_policy(policy);
}

std::vector<std::string> providers_of(const policy::Policy& policy) {
  std::set<std::string> providers;
  for (const policy::Statement& statement : policy.statements) {
    if (statement.effect != policy::Effect::Allow || !statement.principals) {
      continue;
    }
    for (const policy::Principal& principal : *statement.principals) {
      if (principal.type == policy::PrincipalType::Federated &&
          parse_provider_arn(principal.value.value).ok()) {
        providers.insert(principal.value.value);
      }
    }
  }
  return listed(providers);
}

}  // namespace muster::oidc
