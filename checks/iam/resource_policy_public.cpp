// The policy of a resource (image repository, bucket, secret, key, queue) lets anybody in: somebody
// of an account that the policy does not name gets a request through it. He brings every key of his
// own account and of his call, but not the owner's organisation, addresses or account. Block Public
// Access counts for buckets. Source: IAM User Guide, "AWS JSON policy elements: Principal"; Amazon
// S3 User Guide, "Blocking public access to your Amazon S3 storage".
#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include "checks/iam/aws_answers.h"
#include "checks/iam/callers.h"
#include "checks/iam/pipeline.h"
#include "checks/iam/resource_policies.h"
#include "checks/policy/catalogue.h"
#include "checks/policy/glob.h"

namespace muster::iam {
namespace {

using policy::AccessLevel;
using policy::Action;

bool names_everybody(const policy::Statement& statement) {
  return statement.effect == policy::Effect::Allow &&
         (statement.not_principals ||
          (statement.principals &&
           std::ranges::any_of(*statement.principals, [](const policy::Principal& one) {
             return one.value.value == "*" && (one.type == policy::PrincipalType::Any ||
                                               one.type == policy::PrincipalType::Aws);
           })));
}

/// The service's actions that the statement may be about: those that change something come first.
std::vector<const Action*> actions_of(const policy::Statement& statement,
                                      const std::string& service) {
  const auto& catalogue = policy::embedded_catalogue();
  std::vector<const Action*> actions;
  const std::vector<policy::Text> all = {{service + ":*", {}}};
  for (const policy::Text& pattern : statement.actions.value_or(all)) {
    const std::string written = pattern.value == "*" ? service + ":*" : pattern.value;
    for (const Action* action : catalogue.expand(written, policy::Extent::Known)) {
      if (catalogue.service_of(*action).prefix == service) {
        actions.push_back(action);
      }
    }
  }
  std::ranges::stable_sort(actions, std::greater{}, [](const Action* one) { return one->level; });
  return actions;
}

bool fits(const policy::ResourceType& type, const std::string& arn) {
  return std::ranges::any_of(policy::arn_patterns(type), [&](const std::string& pattern) {
    return policy::glob_match(pattern, arn);
  });
}

/// Stands for a name that is not empty.
constexpr const char* kKey = "any-key";

/// What of the resource the action can be asked for: the resource itself, or a part of it, such as
/// an object of the bucket.
std::set<std::string> targets_of(const Action& action, const policy::Statement& statement,
                                 const std::string& arn) {
  const auto& catalogue = policy::embedded_catalogue();
  std::set<std::string> parts = {arn + "/" + kKey};
  for (const policy::Text& entry : statement.resources.value_or(std::vector<policy::Text>())) {
    const std::string named = instance_of(entry.value) + (entry.value.ends_with('*') ? kKey : "");
    if (named.starts_with(arn + "/")) {
      parts.insert(named);
    }
  }
  std::set<std::string> targets;
  for (const policy::ResourceUse& use : catalogue.uses(action)) {
    const policy::ResourceType& type = catalogue.type_of(use);
    if (fits(type, arn)) {
      targets.insert(arn);
      continue;
    }
    std::ranges::copy_if(parts, std::inserter(targets, targets.end()),
                         [&](const std::string& part) { return fits(type, part); });
  }
  return targets;
}

/// What strangers may do by one statement.
struct Finding {
  Proof proof = Proof::no();
  const Action* action = nullptr;
};

Finding finding_in(const policy::Statement& statement, const ResourcePolicy& held) {
  const policy::Policy only = with_only(*held.policy, statement);
  const std::vector<Caller> callers = strangers(*held.policy);
  Finding open;
  const std::string service(arn_field(held.arn, kServiceField));
  for (const Action* action : actions_of(statement, service)) {
    const std::string name = policy::embedded_catalogue().full_name(*action);
    for (const std::string& target : targets_of(*action, statement, held.arn)) {
      Proof proof = admits_any(only, callers, {name}, target);
      if (proof.is_yes()) {
        return {std::move(proof), action};
      }
      if (proof.is_undecided() && open.proof.is_no()) {
        open = {std::move(proof), action};
      }
    }
  }
  return open;
}

/// Of a bucket or of its account.
enum class Blocked { No, Yes, Unknown };

/// Whether S3 lets nobody but the account in, whatever the policy says.
Blocked block_of(const ResourcePolicy& held, const AuditInput& input) {
  const std::string bucket = held.arn.substr(held.arn.rfind(':') + 1);
  bool told_of_bucket = false;
  bool told_of_account = false;
  for (const AwsAnswer& answer : input.model<AwsAnswers>().all()) {
    const text::Node root = answer.tree.root();
    const auto settings = root.find("PublicAccessBlockConfiguration");
    const auto origin = root.find("muster");
    if (!settings || !origin) {
      continue;
    }
    const std::string of = origin->string_under("Bucket");
    const bool account_wide = of.empty() && answer.account == held.account;
    if ((of == bucket || account_wide) && settings->flag_under("RestrictPublicBuckets")) {
      return Blocked::Yes;
    }
    told_of_bucket = told_of_bucket || of == bucket;
    told_of_account = told_of_account || account_wide;
  }
  return told_of_bucket && told_of_account ? Blocked::No : Blocked::Unknown;
}

Severity severity_of(const Action& action, std::string_view service) {
  const bool reads = action.level == AccessLevel::Read || action.level == AccessLevel::List;
  return !reads ? Severity::Critical : service == "s3" ? Severity::Medium : Severity::High;
}

void judge(const ResourcePolicy& held, const policy::Statement& statement, const AuditInput& input,
           Outcomes& out) {
  const Asset asset{"resource", held.arn};
  const std::string_view service = arn_field(held.arn, kServiceField);
  const Finding found = finding_in(statement, held);
  const Blocked blocked = service == "s3" ? block_of(held, input) : Blocked::No;
  if (found.proof.is_no() || blocked == Blocked::Yes) {
    out.pass(asset, statement.where).anchor(statement.anchor());
    return;
  }
  if (found.proof.is_yes() && blocked == Blocked::Unknown) {
    out.undecided(asset, statement.where,
                  "the policy lets anybody in, and whether Block Public Access keeps them out is "
                  "not among the facts: collect them with `muster collect aws`")
        .anchor(statement.anchor());
    return;
  }
  auto draft = out.fail_if(found.proof, asset, statement.where);
  draft.anchor(statement.anchor());
  if (found.proof.is_yes()) {
    draft.arg("action", policy::embedded_catalogue().full_name(*found.action))
        .severity(severity_of(*found.action, service));
  }
}

void resource_policy_public(const AuditInput& input, Outcomes& out) {
  for (const ResourcePolicy& held : input.model<ResourcePolicies>().all()) {
    if (!held.policy) {
      continue;
    }
    bool asked = false;
    for (const policy::Statement& statement : held.policy->statements) {
      if (names_everybody(statement)) {
        asked = true;
        judge(held, statement, input, out);
      }
    }
    if (!asked) {
      out.pass({"resource", held.arn}, held.where);
    }
  }
}

std::vector<Unreadable> unreadable_resource_policies(const AuditInput& input) {
  return input.model<ResourcePolicies>().unreadable();
}

const Register kResourcePolicyPublicCheck{"iam-resource-policy-public",
                                          resource_policy_public,
                                          {unreadable_resource_policies, unreadable_aws_answers}};

}  // namespace
}  // namespace muster::iam
