// Known: what follows from principal, resource and time. Chosen: parameters of the request, the
// region, an external id. Open: where the caller sits, how it signed in, its organisation.
#include "checks/escalation/keys.h"

#include <algorithm>
#include <array>

#include "checks/core/run.h"
#include "checks/iam/requests.h"
#include "checks/policy/arn.h"
#include "checks/policy/catalogue.h"
#include "checks/policy/variables.h"
#include "checks/text/ascii.h"

namespace muster::escalation {
namespace {

using policy::ContextValue;

/// Keys that depend on where and how the caller is signed in.
constexpr std::array<std::string_view, 14> kOpen = {"aws:sourceip",
                                                    "aws:sourcevpc",
                                                    "aws:sourcevpcarn",
                                                    "aws:sourcevpce",
                                                    "aws:vpcsourceip",
                                                    "aws:vpceaccount",
                                                    "aws:vpceorgid",
                                                    "aws:multifactorauthpresent",
                                                    "aws:multifactorauthage",
                                                    "aws:principalorgid",
                                                    "aws:userid",
                                                    "aws:sourceidentity",
                                                    "aws:federatedprovider",
                                                    "aws:resourceorgid"};

/// Keys of calls that a service makes for somebody: absent in a call of the principal itself.
constexpr std::array<std::string_view, 8> kAbsent = {
    "aws:calledvia",     "aws:calledviafirst",
    "aws:calledvialast", "aws:sourcearn",
    "aws:sourceaccount", "aws:principalservicename",
    "aws:sourceorgid",   "aws:principalservicenameslist"};

std::optional<std::string> tag_of(const std::vector<iam::Tag>& tags, std::string_view lower_key) {
  for (const iam::Tag& tag : tags) {
    if (policy::lower(tag.key) == lower_key) {
      return tag.value;
    }
  }
  return std::nullopt;
}

/// The tag that a key like `aws:ResourceTag/env` or `ssm:resourceTag/env` asks for.
std::optional<std::string> resource_tag(std::string_view key) {
  constexpr std::string_view kPart = ":resourcetag/";
  const std::size_t at = key.find(kPart);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(key.substr(at + kPart.size()));
}

/// A value that is known, absence included.
struct Known {
  std::optional<std::string> value;
};

std::optional<Known> of_principal(std::string_view key, const iam::Principal& principal) {
  constexpr std::string_view kTag = "aws:principaltag/";
  const bool user = principal.kind == iam::PrincipalKind::User;
  if (key == "aws:principalarn") {
    return Known{principal.arn};
  }
  if (key == "aws:principalaccount") {
    return Known{principal.account};
  }
  if (key == "aws:principaltype") {
    return Known{user ? "User" : "AssumedRole"};
  }
  if (key == "aws:username") {
    return Known{user ? std::optional(principal.name) : std::nullopt};
  }
  if (key == "aws:tokenissuetime" && user) {
    return Known{std::nullopt};
  }
  if (key.starts_with(kTag)) {
    return Known{tag_of(principal.tags, key.substr(kTag.size()))};
  }
  return std::nullopt;
}

std::optional<Known> of_call(std::string_view key, TimePoint now) {
  if (key == "aws:securetransport") {
    return Known{"true"};
  }
  if (key == "aws:viaawsservice" || key == "aws:principalisawsservice") {
    return Known{"false"};
  }
  // Of a role's session: it may have begun just now. Users have none, and are asked about before.
  if (key == "aws:currenttime" || key == "aws:tokenissuetime") {
    return Known{to_utc(now)};
  }
  if (key == "aws:epochtime") {
    return Known{std::to_string(now.time_since_epoch().count())};
  }
  if (text::one_of(key, kAbsent)) {
    return Known{std::nullopt};
  }
  return std::nullopt;
}

std::optional<Known> of_resource(std::string_view key, const Ask& question,
                                 std::string_view resource) {
  if (key == "aws:resourceaccount") {
    const std::string_view written = iam::arn_field(resource, iam::kAccountField);
    const std::string& owner =
        question.resource_side == nullptr || question.resource_side->account.empty()
            ? question.principal.account
            : question.resource_side->account;
    return Known{written.empty() ? owner : std::string(written)};
  }
  if (key == "aws:requestedregion") {
    const std::string_view region = iam::arn_field(resource, iam::kRegionField);
    return region.empty() ? std::nullopt : std::optional(Known{std::string(region)});
  }
  const auto tag = resource_tag(key);
  if (tag && question.tag_knowledge == TagKnowledge::Listed) {
    return Known{tag_of(question.tags, *tag)};
  }
  return std::nullopt;
}

std::optional<Known> known_value(const std::string& key, const Ask& question,
                                 std::string_view resource, TimePoint now) {
  if (const auto fixed = question.keys.find(key); fixed != question.keys.end()) {
    return Known{fixed->second};
  }
  if (auto known = of_principal(key, question.principal)) {
    return known;
  }
  if (auto known = of_call(key, now)) {
    return known;
  }
  return of_resource(key, question, resource);
}

/// Claims of an OIDC or SAML token that a session was made from.
bool is_token_claim(std::string_view key) {
  const std::size_t colon = key.find(':');
  return key.substr(0, colon).find('.') != std::string_view::npos || key.starts_with("saml:") ||
         key.starts_with("cognito-identity");
}

bool is_open(const std::string& key, const Ask& question) {
  return text::one_of(key, kOpen) || key.starts_with("aws:principalorgpaths") ||
         key.starts_with("aws:resourceorgpaths") || is_token_claim(key) ||
         (resource_tag(key) && question.tag_knowledge == TagKnowledge::Unknown);
}

bool is_list(const std::string& key, const std::vector<const policy::Condition*>& wanted) {
  const policy::ConditionKey* known = policy::embedded_catalogue().find_key(key);
  return known != nullptr ? known->multivalued
                          : std::ranges::any_of(wanted, [](const policy::Condition* clause) {
                              return clause->op.quantifier != policy::Quantifier::None;
                            });
}

bool is_numeric(policy::OperatorKind kind) {
  return kind >= policy::OperatorKind::NumericEquals &&
         kind <= policy::OperatorKind::NumericGreaterThanEquals;
}

/// Values that meet or miss one written value.
void add_values(const policy::Condition& clause, const std::string& written,
                std::vector<std::string>& values) {
  const policy::OperatorKind kind = clause.op.kind;
  if (kind == policy::OperatorKind::Null) {
    return;
  }
  if (kind == policy::OperatorKind::Bool) {
    values.insert(values.end(), {"true", "false"});
    return;
  }
  if (kind == policy::OperatorKind::IpAddress) {
    values.push_back(written.substr(0, written.find('/')));
    return;
  }
  if (is_numeric(kind) && text::is_digits(written) && written.size() < 10) {
    const long number = std::stol(written);
    values.insert(values.end(), {std::to_string(number - 1), written, std::to_string(number + 1)});
    return;
  }
  values.push_back(iam::instance_of(written));
  if (kind != policy::OperatorKind::StringEquals && written.find('*') != written.npos) {
    std::string longer;
    for (const char c : written) {
      longer += c == '*' ? 'x' : c;
    }
    values.push_back(iam::instance_of(longer));
  }
}

/// A value that no clause looks for.
std::string other_value(const std::vector<const policy::Condition*>& wanted) {
  for (const policy::Condition* clause : wanted) {
    if (clause->op.kind == policy::OperatorKind::ArnEquals ||
        clause->op.kind == policy::OperatorKind::ArnLike) {
      return "arn:aws:iam::000000000000:role/other";
    }
    if (clause->op.kind == policy::OperatorKind::IpAddress) {
      return "198.51.100.7";
    }
    if (is_numeric(clause->op.kind)) {
      return "1";
    }
  }
  return "other";
}

KeyChoices choices_among(const std::string& key,
                         const std::vector<const policy::Condition*>& wanted, KeyChoices::Kind kind,
                         const iam::Principal* principal = nullptr) {
  const bool list = is_list(key, wanted);
  std::vector<std::string> texts;
  for (const policy::Condition* clause : wanted) {
    for (const policy::Text& value : clause->values) {
      const std::string written =
          principal == nullptr ? value.value
                               : resolved(value.value, policy::Version::V2012_10_17, *principal);
      add_values(*clause, written, texts);
    }
  }
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());
  KeyChoices choices{key, kind, {}};
  choices.values.emplace_back(std::nullopt);
  // A boolean has no other value.
  if (!std::ranges::binary_search(texts, "true")) {
    texts.push_back(other_value(wanted));
  }
  if (list && texts.size() > 1) {
    choices.values.emplace_back(ContextValue{texts, true});
  }
  for (std::string& text : texts) {
    choices.values.emplace_back(ContextValue{{std::move(text)}, list});
  }
  return choices;
}

KeyChoices known_choice(const std::string& key, const std::vector<const policy::Condition*>& wanted,
                        std::optional<std::string> value) {
  KeyChoices choices{key, KeyChoices::Kind::Known, {std::nullopt}};
  if (value) {
    choices.values.front() = ContextValue{{std::move(*value)}, is_list(key, wanted)};
  }
  return choices;
}

}  // namespace

