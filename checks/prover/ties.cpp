// Each tie is one predicate, and one list of demands under which it holds.
#include "checks/prover/ties.h"

#include <algorithm>
#include <set>

#include "checks/policy/arn.h"
#include "checks/policy/operators.h"
#include "checks/policy/principals.h"

namespace muster::prover {
namespace {

using policy::Caller;
using policy::CallerKind;
using policy::Condition;
using policy::Policy;
using policy::PrincipalType;
using policy::Request;
using policy::Statement;
using policy::Text;

constexpr const char* kPrincipalArn = "aws:principalarn";
constexpr const char* kPrincipalAccount = "aws:principalaccount";
constexpr const char* kResourceAccount = "aws:resourceaccount";
constexpr const char* kSourceIp = "aws:sourceip";
constexpr const char* kSourceVpce = "aws:sourcevpce";
constexpr std::size_t kAccountDigits = 12;
constexpr std::string_view kOwnAccount = "111122223333";

/// The value of a key; empty when it is absent.
std::string value_of(const Request& request, const char* key) {
  const auto found = request.context.find(key);
  const bool there = found != request.context.end() && !found->second.values.empty();
  return there ? found->second.values.front() : std::string();
}

bool has(const Request& request, const char* key) {
  return request.context.contains(key);
}

/// What `aws:PrincipalArn` may be for a caller; a session's role may have a path.
std::vector<std::string> arns_of(const Caller& caller) {
  if (caller.kind != CallerKind::Session) {
    return {std::string(caller.text)};
  }
  const std::string role =
      "arn:" + std::string(caller.partition) + ":iam::" + std::string(caller.account) + ":role/";
  return {role + std::string(caller.name), role + "*/" + std::string(caller.name)};
}

bool arn_fits(const Caller& caller, const std::string& arn) {
  if (caller.kind == CallerKind::Session) {
    const Caller role = policy::read_caller(arn);
    return role.kind == CallerKind::Role && role.account == caller.account &&
           role.name == caller.name;
  }
  return arn == caller.text;
}

bool caller_fits(const Request& request) {
  const Caller caller = policy::read_caller(request.principal);
  if (caller.account.empty()) {
    return !has(request, kPrincipalArn) && !has(request, kPrincipalAccount);
  }
  return (!has(request, kPrincipalArn) || arn_fits(caller, value_of(request, kPrincipalArn))) &&
         (!has(request, kPrincipalAccount) ||
          value_of(request, kPrincipalAccount) == caller.account);
}

bool resource_fits(const Request& request) {
  const auto arn = policy::split_arn(request.resource);
  return !has(request, kResourceAccount) || !arn || arn->account.empty() ||
         arn->account == value_of(request, kResourceAccount);
}

bool source_fits(const Request& request) {
  return !has(request, kSourceVpce) || !has(request, kSourceIp);
}

void note_accounts(std::string_view text, std::set<std::string>& accounts) {
  std::size_t run = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool digit = i < text.size() && text[i] >= '0' && text[i] <= '9';
    if (!digit && run == kAccountDigits) {
      accounts.emplace(text.substr(i - run, run));
    }
    run = digit ? run + 1 : 0;
  }
}

/// The accounts that the policies name, and ours.
std::set<std::string> accounts_of(const std::vector<const Policy*>& policies) {
  std::set<std::string> accounts = {std::string(kOwnAccount)};
  for (const Policy* policy : policies) {
    for (const Statement& statement : policy->statements) {
      for (const auto* list : {&statement.resources, &statement.not_resources}) {
        for (const Text& text : list->value_or(std::vector<Text>())) {
          note_accounts(text.value, accounts);
        }
      }
      for (const Condition& condition : statement.conditions) {
        for (const Text& text : condition.values) {
          note_accounts(text.value, accounts);
        }
      }
    }
  }
  return accounts;
}

PrincipalType type_of(const Caller& caller) {
  return caller.kind == CallerKind::Service    ? PrincipalType::Service
         : caller.kind == CallerKind::Provider ? PrincipalType::Federated
                                               : PrincipalType::Aws;
}

/// One caller, with its keys.
Statement as_caller(const std::string& text) {
  const Caller caller = policy::read_caller(text);
  Statement demand;
  demand.principals.emplace().push_back({type_of(caller), {text, {}}});
  if (caller.account.empty()) {
    demand.conditions = {policy::make_condition("Null", kPrincipalArn, {"true"}),
                         policy::make_condition("Null", kPrincipalAccount, {"true"})};
  } else {
    demand.conditions = {policy::make_condition("ArnLikeIfExists", kPrincipalArn, arns_of(caller)),
                         policy::make_condition("StringEqualsIfExists", kPrincipalAccount,
                                                {std::string(caller.account)})};
  }
  return demand;
}

Statement of_account(const std::string& account) {
  Statement demand;
  demand.conditions = {
      policy::make_condition("ArnLikeIfExists", kPrincipalArn, {"arn:*:*:*:" + account + ":*"}),
      policy::make_condition("StringEqualsIfExists", kPrincipalAccount, {account})};
  return demand;
}

Statement in_account(const std::string& account) {
  Statement demand;
  demand.resources = {{"arn:*:*:*:" + account + ":*", {}}, {"arn:*:*:*::*", {}}};
  demand.conditions = {policy::make_condition("StringEqualsIfExists", kResourceAccount, {account})};
  return demand;
}

Statement without(const char* key) {
  Statement demand;
  demand.conditions = {policy::make_condition("Null", key, {"true"})};
  return demand;
}

/// Every demand of one list together with every one of the other.
std::vector<Statement> combined(const std::vector<Statement>& all,
                                const std::vector<Statement>& more) {
  std::vector<Statement> out;
  for (const Statement& first : all) {
    for (const Statement& second : more) {
      Statement both = first;
      both.conditions.insert(both.conditions.end(), second.conditions.begin(),
                             second.conditions.end());
      both.principals = second.principals ? second.principals : both.principals;
      both.resources = second.resources ? second.resources : both.resources;
      out.push_back(std::move(both));
    }
  }
  return out;
}

}  // namespace

