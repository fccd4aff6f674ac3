// Asks the search about every kind of token.
#include "checks/oidc/explanation.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/oidc/clauses.h"

namespace muster::oidc {
namespace {

constexpr std::array<ContextKind, 4> kContexts = {
    ContextKind::Branch, ContextKind::Tag, ContextKind::PullRequest, ContextKind::Environment};

/// What the policy's values name for `claim`: values on the claim itself, and in those on the
/// subject the text behind `segment`, up to the next `:`.
std::vector<std::string> named_values(const TrustSearch& search, std::string_view claim,
                                      std::string_view segment) {
  std::set<std::string> out;
  for (const policy::Statement& statement : search.policy().statements) {
    for (const policy::Condition& condition : statement.conditions) {
      const auto name = claim_of_key(search.issuer(), condition.key.value);
      for (const policy::Text& value : condition.values) {
        const std::size_t at = name == "sub" ? value.value.find(segment) : std::string::npos;
        if (at != std::string::npos) {
          const std::string rest = value.value.substr(at + segment.size());
          out.insert(rest.substr(0, rest.find(':')));
        } else if (name == claim) {
          out.insert(value.value);
        }
      }
    }
  }
  return {out.begin(), out.end()};
}

std::string decoded_colons(std::string text) {
  for (std::size_t at = text.find("%3A"); at != std::string::npos; at = text.find("%3A", at)) {
    text.replace(at, 3, ":");
  }
  return text;
}

bool has_wildcard(const std::string& text) {
  return text.find_first_of("*?") != std::string::npos;
}

/// Values that the policy names for the part that the context leaves open.
std::vector<std::string> candidates(const TrustSearch& search, bool environment) {
  std::vector<std::string> out;
  for (std::string value : environment ? named_values(search, "environment", ":environment:")
                                       : named_values(search, "ref", ":ref:")) {
    value = environment ? decoded_colons(value) : value;
    if (!value.empty() && !(environment && has_wildcard(value))) {
      out.push_back(value);
    }
  }
  // Those with wildcards first: they are the ones that another value may make superfluous.
  std::stable_partition(out.begin(), out.end(), has_wildcard);
  return out;
}

/// Without the values that add nothing to what the others cover.
std::vector<std::string> needed(const TrustSearch& search, const Scope& scope,
                                ValueRule Scope::* part, std::vector<std::string> values) {
  for (std::size_t i = 0; i < values.size() && values.size() > 1;) {
    std::vector<std::string> others = values;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    Scope rest = scope;
    (rest.*part) = ValueRule::outside(others);
    if (search.admits(rest).is_no()) {
      values = std::move(others);
    } else {
      ++i;
    }
  }
  return values;
}

void list_values(const TrustSearch& search, const Scope& scope, KindVerdict& verdict) {
  const bool environment = verdict.kind.context == ContextKind::Environment;
  ValueRule Scope::* part = environment ? &Scope::environment : &Scope::ref;
  for (const std::string& value : candidates(search, environment)) {
    Scope narrow = scope;
    (narrow.*part) = ValueRule::exactly(value);
    if (search.admits(narrow).is_yes()) {
      verdict.values.push_back(value);
    }
  }
  Scope rest = scope;
  (rest.*part) = ValueRule::outside(verdict.values);
  verdict.beyond = search.admits(rest);
  if (verdict.beyond.is_no()) {
    verdict.values = needed(search, scope, part, std::move(verdict.values));
  }
  std::sort(verdict.values.begin(), verdict.values.end());
}

void list_forms(const TrustSearch& search, Scope scope, KindVerdict& verdict) {
  for (const SubjectForm form : {SubjectForm::Classic, SubjectForm::Immutable}) {
    scope.form = form;
    if (!search.admits(scope).is_no()) {
      verdict.forms.push_back(form);
    }
  }
}

/// Refusals are told for the audience that tokens usually carry: a missing one is another story.
Scope with_usual_audience(const TrustSearch& search, Scope scope) {
  if (!search.issuer().usual_audience.empty()) {
    scope.audience = ValueRule::exactly(search.issuer().usual_audience);
  }
  return scope;
}

/// The first refused token of the scope in a listed form. `whole`: that there is none.
std::optional<Refusal> exception(const TrustSearch& search, Scope scope, const KindVerdict& verdict,
                                 bool& whole) {
  scope = with_usual_audience(search, std::move(scope));
  whole = !verdict.forms.empty();
  for (const SubjectForm form : verdict.forms) {
    scope.form = form;
    if (auto refusal = search.explain_refusal(scope)) {
      whole = false;
      return refusal;
    }
    whole = whole && search.refuses(scope).is_no();
  }
  return std::nullopt;
}

/// What of an admitted kind gets in.
void describe_extent(const TrustSearch& search, Scope scope, KindVerdict& verdict) {
  verdict.except = exception(search, scope, verdict, verdict.all);
  const Who who = verdict.kind.who;
  const bool one = who == Who::Repository || who == Who::RepositoryId;
  if (verdict.all || !one || verdict.kind.context == ContextKind::PullRequest) {
    return;
  }
  list_values(search, scope, verdict);
  if (!verdict.values.empty()) {
    (verdict.kind.context == ContextKind::Environment ? scope.environment : scope.ref) =
        ValueRule::one_of(verdict.values);
    bool whole = false;
    verdict.except = exception(search, scope, verdict, whole);
  }
}

bool admits_any_name(const TrustSearch& search, const TokenKind& kind, Scope scope) {
  if (kind.who != Who::Owner && kind.who != Who::Outsider) {
    return false;
  }
  scope.repository = ValueRule::fresh();
  if (kind.who == Who::Outsider) {
    scope.owner = ValueRule::fresh();
  }
  return search.admits(scope).is_yes();
}

KindVerdict judge_kind(const TrustSearch& search, const TokenKind& kind) {
  KindVerdict verdict;
  verdict.kind = kind;
  const Scope scope = scope_of(kind, search);
  verdict.admitted = search.admits(scope);
  if (verdict.admitted.is_no()) {
    verdict.refusal = search.explain_refusal(with_usual_audience(search, scope));
  }
  if (!verdict.admitted.is_yes() || !kind.context) {
    return verdict;
  }
  verdict.any_name = admits_any_name(search, kind, scope);
  list_forms(search, scope, verdict);
  describe_extent(search, scope, verdict);
  return verdict;
}

std::vector<TokenKind> kinds_of(const TrustSearch& search) {
  std::vector<TokenKind> out;
  const auto add = [&](Who who, const std::string& name) {
    if (!search.issuer().is_github()) {
      out.push_back({who, name, std::nullopt});
      return;
    }
    for (const ContextKind context : kContexts) {
      out.push_back({who, name, context});
    }
  };
  if (!search.issuer().is_github()) {
    for (const std::string& tenant : search.literal_tenants()) {
      add(Who::Owner, tenant);
    }
    add(Who::Outsider, "");
    return out;
  }
  const auto add_all = [&](Who who, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      add(who, name);
    }
  };
  add_all(Who::Repository, search.trusted_repositories());
  add_all(Who::RepositoryId, search.open_repository_ids());
  add_all(Who::Owner, search.trusted_owners());
  add_all(Who::OwnerId, search.open_owner_ids());
  add(Who::Outsider, "");
  return out;
}

bool admits_kind(const Explanation& explanation, Who who) {
  return std::any_of(explanation.kinds.begin(), explanation.kinds.end(), [&](const KindVerdict& v) {
    return v.kind.who == who && v.admitted.is_yes();
  });
}

}  // namespace

