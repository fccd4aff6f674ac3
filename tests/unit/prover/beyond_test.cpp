// Everything that one side grants beyond the other.
#include "checks/prover/beyond.h"

#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

policy::Stack stack_of(std::string_view statements) {
  policy::Stack stack;
  stack.identity = policies_of(statements);
  return stack;
}

/// `statement: actions; dimension = request; …`, one line each.
std::string lines(const std::vector<Grant>& grants) {
  std::string out;
  for (const Grant& grant : grants) {
    out += std::to_string(grant.statement) + ":";
    for (const std::string& action : grant.actions) {
      out += " " + action;
    }
    for (const Escape& escape : grant.escapes) {
      out += "; " + escape.dimension + " = " + words({Verdict::No, escape.witness});
    }
    out += grant.reason.empty() ? "\n" : "; " + grant.reason + "\n";
  }
  return out;
}

constexpr std::string_view kOld =
    R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::art/*",
         "Condition":{"StringEquals":{"aws:PrincipalTag/team":"ship"}}},
        {"Effect":"Allow","Action":"ecs:Describe*","Resource":"*"}])";

}  // namespace

TEST_CASE("every statement that grants more is named with its actions and respects") {
  const policy::Stack before = stack_of(kOld);

  struct Row {
    const char* name;
    std::string_view after;
    std::string expected;
  };

  for (
      const Row& row : {
          Row{"nothing", kOld, ""},
          Row{"one action of three, one statement of two",
              R"([{"Effect":"Allow","Action":"ecs:DescribeTasks","Resource":"*"},
                   {"Effect":"Allow","Action":["ecs:DescribeServices","ecs:RunTask","ecs:Stop*"],"Resource":"*"}])",
              "1: ecs:RunTask ecs:Stop*; action = ecs:RunTask *\n"},
          Row{"another bucket, and no tag",
              R"({"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::art/*","arn:aws:s3:::prod/*"]})",
              "0: s3:GetObject; resource = s3:GetObject arn:aws:s3:::prod/x; aws:principaltag/team "
              "= "
              "s3:GetObject arn:aws:s3:::art/x\n"},
          Row{"two statements",
              R"([{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Effect":"Allow","Action":"sns:*","Resource":"*"}])",
              "0: sqs:*; action = sqs:x *\n1: sns:*; action = sns:x *\n"},
          Row{"a deny counts",
              R"([{"Effect":"Allow","Action":["sqs:*","sns:*"],"Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"*"}])",
              "0: sns:*; action = sns:x *\n"},
          Row{"what nobody can read",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringIs":{"k":"a"}}})",
              "0:; statement `0` may allow it: clause `StringIs` on `k` cannot be decided\n"},
      }) {
    CAPTURE(row.name);
    CHECK(lines(grants_beyond(stack_of(row.after), before)) == row.expected);
  }
}

TEST_CASE("the limits of both sides count") {
  policy::Stack after = stack_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  after.boundary = policies_of(R"({"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"})");
  policy::Stack before = stack_of(R"({"Effect":"Allow","Action":["s3:*"],"Resource":"*"})");
  CHECK(lines(grants_beyond(after, before)) == "0: *; action = sqs:x *\n");
  before.identity->push_back(
      policies_of(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})").front());
  CHECK(grants_beyond(after, before).empty());
}
