// Witnesses with a catalogue: actions that exist, resources as they have them.
#include "checks/policy/catalogue.h"
#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

Answer outside(const Policies& a, const Policies& b) {
  Prover prover({}, &policy::embedded_catalogue());
  const std::size_t first = prover.add(a);
  return prover.within(first, prover.add(b));
}

}  // namespace

TEST_CASE("a witness names an action that exists and a resource that it can have") {
  struct Row {
    const char* name;
    std::string_view a, b, witness;
  };

  for (
      const Row& row : {
          Row{"a prefix",
              R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::art/*"})",
              R"({"Effect":"Deny","Action":"*","Resource":"*"})",
              "s3:GetObject arn:aws:s3:::art/example"},
          Row{"everything", R"({"Effect":"Allow","Action":"*","Resource":"*"})",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})",
              "iam:CreatePolicy arn:aws:iam::111122223333:policy/example"},
          Row{"a service", R"({"Effect":"Allow","Action":"ecr:*","Resource":"*"})",
              R"({"Effect":"Allow","Action":"ecr:Get*","Resource":"*"})",
              "ecr:PutRegistryPolicy *"},
          Row{"one repository",
              R"({"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:eu-west-1:444455556666:repository/app-*"})",
              R"({"Effect":"Allow","Action":"ecr:Get*","Resource":"*"})",
              "ecr:SetRepositoryPolicy arn:aws:ecr:eu-west-1:444455556666:repository/app-example"},
          Row{"all but one", R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})",
              R"({"Effect":"Allow","Action":["s3:*","ec2:*","lambda:*","sts:*"],"Resource":"*"})",
              "ecs:AllowVendedLogDeliveryForResource "
              "arn:aws:ecs:eu-central-1:111122223333:cluster/example"},
          Row{"no resource type", R"({"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"})",
              R"({"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"})",
              "ec2:DescribeTags *"},
          Row{"a key that is absent",
              R"({"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"})",
              R"({"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}})",
              "ec2:RunInstances arn:aws:ec2:eu-central-1::image/example"},
          Row{"a key that must be there",
              R"({"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"})",
              R"({"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringNotLike":{"aws:RequestedRegion":"eu-*"}}})",
              "ec2:RunInstances arn:aws:ec2:eu-central-1::image/example "
              "aws:requestedregion=eu-central-1"},
          Row{"pass role",
              R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/ecs-*"})",
              R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}})",
              "iam:PassRole arn:aws:iam::111122223333:role/ecs-example"},
          Row{"pass role with key",
              R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/ecs-*","Condition":{"StringLike":{"iam:PassedToService":"*"}}})",
              R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}})",
              "iam:PassRole arn:aws:iam::111122223333:role/ecs-example "
              "iam:passedtoservice=ec2.amazonaws.com"},
      }) {
    CAPTURE(row.name);
    const Answer answer = outside(policies_of(row.a), policies_of(row.b));
    CHECK(answer.verdict == Verdict::No);
    CHECK(words(answer) == row.witness);
    CHECK(!answer.only_new_actions);
  }
}

TEST_CASE("an escape through actions that do not exist is said to be one") {
  const Policies a = policies_of(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})");
  const Policies named = policies_of(
      R"({"Effect":"Allow","Action":["sqs:A*","sqs:C*","sqs:D*","sqs:G*","sqs:L*","sqs:P*","sqs:R*","sqs:S*","sqs:T*","sqs:U*"],"Resource":"*"})");
  const Answer answer = outside(a, named);
  CHECK(answer.verdict == Verdict::No);
  CHECK(answer.only_new_actions);
  CHECK(words(answer) == "sqs:x *");
}

TEST_CASE("an action on another service's resource is shown only where no request can occur") {
  struct Row {
    const char* name;
    std::string_view a, b, witness;
    bool no_real_request;
  };

  for (
      const Row& row : {
          Row{"joined lists",
              R"({"Effect":"Allow","Action":["ecr:*","ecs:UpdateService"],"Resource":["arn:aws:ecr:eu-central-1:111122223333:repository/a","arn:aws:ecs:eu-central-1:111122223333:service/c/a"]})",
              R"([{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:eu-central-1:111122223333:repository/a"},
                  {"Effect":"Allow","Action":"ecs:UpdateService","Resource":"arn:aws:ecs:eu-central-1:111122223333:service/c/a"}])",
              "ecs:UpdateService arn:aws:ecr:eu-central-1:111122223333:repository/a", true},
          Row{"joined lists with one more repository",
              R"({"Effect":"Allow","Action":["ecr:PutImage","ecs:UpdateService"],"Resource":["arn:aws:ecr:eu-central-1:111122223333:repository/*","arn:aws:ecs:eu-central-1:111122223333:service/c/a"]})",
              R"([{"Effect":"Allow","Action":"ecr:PutImage","Resource":"arn:aws:ecr:eu-central-1:111122223333:repository/a"},
                  {"Effect":"Allow","Action":"ecs:UpdateService","Resource":"arn:aws:ecs:eu-central-1:111122223333:service/c/a"}])",
              "ecr:PutImage arn:aws:ecr:eu-central-1:111122223333:repository/example", false},
          Row{"a resource that the action takes none of",
              R"({"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:PutImage"],"Resource":["*"]})",
              R"([{"Effect":"Allow","Action":"ecr:PutImage","Resource":"*"},{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"${*}"}])",
              "ecr:GetAuthorizationToken arn:aws:x:::x", true},
          Row{"a name with a variable",
              R"({"Effect":"Allow","Action":["s3:GetObject","ecs:UpdateService"],"Resource":["arn:aws:s3:::a/${aws:username}/*"]})",
              R"({"Effect":"Allow","Action":"ecs:UpdateService","Resource":"*"})",
              "s3:GetObject arn:aws:s3:::a/v1/example aws:username=v1", false},
      }) {
    CAPTURE(row.name);
    const Answer answer = outside(policies_of(row.a), policies_of(row.b));
    CHECK(answer.verdict == Verdict::No);
    CHECK(words(answer) == row.witness);
    CHECK(answer.no_real_request == row.no_real_request);
    CHECK(!answer.only_new_actions);
  }
}
