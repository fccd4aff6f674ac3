// Half of the policies are inline, two for each role. Of the customer-managed ones half belong to
// one role, the others are shared, a few of them by hundreds. An organisation, a permissions
// boundary and AWS managed policies as in real accounts.
#include "bench/sample_account.h"

#include <algorithm>

#include "bench/policies.h"
#include "bench/sample_role.h"

namespace muster::bench {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kRolesOfApplication = 20;

std::string policy_arn(const std::string& name) {
  return std::string("arn:aws:iam::") + kSampleAccount + ":policy/" + name;
}

std::string attached(const std::string& name, const std::string& arn) {
  return R"({"PolicyName":")" + name + R"(","PolicyArn":")" + arn + "\"}";
}

std::string managed(const std::string& name, const std::string& arn, const std::string& document) {
  return R"({"PolicyName":")" + name + R"(","Arn":")" + arn +
         R"(","DefaultVersionId":"v1","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":)" +
         document + "}]}";
}

/// What roles that pipelines make may do at most.
std::string boundary_document() {
  return R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},
    {"Effect":"Allow","Action":["iam:PassRole","iam:GetRole","iam:List*","iam:CreateRole","iam:PutRolePolicy","iam:AttachRolePolicy","iam:TagRole"],"Resource":"arn:aws:iam::111122223333:role/app*"},
    {"Effect":"Deny","Action":["cloudtrail:StopLogging","cloudtrail:DeleteTrail","config:DeleteConfigRule"],"Resource":"*"}]})";
}

std::string organisation() {
  return R"({"service_control_policies":{"111122223333":[[
    {"name":"FullAWSAccess","document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}},
    {"name":"guard","document":{"Version":"2012-10-17","Statement":[
      {"Effect":"Deny","Action":["organizations:LeaveOrganization","account:CloseAccount"],"Resource":"*"},
      {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}]}}],
   [{"name":"FullAWSAccess","document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}},
    {"name":"regions","document":{"Version":"2012-10-17","Statement":[
      {"Effect":"Deny","NotAction":["iam:*","sts:*","cloudfront:*","route53:*","support:*","organizations:*","s3:*"],"Resource":"*",
       "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1","us-east-1"]}}}]}}]]}})";
}

class AccountMaker {
 public:
  explicit AccountMaker(const AccountSize& size) : size_(size) {}

  SampleAccount make();

 private:
  void add_aws_managed();
  void add(const std::string& name, std::string bytes, DocumentKind kind);
  void take(std::size_t number, const SampleRole& role);
  std::string role_details(std::size_t number, const SampleRole& role);
  void declare(const SampleRole& role);
  void pages(const char* list, const std::vector<std::string>& entries);

  AccountSize size_;
  SampleDice dice_{20261121};
  SampleAccount made_;
  std::vector<std::string> roles_;
  std::vector<std::string> policies_;
  std::vector<std::string> things_;
  /// Names of the AWS managed policies whose text is at hand.
  std::vector<std::string> aws_;
  std::size_t shared_ = 0;
};

void AccountMaker::add(const std::string& name, std::string bytes, DocumentKind kind) {
  made_.facts.documents.push_back({kind, SourceId("facts/" + name + ".json"), std::move(bytes)});
}

void AccountMaker::add_aws_managed() {
  for (const Input& input : policy_source().files) {
    aws_.push_back(input.name.substr(0, input.name.find('.')));
    policies_.push_back(
        managed(aws_.back(), "arn:aws:iam::aws:policy/" + aws_.back(), input.bytes));
  }
}

