// A role as such makes no requests, its sessions do.
#include "tests/z3/encoding/callers.h"

#include <algorithm>
#include <string_view>

namespace muster::z3_oracle {
namespace {

using policy::Principal;
using policy::PrincipalType;
using Kind = NamedCaller::Kind;

constexpr std::string_view kStranger = "999999999999";

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string last_part(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

/// The fifth field of an ARN.
std::string account_of(std::string_view arn) {
  for (int i = 0; i < 4; ++i) {
    arn.remove_prefix(std::min(arn.find(':') + 1, arn.size()));
  }
  return std::string(arn.substr(0, arn.find(':')));
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

NamedCaller session_of(const std::string& account, const std::string& role,
                       const std::string& session) {
  return {Kind::Session, "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session,
          account, role};
}

void add_account(const std::string& account, std::vector<NamedCaller>& out) {
  out.push_back({Kind::User, "arn:aws:iam::" + account + ":user/unnamed", account});
  out.push_back({Kind::Root, "arn:aws:iam::" + account + ":root", account});
  out.push_back(session_of(account, "unnamed", "unnamed"));
}

void add(const Principal& entry, std::vector<NamedCaller>& out) {
  const std::string& text = entry.value.value;
  const std::string account = is_account(text) ? text : account_of(text);
  if (is_account(account)) {
    add_account(account, out);
  }
  if (entry.type == PrincipalType::Service) {
    out.push_back({Kind::Service, text});
  } else if (entry.type == PrincipalType::Federated) {
    out.push_back({Kind::Provider, text});
  } else if (holds(text, ":user/")) {
    out.push_back({Kind::User, text, account});
  } else if (holds(text, ":role/")) {
    out.push_back(session_of(account, last_part(text), "unnamed"));
  } else if (holds(text, ":assumed-role/")) {
    const std::string role = last_part(text.substr(0, text.rfind('/')));
    out.push_back({Kind::Session, text, account, role});
    out.push_back(session_of(account, role, "unnamed"));
  }
}

bool is_principal_of_account(Kind kind) {
  return kind == Kind::Root || kind == Kind::User || kind == Kind::Session;
}

}  // namespace

std::vector<NamedCaller> callers_of(const std::vector<Principal>& entries) {
  std::vector<NamedCaller> out;
  for (const Principal& entry : entries) {
    add(entry, out);
  }
  add_account(std::string(kStranger), out);
  out.push_back({Kind::Service, "other.amazonaws.com"});
  out.push_back({Kind::Provider, "arn:aws:iam::999999999999:oidc-provider/idp.example.com"});
  out.push_back({Kind::Anonymous, "*"});
  return out;
}

bool names(const Principal& entry, const NamedCaller& caller) {
  const std::string& text = entry.value.value;
  if (entry.type == PrincipalType::Any || (entry.type == PrincipalType::Aws && text == "*")) {
    return true;
  }
  if (entry.type == PrincipalType::Service) {
    return caller.kind == Kind::Service && (text == "*" || text == caller.text);
  }
  if (entry.type != PrincipalType::Aws) {
    return caller.kind == Kind::Provider && text == caller.text;
  }
  const std::string account = is_account(text) ? text : account_of(text);
  if (is_account(text) || text.ends_with(":root")) {
    return is_principal_of_account(caller.kind) && caller.account == account;
  }
  if (holds(text, ":role/")) {
    return caller.kind == Kind::Session && caller.account == account &&
           caller.role == last_part(text);
  }
  return caller.text == text;
}

}  // namespace muster::z3_oracle
