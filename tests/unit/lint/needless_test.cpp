// What a policy could do without: only when asked for, and not what Access Analyzer's codes say.
#include <doctest/doctest.h>

#include "sample.h"

namespace muster::lint {
namespace {

Findings judged(std::string_view statements, DocumentType type = DocumentType::Identity,
                bool redundant = true) {
  const std::string text =
      R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}";
  auto result =
      lint(text, SourceId("p.json"), type, policy::embedded_catalogue(), {.redundant = redundant});
  REQUIRE(result);
  return std::move(result).value();
}

/// `CODE path message`, with `& path` for each statement that covers it.
std::string lines(const Findings& findings) {
  std::string out;
  for (const Finding& finding : findings.list) {
    out += std::string(info(finding.code).id) + " " + path_text(finding.locations.front()) + " " +
           finding.message;
    for (std::size_t i = 1; i < finding.locations.size(); ++i) {
      out += " & " + path_text(finding.locations[i]);
    }
    out += "\n";
  }
  return out;
}

TEST_CASE("statements and entries that change nothing are found with what covers them") {
  struct Row {
    const char* name;
    std::string_view statements;
    std::string_view expected;
  };

  for (
      const Row& row : {
          Row{"a Deny that refuses all of it",
              R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Sid":"NoS3","Effect":"Deny","Action":"s3:*","Resource":"*"}])",
              "MUSTER_DEAD_STATEMENT [\"Statement\",0] this statement allows no request: statement "
              "`NoS3` denies what it would allow & [\"Statement\",2]\n"},
          Row{"a Deny that spares what has a tag",
              R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceTag/team":"a"}}}])",
              ""},
          Row{"a condition that excludes itself",
              R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}])",
              "MUSTER_DEAD_STATEMENT [\"Statement\",0] this statement allows no request: none can "
              "satisfy it\n"},
          Row{"one statement within another",
              R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}},{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::*"}])",
              "MUSTER_REDUNDANT_STATEMENT [\"Statement\",0] this statement changes nothing: "
              "statement 2 allows all that it allows & [\"Statement\",1]\n"},
          Row{"the wider one has a condition",
              R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}])",
              ""},
          Row{"within two others together",
              R"([{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"},{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}])",
              "MUSTER_REDUNDANT_STATEMENT [\"Statement\",2] this statement changes nothing: "
              "statements 1 and 2 together allow all that it allows & [\"Statement\",0] & "
              "[\"Statement\",1]\n"},
          Row{"an entry that another statement covers",
              R"([{"Effect":"Allow","Action":["s3:GetObject","sqs:SendMessage"],"Resource":"*"},{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"}])",
              "MUSTER_REDUNDANT_ENTRY [\"Statement\",0,\"Action\",0] `s3:GetObject` changes "
              "nothing: "
              "statement `Read` allows all that it allows & [\"Statement\",1]\n"},
          Row{"an entry that a Deny takes back",
              R"([{"Effect":"Allow","Action":["s3:GetObject","sqs:SendMessage"],"Resource":"*"},{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}])",
              "MUSTER_DEAD_ENTRY [\"Statement\",0,\"Action\",0] `s3:GetObject` allows no request: "
              "statement 2 denies what it would allow & [\"Statement\",1]\n"},
          Row{"what Access Analyzer reports is reported once",
              R"([{"Effect":"Allow","Action":["s3:GetObject","s3:Get*"],"Resource":"*"}])",
              "REDUNDANT_ACTION [\"Statement\",0,\"Action\",0] `s3:Get*` covers `s3:GetObject` & "
              "[\"Statement\",0,\"Action\",1]\n"},
          Row{"a Deny that guards against other policies",
              R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}])",
              ""},
          Row{"a Deny within a Deny",
              R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"},{"Effect":"Deny","Action":"ec2:Run*","Resource":"*"}])",
              "MUSTER_REDUNDANT_STATEMENT [\"Statement\",2] this statement changes nothing: "
              "statement 2 denies all that it denies & [\"Statement\",1]\n"},
      }) {
    CAPTURE(row.name);
    const Findings findings = judged(row.statements);
    CHECK(lines(findings) == row.expected);
    CHECK(findings.undecided == 0);
  }
}

TEST_CASE("nobody gets these findings without asking, nor for a policy on a resource") {
  constexpr std::string_view kTwice =
      R"([{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}])";
  CHECK(lines(judged(kTwice, DocumentType::Identity, false)).empty());
  CHECK(lines(judged(kTwice, DocumentType::ServiceControl)).starts_with("MUSTER_REDUNDANT"));
  constexpr std::string_view kByAccount =
      R"([{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/a"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}])";
  CHECK(lines(judged(kByAccount, DocumentType::Resource)).empty());
}

}  // namespace
}  // namespace muster::lint
