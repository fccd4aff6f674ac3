// What muster.yaml accepts hides the named path and no other: against every simple path of small
// random accounts.
#include "checks/escalation/accepts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "checks/core/engine.h"
#include "checks/escalation/ways.h"
#include "checks/intent/escalations.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;

constexpr TimePoint kToday = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

std::string arn_of(std::size_t role) {
  return "arn:aws:iam::111122223333:role/r" + std::to_string(role);
}

/// Roles that may assume each other; the first is a pipeline's.
struct SmallAccount {
  std::size_t roles = 0;
  std::set<std::pair<std::size_t, std::size_t>> edges;
  std::set<std::size_t> admins;
};

ordered_json statement(ordered_json principal, const char* action) {
  return {{"Effect", "Allow"}, {"Principal", std::move(principal)}, {"Action", action}};
}

ordered_json trust_of(const SmallAccount& account, std::size_t role) {
  ordered_json statements = ordered_json::array();
  if (role == 0) {
    const std::string issuer = "token.actions.githubusercontent.com";
    ordered_json entry =
        statement({{"Federated", "arn:aws:iam::111122223333:oidc-provider/" + issuer}},
                  "sts:AssumeRoleWithWebIdentity");
    entry["Condition"] = {{"StringEquals",
                           {{issuer + ":aud", "sts.amazonaws.com"},
                            {issuer + ":sub", "repo:acme/shop:environment:prod"}}}};
    statements.push_back(std::move(entry));
  }
  for (const auto& [from, to] : account.edges) {
    if (to == role) {
      statements.push_back(statement({{"AWS", arn_of(from)}}, "sts:AssumeRole"));
    }
  }
  if (statements.empty()) {
    statements.push_back(statement({{"Service", "sns.amazonaws.com"}}, "sts:AssumeRole"));
  }
  return {{"Version", "2012-10-17"}, {"Statement", statements}};
}

Facts facts_of(const SmallAccount& account) {
  ordered_json roles = ordered_json::array();
  for (std::size_t role = 0; role < account.roles; ++role) {
    ordered_json attached = ordered_json::array();
    if (account.admins.contains(role)) {
      attached.push_back({{"PolicyName", "AdministratorAccess"},
                          {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}});
    }
    roles.push_back({{"Path", "/"},
                     {"RoleName", "r" + std::to_string(role)},
                     {"Arn", arn_of(role)},
                     {"AssumeRolePolicyDocument", trust_of(account, role)},
                     {"InstanceProfileList", ordered_json::array()},
                     {"RolePolicyList", ordered_json::array()},
                     {"AttachedManagedPolicies", attached},
                     {"Tags", ordered_json::array()}});
  }
  const ordered_json snapshot = {{"authorization_details",
                                  {{"UserDetailList", ordered_json::array()},
                                   {"GroupDetailList", ordered_json::array()},
                                   {"RoleDetailList", roles},
                                   {"Policies", ordered_json::array()}}},
                                 {"inventory", ordered_json::array()}};
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::AwsAccount, SourceId("facts/account.json"), snapshot.dump(1)});
  return facts;
}

/// Number of steps, and the administrator at the end: what an accept names here.
using PathName = std::pair<std::size_t, std::size_t>;

/// Every simple path of the first role to an administrator, by brute force.
std::set<PathName> names_of_all_paths(const SmallAccount& account) {
  std::set<PathName> names;
  std::vector<std::vector<std::size_t>> pending = {{0}};
  while (!pending.empty()) {
    const std::vector<std::size_t> path = std::move(pending.back());
    pending.pop_back();
    for (std::size_t to = 0; to < account.roles; ++to) {
      const bool there = std::ranges::find(path, to) != path.end();
      if (there || !account.edges.contains({path.back(), to})) {
        continue;
      }
      if (account.admins.contains(to)) {
        names.emplace(path.size(), to);
        continue;
      }
      pending.push_back(path);
      pending.back().push_back(to);
    }
  }
  return names;
}

IntentAccept accept_of(const PathName& name) {
  IntentAccept accept;
  accept.escalation = "sts-assume-role";
  accept.via.assign(name.first - 1, "sts-assume-role");
  accept.target = arn_of(name.second);
  accept.reason = "known";
  accept.until = std::chrono::sys_days{std::chrono::year{2026} / 6 / 30};
  return accept;
}

struct Counts {
  std::size_t fails = 0;
  std::size_t waived = 0;
  std::size_t undecided = 0;
};

Counts audited(const SmallAccount& account, const std::set<PathName>& accepted) {
  Intent intent;
  intent.declared = true;
  intent.repository = "acme/shop";
  IntentRole role;
  role.name = "first";
  role.arn = arn_of(0);
  for (const PathName& name : accepted) {
    role.accepts.push_back(accept_of(name));
  }
  intent.roles.push_back(role);
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) { return check.rule != "iam-escalation-path"; });
  Counts counts;
  for (const Outcome& outcome : audit({facts_of(account), intent, kToday}, checks).outcomes) {
    counts.fails += outcome.kind == OutcomeKind::Fail ? 1U : 0U;
    counts.waived += outcome.kind == OutcomeKind::Waived ? 1U : 0U;
    counts.undecided += outcome.kind == OutcomeKind::Undecided ? 1U : 0U;
  }
  return counts;
}

SmallAccount random_account(std::mt19937& random) {
  SmallAccount account;
  account.roles = 4 + random() % 3;
  for (std::size_t role = 1; role < account.roles; ++role) {
    if (random() % 3 == 0) {
      account.admins.insert(role);
    }
  }
  for (std::size_t from = 0; from < account.roles; ++from) {
    for (std::size_t to = 1; to < account.roles; ++to) {
      if (from != to && random() % 5 < 2) {
        account.edges.emplace(from, to);
      }
    }
  }
  return account;
}

}  // namespace

TEST_CASE("an accept hides no path but those that it names") {
  std::mt19937 random(20261121);
  std::size_t hidden = 0;
  std::size_t left = 0;
  for (int round = 0; round < 300; ++round) {
    const SmallAccount account = random_account(random);
    const std::set<PathName> all = names_of_all_paths(account);
    std::set<PathName> accepted;
    std::ranges::copy_if(all, std::inserter(accepted, accepted.end()),
                         [&](const PathName&) { return random() % 4 != 0; });
    const Counts counts = audited(account, accepted);
    CAPTURE(round);
    CAPTURE(all.size());
    CAPTURE(accepted.size());
    if (counts.undecided > 0) {
      continue;
    }
    CHECK((counts.fails > 0) == (accepted.size() < all.size()));
    hidden += counts.fails == 0 && counts.waived > 0 ? 1U : 0U;
    left += counts.fails > 0 && counts.waived > 0 ? 1U : 0U;
  }
  MESSAGE(hidden << " accounts wholly accepted, " << left << " partly");
  CHECK(hidden > 20);
  CHECK(left > 20);
}

TEST_CASE("muster.yaml knows the names of all ways") {
  const auto& names = escalation_names();
  CHECK(names.size() == escalation::ways().size() + 1);
  for (const escalation::Way& way : escalation::ways()) {
    CAPTURE(way.id);
    CHECK(std::ranges::find(names, way.id) != names.end());
  }
}
