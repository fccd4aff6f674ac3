// A witness is a request that can be made: its keys fit its caller, its resource and each other.
#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

Policies bucket(const std::string& principal, const std::string& condition) {
  return policies_of(
      R"({"Effect":"Allow","Principal":)" + principal +
          R"(,"Action":"s3:GetObject","Resource":"arn:aws:s3:::art/x","Condition":)" + condition +
          "}",
      policy::PolicyType::Resource);
}

}  // namespace

TEST_CASE("the keys about the caller are the caller's") {
  const Answer answer = within(
      bucket("\"*\"", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"}})"),
      bucket(R"({"AWS":"111122223333"})", "{}"));
  CHECK(answer.verdict == Verdict::No);
  REQUIRE(answer.witness);
  CHECK(answer.witness->principal == "arn:aws:iam::444455556666:role/x");
  CHECK(words(answer) ==
        "s3:GetObject arn:aws:s3:::art/x aws:principalarn=arn:aws:iam::444455556666:role/x");
}

TEST_CASE("without principals the caller is the one that the keys name") {
  const Answer answer = within(
      with_condition(
          R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"},"StringLike":{"aws:PrincipalAccount":"*"}})"),
      with_condition(R"({"StringEquals":{"aws:PrincipalAccount":"111122223333"}})"));
  REQUIRE(answer.witness);
  CHECK(answer.witness->principal == "arn:aws:iam::444455556666:role/x");
  CHECK(words(answer) ==
        "s3:GetObject * aws:principalaccount=444455556666 "
        "aws:principalarn=arn:aws:iam::444455556666:role/x");
}

TEST_CASE("an ARN of one account with the number of another is no witness") {
  const Answer answer = within(
      with_condition(
          R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"},"StringEquals":{"aws:PrincipalAccount":"111122223333"}})"),
      {});
  CHECK(answer.verdict == Verdict::Undecided);
  CHECK(answer.reason ==
        "only a request was found whose keys do not fit its caller, its resource or each other");
}

TEST_CASE("the account of a resource is the one in its ARN") {
  const Policies a = policies_of(
      R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:jobs","Condition":{"StringLike":{"aws:ResourceAccount":"4*"}}})");
  const Answer answer =
      within(a, with_condition(R"({"StringEquals":{"aws:ResourceAccount":"111122223333"}})"));
  CHECK(answer.verdict == Verdict::No);
  CHECK(words(answer) == "sqs:x arn:aws:sqs:::jobs aws:resourceaccount=444455556666");
}

TEST_CASE("a request through an endpoint has no source address") {
  const Answer answer = within(
      with_condition(
          R"({"StringLike":{"aws:SourceVpce":"vpce-*"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"),
      {});
  CHECK(answer.verdict == Verdict::Undecided);
  const Policies either = policies_of(
      R"([{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:SourceVpce":"vpce-*"}}},
          {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}])");
  const Answer one =
      within(either, with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"));
  CHECK(one.verdict == Verdict::No);
  CHECK(words(one) == "s3:GetObject * aws:sourcevpce=vpce-0a1b2c3d4e5f60718");
}
