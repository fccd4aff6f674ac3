// Most roles have what they declare; a quarter of them somewhat more (a wider action or resource),
// and some less.
#include "bench/sample_role.h"

#include <array>

namespace muster::bench {
namespace {

using List = std::vector<std::string>;

std::string quoted_list(const List& items) {
  std::string text = "[";
  for (const std::string& item : items) {
    text += (text.size() == 1 ? "\"" : ",\"") + item + "\"";
  }
  return text + "]";
}

std::string statement(const char* effect, const List& actions, const List& resources,
                      const std::string& condition = {}) {
  return std::string(R"({"Effect":")") + effect + R"(","Action":)" + quoted_list(actions) +
         R"(,"Resource":)" + quoted_list(resources) +
         (condition.empty() ? "}" : R"(,"Condition":)" + condition + "}");
}

std::string allow(const List& actions, const List& resources, const std::string& condition = {}) {
  return statement("Allow", actions, resources, condition);
}

std::string arn(const std::string& service, const std::string& rest) {
  const bool global = service == "iam" || service == "cloudfront";
  return "arn:aws:" + service +
         (service == "s3" ? ":::"
                          : std::string(global ? "::" : ":eu-central-1:") + kSampleAccount + ":") +
         rest;
}

/// An entry of `allow` in muster.yaml.
std::string declared_allow(const List& actions, const List& resources) {
  return "{actions: " + quoted_list(actions) + ", resources: " + quoted_list(resources) + "}";
}

/// What every role may do besides, by the shared policies.
std::string declared_for_all() {
  return declared_allow({"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
                        {arn("logs", "log-group:/acme/*")}) +
         ", " + declared_allow({"cloudwatch:PutMetricData"}, {"*"}) + ", " +
         declared_allow({"kms:Decrypt", "kms:GenerateDataKey"}, {arn("kms", "key/*")}) + ", " +
         declared_allow({"ssm:GetParameter*"},
                        {arn("ssm", "parameter/shared/*"), arn("ssm", "parameter/team*")});
}

std::string declared(const List& capabilities, const List& allowed) {
  std::string text = "capabilities: [";
  for (std::size_t i = 0; i < capabilities.size(); ++i) {
    text += (i == 0 ? "" : ", ") + capabilities[i];
  }
  text += "], allow: [" + declared_for_all();
  for (const std::string& one : allowed) {
    text += ", " + one;
  }
  return text + "]";
}

std::string trust_statement(const std::string& principal, const char* action,
                            const std::string& condition = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" + principal +
         R"(,"Action":")" + action + "\"" +
         (condition.empty() ? "" : R"(,"Condition":)" + condition) + "}]}";
}

std::string trust_service(const std::string& service, SampleDice& dice) {
  return trust_statement(R"({"Service":")" + service + "\"}", "sts:AssumeRole",
                         dice.one_in(2) ? R"({"StringEquals":{"aws:SourceAccount":")" +
                                              std::string(kSampleAccount) + "\"}}"
                                        : "");
}

std::string trust_github(const std::string& app, SampleDice& dice) {
  const std::string subject =
      "repo:acme/" + app + (dice.one_in(8) ? ":*" : ":environment:production");
  return trust_statement(
      R"({"Federated":"arn:aws:iam::)" + std::string(kSampleAccount) +
          R"(:oidc-provider/token.actions.githubusercontent.com"})",
      "sts:AssumeRoleWithWebIdentity",
      R"({"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{"token.actions.githubusercontent.com:sub":")" +
          subject + "\"}}");
}

struct Runtime {
  const char* service;
  const char* carrier_type;
  /// The ARN's service, and what stands before the name.
  const char* carrier_service;
  const char* carrier_prefix;
  const char* carrier_field;
  const char* aws_managed;
};

constexpr std::array<Runtime, 6> kRuntimes = {{
    {"lambda.amazonaws.com", "aws_lambda_function", "lambda", "function:", "role",
     "AWSLambdaBasicExecutionRole"},
    {"ecs-tasks.amazonaws.com", "aws_ecs_task_definition", "ecs", "task-definition/",
     "task_role_arn", ""},
    {"ec2.amazonaws.com", "aws_instance", "ec2", "instance/i-", "iam_instance_profile",
     "AmazonSSMManagedInstanceCore"},
    {"codebuild.amazonaws.com", "aws_codebuild_project", "codebuild", "project/", "service_role",
     ""},
    {"states.amazonaws.com", "aws_sfn_state_machine", "states", "stateMachine:", "role_arn", ""},
    {"glue.amazonaws.com", "aws_glue_job", "glue", "job/", "role_arn", ""},
}};