Scope scope_of(const TokenKind& kind, const TrustSearch& search) {
  Scope scope;
  if (kind.context) {
    scope.contexts = {*kind.context};
  }
  if (!search.issuer().is_github()) {
    scope.tenant = kind.who == Who::Outsider ? ValueRule::outside(search.literal_tenants())
                                             : ValueRule::exactly(kind.name);
    return scope;
  }
  if (kind.who != Who::Repository) {
    scope.repository = ValueRule::outside(search.trusted_repositories());
  }
  if (kind.who == Who::OwnerId || kind.who == Who::Outsider) {
    scope.owner = ValueRule::outside(search.trusted_owners());
  }
  switch (kind.who) {
    case Who::Repository:
      scope.repository = ValueRule::exactly(kind.name);
      break;
    case Who::RepositoryId:
      scope.repository_id = ValueRule::exactly(kind.name);
      break;
    case Who::Owner:
      scope.owner = ValueRule::exactly(kind.name);
      break;
    case Who::OwnerId:
      scope.owner_id = ValueRule::exactly(kind.name);
      break;
    case Who::Outsider:
      break;
  }
  return scope;
}

Explanation explain(const TrustSearch& search) {
  Explanation out;
  out.provider = search.provider();
  out.issuer = search.issuer();
  out.guard = guard_of(search.policy(), search.issuer(), search.provider());
  out.trusted_owners = search.trusted_owners();
  out.trusted_repositories = search.trusted_repositories();
  for (const TokenKind& kind : kinds_of(search)) {
    out.kinds.push_back(judge_kind(search, kind));
  }
  if (!admits_kind(out, Who::Outsider)) {
    out.forged_by_outsider = search.admits_forged_by_outsider();
  }
  if (!admits_kind(out, Who::Owner)) {
    out.forged_by_sibling = search.admits_forged_by_sibling();
  }
  if (std::all_of(out.kinds.begin(), out.kinds.end(),
                  [](const KindVerdict& verdict) { return verdict.admitted.is_no(); })) {
    out.custom_template = search.admits_anything_under_any_template();
  }
  return out;
}

}  // namespace muster::oidc
