// Trust policies: which action goes with which principal, and what a provider's tokens must show.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/lint/families.h"
#include "checks/policy/arn.h"
#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

constexpr std::string_view kGithub = "token.actions.githubusercontent.com";

/// What a principal may use to assume the role.
enum class Kind { Oidc, Saml, Other };

constexpr std::string_view kOidcResource = "oidc-provider/";
constexpr std::string_view kSamlResource = "saml-provider/";

Kind kind_of(const PrincipalGroup& group, std::string_view value) {
  if (group.key.text() != "Federated") {
    return Kind::Other;
  }
  const auto arn = policy::split_arn(value);
  return arn && arn->resource.starts_with(kSamlResource) ? Kind::Saml : Kind::Oidc;
}

std::string_view action_for(Kind kind) {
  switch (kind) {
    case Kind::Oidc:
      return "sts:AssumeRoleWithWebIdentity";
    case Kind::Saml:
      return "sts:AssumeRoleWithSAML";
    case Kind::Other:
      return "sts:AssumeRole";
  }
  return "";
}

/// The kinds of principals under `Principal`; nothing when it is `*`, or not as it should be.
std::optional<std::vector<Kind>> kinds_of(const Statement& statement) {
  std::vector<Kind> kinds;
  for (const PrincipalGroup& group : statement.principal_groups) {
    for (const Entry& entry : group.entries) {
      kinds.push_back(kind_of(group, entry.text()));
    }
  }
  const bool plain = statement.principals.size() == 1 && !statement.principals.front().negated();
  return plain && !kinds.empty() ? std::optional(std::move(kinds)) : std::nullopt;
}

/// An action that none of the principals can use. One that some can is left alone: the statement
/// may list an action for each.
void judge_actions_for(const Subject& subject, const Statement& statement) {
  const auto kinds = kinds_of(statement);
  if (!kinds) {
    return;
  }
  constexpr std::array kKinds = {Kind::Oidc, Kind::Saml, Kind::Other};
  for (const Element& element : statement.actions) {
    for (const Entry& entry : element.entries) {
      const auto wanted = std::ranges::find_if(kKinds, [&](Kind kind) {
        return text::equals_ignoring_case(entry.text(), action_for(kind));
      });
      if (element.negated() || wanted == kKinds.end() ||
          std::ranges::find(*kinds, *wanted) != kinds->end()) {
        continue;
      }
      subject.out.add(Code::MismatchedActionForPrincipal,
                      quoted(entry.text()) + " cannot be used by the principals; they need " +
                          quoted(action_for(kinds->front())),
                      subject.out.at(statement, element, entry));
    }
  }
}

bool is_domain(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  });
  return plain && text.find('.') != std::string_view::npos && !text.starts_with('.') &&
         !text.ends_with('.');
}

bool is_provider(std::string_view text) {
  if (!text.starts_with("arn:")) {
    return is_domain(text);
  }
  const auto arn = policy::split_arn(text);
  return arn && arn->service == "iam" &&
         (arn->resource.starts_with(kOidcResource) || arn->resource.starts_with(kSamlResource));
}

/// The name that a provider's condition keys begin with: the part of its ARN after the slash, or
/// the domain itself. Empty for SAML and for what is no provider.
std::string key_prefix(std::string_view value) {
  const auto arn = policy::split_arn(value);
  if (!arn) {
    return is_domain(value) ? policy::lower(value) : std::string();
  }
  return arn->resource.starts_with(kOidcResource)
             ? policy::lower(arn->resource.substr(kOidcResource.size()))
             : std::string();
}

/// A subject of GitHub that leaves the repository open, or names nothing behind it.
bool is_open_subject(std::string_view subject) {
  constexpr std::string_view kRepository = "repo:";
  if (!has_wildcard(subject)) {
    return false;
  }
  if (!subject.starts_with(kRepository)) {
    return subject.find_first_not_of('*') == std::string_view::npos;
  }
  const std::string_view rest = subject.substr(kRepository.size());
  const std::size_t colon = rest.find(':');
  return colon == std::string_view::npos || has_wildcard(rest.substr(0, colon)) ||
         rest.substr(colon + 1) == "*";
}

/// One provider that a statement trusts.
struct Provider {
  const Subject& subject;
  const Statement& statement;
  const PrincipalGroup& group;
  const Entry& entry;
  std::string prefix;

  [[nodiscard]] bool has_condition() const {
    return std::ranges::any_of(statement.clauses, [&](const Clause& clause) {
      return clause.name.starts_with(prefix + ":");
    });
  }

  [[nodiscard]] Location place() const { return subject.out.at(statement, group, entry); }
};

void judge_subjects(const Provider& provider) {
  const std::string name = provider.prefix + ":sub";
  if (provider.statement.find_clause(provider.prefix + ":ref") != nullptr) {
    return;
  }
  for (const Clause& clause : provider.statement.clauses) {
    if (clause.name != name || !is_string_operator(clause.op) || clause.op.negated) {
      continue;
    }
    for (const Entry& entry : clause.entries) {
      if (is_open_subject(entry.text())) {
        provider.subject.out.add(Code::SpecificGithubRepoAndBranchRecommended,
                                 quoted(entry.text()) + " leaves the repository or the branch open",
                                 provider.subject.out.at(provider.statement, clause, entry));
      }
    }
  }
}