/// What an application does with its data.
void application(SampleRole& role, const std::string& app, SampleDice& dice) {
  const Runtime& runtime = kRuntimes.at(dice.below(kRuntimes.size()));
  role.trust = trust_service(runtime.service, dice);
  role.carrier_type = runtime.carrier_type;
  role.carrier_arn = arn(runtime.carrier_service, runtime.carrier_prefix + role.name);
  role.carrier_field = runtime.carrier_field;
  if (*runtime.aws_managed != '\0') {
    role.aws_managed.emplace_back(runtime.aws_managed);
  }
  const List table = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
                      "dynamodb:UpdateItem"};
  const List tables = {arn("dynamodb", "table/" + app + "-*"),
                       arn("dynamodb", "table/" + app + "-*/index/*")};
  const List queue = {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"};
  const List queues = {arn("sqs", app + "-*")};
  const List tracing = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"};
  role.inline_policies = {
      sample_document({allow(dice.one_in(6) ? List{"dynamodb:*"} : table, tables),
                       allow(queue, dice.one_in(8) ? List{"*"} : queues)}),
      sample_document(
          {allow({"s3:GetObject", "s3:GetObjectVersion"}, {arn("s3", app + "-data/*")}),
           allow({dice.one_in(10) ? "secretsmanager:*" : "secretsmanager:GetSecretValue"},
                 {arn("secretsmanager", "secret:" + app + "/db-??????")}),
           allow(tracing, {"*"})})};
  role.declared = declared(
      {"{s3-bundle-read: {bucket: " + app + "-data}}", "{secrets-read: {secret: " + app + "/db}}"},
      {declared_allow(table, tables), declared_allow(queue, queues),
       declared_allow(tracing, {"*"})});
}

/// Starts the containers of an application.
void execution(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_service("ecs-tasks.amazonaws.com", dice);
  role.carrier_type = "aws_ecs_task_definition";
  role.carrier_arn = arn("ecs", "task-definition/" + app + ":7");
  role.carrier_field = "execution_role_arn";
  const List logs = {"logs:CreateLogStream", "logs:PutLogEvents"};
  const List groups = {arn("logs", "log-group:/ecs/" + app + ":*")};
  role.inline_policies = {
      sample_document({allow({"ecr:GetAuthorizationToken"}, {"*"}),
                       allow({"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
                              "ecr:BatchCheckLayerAvailability"},
                             {dice.one_in(4) ? "*" : arn("ecr", "repository/" + app)})}),
      sample_document({allow(logs, groups), allow({"ssm:GetParameters", "ssm:GetParameter"},
                                                  {arn("ssm", "parameter/" + app + "/*")})})};
  role.declared = declared(
      {"{ecr-pull: {repository: " + app + "}}", "{secrets-read: {parameter: /" + app + "/*}}"},
      {declared_allow(logs, groups)});
}

void deployment(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_github(app, dice);
  const std::string passed =
      R"({"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}})";
  const std::string family = arn("ecs", "task-definition/" + app + ":*");
  List statements = {
      allow({"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"}, {"*"}),
      allow({"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
             "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"},
            {arn("ecr", "repository/" + app)}),
      allow({"ecs:RegisterTaskDefinition"}, {dice.one_in(3) ? "*" : family}),
      allow({"ecs:UpdateService", "ecs:DescribeServices"}, {arn("ecs", "service/main/" + app)},
            R"({"ArnLikeIfExists":{"ecs:task-definition":")" + family + "\"}}")};
  // One in twenty may pass any role.
  statements.push_back(dice.one_in(20) ? allow({"iam:PassRole"}, {"*"})
                                       : allow({"iam:PassRole"}, {arn("iam", "role/" + app + "-*")},
                                               dice.one_in(4) ? "" : passed));
  role.inline_policies = {
      sample_document(statements),
      sample_document(
          {allow({"s3:PutObject", dice.one_in(5) ? "s3:*" : "s3:DeleteObject"},
                 {arn("s3", app + "-site/*")}),
           allow({"s3:ListBucket"}, {arn("s3", app + "-site")}),
           allow({"cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"},
                 {arn("cloudfront", "distribution/E" + app)}),
           allow({"lambda:UpdateFunctionCode"}, {arn("lambda", "function:" + app + "-*")})})};
  role.declared = declared(
      {"{ecr-push: {repository: " + app + "}}",
       "{ecs-deploy: {cluster: main, service: " + app + ", family: " + app +
           ", pass_roles: " + app + "-*}}",
       "{s3-publish: {bucket: " + app + "-site, delete: true}}",
       "{cloudfront-invalidate: {distribution: E" + app + "}}"},
      {declared_allow({"lambda:UpdateFunctionCode"}, {arn("lambda", "function:" + app + "-*")})});
}

