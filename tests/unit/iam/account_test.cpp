// The account facts as a model: who is there, which policies each has, and which layers limit it.
#include "checks/iam/account.h"

#include <doctest/doctest.h>

#include "checks/core/run.h"
#include "checks/iam/access_keys.h"
#include "checks/iam/inventory.h"

namespace {

using namespace muster;
using namespace muster::iam;

constexpr const char* kEntities = R"({
  "UserDetailList": [{"Path": "/", "UserName": "ann", "Arn": "arn:aws:iam::111122223333:user/ann",
    "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement":
      [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}}],
    "GroupList": ["dev", "lost"],
    "AttachedManagedPolicies": [{"PolicyName": "shared", "PolicyArn": "arn:aws:iam::111122223333:policy/shared"}]}],
  "GroupDetailList": [{"Path": "/", "GroupName": "dev", "Arn": "arn:aws:iam::111122223333:group/dev",
    "GroupPolicyList": [], "AttachedManagedPolicies":
      [{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}],
  "RoleDetailList": [{"Path": "/app/", "RoleName": "web", "Arn": "arn:aws:iam::111122223333:role/app/web",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement":
      [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
    "InstanceProfileList": [{"Arn": "arn:aws:iam::111122223333:instance-profile/web"}],
    "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/shared"},
    "Tags": [{"Key": "env", "Value": "prod"}], "RolePolicyList": [],
    "AttachedManagedPolicies": [{"PolicyName": "shared", "PolicyArn": "arn:aws:iam::111122223333:policy/shared"},
      {"PolicyName": "SecurityAudit", "PolicyArn": "arn:aws:iam::aws:policy/SecurityAudit"}]}]})";

constexpr const char* kPolicies = R"({"RoleDetailList": [], "Policies": [
  {"PolicyName": "shared", "Arn": "arn:aws:iam::111122223333:policy/shared", "PolicyVersionList": [
    {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Version": "2012-10-17", "Statement":
      [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
    {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Version": "2012-10-17", "Statement":
      [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}]}]})";

