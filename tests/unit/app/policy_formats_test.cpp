// Generated policies as Terraform and CloudFormation: the exact text, and CloudFormation read back.
#include "app/policy_formats.h"

#include <doctest/doctest.h>

#include "checks/policy/model.h"
#include "checks/text/tree.h"

using namespace muster;
using namespace muster::app;

namespace {

NamedPolicy named(const char* name, const char* statements) {
  auto policy = policy::parse_policy(
      std::string(R"({"Version":"2012-10-17","Statement":)") + statements + "}", SourceId("p.json"),
      policy::PolicyType::Identity);
  REQUIRE(policy.ok());
  return {name, "deploy", std::move(policy).value()};
}

constexpr const char* kStatements = R"([
  {"Sid":"Own","Effect":"Allow","Action":["ssm:ResumeSession","ssm:TerminateSession"],
   "Resource":"arn:aws:ssm:eu-central-1:111122223333:session/${aws:userid}-*"},
  {"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":["a\"b","%{x}"],
   "Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com","k":["a","b"]},
                "Null":{"k":"false"}}}])";

}  // namespace

TEST_CASE("Terraform has a document and a policy for each, and no text is taken for a template") {
  CHECK(to_terraform({named("shop-deploy", kStatements)}) ==
        R"(data "aws_iam_policy_document" "shop_deploy" {
  statement {
    sid       = "Own"
    effect    = "Allow"
    actions   = [
      "ssm:ResumeSession",
      "ssm:TerminateSession",
    ]
    resources = ["arn:aws:ssm:eu-central-1:111122223333:session/$${aws:userid}-*"]
  }

  statement {
    sid       = "Pass"
    effect    = "Allow"
    actions   = ["iam:PassRole"]
    resources = [
      "a\"b",
      "%%{x}",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "k"
      values   = [
        "a",
        "b",
      ]
    }

    condition {
      test     = "Null"
      variable = "k"
      values   = ["false"]
    }
  }
}

resource "aws_iam_policy" "shop_deploy" {
  name   = "shop-deploy"
  policy = data.aws_iam_policy_document.shop_deploy.json
}
)");
}

TEST_CASE("a name that is no identifier becomes one") {
  const std::string text = to_terraform({named("2.shop@x", kStatements)});
  CHECK(text.find("\"policy_2_shop_x\" {") != std::string::npos);
  CHECK(to_cloudformation({named("2.shop@x", kStatements)}).find("\n  2ShopXPolicy:\n") !=
        std::string::npos);
}

TEST_CASE("CloudFormation reads back as the same policies") {
  const std::vector<NamedPolicy> policies = {named("shop-deploy", kStatements),
                                             named("nothing", "[]")};
  const auto tree = text::parse_yaml(to_cloudformation(policies), SourceId("template.yaml"));
  REQUIRE(tree.ok());
  const auto resources = tree.value().root().find("Resources");
  REQUIRE(resources->size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const text::Node resource = resources->at(i);
    CHECK(resource.find("Type")->text() == "AWS::IAM::ManagedPolicy");
    const auto properties = resource.find("Properties");
    CHECK(properties->find("ManagedPolicyName")->text() == policies[i].name);
    const auto read =
        policy::read_policy(*properties->find("PolicyDocument"), policy::PolicyType::Identity);
    REQUIRE(read.ok());
    policy::Policy expected = policies[i].policy;
    if (i == 0) {
      // Operators stand in the order of their names there.
      std::swap(expected.statements[1].conditions[0], expected.statements[1].conditions[2]);
      std::swap(expected.statements[1].conditions[1], expected.statements[1].conditions[2]);
    }
    CHECK(policy::same_policy(read.value(), expected));
  }
}