bool fits(const Request& request) {
  return caller_fits(request) && resource_fits(request) && source_fits(request);
}

Request with_own_caller(Request request) {
  const std::string account = value_of(request, kPrincipalAccount);
  const std::string arn = value_of(request, kPrincipalArn);
  if (!account.empty()) {
    request.principal = "arn:aws:iam::" + account + ":user/example";
  }
  const bool readable = policy::read_caller(arn).kind != CallerKind::Other;
  if (!arn.empty() && readable) {
    request.principal = arn;
  }
  return request;
}

std::vector<Statement> ways_to_fit(const Request& odd, const std::vector<const Policy*>& policies,
                                   const std::vector<std::string>& callers, std::size_t limit) {
  const std::set<std::string> accounts = accounts_of(policies);
  std::vector<Statement> ways(1);
  if (!caller_fits(odd)) {
    std::vector<Statement> own;
    if (!callers.empty() && has(odd, kPrincipalArn)) {
      own.push_back(as_caller(value_of(odd, kPrincipalArn)));
    }
    std::ranges::transform(callers, std::back_inserter(own), as_caller);
    if (callers.empty()) {
      std::ranges::transform(accounts, std::back_inserter(own), of_account);
    }
    ways = combined(ways, own);
  }
  if (!resource_fits(odd)) {
    std::vector<Statement> own;
    std::ranges::transform(accounts, std::back_inserter(own), in_account);
    ways = combined(ways, own);
  }
  if (!source_fits(odd)) {
    ways = combined(ways, {without(kSourceVpce), without(kSourceIp)});
  }
  ways.resize(std::min(ways.size(), limit));
  return ways;
}

}  // namespace muster::prover
