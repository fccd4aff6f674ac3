#include "checks/iam/aws_policies.h"

#include <algorithm>
#include <array>
#include <vector>

#include "checks/iam/model.h"

namespace muster::iam {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"AdministratorAccess", "IAMFullAccess",
                                                    "PowerUserAccess"};

std::vector<policy::Text> texts(std::initializer_list<std::string_view> values) {
  std::vector<policy::Text> made;
  for (const std::string_view value : values) {
    made.push_back({std::string(value), {}});
  }
  return made;
}

policy::Statement allow_everywhere() {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.resources = texts({"*"});
  return statement;
}

policy::Statement allow(std::initializer_list<std::string_view> actions) {
  policy::Statement statement = allow_everywhere();
  statement.actions = texts(actions);
  return statement;
}

policy::Statement allow_all_but(std::initializer_list<std::string_view> actions) {
  policy::Statement statement = allow_everywhere();
  statement.not_actions = texts(actions);
  return statement;
}

std::shared_ptr<const policy::Policy> policy_of(std::vector<policy::Statement> statements) {
  policy::Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.statements = std::move(statements);
  return std::make_shared<const policy::Policy>(std::move(policy));
}

std::shared_ptr<const policy::Policy> iam_full_access() {
  return policy_of(
      {allow({"iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization",
              "organizations:DescribeOrganizationalUnit", "organizations:DescribePolicy",
              "organizations:ListChildren", "organizations:ListParents",
              "organizations:ListPoliciesForTarget", "organizations:ListRoots",
              "organizations:ListPolicies", "organizations:ListTargetsForPolicy"})});
}

std::shared_ptr<const policy::Policy> power_user_access() {
  return policy_of(
      {allow_all_but({"iam:*", "organizations:*", "account:*"}),
       allow({"account:GetAccountInformation", "account:GetGovCloudAccountInformation",
              "account:GetPrimaryEmail", "account:ListRegions", "iam:CreateServiceLinkedRole",
              "iam:DeleteServiceLinkedRole", "iam:ListRoles",
              "organizations:DescribeEffectivePolicy", "organizations:DescribeOrganization"})});
}

}  // namespace

std::span<const std::string_view> well_known_policies() {
  return kNames;
}

std::string aws_policy_arn(std::string_view name, std::string_view arn) {
  return "arn:" + std::string(arn_field(arn, kPartitionField)) + ":iam::aws:policy/" +
         std::string(name);
}

std::shared_ptr<const policy::Policy> well_known_policy(std::string_view arn) {
  static const std::array<std::shared_ptr<const policy::Policy>, kNames.size()> kTexts = {
      policy_of({allow({"*"})}), iam_full_access(), power_user_access()};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (arn == aws_policy_arn(kNames[i], arn)) {
      return kTexts[i];
    }
  }
  return nullptr;
}

}  // namespace muster::iam