void host_commands(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_github(app, dice);
  const std::string tagged = R"({"StringEquals":{"ssm:resourceTag/app":")" + app + "\"}}";
  role.inline_policies = {
      sample_document(
          {allow({"ssm:SendCommand"}, {"arn:aws:ssm:eu-central-1::document/AWS-RunShellScript"}),
           allow({"ssm:SendCommand"}, {arn("ec2", "instance/*")}, dice.one_in(6) ? "" : tagged),
           allow({"ssm:GetCommandInvocation"}, {"*"})}),
      sample_document({allow({"s3:PutObject"}, {arn("s3", app + "-bundles/*")}),
                       allow({"ec2:DescribeInstances"}, {"*"})})};
  role.declared = declared({"{ssm-run: {document: AWS-RunShellScript, tag: {app: " + app + "}}}",
                            "{s3-publish: {bucket: " + app + "-bundles}}"},
                           {});
}

/// Applies infrastructure code: makes roles, mostly within the boundary.
void infrastructure(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_github(app, dice);
  role.aws_managed.emplace_back("ReadOnlyAccess");
  const std::string within =
      R"({"StringEquals":{"iam:PermissionsBoundary":")" + arn("iam", "policy/boundary") + "\"}}";
  const List roles = {arn("iam", "role/" + app + "-*")};
  role.inline_policies = {
      sample_document({allow({"s3:GetObject", "s3:PutObject"},
                             {arn("s3", "acme-state/" + app + "/terraform.tfstate")}),
                       allow({"s3:ListBucket"}, {arn("s3", "acme-state")}),
                       allow({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"},
                             {arn("dynamodb", "table/acme-locks")})}),
      sample_document(
          {allow({"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"}, roles,
                 dice.one_in(5) ? "" : within),
           allow({"iam:PassRole", "iam:TagRole", "iam:DeleteRole"}, roles),
           allow({"ec2:*", "ecs:*", "lambda:*", "s3:*", "elasticloadbalancing:*"}, {"*"},
                 R"({"StringEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}})"),
           statement("Deny",
                     {"iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"},
                     {"*"})})};
  role.bounded = !dice.one_in(4);
  role.declared =
      declared({"{terraform-state: {bucket: acme-state, state: " + app +
                "/terraform.tfstate, write: true, lock_table: acme-locks}}"},
               {declared_allow({"iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"}, roles),
                declared_allow({"ec2:*", "ecs:*", "lambda:*", "s3:*"}, {"*"})});
}

/// People: readers, developers, some administrators.
void people(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_statement(
      R"({"Federated":"arn:aws:iam::)" + std::string(kSampleAccount) + R"(:saml-provider/people"})",
      "sts:AssumeRoleWithSAML",
      R"({"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}})");
  const std::size_t rank = dice.below(20);
  role.aws_managed.emplace_back(rank == 0  ? "AdministratorAccess"
                                : rank < 6 ? "PowerUserAccess"
                                           : "ReadOnlyAccess");
  role.inline_policies = {
      sample_document({allow({"cloudformation:*"}, {arn("cloudformation", "stack/" + app + "-*")}),
                       statement("Deny", {"secretsmanager:GetSecretValue"}, {"*"},
                                 R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}})")}),
      sample_document(
          {allow({"s3:*"}, {arn("s3", app + "-*"), arn("s3", app + "-*/*")}),
           allow({"ssm:StartSession"}, {arn("ec2", "instance/*")},
                 R"({"StringEquals":{"ssm:resourceTag/team":"${aws:PrincipalTag/team}"}})")})};
  role.declared = declared({}, {declared_allow({"*"}, {"*"})});
}

