// Capabilities as muster.yaml writes them, and the statements that they become.
#include "checks/capability/expand.h"

#include "checks/policy/print.h"
#include "support.h"

using namespace muster;
using namespace muster::capability;

namespace {

/// `Sid: actions on resources if conditions` per needed statement.
std::string needed(const std::string& capabilities) {
  std::string text;
  for (const Grant& grant : expansion_of(capabilities).grants) {
    policy::Policy one;
    one.statements = {grant.ways.front()};
    const std::string printed = print_policy(one, text::JsonLayout::Compact);
    const std::size_t begin = printed.find("[{") + 2;
    text += printed.substr(begin, printed.size() - begin - 3) + "\n";
  }
  return text;
}

std::string error_of(const std::string& keys) {
  const auto intent = read_role(keys);
  return intent ? "accepted" : to_string(intent.error());
}

}  // namespace

TEST_CASE("a capability becomes statements on the ARNs of its parameters") {
  struct Row {
    const char* name;
    const char* capability;
    const char* statement;
  };

  for (const Row& row : {
           Row{"a name", "      - ecr-push: {repository: shop}\n",
               R"("Resource":"arn:aws:ecr:eu-central-1:111122223333:repository/shop")"},
           Row{"several names", "      - ecr-pull: {repository: [shop, web]}\n",
               R"("Resource":["arn:aws:ecr:eu-central-1:111122223333:repository/shop",)"
               R"("arn:aws:ecr:eu-central-1:111122223333:repository/web"])"},
           Row{"an ARN stands for itself",
               "      - ecr-pull: {repository: "
               "'arn:aws:ecr:us-east-1:444455556666:repository/x'}\n",
               R"("Resource":"arn:aws:ecr:us-east-1:444455556666:repository/x")"},
           Row{"region and account of the capability",
               "      - ecr-pull: {repository: x, region: [us-east-1, us-west-2], account: "
               "'444455556666'}\n",
               R"("Resource":["arn:aws:ecr:us-east-1:444455556666:repository/x",)"
               R"("arn:aws:ecr:us-west-2:444455556666:repository/x"])"},
           Row{"a document of AWS has no account",
               "      - ssm-run: {document: AWS-RunShellScript, instance: i-0abc}\n",
               R"("Resource":"arn:aws:ssm:eu-central-1::document/AWS-RunShellScript")"},
           Row{"one's own has", "      - ssm-run: {document: deploy, instance: i-0abc}\n",
               R"("Resource":"arn:aws:ssm:eu-central-1:111122223333:document/deploy")"},
           Row{"tags are conditions on any instance",
               "      - ssm-run: {document: deploy, tag: {env: dev, app: [shop, web]}}\n",
               R"("Resource":"arn:aws:ec2:eu-central-1:111122223333:instance/*","Condition":)"
               R"({"StringEquals":{"ssm:resourceTag/app":["shop","web"],)"
               R"("ssm:resourceTag/env":"dev"}})"},
           Row{"a folder", "      - s3-publish: {bucket: art, prefix: /bundles/dev}\n",
               R"("Action":"s3:PutObject","Resource":"arn:aws:s3:::art/bundles/dev/*")"},
           Row{"the whole bucket", "      - s3-publish: {bucket: art}\n",
               R"("Action":"s3:PutObject","Resource":"arn:aws:s3:::art/*")"},
           Row{"listing for sync --delete",
               "      - s3-publish: {bucket: art, prefix: site, delete: true}\n",
               R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::art","Condition":)"
               R"({"StringLike":{"s3:prefix":"site/*"}})"},
           Row{"six characters end a secret", "      - secrets-read: {secret: shop/db}\n",
               R"("arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-??????")"},
           Row{"a secret's own ARN has them",
               "      - secrets-read: {secret: 'arn:aws:secretsmanager:a:1:secret:x-AbCdEf'}\n",
               R"("Resource":"arn:aws:secretsmanager:a:1:secret:x-AbCdEf")"},
           Row{"no slash before a parameter", "      - secrets-read: {parameter: /shop/db}\n",
               R"("Resource":"arn:aws:ssm:eu-central-1:111122223333:parameter/shop/db")"},
           Row{"passing a role",
               R"(      - ecs-deploy: {cluster: c, service: s, family: f, pass_roles: app/task}
)",
               R"("Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app/task",)"
               R"("Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}})"},
           Row{"a variable stays", "      - ssm-session: {instance: i-0abc}\n",
               R"(:session/${aws:userid}-*")"},
       }) {
    CAPTURE(row.name);
    const std::string statements = needed(row.capability);
    CAPTURE(statements);
    CHECK(statements.find(row.statement) != std::string::npos);
  }
}

TEST_CASE("what is optional is allowed and not needed") {
  const Expansion expansion = expansion_of("      - ecr-push: {repository: shop}\n");
  CHECK(expansion.grants.size() == 2);
  CHECK(expansion.allowed.statements.size() == 4);
  CHECK(expansion.allowed.statements.front().sid->value == "WhoAmI");
  CHECK(expansion.grants.front().where.span.line == 7);
}

TEST_CASE("another way to the same grant is allowed and counts for it") {
  const Expansion expansion =
      expansion_of("      - ssm-run: {document: deploy, tag: {env: dev}}\n");
  REQUIRE(expansion.grants.size() == 3);
  CHECK(expansion.grants[1].ways.size() == 2);
  CHECK(expansion.grants[1].ways[1].conditions[0].key.value == "aws:ResourceTag/env");
}

TEST_CASE("statements of one's own stand as they are written") {
  const auto intent = read_role(
      "    allow:\n      - actions: [events:PutEvents]\n        resources: ['*']\n"
      "        conditions: {StringEquals: {events:source: [shop, web]}, Bool: {a:b: true}}\n");
  REQUIRE(intent.ok());
  const auto expansion = expand(intent.value(), intent.value().roles.front());
  REQUIRE(expansion.ok());
  REQUIRE(expansion.value().grants.size() == 1);
  const policy::Statement& statement = expansion.value().grants.front().ways.front();
  CHECK(statement.conditions.size() == 2);
  CHECK(statement.conditions[1].values[0].value == "true");
  CHECK(statement.sid->value == "Allow1");
  CHECK(declares_capabilities(intent.value().roles.front()));
}

TEST_CASE("mistakes in capabilities are named with their place") {
  struct Row {
    const char* name;
    const char* keys;
    const char* message;
  };

  for (const Row& row : {
           Row{"unknown capability", "    capabilities:\n      - ecr-puhs: {repository: x}\n",
               "muster.yaml:7:9: unknown capability `ecr-puhs`; did you mean `ecr-push`?"},
           Row{"unknown parameter", "    capabilities:\n      - ecr-push: {repo: x}\n",
               "muster.yaml:7:20: unknown parameter `repo` of capability `ecr-push`; known are "
               "`repository`, `region`, `account`"},
           Row{"a misspelt parameter", "    capabilities:\n      - ecr-push: {repositry: x}\n",
               "muster.yaml:7:20: unknown parameter `repositry` of capability `ecr-push`; did you "
               "mean `repository`?"},
           Row{"a tag without a name",
               "    capabilities:\n      - ssm-run: {document: d, tag: {'': dev}}\n",
               "muster.yaml:7:37: `` of `ssm-run.tag` is no tag; wildcards and variables are not "
               "allowed"},
           Row{"missing parameter", "    capabilities:\n      - ecr-push: {}\n",
               "muster.yaml:7:9: capability `ecr-push` needs `repository`"},
           Row{"one of two", "    capabilities:\n      - ssm-run: {document: d}\n",
               "muster.yaml:7:9: capability `ssm-run` needs `instance` or `tag`"},
           Row{"an empty list", "    capabilities:\n      - ecr-push: {repository: []}\n",
               "muster.yaml:7:32: `ecr-push.repository` is empty"},
           Row{"a colon in a name", "    capabilities:\n      - ecr-push: {repository: 'a:b'}\n",
               "muster.yaml:7:32: `a:b` of `ecr-push.repository` is neither a name nor an ARN"},
           Row{"a variable in a name",
               "    capabilities:\n      - logs-read: {log_group: '${x}'}\n",
               "muster.yaml:7:32: `${x}` of `logs-read.log_group` is neither a name nor an ARN"},
           Row{"no region", "    capabilities:\n      - ecr-push: {repository: x, region: here}\n",
               "muster.yaml:7:43: `here` of `ecr-push.region` is no region; expected e.g. "
               "`eu-central-1`"},
           Row{"a list for one value",
               "    capabilities:\n      - terraform-state: {bucket: [a, b], state: x}\n",
               "muster.yaml:7:35: `roles.deploy.capabilities.0.terraform-state.bucket` must be one "
               "value, found a list"},
           Row{"a number", "    capabilities:\n      - ecr-push: {repository: 1}\n",
               "muster.yaml:7:32: `roles.deploy.capabilities.0.ecr-push.repository` must be text "
               "(put it in quotes), found a number"},
           Row{"a flag that is none",
               "    capabilities:\n      - s3-publish: {bucket: b, delete: yes}\n",
               "muster.yaml:7:41: `roles.deploy.capabilities.0.s3-publish.delete` must be true or "
               "false, found text"},
           Row{"two capabilities in one item",
               "    capabilities:\n      - {ecr-push: {}, ecr-pull: {}}\n",
               "muster.yaml:7:9: `roles.deploy.capabilities.0` must be one capability with its "
               "parameters, such as `ecr-push: {repository: shop}`"},
           Row{"a wildcard in a tag",
               "    capabilities:\n      - ssm-run: {document: d, tag: {env: '*'}}\n",
               "muster.yaml:7:37: `*` of `ssm-run.tag` is no tag; wildcards and variables are not "
               "allowed"},
           Row{"an action without service",
               "    allow:\n      - {actions: [PutEvents], resources: ['*']}\n",
               "muster.yaml:7:9: `PutEvents` is no action; expected `service:Name` or `*`"},
           Row{"no resources", "    allow:\n      - {actions: [s3:ListAllMyBuckets]}\n",
               "muster.yaml:7:9: a statement of `allow` needs `actions` and `resources`"},
           Row{"an operator that IAM does not have",
               "    allow:\n      - {actions: ['*'], resources: ['*'], conditions: {StringEqual: "
               "{a:b: c}}}\n",
               "muster.yaml:7:71: unknown condition operator `StringEqual`; did you mean "
               "`StringEquals`?"},
       }) {
    CAPTURE(row.name);
    CHECK(error_of(row.keys) == row.message);
  }
}

TEST_CASE("a region and an account that nobody named are asked for") {
  const auto error = [](const std::string& role) {
    const auto intent =
        read_intent("version: 1\nroles:\n  deploy:\n" + role, SourceId("muster.yaml"));
    return intent ? "accepted" : to_string(intent.error());
  };
  const std::string arn = "    arn: arn:aws:iam::111122223333:role/deploy\n";
  CHECK(error(arn + "    capabilities: [{ecr-push: {repository: x}}]\n") ==
        "muster.yaml:5:21: capability `ecr-push` needs `region`: name it there, for the role, or "
        "at the top of the file");
  CHECK(error("    region: eu-central-1\n    capabilities: [{ecr-push: {repository: x}}]\n") ==
        "muster.yaml:5:21: capability `ecr-push` needs `account`: name it there, or the role's "
        "`arn`");
  CHECK(error("    region: eu-central-1\n    capabilities: [{ssm-run: {document: d, instance: "
              "i-1}}]\n") ==
        "muster.yaml:5:21: capability `ssm-run` needs `account`: name it there, or the role's "
        "`arn`");
  CHECK(error("    capabilities: [{s3-publish: {bucket: b}}]\n") == "accepted");
}

TEST_CASE("lists that multiply without end are refused") {
  std::string list;
  for (int i = 0; i < 150; ++i) {
    list += (list.empty() ? "" : ", ") + ("n" + std::to_string(i));
  }
  CHECK(error_of("    capabilities:\n      - s3-publish: {bucket: [" + list + "], prefix: [" +
                 list + "]}\n") ==
        "muster.yaml:7:9: the lists of capability `s3-publish` give more than 10000 resources");
}

TEST_CASE("a role of another partition has its capabilities there") {
  const auto intent = read_intent(
      "version: 1\nroles:\n  deploy:\n    arn: arn:aws-cn:iam::111122223333:role/deploy\n    "
      "capabilities: [{s3-publish: {bucket: b}}]\n",
      SourceId("muster.yaml"));
  REQUIRE(intent.ok());
  const auto expansion = expand(intent.value(), intent.value().roles.front());
  CHECK(expansion.value().grants.front().ways.front().resources->front().value ==
        "arn:aws-cn:s3:::b/*");
}