Statements statements_of(const policy::Stack& stack) {
  Statements all;
  const auto add = [&](const std::vector<policy::Policy>& policies) {
    for (const policy::Policy& policy : policies) {
      for (const policy::Statement& statement : policy.statements) {
        all.push_back(&statement);
      }
    }
  };
  for (const auto* layer : {&stack.identity, &stack.resource, &stack.boundary}) {
    if (*layer) {
      add(**layer);
    }
  }
  for (const auto* levels : {&stack.scp, &stack.rcp}) {
    for (std::size_t level = 0; *levels && level < (*levels)->size(); ++level) {
      add((**levels)[level]);
    }
  }
  return all;
}

bool may_concern(const policy::Statement& statement, const std::string& resource) {
  const policy::Request request{{}, {}, resource, {}, {}};
  return !statement.resources ||
         std::ranges::any_of(*statement.resources, [&](const policy::Text& pattern) {
           return pattern.value.find("${") != std::string::npos ||
                  policy::match_resource(pattern.value, policy::Version::V2012_10_17, request) !=
                      policy::MatchResult::No;
         });
}

std::string resolved(std::string_view text, policy::Version version,
                     const iam::Principal& principal) {
  std::string out;
  while (version == policy::Version::V2012_10_17 && text.find("${") != text.npos) {
    const std::size_t at = text.find("${");
    const std::size_t end = text.find('}', at);
    out += text.substr(0, at);
    if (end == text.npos) {
      text.remove_prefix(at);
      break;
    }
    const std::string_view name = text.substr(at + 2, end - at - 2);
    const auto known = of_principal(policy::lower(name), principal);
    // A wildcard in a value is no wildcard of the pattern.
    const bool plain = known && known->value && known->value->find_first_of("*?$") == text.npos;
    out += plain ? std::string_view(*known->value) : text.substr(at, end + 1 - at);
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

std::set<std::string> mentioned_keys(const Statements& statements) {
  std::set<std::string> keys;
  for (const policy::Statement* statement : statements) {
    keys.merge(policy::mentioned_keys(*statement));
  }
  return keys;
}

std::vector<const policy::Condition*> clauses_on(const Statements& statements,
                                                 const std::string& key) {
  std::vector<const policy::Condition*> clauses;
  for (const policy::Statement* statement : statements) {
    for (const policy::Condition& clause : statement->conditions) {
      if (text::equals_ignoring_case(clause.key.value, key)) {
        clauses.push_back(&clause);
      }
    }
  }
  return clauses;
}

KeyChoices choices_of(const std::string& key, const std::vector<const policy::Condition*>& wanted,
                      const Ask& question, std::string_view resource, TimePoint now) {
  if (auto known = known_value(key, question, resource, now)) {
    return known_choice(key, wanted, std::move(known->value));
  }
  return choices_among(key, wanted,
                       is_open(key, question) ? KeyChoices::Kind::Open : KeyChoices::Kind::Chosen,
                       &question.principal);
}

KeyChoices choices_of_outsider(const std::string& key,
                               const std::vector<const policy::Condition*>& wanted,
                               const OutsiderKeys& keys, TimePoint now) {
  if (const auto fixed = keys.known.find(key); fixed != keys.known.end()) {
    return known_choice(key, wanted, fixed->second);
  }
  if (const auto known = of_call(key, now); known && !keys.is_service) {
    return known_choice(key, wanted, known->value);
  }
  if (keys.is_service && key.starts_with("aws:principal")) {
    return known_choice(key, wanted, std::nullopt);
  }
  const bool open = !keys.is_service && !(keys.is_federated && is_token_claim(key)) &&
                    (text::one_of(key, kOpen) || key == "sts:externalid" || is_token_claim(key) ||
                     key.starts_with("aws:principal") || key.find("orgpaths") != key.npos ||
                     resource_tag(key).has_value());
  return choices_among(key, wanted, open ? KeyChoices::Kind::Open : KeyChoices::Kind::Chosen);
}

bool is_personal_key(std::string_view key) {
  return key.starts_with("aws:principal") || key == "aws:username" || key == "aws:userid";
}

}  // namespace muster::escalation
