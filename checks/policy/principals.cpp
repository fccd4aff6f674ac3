// Kinds of callers and of principal entries, told apart by the shape of their text.
#include "checks/policy/principals.h"

#include <algorithm>
#include <array>

#include "checks/policy/arn.h"
#include "checks/text/ascii.h"

namespace muster::policy {
namespace {

constexpr std::array<std::string_view, 4> kProviderHosts = {"accounts.google.com",
                                                            "cognito-identity.amazonaws.com",
                                                            "graph.facebook.com", "www.amazon.com"};

/// `AIDA…`, `AROA…`: the id that IAM leaves in place of a deleted user or role.
bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && (text.starts_with("AIDA") || text.starts_with("AROA")) &&
         std::ranges::all_of(
             text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

std::string_view after_last_slash(std::string_view text) {
  return text.substr(text.rfind('/') + 1);
}

bool is_provider(std::string_view resource) {
  return resource.starts_with("oidc-provider/") || resource.starts_with("saml-provider/");
}

CallerKind kind_in_iam(std::string_view resource) {
  if (resource == "root") {
    return CallerKind::Root;
  }
  if (resource.starts_with("user/")) {
    return CallerKind::User;
  }
  if (resource.starts_with("role/")) {
    return CallerKind::Role;
  }
  return is_provider(resource) ? CallerKind::Provider : CallerKind::Other;
}

CallerKind kind_in_sts(std::string_view resource) {
  if (resource.starts_with("assumed-role/")) {
    return CallerKind::Session;
  }
  return resource.starts_with("federated-user/") ? CallerKind::FederatedUser : CallerKind::Other;
}

std::string_view name_of(CallerKind kind, std::string_view resource) {
  if (kind == CallerKind::Session) {
    const std::size_t first = resource.find('/') + 1;
    return resource.substr(first, resource.find('/', first) - first);
  }
  const bool named =
      kind == CallerKind::User || kind == CallerKind::Role || kind == CallerKind::FederatedUser;
  return named ? after_last_slash(resource) : std::string_view();
}

Caller read_arn_caller(std::string_view text, const ArnParts& arn) {
  Caller caller{CallerKind::Other, text, arn.partition, {}, {}};
  if (arn.service == "iam") {
    caller.kind = kind_in_iam(arn.resource);
  } else if (arn.service == "sts") {
    caller.kind = kind_in_sts(arn.resource);
  }
  caller.name = name_of(caller.kind, arn.resource);
  if (caller.kind != CallerKind::Provider && is_account(arn.account)) {
    caller.account = arn.account;
  }
  return caller;
}

/// A role entry also stands for the role's sessions; their ARN keeps only the last part of the
/// role's path.
bool names_role_of(const ArnParts& entry, const Caller& caller) {
  return caller.kind == CallerKind::Session && entry.service == "iam" &&
         entry.resource.starts_with("role/") && entry.partition == caller.partition &&
         entry.account == caller.account && after_last_slash(entry.resource) == caller.name;
}

Naming naming_by_account(std::string_view account, const Caller& caller) {
  if (caller.account != account) {
    return Naming::None;
  }
  return caller.kind == CallerKind::Root ? Naming::Itself : Naming::Account;
}

Naming naming_by_arn(std::string_view text, const ArnParts& entry, const Caller& caller) {
  if (entry.service == "iam" && entry.resource == "root") {
    const bool other_partition = !caller.partition.empty() && caller.partition != entry.partition;
    return other_partition ? Naming::None : naming_by_account(entry.account, caller);
  }
  if (text == caller.text) {
    return Naming::Itself;
  }
  // A federated-user session is made by some user of its account, and its ARN does not tell which.
  const bool maker = caller.kind == CallerKind::FederatedUser && entry.service == "iam" &&
                     entry.resource.starts_with("user/") && entry.account == caller.account;
  if (maker) {
    return Naming::Unknown;
  }
  return names_role_of(entry, caller) ? Naming::Role : Naming::None;
}

Naming naming_aws(std::string_view text, const Caller& caller) {
  if (text == "*") {
    return Naming::Everyone;
  }
  if (is_account(text)) {
    return naming_by_account(text, caller);
  }
  if (const auto arn = split_arn(text)) {
    return naming_by_arn(text, *arn, caller);
  }
  return is_unique_id(text) ? Naming::None : Naming::Unknown;
}

Naming naming_service(std::string_view text, const Caller& caller) {
  if (text == caller.text) {
    return Naming::Itself;
  }
  return text == "*" && caller.kind == CallerKind::Service ? Naming::Everyone : Naming::None;
}

/// What a NotPrincipal list says about a caller, collected over its entries.
struct Listed {
  bool unknown = false;
  bool everyone = false;
  bool account = false;
  bool role = false;
  bool itself = false;
};

Truth outside(const Listed& listed, const Caller& caller) {
  if (listed.everyone) {
    return Truth::No;
  }
  const bool needs_role = caller.kind == CallerKind::Session;
  const bool complete = has_identity(caller)
                            ? listed.itself && listed.account && (listed.role || !needs_role)
                            : listed.itself;
  if (complete) {
    return Truth::No;
  }
  return listed.unknown || listed.itself || listed.account || listed.role ? Truth::Unknown
                                                                          : Truth::Yes;
}

Truth match_not_principal(const std::vector<Principal>& entries, const Caller& caller) {
  Listed listed;
  for (const Principal& entry : entries) {
    const Naming how = naming(entry, caller);
    listed.unknown = listed.unknown || how == Naming::Unknown;
    listed.everyone = listed.everyone || how == Naming::Everyone;
    listed.account = listed.account || how == Naming::Account;
    listed.role = listed.role || how == Naming::Role;
    listed.itself = listed.itself || how == Naming::Itself;
  }
  return outside(listed, caller);
}

Truth match_listed(const std::vector<Principal>& entries, const Caller& caller) {
  Truth best = Truth::No;
  for (const Principal& entry : entries) {
    const Naming how = naming(entry, caller);
    const Truth truth = how == Naming::None      ? Truth::No
                        : how == Naming::Unknown ? Truth::Unknown
                                                 : Truth::Yes;
    best = std::max(best, truth);
  }
  return best;
}

}  // namespace

bool is_account(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Caller read_caller(std::string_view principal) {
  if (principal == "*") {
    return {CallerKind::Anonymous, principal, {}, {}, {}};
  }
  if (is_account(principal)) {
    return {CallerKind::Root, principal, {}, principal, {}};
  }
  if (const auto arn = split_arn(principal)) {
    return read_arn_caller(principal, *arn);
  }
  if (text::one_of(principal, kProviderHosts)) {
    return {CallerKind::Provider, principal, {}, {}, {}};
  }
  const bool service = principal.ends_with(".amazonaws.com") ||
                       principal.ends_with(".amazonaws.com.cn") ||
                       principal.ends_with(".amazon.com");
  return {service ? CallerKind::Service : CallerKind::Other, principal, {}, {}, {}};
}

Naming naming(const Principal& entry, const Caller& caller) {
  switch (entry.type) {
    case PrincipalType::Any:
      return Naming::Everyone;
    case PrincipalType::Aws:
      return naming_aws(entry.value.value, caller);
    case PrincipalType::Federated:
      return entry.value.value == caller.text ? Naming::Itself : Naming::None;
    case PrincipalType::Service:
      return naming_service(entry.value.value, caller);
    case PrincipalType::CanonicalUser:
      if (entry.value.value == caller.text) {
        return Naming::Itself;
      }
      return caller.account.empty() ? Naming::None : Naming::Unknown;
  }
  return Naming::Unknown;
}

Naming strongest_naming(const Principal& entry, const Caller& caller) {
  const Naming how = naming(entry, caller);
  if (how != Naming::Unknown) {
    return how;
  }
  // A canonical id stands for an account. The user behind a federated-user session is limited like
  // the role behind a session. What is left is malformed and could mean the caller itself.
  if (entry.type == PrincipalType::CanonicalUser) {
    return Naming::Account;
  }
  const auto arn = split_arn(entry.value.value);
  const bool maker = caller.kind == CallerKind::FederatedUser && arn && arn->service == "iam" &&
                     arn->resource.starts_with("user/");
  return maker ? Naming::Role : Naming::Itself;
}

bool has_identity(const Caller& caller) {
  return caller.kind == CallerKind::User || caller.kind == CallerKind::Role ||
         caller.kind == CallerKind::Session || caller.kind == CallerKind::FederatedUser;
}

Truth match_principal(const Statement& statement, const Caller& caller) {
  if (statement.principals) {
    return match_listed(*statement.principals, caller);
  }
  return statement.not_principals ? match_not_principal(*statement.not_principals, caller)
                                  : Truth::Yes;
}

}  // namespace muster::policy