std::string AccountMaker::role_details(std::size_t number, const SampleRole& role) {
  std::string inlines;
  for (std::size_t i = 0; i < role.inline_policies.size(); ++i) {
    inlines += (i == 0 ? R"({"PolicyName":"inline)" : R"(,{"PolicyName":"inline)") +
               std::to_string(i) + R"(","PolicyDocument":)" + role.inline_policies[i] + "}";
  }
  const std::string own = "own" + std::to_string(number);
  std::string list = attached(own, policy_arn(own));
  // The cube of an even spread: the first shared ones have hundreds of holders.
  constexpr std::size_t kSpread = 1000;
  const std::size_t at = dice_.below(kSpread);
  const std::string popular =
      "shared" + std::to_string(at * at * at * shared_ / (kSpread * kSpread * kSpread));
  list += "," + attached(popular, policy_arn(popular));
  for (const std::string& name : role.aws_managed) {
    list += "," + attached(name, "arn:aws:iam::aws:policy/" + name);
  }
  // One role in eight has some AWS managed policy that few others have.
  if (!aws_.empty() && dice_.one_in(8)) {
    const std::string& name = aws_[dice_.below(aws_.size())];
    list += "," + attached(name, "arn:aws:iam::aws:policy/" + name);
  }
  const std::string arn = std::string("arn:aws:iam::") + kSampleAccount + ":role/" + role.name;
  return R"({"Path":"/","RoleName":")" + role.name + R"(","Arn":")" + arn +
         R"(","AssumeRolePolicyDocument":)" + role.trust +
         (role.bounded ? R"(,"PermissionsBoundary":{"PermissionsBoundaryArn":")" +
                             policy_arn("boundary") + "\"}"
                       : "") +
         R"(,"InstanceProfileList":[],"RolePolicyList":[)" + inlines +
         R"(],"AttachedManagedPolicies":[)" + list + R"(],"Tags":[{"Key":"team","Value":")" +
         role.team + "\"}]}";
}

void AccountMaker::declare(const SampleRole& role) {
  made_.intent += "  " + role.name + ": {arn: \"arn:aws:iam::" + kSampleAccount + ":role/" +
                  role.name + "\", environments: [production], " + role.declared + "}\n";
}

void AccountMaker::take(std::size_t number, const SampleRole& role) {
  roles_.push_back(role_details(number, role));
  policies_.push_back(managed("own" + std::to_string(number),
                              policy_arn("own" + std::to_string(number)),
                              sample_shared_policy(number, dice_)));
  declare(role);
  if (!role.carrier_type.empty()) {
    things_.push_back(R"({"type":")" + role.carrier_type + R"(","name":")" + role.name +
                      R"(","arn":")" + role.carrier_arn + R"(","field":")" + role.carrier_field +
                      R"(","role":"arn:aws:iam::)" + kSampleAccount + ":role/" + role.name + "\"}");
  }
}

void AccountMaker::pages(const char* list, const std::vector<std::string>& entries) {
  for (std::size_t first = 0; first < entries.size(); first += kPage) {
    std::string page = std::string("{\"") + list + "\":[";
    for (std::size_t i = first; i < std::min(first + kPage, entries.size()); ++i) {
      page += (i == first ? "" : ",") + entries[i];
    }
    add(list + std::to_string(first), page + "]}", DocumentKind::IamAuthorizationDetails);
  }
}

SampleAccount AccountMaker::make() {
  add_aws_managed();
  // Small accounts have the same AWS managed policies, so few of their own are left.
  constexpr std::size_t kLeastShared = 20;
  const std::size_t others = 3 * size_.roles + policies_.size() + 1;
  shared_ = std::max(size_.policies, others + kLeastShared) - others;
  made_.intent =
      "version: 1\nrepository: acme/platform\nregion: eu-central-1\nenvironments:\n"
      "  production: {class: production}\nroles:\n";
  for (std::size_t i = 0; i < size_.roles; ++i) {
    const std::string app = "app" + std::to_string(i / kRolesOfApplication);
    take(i, sample_role(i, app, dice_));
  }
  for (std::size_t i = 0; i < shared_; ++i) {
    const std::string name = "shared" + std::to_string(i);
    policies_.push_back(managed(name, policy_arn(name), sample_shared_policy(i, dice_)));
  }
  policies_.push_back(managed("boundary", policy_arn("boundary"), boundary_document()));
  pages("Policies", policies_);
  pages("RoleDetailList", roles_);
  std::string inventory = R"({"inventory":[)";
  for (std::size_t i = 0; i < things_.size(); ++i) {
    inventory += (i == 0 ? "" : ",") + things_[i];
  }
  add("inventory", inventory + "]}", DocumentKind::AwsAccount);
  add("organisation", organisation(), DocumentKind::AwsAccount);
  return std::move(made_);
}

}  // namespace

SampleAccount sample_account(const AccountSize& size) {
  return AccountMaker(size).make();
}

}  // namespace muster::bench
