// Statements and values that could go.
#include "checks/prover/needless.h"

#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

std::string lines(std::string_view statements) {
  std::string out;
  for (const Needless& one : needless(policies_of(statements)).list) {
    out += std::to_string(one.place.statement) +
           (one.why == Needlessness::DeadAllow  ? " dead"
            : one.why == Needlessness::IdleDeny ? " idle"
                                                : " redundant") +
           (one.value.value.empty() ? "" : " " + one.value.value);
    for (const StatementPlace& place : one.because) {
      out += (&place == one.because.data() ? " by " : ",") + std::to_string(place.statement);
    }
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("what could be left out without a change is found") {
  struct Row {
    const char* name;
    std::string_view statements;
    std::string expected;
  };

  for (
      const Row& row : {
          Row{"nothing",
              R"([{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::x/*"}])",
              ""},
          Row{"an Allow under a Deny",
              R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}])",
              "0 dead by 2\n"},
          Row{"an Allow under two Denies",
              R"([{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"},{"Effect":"Deny","Action":"s3:Get*","Resource":"*"},{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}])",
              "0 dead by 1,2\n"},
          Row{"an Allow that nothing satisfies",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericLessThan":{"n":"1"},"NumericGreaterThan":{"n":"2"}}})",
              "0 dead\n"},
          Row{"a Deny of what is not allowed",
              R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}])",
              "1 idle\n"},
          Row{"twins: the first stays",
              R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"S3:*","Resource":"*"}])",
              "1 redundant by 0\n"},
          Row{"a statement within another",
              R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}])",
              "0 redundant by 1\n"},
          Row{"a statement within two others",
              R"([{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"sqs:*","Resource":"*"}])",
              "1 redundant by 0\n2 redundant by 0\n"},
          Row{"values",
              R"({"Effect":"Allow","Action":["s3:GetObject","s3:Get*","sqs:SendMessage"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::*"],"Condition":{"StringLike":{"k":["ab","a*"]},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","10.1.0.0/16"]}}})",
              "0 redundant s3:GetObject by 0\n0 redundant arn:aws:s3:::a by 0\n"
              "0 redundant ab by 0\n0 redundant 10.1.0.0/16 by 0\n"},
          Row{"a value of a Deny",
              R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":["s3:Put*","s3:PutObject","iam:*"],"Resource":"*"}])",
              "1 redundant s3:PutObject by 1\n1 idle iam:*\n"},
          Row{"a value that a Deny takes back",
              R"([{"Effect":"Allow","Action":["s3:Get*","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"*"}])",
              "0 dead sqs:* by 1\n"},
          Row{"values of a negated operator stay",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"k":["ab","a*"]}}})",
              ""},
      }) {
    CAPTURE(row.name);
    CHECK(lines(row.statements) == row.expected);
  }
}

TEST_CASE("a Deny that stands beside other policies counts by what it refuses") {
  const Policies policies = policies_of(
      R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":["iam:Get*","ec2:*"],"Resource":"*"}])");
  const NeedlessFound found = needless(policies, {.beside_others = true});
  REQUIRE(found.list.size() == 1);
  CHECK(found.list[0].why == Needlessness::Redundant);
  CHECK(found.list[0].value.value == "iam:Get*");
  CHECK(found.list[0].because == std::vector<StatementPlace>{{0, 1}});
}

TEST_CASE("what is not asked for want of questions is counted") {
  const Policies policies = policies_of(
      R"([{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}])");
  const NeedlessFound found = needless(policies, {.questions = 0});
  CHECK(found.list.empty());
  CHECK(found.undecided > 0);
}
