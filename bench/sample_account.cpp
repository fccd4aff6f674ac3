// Kinds of roles by share: services of applications, deploy roles of pipelines, people, platform.
// Two thirds of the policies are inline, a fifth belongs to one application, the rest is shared.
#include "bench/sample_account.h"

#include <array>
#include <random>
#include <string>
#include <vector>

namespace muster::bench {
namespace {

constexpr std::size_t kPage = 500;
constexpr const char* kAccount = "111122223333";

constexpr std::array<const char*, 6> kServices = {"lambda.amazonaws.com", "ecs-tasks.amazonaws.com",
                                                  "ec2.amazonaws.com",    "codebuild.amazonaws.com",
                                                  "states.amazonaws.com", "glue.amazonaws.com"};
constexpr std::array<const char*, 12> kData = {"s3:GetObject",
                                               "s3:PutObject",
                                               "dynamodb:GetItem",
                                               "dynamodb:PutItem",
                                               "sqs:SendMessage",
                                               "sqs:ReceiveMessage",
                                               "sns:Publish",
                                               "kms:Decrypt",
                                               "logs:PutLogEvents",
                                               "ssm:GetParameter",
                                               "secretsmanager:GetSecretValue",
                                               "events:PutEvents"};
constexpr std::array<const char*, 10> kDeploy = {
    "iam:PassRole",          "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",     "lambda:UpdateFunctionCode",
    "lambda:CreateFunction", "lambda:InvokeFunction",
    "ssm:SendCommand",       "cloudformation:CreateStack",
    "codebuild:StartBuild",  "s3:PutObject"};

class Maker {
 public:
  explicit Maker(const AccountSize& size) : size_(size) {}

  Facts make();

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

  [[nodiscard]] std::string application(std::size_t role) const {
    return "app" + std::to_string(role % (size_.roles / 10 + 1));
  }

  std::string arn(const std::string& service, const std::string& rest) {
    return "arn:aws:" + service +
           (service == "s3" ? ":::" : ":eu-central-1:" + std::string(kAccount) + ":") + rest;
  }

  std::string data_statement(const std::string& app);
  std::string deploy_statement(const std::string& app);
  std::string document(const std::vector<std::string>& statements);
  std::string trust(std::size_t role);
  std::string role(std::size_t number);
  std::string managed(std::size_t number, const std::string& text);
  std::string inventory();
  void add(Facts& facts, DocumentKind kind, const std::string& name, std::string bytes);

  AccountSize size_;
  std::mt19937 random_{20261121};
};

std::string Maker::data_statement(const std::string& app) {
  std::string actions;
  const std::size_t count = 2 + pick(4);
  for (std::size_t i = 0; i < count; ++i) {
    actions += (i == 0 ? "\"" : ",\"") + std::string(kData[pick(kData.size())]) + "\"";
  }
  const bool condition = pick(8) == 0;
  return R"({"Effect":"Allow","Action":[)" + actions + R"(],"Resource":["arn:aws:s3:::)" + app +
         R"(-data/*","arn:aws:dynamodb:*:)" + kAccount + ":table/" + app +
         R"(-*","arn:aws:sqs:*:)" + kAccount + ":" + app + R"(-*"])" +
         (condition ? R"(,"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}})"
                    : "}");
}

std::string Maker::deploy_statement(const std::string& app) {
  std::string actions;
  const std::size_t count = 3 + pick(5);
  for (std::size_t i = 0; i < count; ++i) {
    actions += (i == 0 ? "\"" : ",\"") + std::string(kDeploy[pick(kDeploy.size())]) + "\"";
  }
  // One deploy role in twenty is as broad as they come.
  if (pick(20) == 0) {
    return R"({"Effect":"Allow","Action":[)" + actions + R"(],"Resource":"*"})";
  }
  return R"({"Effect":"Allow","Action":[)" + actions + R"(],"Resource":["arn:aws:iam::)" +
         kAccount + ":role/" + app + R"(-*","arn:aws:lambda:*:)" + kAccount + ":function:" + app +
         R"(-*","arn:aws:ecs:*:)" + kAccount + ":service/main/" + app + R"(-*","arn:aws:ecs:*:)" +
         kAccount + ":task-definition/" + app + R"(-*:*"]})";
}

std::string Maker::document(const std::vector<std::string>& statements) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (std::size_t i = 0; i < statements.size(); ++i) {
    text += (i == 0 ? "" : ",") + statements[i];
  }
  return text + "]}";
}

std::string Maker::trust(std::size_t number) {
  const std::size_t kind = number % 20;
  std::string principal =
      R"({"Service":")" + std::string(kServices[pick(kServices.size())]) + "\"}";
  if (kind == 17) {
    principal = R"({"AWS":"arn:aws:iam::)" + std::string(kAccount) + R"(:root"})";
  } else if (kind == 18) {
    principal = R"({"AWS":"arn:aws:iam::)" + std::string(kAccount) + ":role/" +
                application(number + 1) + "-" + std::to_string(number + 1) + "\"}";
  } else if (kind == 19) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" +
           std::string(kAccount) +
           R"(:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:acme/)" +
           application(number) + R"(:ref:refs/heads/main"}}}]})";
  }
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" + principal +
         R"(,"Action":"sts:AssumeRole"}]})";
}

