// The parser: what becomes of each element, and the words and places of its errors.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support.h"

using namespace muster;
using namespace muster::policy;

namespace {

/// `line:column-line:column message` of the error that `text` gives.
std::string error_of(std::string_view text, PolicyType type) {
  const auto result = parse_policy(std::string(text), SourceId("p.json"), type);
  if (result) {
    return "accepted";
  }
  const Span span = result.error().where.value_or(SourceRef{}).span;
  return std::to_string(span.line) + ":" + std::to_string(span.column) + "-" +
         std::to_string(span.end_line) + ":" + std::to_string(span.end_column) + " " +
         result.error().message;
}

}  // namespace

TEST_CASE("every element arrives in the model with its place") {
  const Policy policy = policy_of(R"({
  "Version": "2012-10-17",
  "Id": "bucket",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Allow",
      "Principal": {"AWS": ["111122223333", "*"], "Service": "ec2.amazonaws.com"},
      "Action": ["s3:GetObject", "s3:Put*"],
      "NotResource": "arn:aws:s3:::a/*",
      "Condition": {
        "ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": ["a*", true, 1.50]},
        "bool": {"aws:SecureTransport": false}
      }
    },
    {"Effect": "Deny", "NotPrincipal": "*", "NotAction": "*"}
  ]
})",
                                  PolicyType::Resource);
  CHECK(policy.version == Version::V2012_10_17);
  CHECK(policy.id->value == "bucket");
  REQUIRE(policy.statements.size() == 2);

  const Statement& first = policy.statements[0];
  CHECK(first.anchor() == "stmt:One");
  CHECK(first.effect == Effect::Allow);
  CHECK(first.where.span == Span{5, 5, 15, 6});
  REQUIRE(first.principals->size() == 3);
  CHECK(first.principals->at(0).type == PrincipalType::Aws);
  CHECK(first.principals->at(0).value.value == "111122223333");
  CHECK(first.principals->at(0).value.where.span == Span{8, 29, 8, 43});
  CHECK(first.principals->at(2).type == PrincipalType::Service);
  CHECK(first.actions->at(1).value == "s3:Put*");
  CHECK(first.actions->at(1).where.span == Span{9, 34, 9, 43});
  CHECK_FALSE(first.resources);
  CHECK(first.not_resources->at(0).value == "arn:aws:s3:::a/*");

  REQUIRE(first.conditions.size() == 2);
  const Condition& set = first.conditions[0];
  CHECK(set.op.kind == OperatorKind::StringLike);
  CHECK(set.op.negated);
  CHECK(set.op.if_exists);
  CHECK(set.op.quantifier == Quantifier::ForAllValues);
  CHECK(set.op.name.value == "ForAllValues:StringNotLikeIfExists");
  CHECK(set.op.name.where.span == Span{12, 9, 12, 45});
  CHECK(set.key.value == "aws:TagKeys");
  REQUIRE(set.values.size() == 3);
  CHECK(set.values[1].value == "true");
  CHECK(set.values[2].value == "1.50");
  CHECK(set.where.span == Span{12, 48, 12, 81});
  CHECK(first.conditions[1].op.kind == OperatorKind::Bool);
  CHECK(first.conditions[1].values[0].value == "false");

  const Statement& second = policy.statements[1];
  CHECK(second.anchor() == "stmt:1");
  CHECK(second.not_principals->at(0).type == PrincipalType::Any);
  CHECK(second.not_actions->size() == 1);
  CHECK_FALSE(second.resources);
  CHECK_FALSE(second.not_resources);
}

TEST_CASE("a single statement object is a list of one and a missing Version is the old one") {
  const Policy policy = policy_of(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})");
  CHECK(policy.statements.size() == 1);
  CHECK(policy.version == Version::V2008_10_17);
}

TEST_CASE("empty lists and objects are kept: they match nothing, and other checks report them") {
  const Policy policy = policy_of(
      R"({"Statement":[{"Effect":"Allow","Action":[],"Resource":[],"Condition":{}},
                       {"Effect":"Allow","Action":[],"Resource":[],"Condition":{"Bool":{"k":[]}}}]})");
  CHECK(policy.statements[0].actions->empty());
  CHECK(policy.statements[0].conditions.empty());
  CHECK(policy.statements[1].conditions[0].values.empty());
  CHECK(policy_of(R"({"Statement":[]})").statements.empty());
  CHECK(policy_of(R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{}}})",
                  PolicyType::Trust)
            .statements[0]
            .principals->empty());
}

