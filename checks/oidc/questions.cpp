// The named questions: each is a scope.
#include <algorithm>

#include "checks/oidc/admitted.h"
#include "checks/oidc/compiled.h"
#include "checks/oidc/token.h"

namespace muster::oidc {
namespace {

Scope in_repository(std::string_view repository, ContextKind context) {
  Scope scope;
  scope.repository = ValueRule::exactly(std::string(repository));
  scope.contexts = {context};
  return scope;
}

/// Yes to the first question and no to the second.
Proof first_without_second(Proof first, const Proof& second) {
  if (first.is_yes() && second.is_yes()) {
    return Proof::no();
  }
  return first.is_yes() && second.is_undecided() ? second : first;
}

/// The first clause of an Allow statement that no token can meet, as evidence for a dead policy.
Witness why_dead(const TrustSearch& search) {
  Witness witness{WitnessKind::Text, {}};
  for (const policy::Statement& statement : search.policy().statements) {
    if (statement.effect != policy::Effect::Allow) {
      continue;
    }
    for (const policy::Condition& condition : statement.conditions) {
      policy::Policy alone = search.policy();
      policy::Statement only = statement;
      only.conditions = {condition};
      alone.statements = {only};
      const TrustSearch part(alone, search.provider(), search.universe());
      if (part.admits_anything().is_no() && part.admits_anything_under_any_template().is_no()) {
        witness.fields.push_back({"statement", {statement.anchor()}});
        witness.fields.push_back({"clause", {condition.op.name.value}});
        witness.fields.push_back({"key", {condition.key.value}});
        witness.fields.push_back({"values", {}});
        for (const policy::Text& value : condition.values) {
          witness.fields.back().values.push_back(value.value);
        }
        return witness;
      }
    }
  }
  witness.fields.push_back({"statement", {"no statement can be true"}});
  return witness;
}

}  // namespace

Proof TrustSearch::admits_some(const TokenSet& set) const {
  return admits(scope_of(set));
}

Proof TrustSearch::refuses_some(const TokenSet& set) const {
  return refuses(scope_of(set));
}

std::optional<Refusal> TrustSearch::explain_refusal(const TokenSet& set) const {
  return explain_refusal(scope_of(set));
}

std::optional<Refusal> TrustSearch::explain_refusal(const Scope& scope) const {
  const Proof refused = refuses(scope);
  if (!refused.is_yes()) {
    return std::nullopt;
  }
  const policy::Request request = request_of_witness(refused.witness(), provider());
  std::vector<RefusingClause> clauses = refusing_clauses(policy(), issuer(), request);
  const bool by_token = std::any_of(clauses.begin(), clauses.end(),
                                    [](const RefusingClause& c) { return !c.outside_token; });
  if (by_token) {
    // The caller could choose these keys better; the token is refused all the same.
    std::erase_if(clauses, [](const RefusingClause& c) { return c.outside_token; });
  }
  return Refusal{refused.witness(), std::move(clauses)};
}

Proof TrustSearch::admits_beyond(const std::vector<TokenSet>& allowed) const {
  return admits(Scope{}, allowed);
}

Proof TrustSearch::admits_anything() const {
  return admits(Scope{});
}

Proof TrustSearch::admits_anything_under_any_template() const {
  Scope scope;
  scope.templates = Templates::Forged;
  return admits(scope);
}

Proof TrustSearch::is_dead() const {
  for (const Proof& alive : {admits_anything(), admits_anything_under_any_template()}) {
    if (alive.is_yes()) {
      return Proof::no();
    }
    if (alive.is_undecided()) {
      return alive;
    }
  }
  return Proof::yes(why_dead(*this));
}

Proof TrustSearch::admits_any_repository() const {
  Scope scope;
  scope.owner = ValueRule::fresh();
  scope.repository = ValueRule::fresh();
  scope.contexts = {ContextKind::Branch};
  scope.ref = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_fresh_owner(bool fresh_workflow) const {
  Scope scope;
  scope.owner = ValueRule::fresh();
  if (fresh_workflow) {
    scope.workflow_ref = ValueRule::fresh();
  }
  return admits(scope);
}

Proof TrustSearch::admits_owner_outside(const std::vector<std::string>& trusted) const {
  Scope scope;
  scope.owner = ValueRule::outside(trusted);
  return admits(scope);
}

Proof TrustSearch::admits_fresh_repository(std::string_view owner) const {
  Scope scope;
  scope.owner = ValueRule::exactly(std::string(owner));
  scope.repository = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_repository_outside(const std::vector<std::string>& owners,
                                             const std::vector<std::string>& repositories) const {
  Scope scope;
  scope.owner = ValueRule::one_of(owners);
  scope.repository = ValueRule::outside(repositories);
  return admits(scope);
}

Proof TrustSearch::admits_pull_request(std::string_view repository) const {
  return admits(in_repository(repository, ContextKind::PullRequest));
}

Proof TrustSearch::admits_fresh_branch(std::string_view repository) const {
  Scope scope = in_repository(repository, ContextKind::Branch);
  scope.ref = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_fresh_tag(std::string_view repository) const {
  Scope scope = in_repository(repository, ContextKind::Tag);
  scope.ref = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_fresh_environment(std::string_view repository) const {
  Scope scope = in_repository(repository, ContextKind::Environment);
  scope.environment = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_branch_outside(std::string_view repository,
                                         const std::vector<std::string>& ref_globs) const {
  Scope scope = in_repository(repository, ContextKind::Branch);
  scope.ref = ValueRule::outside(ref_globs);
  return admits(scope);
}

Proof TrustSearch::admits_tag_outside(std::string_view repository,
                                      const std::vector<std::string>& ref_globs) const {
  Scope scope = in_repository(repository, ContextKind::Tag);
  scope.ref = ValueRule::outside(ref_globs);
  return admits(scope);
}

Proof TrustSearch::admits_environment_outside(std::string_view repository,
                                              const std::vector<std::string>& names) const {
  Scope scope = in_repository(repository, ContextKind::Environment);
  scope.environment = ValueRule::outside(names);
  return admits(scope);
}

Proof TrustSearch::admits_merge_ref_in_environment(
    std::string_view repository, const std::optional<std::string>& environment) const {
  Scope scope = in_repository(repository, ContextKind::Environment);
  scope.ref_kinds = {RefKind::PullMerge};
  if (environment) {
    scope.environment = ValueRule::exactly(*environment);
  }
  return admits(scope);
}

Proof TrustSearch::admits_fresh_ref_in_environment(std::string_view repository,
                                                   std::string_view environment) const {
  Scope scope = in_repository(repository, ContextKind::Environment);
  scope.environment = ValueRule::exactly(std::string(environment));
  scope.ref_kinds = {RefKind::Branch};
  scope.ref = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_fresh_workflow_ref() const {
  const auto& tracks = compiled_->clauses.tracks;
  const bool asked = std::any_of(tracks.begin(), tracks.end(), [](const Track& track) {
    return track.claim == "job_workflow_ref";
  });
  if (!asked) {
    return Proof::no();
  }
  Scope scope;
  scope.fresh_workflow_version = true;
  return admits(scope);
}

Proof TrustSearch::admits_fresh_owner_id(std::string_view repository) const {
  Scope scope;
  scope.repository = ValueRule::exactly(std::string(repository));
  scope.form = SubjectForm::Immutable;
  scope.owner_id = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_fresh_repository_id(std::string_view repository) const {
  Scope scope;
  scope.repository = ValueRule::exactly(std::string(repository));
  scope.form = SubjectForm::Immutable;
  scope.repository_id = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_form(std::string_view repository, SubjectForm form) const {
  Scope scope;
  scope.repository = ValueRule::exactly(std::string(repository));
  scope.form = form;
  Universe both = compiled_->universe;
  both.format = SubjectFormat::Both;
  return with_universe(std::move(both)).admits(scope);
}

Proof TrustSearch::only_classic(std::string_view repository) const {
  return first_without_second(admits_form(repository, SubjectForm::Classic),
                              admits_form(repository, SubjectForm::Immutable));
}

Proof TrustSearch::only_immutable(std::string_view repository) const {
  return first_without_second(admits_form(repository, SubjectForm::Immutable),
                              admits_form(repository, SubjectForm::Classic));
}

Proof TrustSearch::admits_forged_by_outsider() const {
  Scope scope;
  scope.owner = ValueRule::outside(trusted_owners());
  scope.templates = Templates::Forged;
  return admits(scope);
}

Proof TrustSearch::admits_forged_by_sibling() const {
  Scope scope;
  scope.owner = ValueRule::one_of(trusted_owners());
  scope.repository = ValueRule::outside(trusted_repositories());
  if (scope.repository.values.empty()) {
    // Every repository of the owner would be its own sibling.
    return Proof::no();
  }
  scope.templates = Templates::Forged;
  return admits(scope);
}

Proof TrustSearch::admits_fresh_tenant() const {
  if (compiled_->issuer.tenancy == Tenancy::Single) {
    return Proof::no();
  }
  Scope scope;
  scope.tenant = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_tenant_outside(const std::vector<std::string>& tenants) const {
  if (compiled_->issuer.tenancy == Tenancy::Single) {
    return Proof::no();
  }
  Scope scope;
  scope.tenant = ValueRule::outside(tenants);
  return admits(scope);
}

Proof TrustSearch::admits_fresh_project() const {
  Scope scope;
  scope.project = ValueRule::fresh();
  return admits(scope);
}

Proof TrustSearch::admits_subject_like(std::string_view glob) const {
  Scope scope;
  scope.subject = ValueRule::one_of({std::string(glob)});
  return admits(scope);
}

}  // namespace muster::oidc
