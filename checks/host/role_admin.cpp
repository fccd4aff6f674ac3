// The role of an instance is an administrator in effect: whoever gets a command onto the host, or
// talks it into fetching a URL, owns the account. What is one: checks/iam/admins.h. Source: IAM
// User Guide, "Use an IAM role to grant permissions to applications running on Amazon EC2
// instances".
#include <algorithm>
#include <list>
#include <map>

#include "checks/host/instances.h"
#include "checks/iam/admins.h"
#include "checks/iam/aws_answers.h"

namespace muster::host {
namespace {

/// The role that the instance profile holds; null when the facts do not tell.
const iam::Role* role_of(const std::string& profile, const AuditInput& input) {
  const auto& roles = input.model<iam::Roles>().all();
  const auto found = std::ranges::find_if(roles, [&](const iam::Role& role) {
    return role.deployed &&
           std::ranges::find(role.instance_profiles, profile) != role.instance_profiles.end();
  });
  return found == roles.end() ? nullptr : &*found;
}

/// Judges each role once: many instances may share one.
class RoleJudge {
 public:
  explicit RoleJudge(const AuditInput& input) : input_(input) {}

  const iam::AdminVerdict& verdict(const iam::Role& role) {
    auto found = verdicts_.find(&role);
    if (found == verdicts_.end()) {
      roles_.push_back(iam::pipeline_role(role, iam::Reachable::Meant, input_));
      found = verdicts_.emplace(&role, iam::admin_verdict(roles_.back())).first;
    }
    return found->second;
  }

 private:
  const AuditInput& input_;
  /// Verdicts point to them.
  std::list<iam::PipelineRole> roles_;
  std::map<const iam::Role*, iam::AdminVerdict> verdicts_;
};

void report(const Instance& instance, const iam::AdminVerdict& verdict, Outcomes& out) {
  const iam::Role& role = *verdict.role->role;
  if (verdict.role->is_declared_admin()) {
    out.pass(instance.asset(), instance.where);
  } else if (verdict.is_admin()) {
    out.fail(instance.asset(), instance.where, verdict.proof.witness())
        .arg("instance", instance.shown())
        .arg("role", role.name)
        .arg("extent", verdict.extent)
        .related(verdict.where, "what allows it");
  } else if (!verdict.role->unknown_policies().empty()) {
    out.undecided(instance.asset(), instance.where,
                  "what its role `" + role.name + "` may do is not known: policy `" +
                      iam::label(*verdict.role->unknown_policies().front()) +
                      "` is not among the facts");
  } else if (verdict.proof.is_undecided()) {
    out.undecided(instance.asset(), instance.where, verdict.proof.reason());
  } else {
    out.pass(instance.asset(), instance.where);
  }
}

void role_admin(const AuditInput& input, Outcomes& out) {
  RoleJudge judge(input);
  for (const Instance& instance : input.model<Instances>().all()) {
    if (instance.profile.empty()) {
      out.pass(instance.asset(), instance.where);
      continue;
    }
    const iam::Role* role = role_of(instance.profile, input);
    if (role == nullptr) {
      out.undecided(
          instance.asset(), instance.where,
          "the role of `" + instance.profile +
              "` is not among the facts; add `aws iam get-account-authorization-details`");
      continue;
    }
    report(instance, judge.verdict(*role), out);
  }
}

const Register kRoleAdminCheck{"host-role-admin", role_admin, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