void judge_provider(const Provider& provider) {
  Report& out = provider.subject.out;
  if (!provider.has_condition()) {
    out.add(Code::MissingConditionKeyForOidcPrincipal,
            "no condition on a token of " + quoted(provider.prefix), provider.place());
  }
  if (provider.prefix == kGithub) {
    if (provider.statement.find_clause(provider.prefix + ":sub") == nullptr) {
      out.add(Code::MissingGithubRepoConditionKey,
              "no condition on `" + std::string(kGithub) + ":sub`", provider.place());
    }
    judge_subjects(provider);
  }
}

void judge_providers(const Subject& subject, const Statement& statement) {
  for (const PrincipalGroup& group : statement.principal_groups) {
    for (const Entry& entry : group.entries) {
      if (group.key.text() != "Federated" || has_wildcard(entry.text())) {
        continue;
      }
      if (!is_provider(entry.text())) {
        subject.out.add(Code::InvalidFederatedPrincipalSyntaxInRoleTrustPolicy,
                        quoted(entry.text()) + " is neither a domain nor the ARN of a provider",
                        subject.out.at(statement, group, entry));
      } else if (std::string prefix = key_prefix(entry.text());
                 !prefix.empty() && statement.allows()) {
        judge_provider({subject, statement, group, entry, std::move(prefix)});
      }
    }
  }
}

/// Set operators on the audience of a token, which has one value.
void judge_audience(const Subject& subject, const Statement& statement) {
  for (const Clause& clause : statement.clauses) {
    const std::size_t colon = clause.name.rfind(':');
    const bool audience = clause.name.ends_with(":aud") &&
                          clause.name.substr(0, colon).find('.') != std::string::npos;
    if (!audience || !statement.allows()) {
      continue;
    }
    if (clause.op.quantifier == policy::Quantifier::ForAnyValue) {
      subject.out.add(Code::ForanyvalueWithAudienceClaimType,
                      quoted(clause.key.text()) + " has one value",
                      subject.out.at_key(statement, clause));
    } else if (clause.op.quantifier == policy::Quantifier::ForAllValues) {
      subject.out.add(Code::ConfirmAudienceClaimType,
                      quoted(clause.key.text()) + " has one value, or is absent",
                      subject.out.at_key(statement, clause));
    }
  }
}

void judge_everyone(const Subject& subject, const Statement& statement) {
  for (const Element& element : statement.principals) {
    if (!element.negated() && element.value.is(text::Type::String) && element.value.text() == "*") {
      subject.out.add(Code::RoleTrustPolicyUnsupportedWildcardInPrincipal,
                      "`\"Principal\": \"*\"` is everyone", subject.out.at(statement, element));
    }
  }
}

/// `arn:aws:sts::111122223333:assumed-role/deploy/session` beside the role itself.
void judge_sessions(const Subject& subject, const Statement& statement) {
  constexpr std::string_view kSession = "assumed-role/";
  for (const PrincipalGroup& group : statement.principal_groups) {
    for (const Entry& entry : group.entries) {
      const auto arn = policy::split_arn(entry.text());
      if (!arn || !arn->resource.starts_with(kSession)) {
        continue;
      }
      const std::string_view rest = arn->resource.substr(kSession.size());
      const std::string role = "role/" + std::string(rest.substr(0, rest.find('/')));
      const auto parent = std::ranges::find_if(group.entries, [&](const Entry& other) {
        const auto named = policy::split_arn(other.text());
        return named && named->service == "iam" && named->account == arn->account &&
               named->resource == role;
      });
      if (parent != group.entries.end()) {
        subject.out.add(Code::RedundantPrincipalInRoleTrustPolicy,
                        quoted(entry.text()) + " is covered by " + quoted(parent->text()),
                        subject.out.at(statement, group, entry));
      }
    }
  }
}

bool trusts_roles_anywhere(const Statement& statement) {
  return std::ranges::any_of(statement.principal_groups, [](const PrincipalGroup& group) {
    return group.key.text() == "Service" &&
           std::ranges::any_of(group.entries, [](const Entry& entry) {
             return entry.text() == "rolesanywhere.amazonaws.com";
           });
  });
}

/// IAM Roles Anywhere needs three actions; they may stand in several statements.
void judge_roles_anywhere(const Subject& subject) {
  constexpr std::array<std::string_view, 3> kNeeded = {"sts:assumerole", "sts:setsourceidentity",
                                                       "sts:tagsession"};
  const Statement* first = nullptr;
  std::array<bool, kNeeded.size()> found{};
  for (const Statement& statement : subject.document.statements) {
    if (!statement.allows() || !trusts_roles_anywhere(statement)) {
      continue;
    }
    first = first == nullptr ? &statement : first;
    for (const Element& element : statement.actions) {
      for (const Entry& entry : element.entries) {
        const std::string pattern = policy::lower(entry.text());
        for (std::size_t i = 0; i < kNeeded.size(); ++i) {
          found[i] = found[i] || policy::glob_match(pattern, kNeeded[i], {});
        }
      }
    }
  }
  if (first != nullptr && std::ranges::find(found, false) != found.end()) {
    subject.out.add(Code::MissingActionForRolesAnywhereTrustPolicy,
                    "`rolesanywhere.amazonaws.com` needs sts:AssumeRole, sts:SetSourceIdentity and "
                    "sts:TagSession",
                    subject.out.at(*first));
  }
}

}  // namespace

void judge_trust(const Subject& subject) {
  if (subject.document.type != DocumentType::Trust) {
    return;
  }
  for (const Statement& statement : subject.document.statements) {
    judge_actions_for(subject, statement);
    judge_providers(subject, statement);
    judge_audience(subject, statement);
    judge_everyone(subject, statement);
    judge_sessions(subject, statement);
  }
  judge_roles_anywhere(subject);
}

}  // namespace muster::lint
