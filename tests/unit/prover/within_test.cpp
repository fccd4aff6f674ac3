// Inclusion as tables: what is within what, and with which request it is not.
#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

struct Row {
  const char* name;
  std::string_view a, b;
  /// Empty: `a` is within `b`. Else the witness.
  std::string_view witness;
};

void check_statements(const Row& row) {
  CAPTURE(row.name);
  const Answer answer = within(policies_of(row.a), policies_of(row.b));
  CHECK(answer.verdict == (row.witness.empty() ? Verdict::Yes : Verdict::No));
  CHECK(words(answer) == row.witness);
}

void check_conditions(const Row& row) {
  CAPTURE(row.name);
  const Answer answer = within(with_condition(row.a), with_condition(row.b));
  CAPTURE(answer.reason);
  CHECK(answer.verdict == (row.witness.empty() ? Verdict::Yes : Verdict::No));
  CHECK(words(answer) == row.witness);
}

}  // namespace

TEST_CASE("actions are lists of globs without case") {
  for (
      const Row& row : {
          Row{"one of a list", R"({"Effect":"Allow","Action":"S3:getobject","Resource":"*"})",
              R"({"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":"*"})", ""},
          Row{"a glob within a glob",
              R"({"Effect":"Allow","Action":"s3:GetObject*","Resource":"*"})",
              R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*"})", ""},
          Row{"an action outside",
              R"({"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"})",
              R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*"})", "s3:PutObject *"},
          Row{"a glob that two others cover",
              R"({"Effect":"Allow","Action":"s3:??","Resource":"*"})",
              R"([{"Effect":"Allow","Action":"s3:a?","Resource":"*"},{"Effect":"Allow","NotAction":"s3:a*","Resource":"*"}])",
              ""},
          Row{"all but one", R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})",
              R"({"Effect":"Allow","NotAction":["iam:*","kms:Decrypt"],"Resource":"*"})",
              "kms:Decrypt *"},
          Row{"beyond a glob", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})",
              R"({"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"})", "s3:x *"},
      }) {
    check_statements(row);
  }
}