constexpr const char* kSnapshot = R"({
  "inventory": [{"type": "aws_instance", "name": "web", "arn": "arn:aws:ec2:eu-central-1:111122223333:instance/i-1",
    "field": "iam_instance_profile", "role": "arn:aws:iam::111122223333:role/app/web", "tags": {"env": "prod"},
    "consumes": ["arn:aws:s3:::acme/app.tar.gz"], "launch_type": "EC2"}, 7],
  "service_control_policies": {"111122223333": [[{"name": "all", "document": {"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}], [{"name": "lost", "document": {"Statement": 1}}]]}})";

Facts facts_of(std::vector<std::pair<DocumentKind, std::string>> documents) {
  Facts facts;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    facts.documents.push_back({documents[i].first, SourceId("facts/" + std::to_string(i) + ".json"),
                               std::move(documents[i].second)});
  }
  return facts;
}

/// Everything above, as three files.
struct Sample {
  Facts facts = facts_of({{DocumentKind::IamAuthorizationDetails, kEntities},
                          {DocumentKind::IamAuthorizationDetails, kPolicies},
                          {DocumentKind::AwsAccount, kSnapshot}});
  Intent intent;
  AuditInput input{facts, intent, TimePoint{}};
};

constexpr const char* kReport =
    "user,arn,user_creation_time,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date\r\n"
    "ann,arn:aws:iam::111122223333:user/ann,2024-01-01T00:00:00+00:00,true,"
    "2024-01-01T00:00:00+00:00,2026-01-01T00:00:00+00:00,false,N/A,N/A\r\n";

TEST_CASE("a credential report tells keys and when they were used, by its own date") {
  const auto report = parse_credential_csv(kReport, SourceId("c.csv"));
  REQUIRE(report.ok());
  REQUIRE(report.value().users.size() == 1);
  CHECK(report.value().users[0].keys[0].active);
  CHECK_FALSE(report.value().users[0].keys[1].rotated);
  const Facts facts = facts_of({{DocumentKind::AwsAccount, kReport}});
  const Intent intent;
  const AuditInput input{facts, intent, *parse_utc("2026-02-01")};
  const auto& keys = input.model<AccessKeys>().all();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].usage == "last used on 2026-01-01, 31 days before the audit");
  CHECK(keys[1].usage == "never used");
  CHECK(input.model<AccountFacts>().unreadable().empty());
}

TEST_CASE("a credential report that is cut is an error") {
  CHECK_FALSE(parse_credential_csv("user,arn,user_creation_time,x\n", SourceId("c")).ok());
  const std::string whole = kReport;
  CHECK_FALSE(parse_credential_csv(whole.substr(0, whole.size() - 12), SourceId("c")).ok());
}

}  // namespace

TEST_CASE("a policy that another page describes is shared, not copied") {
  const Sample sample;
  const auto& principals = sample.input.model<Principals>();
  REQUIRE(principals.all().size() == 2);
  const Principal* ann = principals.find("arn:aws:iam::111122223333:user/ann");
  const Principal* web = principals.find("arn:aws:iam::111122223333:role/app/web");
  REQUIRE(ann != nullptr);
  REQUIRE(web != nullptr);
  CHECK(ann->identity[1].policy == web->identity[0].policy);
  CHECK(web->boundary->policy == web->identity[0].policy);
  const auto* shared =
      sample.input.model<AccountFacts>().managed().find("arn:aws:iam::111122223333:policy/shared");
  REQUIRE(shared != nullptr);
  CHECK(shared->policy->statements[0].actions->front().value == "s3:GetObject");
  REQUIRE(shared->others.size() == 1);
  CHECK(shared->others[0].id == "v1");
}

TEST_CASE("a user has the policies of its groups, and an unknown group leaves it open") {
  const Sample sample;
  const Principal* ann =
      sample.input.model<Principals>().find("arn:aws:iam::111122223333:user/ann");
  REQUIRE(ann != nullptr);
  CHECK(ann->groups == std::vector<std::string>{"arn:aws:iam::111122223333:group/dev"});
  REQUIRE(ann->identity.size() == 4);
  CHECK(ann->identity[2].policy->statements[0].actions->front().value == "*");
  CHECK(ann->identity[3].missing == "the account facts do not hold this group");
  const PrincipalLayers layers = layers_of(*ann, sample.input.model<AccountFacts>());
  CHECK(layers.identity.size() == 3);
  CHECK(layers.open == std::set{policy::Layer::Identity, policy::Layer::Scp});
}

TEST_CASE("a role keeps path, tags, profiles and boundary, and says which texts are missing") {
  const Sample sample;
  const Principal* web =
      sample.input.model<Principals>().find("arn:aws:iam::111122223333:role/app/web");
  REQUIRE(web != nullptr);
  CHECK(web->path == "/app/");
  CHECK(web->tags == std::vector<Tag>{{"env", "prod"}});
  CHECK(web->role->instance_profiles ==
        std::vector<std::string>{"arn:aws:iam::111122223333:instance-profile/web"});
  CHECK(caller_of(*web) == "arn:aws:sts::111122223333:assumed-role/web/session");
  const PrincipalLayers layers = layers_of(*web, sample.input.model<AccountFacts>());
  REQUIRE(layers.missing.size() == 2);
  CHECK(layers.missing[0] ==
        "policy `SecurityAudit` of role `web`: the account facts hold no text of it");
  REQUIRE(layers.scp);
  CHECK(layers.scp->size() == 2);
  const policy::Stack stack = to_stack(layers);
  CHECK(stack.boundary->size() == 1);
  CHECK(stack.scp->front().size() == 1);
  CHECK(stack.open.contains(policy::Layer::Identity));
}

constexpr const char* kTemplate = R"(Resources:
  Web:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Ref Limit
      ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/shared']
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ec2.amazonaws.com}}}
  Limit:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}
  Bob: {Type: AWS::IAM::User, Properties: {UserName: bob, Groups: [!Ref Dev]}}
  Dev:
    Type: AWS::IAM::Group
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'iam:*', Resource: '*'}}
)";

TEST_CASE(
    "users and roles of a template are principals, with groups, boundary and known policies") {
  const Facts facts = facts_of({{DocumentKind::IamAuthorizationDetails, kPolicies},
                                {DocumentKind::CloudFormation, kTemplate}});
  const Intent intent;
  const AuditInput input{facts, intent, TimePoint{}};
  const auto& principals = input.model<Principals>();
  REQUIRE(principals.all().size() == 2);
  const Principal* web = principals.find("arn:aws:iam::000000000000:role/Web-generated");
  REQUIRE(web != nullptr);
  CHECK(web->role != nullptr);
  CHECK(web->boundary->policy);
  REQUIRE(web->identity.size() == 1);
  CHECK(web->identity[0].policy ==
        input.model<AccountFacts>().managed().all().begin()->second.policy);
  const Principal* bob = principals.find("arn:aws:iam::000000000000:user/bob");
  REQUIRE(bob != nullptr);
  CHECK(bob->groups == std::vector<std::string>{"arn:aws:iam::000000000000:group/Dev-generated"});
  REQUIRE(bob->identity.size() == 1);
  CHECK(bob->identity[0].policy->statements[0].actions->front().value == "iam:*");
}