TEST_CASE("a document that is no policy is refused with the place and the right word") {
  constexpr PolicyType kIdentity = PolicyType::Identity;
  constexpr PolicyType kTrust = PolicyType::Trust;

  struct Row {
    const char* name;
    PolicyType type;
    std::string_view text;
    std::string_view error;
  };

  for (
      const Row& row : {
          Row{"empty document", kIdentity, "",
              "0:0-0:0 the document is empty: expected a policy with `Statement`"},
          Row{"white space", kIdentity, " \n",
              "0:0-0:0 the document is empty: expected a policy with `Statement`"},
          Row{"empty object", kIdentity, "{}", "1:1-1:3 the policy has no `Statement`"},
          Row{"a list", kIdentity, "[]", "1:1-1:3 a policy must be an object, found a list"},
          Row{"element case", kIdentity, R"({"statement":[]})",
              "1:2-1:13 unknown policy element `statement`; did you mean `Statement`?"},
          Row{"unknown element", kIdentity, R"({"Statement":[],"Comment":"x"})",
              "1:17-1:26 unknown policy element `Comment`"},
          Row{"unknown version", kIdentity, R"({"Version":"2012-10-18","Statement":[]})",
              "1:12-1:24 unknown version `2012-10-18`: expected `2012-10-17` or `2008-10-17`"},
          Row{"version number", kIdentity, R"({"Version":2012,"Statement":[]})",
              "1:12-1:16 `Version` must be a string, found a number"},
          Row{"id object", kIdentity, R"({"Id":{},"Statement":[]})",
              "1:7-1:9 `Id` must be a string, found an object"},
          Row{"statement text", kIdentity, R"({"Statement":"x"})",
              "1:14-1:17 a statement must be an object, found a string"},
          Row{"statement null", kIdentity, R"({"Statement":[null]})",
              "1:15-1:19 a statement must be an object, found null"},
          Row{"effect case of the name", kIdentity,
              R"({"Statement":{"effect":"Allow","Action":"*","Resource":"*"}})",
              "1:15-1:23 unknown statement element `effect`; did you mean `Effect`?"},
          Row{"plural element", kIdentity,
              R"({"Statement":{"Effect":"Allow","Actions":"*","Resource":"*"}})",
              "1:32-1:41 unknown statement element `Actions`; did you mean `Action`?"},
          Row{"effect missing", kIdentity, R"({"Statement":{"Action":"*","Resource":"*"}})",
              "1:14-1:43 the statement has no `Effect`"},
          Row{"effect case", kIdentity,
              R"({"Statement":{"Effect":"allow","Action":"*","Resource":"*"}})",
              "1:24-1:31 unknown effect `allow`; did you mean `Allow`?"},
          Row{"effect other", kIdentity,
              R"({"Statement":{"Effect":"Permit","Action":"*","Resource":"*"}})",
              "1:24-1:32 unknown effect `Permit`; expected `Allow` or `Deny`"},
          Row{"effect boolean", kIdentity,
              R"({"Statement":{"Effect":true,"Action":"*","Resource":"*"}})",
              "1:24-1:28 `Effect` must be a string, found a boolean"},
          Row{"sid number", kIdentity,
              R"({"Statement":{"Sid":1,"Effect":"Allow","Action":"*","Resource":"*"}})",
              "1:21-1:22 `Sid` must be a string, found a number"},
          Row{"both actions", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}})",
              "1:45-1:56 `Action` and `NotAction` exclude each other in one statement"},
          Row{"no action", kIdentity, R"({"Statement":{"Effect":"Allow","Resource":"*"}})",
              "1:14-1:47 the statement has neither `Action` nor `NotAction`"},
          Row{"action without colon", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":["s3:Get","GetObject"],"Resource":"*"}})",
              "1:51-1:62 `GetObject` is no action: `Action` takes `service:Name` or `*`"},
          Row{"action with an empty part", kIdentity,
              R"({"Statement":{"Effect":"Allow","NotAction":"s3:","Resource":"*"}})",
              "1:44-1:49 `s3:` is no action: `NotAction` takes `service:Name` or `*`"},
          Row{"action number", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":5,"Resource":"*"}})",
              "1:41-1:42 `Action` must be a string or a list of strings, found a number"},
          Row{"number among actions", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":["*",5],"Resource":"*"}})",
              "1:46-1:47 `Action` must list strings only, found a number"},
          Row{"no resource", kIdentity, R"({"Statement":{"Effect":"Allow","Action":"*"}})",
              "1:14-1:45 the statement has neither `Resource` nor `NotResource`"},
          Row{"both resources", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}})",
              "1:60-1:73 `Resource` and `NotResource` exclude each other in one statement"},
          Row{"resource object", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":{}}})",
              "1:56-1:58 `Resource` must be a string or a list of strings, found an object"},
          Row{"principal in an identity policy", kIdentity,
              R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})",
              "1:32-1:43 `Principal` is not allowed in an identity policy"},
          Row{"no principal", kTrust, R"({"Statement":{"Effect":"Allow","Action":"*"}})",
              "1:14-1:45 the statement has neither `Principal` nor `NotPrincipal`"},
          Row{"both principals", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"*"}})",
              "1:48-1:62 `Principal` and `NotPrincipal` exclude each other in one statement"},
          Row{"resource in a trust policy", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})",
              "1:61-1:71 `Resource` is not allowed in a trust policy"},
          Row{"principal text", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":"ann","Action":"*"}})",
              "1:44-1:49 `Principal` must be `*` or an object such as `{\"AWS\": …}`, found `ann`"},
          Row{"principal list", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":["*"],"Action":"*"}})",
              "1:44-1:49 `Principal` must be `*` or an object, found a list"},
          Row{"principal type case", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":{"aws":"*"},"Action":"*"}})",
              "1:45-1:50 unknown principal element `aws`; did you mean `AWS`?"},
          Row{"principal type misspelt", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":{"Services":"*"},"Action":"*"}})",
              "1:45-1:55 unknown principal element `Services`; did you mean `Service`?"},
          Row{"principal pattern", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":{"AWS":["*","arn:aws:iam::1*:role/x"]},"Action":"*"}})",
              "1:56-1:80 `arn:aws:iam::1*:role/x` is no principal: IAM takes `*` or a whole name "
              "there, a pattern goes into a condition on `aws:PrincipalArn`"},
          Row{"account as a number", kTrust,
              R"({"Statement":{"Effect":"Allow","Principal":{"AWS":111122223333},"Action":"*"}})",
              "1:51-1:63 `AWS` must be a string or a list of strings, found a number"},
          Row{"condition list", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}})",
              "1:72-1:74 `Condition` must be an object from operator to condition keys, found a "
              "list"},
          Row{"operator without keys", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":"true"}}})",
              "1:80-1:86 condition operator `Bool` must hold an object from condition key to "
              "values, found a string"},
          Row{"value object", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":{}}}}})",
              "1:85-1:87 the values of `k` must be a string or a list of strings, found an object"},
          Row{"value null", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":null}}}})",
              "1:85-1:89 the values of `k` must be a string or a list of strings, found null"},
          Row{"nested list", kIdentity,
              R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":["x",[]]}}}})",
              "1:90-1:92 a value of `k` must be a string, found a list"},
      }) {
    CAPTURE(row.name);
    CHECK(error_of(row.text, row.type) == row.error);
  }
}

TEST_CASE("an escaped second Effect is a duplicate key, never a silent overwrite") {
  const auto result = parse_policy(
      R"({"Statement":{"Effect":"Deny","\u0045ffect":"Allow","Action":"*","Resource":"*"}})",
      SourceId("p.json"), PolicyType::Identity);
  REQUIRE_FALSE(result);
  CHECK(result.error().where->span.column == 31);
}

TEST_CASE("every AWS managed policy is read") {
  const char* shared = std::getenv("MUSTER_SHARED");
  const std::filesystem::path root = std::filesystem::path(shared ? shared : "../shared") / "data" /
                                     "aws-managed-policies" / "documents";
  if (!std::filesystem::is_directory(root)) {
    MESSAGE("skipped: no folder of managed policies; set MUSTER_SHARED");
    return;
  }
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto policy = parse_policy(std::move(bytes), SourceId(entry.path().filename().string()),
                                     PolicyType::Identity);
    CHECK_MESSAGE(policy.ok(), (policy ? std::string() : to_string(policy.error())));
    ++count;
  }
  MESSAGE(count << " managed policies read");
  CHECK(count > 0);
}