std::string Maker::role(std::size_t number) {
  const std::string app = application(number);
  const bool deploys = number % 20 >= 18;
  const std::string name = app + "-" + std::to_string(number);
  std::string inlines;
  const std::size_t count = size_.policies * 2 / 3 / size_.roles;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> statements{data_statement(app), data_statement(app)};
    if (deploys && i == 0) {
      statements.push_back(deploy_statement(app));
    }
    if (number % 20 == 17 && i == 0) {
      statements.push_back(
          R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::)" +
          std::string(kAccount) + ":role/" + app + "-*\"}");
    }
    if (i == 1 && pick(10) == 0) {
      statements.push_back(R"({"Effect":"Deny","Action":"iam:*","Resource":"*"})");
    }
    inlines += (i == 0 ? "" : ",") + (R"({"PolicyName":"inline)" + std::to_string(i)) +
               R"(","PolicyDocument":)" + document(statements) + "}";
  }
  const std::size_t own = size_.policies / 5;
  const std::size_t shared = size_.policies - own - count * size_.roles;
  std::string attached = R"({"PolicyName":"p","PolicyArn":"arn:aws:iam::111122223333:policy/own)" +
                         std::to_string(number % own) + "\"}";
  for (std::size_t i = 0; i < 2; ++i) {
    attached += R"(,{"PolicyName":"p","PolicyArn":"arn:aws:iam::111122223333:policy/shared)" +
                std::to_string(pick(shared)) + "\"}";
  }
  if (number % 100 == 0) {
    attached +=
        R"(,{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"})";
  }
  const std::string boundary =
      number % 7 == 0
          ? R"("PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/shared0"},)"
          : "";
  return R"({"Path":"/","RoleName":")" + name + R"(","Arn":"arn:aws:iam::111122223333:role/)" +
         name + R"(","AssumeRolePolicyDocument":)" + trust(number) + "," + boundary +
         R"("InstanceProfileList":[{"Arn":"arn:aws:iam::111122223333:instance-profile/)" + name +
         R"("}],"RolePolicyList":[)" + inlines + R"(],"AttachedManagedPolicies":[)" + attached +
         R"(],"Tags":[{"Key":"app","Value":")" + app + "\"}]}";
}

std::string Maker::managed(std::size_t number, const std::string& kind) {
  std::vector<std::string> statements{data_statement("app" + std::to_string(number)),
                                      data_statement("app" + std::to_string(number))};
  if (kind == "shared" && number == 0) {
    statements = {R"({"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"})"};
  }
  const std::string name = kind + std::to_string(number);
  return R"({"PolicyName":")" + name + R"(","Arn":"arn:aws:iam::111122223333:policy/)" + name +
         R"(","DefaultVersionId":"v1","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":)" +
         document(statements) + "}]}";
}

std::string Maker::inventory() {
  std::string text = R"({"inventory":[)";
  for (std::size_t i = 0; i < size_.roles / 2; ++i) {
    const std::string name = application(i * 2) + "-" + std::to_string(i * 2);
    text += (i == 0 ? "" : ",") +
            (R"({"type":"aws_lambda_function","name":")" + name +
             R"(","arn":"arn:aws:lambda:eu-central-1:111122223333:function:)") +
            name + R"(","field":"role","role":"arn:aws:iam::111122223333:role/)" + name + "\"}";
  }
  return text +
         R"(],"service_control_policies":{"111122223333":[[{"name":"all","document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]}}]]}})";
}

void Maker::add(Facts& facts, DocumentKind kind, const std::string& name, std::string bytes) {
  facts.documents.push_back({kind, SourceId("facts/" + name + ".json"), std::move(bytes)});
}

Facts Maker::make() {
  Facts facts;
  for (std::size_t first = 0; first < size_.roles; first += kPage) {
    std::string page = R"({"UserDetailList":[],"GroupDetailList":[],"RoleDetailList":[)";
    for (std::size_t i = first; i < std::min(first + kPage, size_.roles); ++i) {
      page += (i == first ? "" : ",") + role(i);
    }
    add(facts, DocumentKind::IamAuthorizationDetails, "roles" + std::to_string(first), page + "]}");
  }
  const std::size_t own = size_.policies / 5;
  const std::size_t shared =
      size_.policies - own - size_.policies * 2 / 3 / size_.roles * size_.roles;
  std::string page = R"({"RoleDetailList":[],"Policies":[)";
  for (std::size_t i = 0; i < own + shared; ++i) {
    page += (i == 0 ? "" : ",") + (i < own ? managed(i, "own") : managed(i - own, "shared"));
  }
  add(facts, DocumentKind::IamAuthorizationDetails, "policies", page + "]}");
  add(facts, DocumentKind::AwsAccount, "inventory", inventory());
  return facts;
}

}  // namespace

Facts sample_account(const AccountSize& size) {
  return Maker(size).make();
}

}  // namespace muster::bench
