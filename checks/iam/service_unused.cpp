// A deploy role is granted services that it did not use for 90 days, nor declares. That is as long
// as IAM Access Analyzer waits unless told otherwise. Source: IAM User Guide, "Refine permissions
// in AWS using last accessed information".
#include <algorithm>
#include <chrono>
#include <set>

#include "checks/core/run.h"
#include "checks/iam/aws_answers.h"
#include "checks/iam/declared.h"
#include "checks/iam/last_accessed.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

constexpr std::chrono::days kUnusedAfter{90};
/// In the message; the witness has them all.
constexpr std::size_t kNamed = 4;

/// The services of the actions that muster.yaml says the role is for: a rollback may need none of
/// them for a year.
std::set<std::string> declared_services(const Role& role, const AuditInput& input) {
  std::set<std::string> services;
  for (const DeclaredRole& declared : input.model<DeclaredRoles>().all()) {
    if (declared.role != &role) {
      continue;
    }
    for (const policy::Statement& statement : declared.expansion.allowed.statements) {
      for (const policy::Text& action : statement.actions.value_or(std::vector<policy::Text>())) {
        services.insert(policy::lower(action.value.substr(0, action.value.find(':'))));
      }
    }
  }
  return services;
}

/// Granted and not used.
struct Unused {
  std::vector<std::string> never;
  /// With the day.
  std::vector<std::string> long_ago;
  std::vector<std::string> names;
};

Unused unused_of(const RoleServices& found, const std::set<std::string>& declared) {
  Unused unused;
  for (const ServiceLastAccessed& one : found.services) {
    const bool recent = one.last && found.as_of - *one.last <= kUnusedAfter;
    if (recent || declared.contains(policy::lower(one.service)) || declared.contains("*")) {
      continue;
    }
    unused.names.push_back("`" + one.service + "`");
    if (one.last) {
      unused.long_ago.push_back(one.service + " " + to_utc(*one.last).substr(0, 10));
    } else {
      unused.never.push_back(one.service);
    }
  }
  return unused;
}

std::string shortened_list(std::vector<std::string> names) {
  const std::size_t more = names.size() - std::min(names.size(), kNamed);
  names.resize(names.size() - more);
  return text::joined(names, ", ") + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

void judge(const Role& role, const RoleServices& found, const AuditInput& input, Outcomes& out) {
  Unused unused = unused_of(found, declared_services(role, input));
  const bool is_young = role.created && found.as_of - *role.created <= kUnusedAfter;
  if (unused.names.empty() || is_young) {
    out.pass(role.asset(), found.where);
    return;
  }
  if (!role.created) {
    out.undecided(role.asset(), found.where,
                  "it did not use " + shortened_list(unused.names) +
                      " yet, and the facts do not tell how old it is");
    return;
  }
  out.fail(role.asset(), found.where,
           {WitnessKind::Text,
            {{"not in 400 days", std::move(unused.never)},
             {"last used", std::move(unused.long_ago)},
             {"as of", {to_utc(found.as_of)}}}})
      .arg("services", shortened_list(unused.names));
}

void service_unused(const AuditInput& input, Outcomes& out) {
  const auto& answers = input.model<LastAccessed>();
  for (const PipelineRole& one : input.model<PipelineRoles>().all()) {
    const RoleServices* found = answers.find(one.role->arn);
    if (found != nullptr && one.role->deployed && !one.is_declared_admin()) {
      judge(*one.role, *found, input, out);
    }
  }
}

const Register kServiceUnusedCheck{"iam-service-unused", service_unused, {unreadable_aws_answers}};

}  // namespace
}  // namespace muster::iam