TEST_CASE("resources are ARN patterns field by field") {
  for (
      const Row& row : {
          Row{"one bucket of all",
              R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::art/*"})",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"})", ""},
          Row{"a wildcard stops at the colon",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:111122223333:a"})",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:?*:111122223333:*"})",
              "sqs:x arn:aws:sqs::111122223333:a"},
          Row{"a short pattern is filled up",
              R"({"Effect":"Allow","Action":"ssm:*","Resource":"arn:aws:ssm:eu-central-1:111122223333:parameter/a"})",
              R"({"Effect":"Allow","Action":"ssm:*","Resource":"arn:aws:ssm:*"})", ""},
          Row{"no part of the last field is empty in a witness",
              R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::art/*"})",
              R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::art/a*"})",
              "s3:GetObject arn:aws:s3:::art/x"},
          Row{"the bucket is no object",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::art*"})",
              R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::art/*"})",
              "s3:x arn:aws:s3:::art"},
          Row{"everything but one",
              R"({"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::a"})",
              R"({"Effect":"Allow","Action":"s3:*","NotResource":["arn:aws:s3:::a","arn:aws:s3:::b"]})",
              "s3:x arn:aws:s3:::b"},
      }) {
    check_statements(row);
  }
}

namespace {

std::string answer_in(policy::ArnMode mode, std::string_view a, std::string_view b) {
  Prover prover({}, nullptr, mode);
  const std::size_t first = prover.add(policies_of(a));
  const Answer answer = prover.within(first, prover.add(policies_of(b)));
  const bool says_mode = !answer.witness || answer.witness->arn_mode == mode;
  CHECK(says_mode);
  return answer.verdict == Verdict::Yes ? "within" : words(answer);
}

}  // namespace

TEST_CASE("the other readings of ARN patterns answer otherwise where a name holds the colons") {
  struct ModeRow {
    const char* name;
    std::string_view a, b;
    /// `within` or the witness.
    std::string_view segment, trail, string;
  };

  constexpr std::string_view kGuarded =
      R"([{"Effect":"Allow","Action":"cloudformation:*","Resource":["arn:aws:cloudformation:*:*:stack/a/*","arn:aws:cloudformation:*:*:stack/b/*"]},
         {"Effect":"Deny","Action":"cloudformation:*","Resource":"arn:aws:cloudformation:*:*:stack/b/*"}])";
  for (
      const ModeRow& row : {
          ModeRow{
              "a Deny reaches into the names of what is allowed",
              R"({"Effect":"Allow","Action":"cloudformation:*","Resource":"arn:aws:cloudformation:*:*:stack/a/*"})",
              kGuarded, "within", "cloudformation:x arn:aws:cloudformation:::stack/a/:stack/b/x",
              "cloudformation:x arn:aws:cloudformation:::stack/a/:stack/b/x"},
          ModeRow{"a short pattern is filled up, but not as one text",
                  R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:::a"})",
                  R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs"})", "within",
                  "within", "sqs:x arn:aws:sqs:::a"},
          ModeRow{
              "a star within a field stops in two of three",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:x*y:1:b"})",
              R"([{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"arn:aws:sqs:*:2:*"}])",
              "within", "within", "sqs:x arn:aws:sqs:x:2:y:1:b"},
          ModeRow{"equal texts are equal in every reading",
                  R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:b"})",
                  R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:b"})", "within",
                  "within", "within"},
          ModeRow{
              "a variable is its own text in every reading",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:${aws:username}-b"})",
              R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:${aws:username}*"})",
              "within", "within", "within"},
      }) {
    CAPTURE(row.name);
    CHECK(answer_in(policy::ArnMode::Segment, row.a, row.b) == row.segment);
    CHECK(answer_in(policy::ArnMode::Trail, row.a, row.b) == row.trail);
    CHECK(answer_in(policy::ArnMode::String, row.a, row.b) == row.string);
  }
}

TEST_CASE("denies count on both sides") {
  constexpr std::string_view kAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
  constexpr std::string_view kNoIam =
      R"([{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}])";
  constexpr std::string_view kNotIam = R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})";
  for (
      const Row& row : {
          Row{"a deny narrows", kNoIam, kAll, ""},
          Row{"what is denied is not granted", kAll, kNoIam, "iam:x *"},
          Row{"a deny is as good as NotAction", kNoIam, kNotIam, ""},
          Row{"and the other way round", kNotIam, kNoIam, ""},
          Row{"a deny of everything",
              R"([{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}])",
              R"({"Effect":"Deny","Action":"*","Resource":"*"})", ""},
      }) {
    check_statements(row);
  }
}

TEST_CASE("the absent key is where negated and IfExists clauses are open") {
  for (const Row& row : {
           Row{"equals is within like", R"({"StringEquals":{"k":"ab"}})",
               R"({"StringLike":{"k":"a*"}})", ""},
           Row{"like is not within equals", R"({"StringLike":{"k":"a*"}})",
               R"({"StringEquals":{"k":"a"}})", "s3:GetObject * k=ax"},
           Row{"not equals admits absence", R"({"StringNotEquals":{"k":"a"}})",
               R"({"Null":{"k":"false"}})", "s3:GetObject *"},
           Row{"IfExists admits absence", R"({"StringEqualsIfExists":{"k":"a"}})",
               R"({"StringEquals":{"k":"a"}})", "s3:GetObject *"},
           Row{"with Null IfExists is plain",
               R"({"StringEqualsIfExists":{"k":"a"},"Null":{"k":"false"}})",
               R"({"StringEquals":{"k":"a"}})", ""},
           Row{"without case", R"({"StringEqualsIgnoreCase":{"k":"A"}})",
               R"({"StringEquals":{"k":["a","A"]}})", ""},
           Row{"with case", R"({"StringEqualsIgnoreCase":{"k":"ab"}})",
               R"({"StringLike":{"k":"a*"}})", "s3:GetObject * k=AB"},
           Row{"two clauses on one key", R"({"StringLike":{"k":"a*"},"StringNotLike":{"k":"*b"}})",
               R"({"StringNotEquals":{"k":"ab"}})", ""},
           Row{"ARN patterns", R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:::a"}})",
               R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:*"}})", ""},
           Row{"a short ARN pattern matches nothing",
               R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3"}})", R"({"StringEquals":{"k":"a"}})",
               ""},
       }) {
    check_conditions(row);
  }
}

TEST_CASE("typed keys are compared by value") {
  for (const Row& row : {
           Row{"numbers", R"({"NumericLessThan":{"n":"5"}})",
               R"({"NumericLessThanEquals":{"n":"5.0"}})", ""},
           Row{"the bound itself", R"({"NumericLessThanEquals":{"n":"5"}})",
               R"({"NumericLessThan":{"n":"5"}})", "s3:GetObject * n=5"},
           Row{"between neighbours",
               R"({"NumericGreaterThan":{"n":"1"},"NumericLessThan":{"n":"2"}})",
               R"({"NumericEquals":{"n":"1.5"}})", "s3:GetObject * n=1.01"},
           Row{"negative and with exponent", R"({"NumericLessThan":{"n":"-1e1"}})",
               R"({"NumericLessThan":{"n":"-10"}})", ""},
           Row{"dates", R"({"DateLessThan":{"d":"2026-01-01T00:00:00Z"}})",
               R"({"DateLessThan":{"d":"2026-01-01T01:00:00+01:00"}})", ""},
           Row{"a second later", R"({"DateGreaterThan":{"d":"2026-01-01T00:00:00Z"}})",
               R"({"DateGreaterThan":{"d":"2026-01-01T00:00:01Z"}})",
               "s3:GetObject * d=2026-01-01T00:00:01Z"},
           Row{"both booleans", R"({"Bool":{"f":["true","false"]}})", R"({"Null":{"f":"false"}})",
               ""},
           Row{"absent is not false", R"({"BoolIfExists":{"f":"false"}})",
               R"({"Bool":{"f":"false"}})", "s3:GetObject *"},
           Row{"ranges", R"({"IpAddress":{"aws:SourceIp":"10.1.0.0/16"}})",
               R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", ""},
           Row{"outside a range", R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})",
               R"({"NotIpAddress":{"aws:SourceIp":"10.1.0.0/16"}})",
               "s3:GetObject * aws:sourceip=10.1.0.0"},
           Row{"two halves", R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})",
               R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/9","10.128.0.0/9"]}})", ""},
           Row{"the other family",
               R"({"NotIpAddress":{"aws:SourceIp":"0.0.0.0/0"},"Null":{"aws:SourceIp":"false"}})",
               R"({"IpAddress":{"aws:SourceIp":"2001:db8::/32"}})",
               "s3:GetObject * aws:sourceip=2001:db9::"},
           Row{"a text clause on a boolean", R"({"Bool":{"f":"true"}})",
               R"({"StringEquals":{"f":"true"}})", ""},
       }) {
    check_conditions(row);
  }
}

TEST_CASE("lists of values have demands on every element and on some element") {
  for (
      const Row& row : {
          Row{"all of a list may be no element",
              R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}})",
              R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}})", "s3:GetObject *"},
          Row{"with one element all implies any",
              R"({"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:TagKeys":"false"}})",
              R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}})", ""},
          Row{"two demands need two elements",
              R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"},"ForAnyValue:StringLike":{"aws:TagKeys":"b*"}})",
              R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"c"}})",
              "s3:GetObject * aws:tagkeys=a,b"},
          Row{"any of the others leaves the listed one in",
              R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}})",
              R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":"a"}})",
              "s3:GetObject * aws:tagkeys=x,a"},
          Row{"a set operator on a key with one value",
              R"({"ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"}})",
              R"({"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}})", ""},
      }) {
    check_conditions(row);
  }
}

TEST_CASE("policy variables stand for one text wherever they stand") {
  const auto home = [](std::string_view resource) {
    return R"({"Effect":"Allow","Action":"s3:*","Resource":")" + std::string(resource) + R"("})";
  };

  struct Case {
    const char* name;
    std::string_view a, b;
    Verdict verdict;
    std::string_view witness;
  };

  for (const Case& row : {
           Case{"the same variable", "arn:aws:s3:::home/${aws:username}/*",
                "arn:aws:s3:::home/${aws:username}*", Verdict::Yes, ""},
           Case{"within a wildcard", "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/*",
                Verdict::Yes, ""},
           Case{"a value that is written out", "arn:aws:s3:::home/${aws:username}/x",
                "arn:aws:s3:::home/ann/x", Verdict::No,
                "s3:x arn:aws:s3:::home/v1/x aws:username=v1"},
           Case{"a default", "arn:aws:s3:::home/${aws:username, 'all'}",
                "arn:aws:s3:::home/${aws:username}", Verdict::No, "s3:x arn:aws:s3:::home/all"},
           Case{"escapes are text", "arn:aws:s3:::a${*}", "arn:aws:s3:::a*", Verdict::Yes, ""},
           Case{"an escape is not a wildcard", "arn:aws:s3:::a*", "arn:aws:s3:::a${*}", Verdict::No,
                "s3:x arn:aws:s3:::a"},
       }) {
    CAPTURE(row.name);
    const Answer answer = within(policies_of(home(row.a)), policies_of(home(row.b)));
    CAPTURE(answer.reason);
    CHECK(answer.verdict == row.verdict);
    CHECK(words(answer) == row.witness);
  }
}

TEST_CASE("principals are told apart by what the policies name") {
  const auto bucket = [](const std::string& principal) {
    return policies_of(R"({"Effect":"Allow","Principal":)" + principal +
                           R"(,"Action":"s3:GetObject","Resource":"arn:aws:s3:::art/x"})",
                       policy::PolicyType::Resource);
  };

  struct Case {
    const char* name;
    std::string a, b, witness;
  };

  for (const Case& row : {
           Case{"a user of an account", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})",
                R"({"AWS":"111122223333"})", ""},
           Case{"the account and its root", R"({"AWS":"111122223333"})",
                R"({"AWS":"arn:aws:iam::111122223333:root"})", ""},
           Case{"a session of a role",
                R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run1"})",
                R"({"AWS":"arn:aws:iam::111122223333:role/ci/deploy"})", ""},
           Case{"others of the account", R"({"AWS":"111122223333"})",
                R"({"AWS":"arn:aws:iam::111122223333:user/ann"})",
                "arn:aws:iam::111122223333:role/other"},
           Case{"everybody", R"("*")", R"({"AWS":"111122223333"})",
                "arn:aws:iam::999999999999:user/other"},
           Case{"a service", R"({"Service":"ec2.amazonaws.com"})",
                R"({"Service":"lambda.amazonaws.com"})", "ec2.amazonaws.com"},
       }) {
    CAPTURE(row.name);
    const Answer answer = within(bucket(row.a), bucket(row.b));
    CHECK(answer.verdict == (row.witness.empty() ? Verdict::Yes : Verdict::No));
    CHECK((answer.witness ? answer.witness->principal : std::string()) == row.witness);
  }
}

TEST_CASE("a key that is boolean in one statement and text in another is not taken for empty") {
  const Policies a = policies_of(
      R"([{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"k":"a*"}}},
          {"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"k":"true"}}}])");
  const Policies b = policies_of(
      R"([{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"k":"b"}}},
          {"Effect":"Allow","Action":"sqs:*","Resource":"*"}])");
  CHECK(within(a, b).verdict != Verdict::Yes);
}

TEST_CASE("what cannot be read is undecided with a reason, unless it is the same on both sides") {
  struct Case {
    const char* name;
    std::string_view a, b;
    Verdict verdict;
    std::string_view reason;
  };

  for (const Case& row : {
           Case{"the same misspelt operator", R"({"StringIs":{"k":"a"}})",
                R"({"StringIs":{"k":"a"}})", Verdict::Yes, ""},
           Case{"a misspelt operator", R"({"StringIs":{"k":"a"}})", R"({"StringEquals":{"k":"a"}})",
                Verdict::Undecided,
                "statement `0` may allow it: clause `StringIs` on `k` cannot be decided"},
           Case{"a bad number", R"({"NumericEquals":{"n":"ten"}})",
                R"({"NumericEquals":{"n":"10"}})", Verdict::Undecided,
                "statement `0` may allow it: clause `NumericEquals` on `n` cannot be decided"},
           Case{"types that do not go together", R"({"StringLike":{"aws:SourceIp":"10.*"}})",
                R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", Verdict::Undecided,
                "a clause on `aws:sourceip` cannot be read: operators of different types"},
           Case{"a plain operator on a list", R"({"StringEquals":{"aws:TagKeys":"a"}})",
                R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}})", Verdict::Undecided,
                "a clause on `aws:tagkeys` cannot be read: the key carries a list"},
       }) {
    CAPTURE(row.name);
    const Answer answer = within(with_condition(row.a), with_condition(row.b));
    CHECK(answer.verdict == row.verdict);
    CHECK(answer.reason == row.reason);
  }
}