/// A vendor's or another account's.
void outside(SampleRole& role, const std::string& app, SampleDice& dice) {
  role.trust = trust_statement(
      R"({"AWS":"arn:aws:iam::444455556666:root"})", "sts:AssumeRole",
      dice.one_in(6) ? "" : R"({"StringEquals":{"sts:ExternalId":")" + app + "-7f3a\"}}");
  role.aws_managed.emplace_back(dice.one_in(2) ? "SecurityAudit" : "ViewOnlyAccess");
  role.inline_policies = {
      sample_document({allow(
          {"cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "tag:GetResources"}, {"*"})}),
      sample_document({allow({"s3:GetObject"}, {arn("s3", app + "-exports/*")})})};
  role.declared =
      declared({"{s3-bundle-read: {bucket: " + app + "-exports}}"},
               {declared_allow({"cloudwatch:*", "ec2:Describe*", "iam:Get*", "iam:List*"}, {"*"})});
}

/// Trusted by the account, or by one role of the same application; assumes others itself.
void chained(SampleRole& role, std::size_t number, const std::string& app, SampleDice& dice) {
  const std::string caller = number % 2 == 0
                                 ? arn("iam", "root")
                                 : arn("iam", "role/" + app + "-" + std::to_string(number - 10));
  role.trust = trust_statement(
      R"({"AWS":")" + caller + "\"}", "sts:AssumeRole",
      dice.one_in(3) ? R"({"StringEquals":{"aws:PrincipalTag/team":")" + role.team + "\"}}" : "");
  const List targets = {arn("iam", "role/" + app + "-*")};
  const List functions = {arn("lambda", "function:" + app + "-*")};
  role.inline_policies = {
      sample_document({allow({"sts:AssumeRole"}, dice.one_in(10) ? List{"*"} : targets)}),
      sample_document({allow({"lambda:InvokeFunction", "states:StartExecution"},
                             {functions.front(), arn("states", "stateMachine:" + app + "-*")}),
                       allow({"events:PutEvents"}, {arn("events", "event-bus/" + app)})})};
  role.declared = declared({"{assume-role: {role: " + app + "-*}}"},
                           {declared_allow({"lambda:InvokeFunction"}, functions)});
}

}  // namespace

std::string sample_document(const List& statements) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (std::size_t i = 0; i < statements.size(); ++i) {
    text += (i == 0 ? "" : ",") + statements[i];
  }
  return text + "]}";
}

std::string sample_shared_policy(std::size_t number, SampleDice& dice) {
  const std::string team = "team" + std::to_string(number % 40);
  List statements = {allow({"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
                           {arn("logs", "log-group:/acme/" + team + "/*")}),
                     allow({"cloudwatch:PutMetricData"}, {"*"},
                           R"({"StringEquals":{"cloudwatch:namespace":")" + team + "\"}}")};
  if (dice.one_in(3)) {
    statements.push_back(
        allow({"kms:Decrypt", "kms:GenerateDataKey"}, {arn("kms", "key/*")},
              R"({"ForAnyValue:StringLike":{"kms:ResourceAliases":"alias/)" + team + "-*\"}}"));
  }
  if (dice.one_in(3)) {
    statements.push_back(allow({"ssm:GetParameter*"}, {arn("ssm", "parameter/shared/*"),
                                                       arn("ssm", "parameter/" + team + "/*")}));
  }
  if (dice.one_in(10)) {
    statements.push_back(allow({"s3:Get*", "s3:List*"}, {arn("s3", "acme-" + team + "-*"),
                                                         arn("s3", "acme-" + team + "-*/*")}));
  }
  if (dice.one_in(12)) {
    statements.push_back(statement("Deny", {"s3:*"},
                                   {arn("s3", "acme-audit"), arn("s3", "acme-audit/*")},
                                   R"({"Bool":{"aws:SecureTransport":"false"}})"));
  }
  return sample_document(statements);
}

SampleRole sample_role(std::size_t number, const std::string& app, SampleDice& dice) {
  SampleRole role;
  role.name = app + "-" + std::to_string(number);
  role.team = "team" + std::to_string(number / 20 % 40);
  role.bounded = dice.one_in(7);
  const std::size_t kind = number % 20;
  if (kind < 9) {
    application(role, app, dice);
  } else if (kind < 12) {
    execution(role, app, dice);
  } else if (kind < 14) {
    deployment(role, app, dice);
  } else if (kind == 14) {
    host_commands(role, app, dice);
  } else if (kind == 15) {
    infrastructure(role, app, dice);
  } else if (kind == 16) {
    people(role, app, dice);
  } else if (kind == 17) {
    outside(role, app, dice);
  } else {
    chained(role, number, app, dice);
  }
  // Some build and automation roles are administrators, as they are everywhere.
  if (kind < 9 && dice.one_in(100)) {
    role.aws_managed.emplace_back("AdministratorAccess");
  }
  return role;
}

}  // namespace muster::bench