/// A plan that declares the role of the facts with this boundary.
std::string plan_of_web(const std::string& boundary) {
  return R"({"planned_values":{"root_module":{"resources":[{"address":"aws_iam_role.web","mode":"managed",
    "type":"aws_iam_role","name":"web","values":{"name":"web","arn":"arn:aws:iam::111122223333:role/web",
    "assume_role_policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}",
    "permissions_boundary":")" +
         boundary + R"("}}]}}})";
}

TEST_CASE("a declared role that keeps all but its boundary says something new") {
  const std::string deployed =
      R"({"RoleDetailList": [{"RoleName": "web", "Arn": "arn:aws:iam::111122223333:role/web",
    "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
      "Action": "sts:AssumeRole"}},
    "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}]})";
  const auto roles = [&](const std::string& boundary) {
    const Facts facts = facts_of({{DocumentKind::IamAuthorizationDetails, deployed},
                                  {DocumentKind::Terraform, plan_of_web(boundary)}});
    const Intent intent;
    return AuditInput(facts, intent, TimePoint{}).model<Roles>().all().size();
  };
  CHECK(roles("arn:aws:iam::aws:policy/AdministratorAccess") == 1);
  CHECK(roles("") == 2);
}

TEST_CASE("what the facts do not say about an organisation is absent, not empty") {
  const Facts facts = facts_of({{DocumentKind::IamAuthorizationDetails, kEntities}});
  const Intent intent;
  const AuditInput input(facts, intent, TimePoint{});
  const auto& account = input.model<AccountFacts>();
  CHECK(account.scp("111122223333") == nullptr);
  CHECK_FALSE(account.knows_scp("111122223333"));
  CHECK_FALSE(input.model<Inventory>().given());
}

TEST_CASE("the management account of an organisation has no service control policies") {
  const Facts facts = facts_of({{DocumentKind::AwsAccount, R"({"management_account": "111122223333",
    "service_control_policies": {"111122223333": [[]]}})"}});
  const Intent intent;
  const AuditInput input(facts, intent, TimePoint{});
  CHECK(input.model<AccountFacts>().scp("111122223333") == nullptr);
  CHECK(input.model<AccountFacts>().knows_scp("111122223333"));
}

TEST_CASE("policies of organisations bind members and no management account, of several too") {
  constexpr const char* kOne = R"({"management_account": "111122223333",
    "service_control_policies": {"111122223333": [[]], "222233334444": [[]]},
    "resource_control_policies": {"111122223333": [[]], "222233334444": [[]]}})";
  constexpr const char* kOther = R"({"management_account": "999988887777",
    "service_control_policies": {"999988887777": [[]]}})";
  const Facts facts =
      facts_of({{DocumentKind::AwsAccount, kOne}, {DocumentKind::AwsAccount, kOther}});
  const Intent intent;
  const AuditInput input(facts, intent, TimePoint{});
  const auto& account = input.model<AccountFacts>();
  for (const char* const management : {"111122223333", "999988887777"}) {
    CHECK(account.scp(management) == nullptr);
    CHECK(account.rcp(management) == nullptr);
    CHECK(account.knows_scp(management));
  }
  CHECK(account.scp("222233334444") != nullptr);
  CHECK(account.rcp("222233334444") != nullptr);
}

TEST_CASE("an inventory names what carries a role and what it consumes") {
  const Sample sample;
  const auto& inventory = sample.input.model<Inventory>();
  CHECK(inventory.given());
  REQUIRE(inventory.resources().size() == 1);
  const Resource& web = inventory.resources()[0];
  CHECK(web.account == "111122223333");
  CHECK(web.consumes == std::vector<std::string>{"arn:aws:s3:::acme/app.tar.gz"});
  CHECK(web.property("launch_type") == "EC2");
  CHECK(web.property("nothing").empty());
  REQUIRE(inventory.unreadable().size() == 1);
  CHECK(inventory.unreadable()[0].error.message == "an entry of the inventory must be an object");
}
