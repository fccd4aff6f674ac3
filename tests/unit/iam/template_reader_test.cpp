// IAM resources of templates: what each gives, and what is said when something is not known.
#include <doctest/doctest.h>

#include "checks/iam/infrastructure.h"
#include "checks/policy/print.h"

namespace muster::iam {
namespace {

Infrastructure read(const std::string& yaml, std::string_view account = {}) {
  auto found = read_infrastructure(
      {DocumentKind::CloudFormation, SourceId("t.yaml"), "Resources:\n" + yaml}, account);
  REQUIRE_MESSAGE(found.ok(), (found.ok() ? "" : to_string(found.error())));
  return std::move(found).value();
}

std::string actions_of(const policy::Policy& policy) {
  std::string text;
  for (const policy::Statement& statement : policy.statements) {
    for (const policy::Text& action : statement.actions.value_or(std::vector<policy::Text>())) {
      text += (text.empty() ? "" : " ") + action.value;
    }
  }
  return text;
}

/// `name=actions` or `name?reason` of each policy.
std::string shown(const std::vector<IdentityPolicy>& policies) {
  std::string text;
  for (const IdentityPolicy& policy : policies) {
    text += (text.empty() ? "" : "; ") + policy.name +
            (policy.policy ? "=" + actions_of(*policy.policy) : "?" + policy.missing);
  }
  return text;
}

constexpr const char* kTrust =
    "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Principal: "
    "{Service: ec2.amazonaws.com}}]}";

std::string allow(const std::string& action, const std::string& resource = "'*'") {
  return "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: '" + action +
         "', Resource: " + resource + "}]}";
}

std::string role(const std::string& properties) {
  return "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: " +
         std::string(kTrust) + "\n" + properties;
}

TEST_CASE("a role has the policies that the template gives it, from every side") {
  struct Row {
    const char* name;
    std::string yaml;
    const char* policies;
  };

  for (
      const Row& row : {
          Row{"none", role(""), ""},
          Row{"inline",
              role("      Policies: [{PolicyName: a, PolicyDocument: " + allow("s3:Get*") + "}]\n"),
              "a=s3:Get*"},
          Row{"a managed policy of AWS",
              role("      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']\n"),
              "ReadOnlyAccess?the account facts hold no text of it"},
          Row{"the administrator's is known",
              role("      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']\n"),
              "AdministratorAccess=*"},
          Row{"a managed policy of the template",
              role("      ManagedPolicyArns: [!Ref P]\n") +
                  "  P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: " +
                  allow("sqs:*") + "}}\n",
              "P=sqs:*"},
          Row{"a managed policy that names the role",
              "  P: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref R], "
              "PolicyDocument: " +
                  allow("sqs:*") + "}}\n" + role(""),
              "P=sqs:*"},
          Row{"a policy that names the role",
              role("      RoleName: deploy\n") +
                  "  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [deploy], "
                  "PolicyDocument: " +
                  allow("sqs:*") + "}}\n",
              "p=sqs:*"},
          Row{"a role policy",
              role("") +
                  "  P: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: !Ref R, "
                  "PolicyDocument: " +
                  allow("sqs:*") + "}}\n",
              "p=sqs:*"},
          Row{"a policy of another role stays there",
              role("      RoleName: deploy\n") +
                  "  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [deploy2], "
                  "PolicyDocument: " +
                  allow("sqs:*") + "}}\n",
              ""},
          Row{"a role whose name only the stack knows still has its policies",
              role("      RoleName: !Sub '${AWS::StackName}-x'\n") +
                  "  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref R], "
                  "PolicyDocument: " +
                  allow("sqs:*") + "}}\n",
              "p=sqs:*"},
          Row{"a text that is not known",
              role("      Policies: [{PolicyName: a, PolicyDocument: " +
                   allow("s3:*", "!ImportValue x") + "}]\n"),
              "a?`Fn::ImportValue` takes a value of another stack"},
          Row{"policies behind a condition",
              role("      Policies: !If [C, [], !Ref AWS::NoValue]\n"),
              "inline?a value depends on the condition `C`"},
          Row{"an ARN that is not known", role("      ManagedPolicyArns: [!ImportValue x]\n"),
              "managed?`Fn::ImportValue` takes a value of another stack"},
          Row{"a policy that breaks the grammar",
              role("      Policies: [{PolicyName: a, PolicyDocument: {Statement: {Effect: "
                   "Maybe}}}]\n"),
              "a?the statement has neither `Action` nor `NotAction`"},
      }) {
    CAPTURE(row.name);
    const Infrastructure found = read(row.yaml);
    REQUIRE(found.holders.size() == 1);
    CHECK(shown(found.holders[0].identity) == row.policies);
  }
}

TEST_CASE("what a macro, a loop or a condition may add leaves a role's policies open") {
  struct Row {
    const char* name;
    std::string yaml;
    const char* policies;
  };

  const std::string inline_policy =
      "      Policies: [{PolicyName: a, PolicyDocument: " + allow("s3:Get*") + "}]\n";
  const std::string deny =
      "{Statement: [{Effect: Allow, Action: 'sns:*', Resource: '*'}, {Effect: Deny, Action: "
      "'iam:*', Resource: '*'}]}";
  const auto policy = [](const std::string& more, const std::string& document) {
    return "  P: {Type: AWS::IAM::Policy, " + more +
           "Properties: {PolicyName: p, Roles: [!Ref R], "
           "PolicyDocument: " +
           document + "}}\n";
  };
  for (const Row& row : {
           Row{"an include beside the properties",
               role(inline_policy + "      Fn::Transform: {Name: 'AWS::Include'}\n"),
               "of R?`Fn::Transform` adds to it when it is deployed"},
           Row{"an include beside the type",
               role(inline_policy) + "    Fn::Transform: {Name: 'AWS::Include'}\n",
               "a=s3:Get*; of R?`Fn::Transform` adds to it when it is deployed"},
           Row{"an include inside a statement",
               role(
                   "      Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Effect: Allow, "
                   "Action: 's3:*', Resource: '*', 'Fn::Transform': {Name: 'AWS::Include'}}]}}]\n"),
               "a?`Fn::Transform` adds to it when it is deployed"},
           Row{"an include among the resources",
               role(inline_policy) + "  Fn::Transform: {Name: 'AWS::Include'}\n",
               "a=s3:Get*; of the template?`Fn::Transform` makes resources when the template is "
               "deployed"},
           Row{"a resource without a type",
               role(inline_policy) + "  X: {Fn::Transform: {Name: 'AWS::Include'}}\n",
               "a=s3:Get*; of the template?what `X` is stands only in the template that a macro "
               "makes"},
           Row{"a loop that makes policies",
               role(inline_policy) + "  Fn::ForEach::L: [N, !Split [',', x], {'P${N}': {Type: "
                                     "AWS::IAM::RolePolicy}}]\n",
               "a=s3:Get*; of the template?`Fn::ForEach::L` makes resources when the template is "
               "deployed"},
           Row{"a loop over texts that makes policies",
               role(inline_policy) +
                   "  Fn::ForEach::L: [N, [sqs, sns], {'P${N}': {Type: AWS::IAM::RolePolicy, "
                   "Properties: {RoleName: !Ref R, PolicyName: !Sub 'p-${N}', PolicyDocument: " +
                   allow("${N}:*") + "}}}]\n",
               "a=s3:Get*; p-sqs=sqs:*; p-sns=sns:*"},
           Row{"a loop over texts inside the properties",
               role(inline_policy + "      Fn::ForEach::L: [N, [Path], {'${N}': /app/}]\n"),
               "a=s3:Get*"},
           Row{"a loop that makes topics",
               role(inline_policy) +
                   "  Fn::ForEach::L: [N, [a], {'P${N}': {Type: AWS::SNS::Topic}}]\n",
               "a=s3:Get*"},
           Row{"a loop inside the properties",
               role(inline_policy + "      Fn::ForEach::L: [N, !Split [',', x], {'${N}': /}]\n"),
               "of R?`Fn::ForEach::L` adds to it when it is deployed"},
           Row{"a Deny that a condition decides about", role("") + policy("Condition: C, ", deny),
               "p=sns:*; p?what it denies depends on the condition `C`"},
           Row{"a Deny that comes and goes with the role",
               role("") + "    Condition: C\n" + policy("Condition: C, ", deny), "p=sns:* iam:*"},
           Row{"an Allow that a condition decides about",
               role("") + policy("Condition: C, ", allow("sqs:*")), "p=sqs:*"},
           Row{"a policy for one of two roles",
               role("") +
                   "  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!If [C, !Ref "
                   "R, other]], PolicyDocument: " +
                   allow("sqs:*") + "}}\n",
               "p?whether it is attached is open: a value depends on the condition `C`"},
           Row{"a policy that is for anybody",
               role("") +
                   "  P: {Type: AWS::IAM::Policy, Properties: {'Fn::Transform': {Name: x}}}\n",
               "P?whether it is attached is open: `Fn::Transform` is not worked out"},
           Row{"two managed policies of one name",
               role("      ManagedPolicyArns: ['arn:aws:iam::000000000000:policy/m']\n") +
                   "  P: {Type: AWS::IAM::ManagedPolicy, Condition: C, Properties: "
                   "{ManagedPolicyName: m, PolicyDocument: " +
                   allow("sqs:*") +
                   "}}\n  Q: {Type: AWS::IAM::ManagedPolicy, Condition: D, Properties: "
                   "{ManagedPolicyName: m, PolicyDocument: " +
                   allow("*") + "}}\n",
               "Q?the document declares two policies of this name"},
       }) {
    CAPTURE(row.name);
    const Infrastructure found = read(row.yaml);
    REQUIRE(found.holders.size() == 1);
    CHECK(shown(found.holders[0].identity) == row.policies);
  }
}

TEST_CASE("a policy for a name goes to every role that may have it") {
  const Infrastructure found = read(
      "  A: {Type: AWS::IAM::Role, Condition: C, Properties: {RoleName: r}}\n"
      "  B: {Type: AWS::IAM::Role, Condition: D, Properties: {RoleName: r}}\n"
      "  P: {Type: AWS::IAM::RolePolicy, Properties: {RoleName: r, PolicyName: p, "
      "PolicyDocument: " +
      allow("sqs:*") + "}}\n");
  REQUIRE(found.holders.size() == 2);
  CHECK(shown(found.holders[0].identity) == "p=sqs:*");
  CHECK(shown(found.holders[1].identity) == "p=sqs:*");
}

TEST_CASE("a user is in the groups that are declared here; the policies of others are open") {
  const Infrastructure found = read(
      "  U: {Type: AWS::IAM::User, Properties: {UserName: ann, Groups: [!Ref G, ops]}}\n"
      "  G: {Type: AWS::IAM::Group}\n"
      "  M: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref G, Users: "
      "[!Ref V, bob]}}\n"
      "  V: {Type: AWS::IAM::User}\n");
  REQUIRE(found.holders.size() == 3);
  CHECK(found.holders[0].groups == std::vector<std::string>{"G"});
  CHECK(shown(found.holders[0].identity) ==
        "ops?this group is declared elsewhere, with its policies");
  CHECK(found.holders[0].stand_in == "arn:aws:iam::000000000000:user/ann");
  CHECK(found.holders[2].groups == std::vector<std::string>{"G"});
  CHECK(found.holders[2].stand_in == "arn:aws:iam::000000000000:user/V-generated");
  CHECK(found.not_covered.size() == 2);
}

TEST_CASE("a role's name, ARN, boundary and trust") {
  const std::string yaml =
      role(
          "      RoleName: deploy\n      Path: /ci/\n      PermissionsBoundary: !Ref B\n"
          "      Tags: [{Key: team, Value: shop}]\n") +
      "  B: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: " + allow("s3:*") + "}}\n";
  const Infrastructure open = read(yaml);
  REQUIRE(open.holders.size() == 1);
  CHECK(open.holders[0].arn.empty());
  CHECK(open.holders[0].name == "deploy");
  CHECK(open.holders[0].address == "R");
  CHECK(shown({*open.holders[0].boundary}) == "B=s3:*");
  CHECK(open.holders[0].tags == std::vector<Tag>{{"team", "shop"}});
  CHECK(to_string(open.holders[0].where) == "t.yaml:5:33");
  REQUIRE(open.holders[0].trust->ok());
  const Infrastructure known = read(yaml, "111122223333");
  CHECK(known.holders[0].arn == "arn:aws:iam::111122223333:role/ci/deploy");
  const Infrastructure unnamed = read(role(""), "111122223333");
  CHECK(unnamed.holders[0].arn.empty());
  CHECK(unnamed.holders[0].name.empty());
}

TEST_CASE("a trust that is not known is an error with its place") {
  const Infrastructure found = read(
      "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        "
      "Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: !ImportValue x}}\n");
  REQUIRE(found.holders.size() == 1);
  REQUIRE_FALSE(found.holders[0].trust->ok());
  CHECK(to_string(found.holders[0].trust->error()) ==
        "t.yaml:6:9: `Fn::ImportValue` takes a value of another stack");
}

TEST_CASE("users and groups have their policies, and users their groups") {
  const Infrastructure found = read(
      "  U: {Type: AWS::IAM::User, Properties: {UserName: ann, Groups: [!Ref G]}}\n"
      "  V: {Type: AWS::IAM::User}\n"
      "  G: {Type: AWS::IAM::Group, Properties: {Policies: [{PolicyName: g, PolicyDocument: " +
      allow("s3:*") +
      "}]}}\n"
      "  A: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref G, Users: [!Ref "
      "V]}}\n"
      "  P: {Type: AWS::IAM::UserPolicy, Properties: {PolicyName: p, UserName: ann, "
      "PolicyDocument: " +
      allow("sqs:*") + "}}\n");
  REQUIRE(found.holders.size() == 3);
  CHECK(shown(found.holders[0].identity) == "p=sqs:*");
  CHECK(found.holders[0].groups == std::vector<std::string>{"G"});
  CHECK(found.holders[1].groups == std::vector<std::string>{"G"});
  CHECK(shown(found.holders[2].identity) == "g=s3:*");
  CHECK(found.not_covered.empty());
}

TEST_CASE("attachments to what the template does not declare are named") {
  const auto gap = [](const std::string& holder) {
    const Infrastructure found =
        read("  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [" + holder +
             "], PolicyDocument: " + allow("s3:*") + "}}\n");
    REQUIRE(found.not_covered.size() == 1);
    return found.not_covered[0];
  };
  CHECK(gap("ops").why == "policy `p` is attached to the role `ops`, which is declared elsewhere");
  CHECK_FALSE(gap("ops").blocks);
  CHECK(gap("!ImportValue x").why ==
        "policy `p` is attached to a role that is not known: `Fn::ImportValue` takes a value of "
        "another stack");
  CHECK(gap("!ImportValue x").blocks);
}

TEST_CASE("a function of SAM has the role that SAM makes for it") {
  const std::string head = "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n";

  struct Row {
    const char* name;
    std::string properties;
    const char* policies;
  };

  const std::string basic = "AWSLambdaBasicExecutionRole?the account facts hold no text of it";
  const std::string vpc = "AWSLambdaVPCAccessExecutionRole?the account facts hold no text of it";
  for (const Row& row : {
           Row{"nothing said", "      Timeout: 3\n", ""},
           Row{"a policy", "      Policies: " + allow("s3:*") + "\n", "; inline=s3:*"},
           Row{"names and ARNs",
               "      Policies: [AdministratorAccess, "
               "'arn:aws:iam::aws:policy/AdministratorAccess']\n",
               "; AdministratorAccess=*; AdministratorAccess=*"},
           Row{"a template of SAM", "      Policies: [{S3ReadPolicy: {BucketName: x}}]\n",
               "; S3ReadPolicy=s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion "
               "s3:GetLifecycleConfiguration"},
           Row{"a template of SAM without parameters", "      Policies: [EC2DescribePolicy: {}]\n",
               "; EC2DescribePolicy=ec2:DescribeRegions ec2:DescribeInstances"},
           Row{"a template that SAM does not have", "      Policies: [{S3EatPolicy: {}}]\n",
               "; S3EatPolicy?SAM's policy template `S3EatPolicy` is not known (list of "
               "2026-11-21)"},
           Row{"a parameter that is missing", "      Policies: [{S3ReadPolicy: {}}]\n",
               "; S3ReadPolicy?SAM's policy template `S3ReadPolicy` needs the parameter "
               "`BucketName`"},
           Row{"a parameter too many",
               "      Policies: [{S3ReadPolicy: {BucketName: x, Prefix: y}}]\n",
               "; S3ReadPolicy?SAM's policy template `S3ReadPolicy` has no parameter `Prefix`"},
           Row{"a parameter that is not known",
               "      Policies: [{S3ReadPolicy: {BucketName: !ImportValue b}}]\n",
               "; S3ReadPolicy?`Fn::ImportValue` takes a value of another stack"},
           Row{"a queue that it polls",
               "      Events: {Q: {Type: SQS, Properties: {Queue: q}}, A: {Type: Api}}\n",
               "; AWSLambdaSQSQueueExecutionRole?the account facts hold no text of it"},
           Row{"a broker that it polls", "      Events: {Q: {Type: MQ}}\n",
               "; of the event Q?what SAM allows for an event of type `MQ` is not worked out"},
           Row{"a queue for failures",
               "      DeadLetterQueue: {Type: SQS, TargetArn: 'arn:aws:sqs:us-east-1:1:q'}\n",
               "; DeadLetterQueue=sqs:SendMessage"},
           Row{"destinations",
               "      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SNS}}}\n",
               "; EventInvokeConfig?what SAM allows for `EventInvokeConfig` is not worked out"},
           Row{"a connector inside", "      Connectors: {C: {}}\n",
               "; Connectors?what SAM allows for `Connectors` is not worked out"},
       }) {
    CAPTURE(row.name);
    const Infrastructure found = read(head + row.properties);
    REQUIRE(found.holders.size() == 1);
    CHECK(found.holders[0].address == "FRole");
    REQUIRE(found.holders[0].trust->ok());
    CHECK(shown(found.holders[0].identity) == basic + row.policies);
  }
  const Infrastructure inside = read(head + "      VpcConfig: {SubnetIds: [a]}\n");
  CHECK(shown(inside.holders[0].identity) == basic + "; " + vpc);
  const Infrastructure machine =
      read("  M: {Type: AWS::Serverless::StateMachine, Properties: {Policies: " + allow("s3:*") +
           "}}\n");
  CHECK(shown(machine.holders[0].identity) == "inline=s3:*");
  CHECK(machine.holders[0].trust->value().statements[0].principals->front().value.value ==
        "states.amazonaws.com");
  CHECK(read(head + "      Role: arn:aws:iam::111122223333:role/x\n").holders.empty());
}

TEST_CASE("a policy template of SAM is filled with the values of its parameters") {
  const Infrastructure found = read(
      "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies:\n"
      "        - S3ReadPolicy: {BucketName: !Ref B}\n"
      "        - AWSSecretsManagerRotationPolicy: {FunctionName: '{account}'}\n"
      "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: acme}}\n",
      "111122223333");
  REQUIRE(found.holders.size() == 1);
  const auto& policies = found.holders[0].identity;
  REQUIRE(policies.size() == 3);
  CHECK(policies[1].policy->statements[0].resources->front().value == "arn:aws:s3:::acme");
  CHECK(policies[1].policy->statements[0].resources->back().value == "arn:aws:s3:::acme/*");
  CHECK(to_string(policies[1].policy->where) == "t.yaml:6:11");
  const policy::Statement& rotates = policies[2].policy->statements[0];
  CHECK(rotates.resources->front().value ==
        "arn:aws:secretsmanager:xx-stack-1:111122223333:secret:*");
  REQUIRE(rotates.conditions.size() == 1);
  CHECK(rotates.conditions[0].key.value == "secretsmanager:resource/AllowRotationLambdaArn");
  CHECK(rotates.conditions[0].values[0].value ==
        "arn:aws:lambda:xx-stack-1:111122223333:function:{account}");
}

TEST_CASE("a connector of SAM leaves every role of the template open") {
  const Infrastructure found = read(role("") + "  C: {Type: AWS::Serverless::Connector}\n");
  CHECK(shown(found.holders[0].identity) ==
        "C?whether it is attached is open: the connector `C` gives its source or destination a "
        "policy");
}

TEST_CASE("policies of resources and managed policies stand for themselves") {
  const Infrastructure found = read(
      "  B: {Type: AWS::S3::Bucket}\n"
      "  P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: "
      "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}}}}\n"
      "  M: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: " +
      allow("s3:*") + "}}\n");
  REQUIRE(found.policies.size() == 2);
  CHECK(found.policies[0].type == policy::PolicyType::Resource);
  CHECK(found.policies[0].policy.policy->statements[0].resources->front().value ==
        "arn:aws:s3:::b-generated/*");
  CHECK(found.policies[1].address == "M");
}

TEST_CASE("an OIDC provider is known when the account is") {
  const std::string yaml =
      "  O: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://token.example.com', "
      "ClientIdList: [sts.amazonaws.com]}}\n";
  CHECK(read(yaml).providers.empty());
  const Infrastructure known = read(yaml, "111122223333");
  REQUIRE(known.providers.size() == 1);
  CHECK(known.providers[0].arn == "arn:aws:iam::111122223333:oidc-provider/token.example.com");
  CHECK(known.providers[0].audiences == std::vector<std::string>{"sts.amazonaws.com"});
}

}  // namespace
}  // namespace muster::iam
