// The lint as a whole: places, types, sizes, hostile documents.
#include "checks/lint/lint.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sample.h"

namespace muster::lint {
namespace {

constexpr DocumentType kIdentity = DocumentType::Identity;

Findings judged(const std::string& document) {
  auto result = lint(document, SourceId("policy.json"), std::nullopt, policy::embedded_catalogue());
  REQUIRE(result.ok());
  return std::move(result).value();
}

bool has(const std::vector<Finding>& findings, Code code) {
  return std::ranges::find(findings, code, &Finding::code) != findings.end();
}

TEST_CASE("a place has lines and columns from 1 and offsets in characters from 0") {
  const auto findings = found(
      "{\n  \"Id\": \"ü→\", \"Version\": \"2012\",\n  \"Statement\": {\"Effect\": \"Allow\","
      " \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}}",
      kIdentity);
  REQUIRE(findings.size() == 1);
  const Location& place = findings.front().locations.front();
  CHECK(path_text(place) == "[\"Version\"]");
  CHECK(to_string(place.where) == "policy.json:2:26");
  CHECK(place.begin == 27);
  CHECK(place.end == 33);
}

TEST_CASE("a syntax error is a finding at its place") {
  const auto findings = found("{\"Version\": \"2012-10-17\",\n \"Statement\": [}", kIdentity);
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().code == Code::JsonSyntaxError);
  const Location& place = findings.front().locations.front();
  CHECK(to_string(place.where) == "policy.json:2:16");
  CHECK(place.begin == 41);
  CHECK(place.path.empty());
}

TEST_CASE("a key that stands twice is a syntax error") {
  const auto findings =
      found("{\"Version\": \"2012-10-17\", \"Version\": \"2012-10-17\"}", kIdentity);
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().code == Code::JsonSyntaxError);
}

TEST_CASE("a document beyond the limits of the reader is an error, not a finding") {
  const std::string deep(100, '[');
  CHECK_FALSE(lint(deep, SourceId("policy.json"), kIdentity, policy::embedded_catalogue()).ok());
}

TEST_CASE("the type of a document is taken from its elements") {
  struct Row {
    const char* name;
    std::string_view document;
    DocumentType type;
  };

  for (const Row& row :
       {Row{"identity", R"({"Statement": {"Action": "*", "Resource": "*"}})", kIdentity},
        Row{"trust", R"({"Statement": [{"Principal": "*", "Action": "*"}]})", DocumentType::Trust},
        Row{"resource", R"({"Statement": [{"NotPrincipal": "*", "Resource": "*"}]})",
            DocumentType::Resource},
        Row{"no policy", "[1]", kIdentity}}) {
    CAPTURE(row.name);
    CHECK(judged(std::string(row.document)).type == row.type);
  }
}

/// An identity policy that AWS counts as `characters`.
std::string policy_of(DocumentType type, std::size_t characters) {
  const std::string empty = sample(type, R"("Sid": "")");
  const auto counted =
      static_cast<std::size_t>(std::ranges::count_if(empty, [](char c) { return c != ' '; }));
  return sample(type, "\"Sid\": \"" + std::string(characters - counted, 'a') + "\"");
}

TEST_CASE("white space does not count towards a quota") {
  struct Row {
    const char* name;
    DocumentType type;
    std::size_t quota;
    Code code;
  };

  for (const Row& row :
       {Row{"managed", kIdentity, 6144, Code::MusterManagedPolicySize},
        Row{"inline", kIdentity, 10240, Code::PolicySizeExceedsIdentityPolicyQuota},
        Row{"trust", DocumentType::Trust, 2048, Code::PolicySizeExceedsRoleTrustPolicyQuota},
        Row{"resource control", DocumentType::ResourceControl, 5120,
            Code::PolicySizeExceedsRcpQuota}}) {
    CAPTURE(row.name);
    CHECK_FALSE(has(found(policy_of(row.type, row.quota), row.type), row.code));
    const auto larger = found(policy_of(row.type, row.quota + 1) + "   \n", row.type);
    REQUIRE(has(larger, row.code));
    const auto& finding = *std::ranges::find(larger, row.code, &Finding::code);
    CHECK(finding.message.find(std::to_string(row.quota + 1)) != std::string::npos);
    CHECK(finding.locations.front().path.empty());
  }
}

TEST_CASE("redundant entries are grouped under the widest pattern") {
  const auto findings = found(
      sample(
          kIdentity,
          R"("Action": ["s3:GetObject", "s3:Get*", "s3:*", "ec2:RunInstances", "EC2:runinstances"])"),
      kIdentity);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].message == "`s3:*` covers `s3:GetObject` and 1 other");
  CHECK(findings[0].locations.size() == 3);
  CHECK(findings[1].locations.size() == 2);
}

TEST_CASE("of two patterns that cover each other the first one stays") {
  const auto findings = found(sample(kIdentity, R"("Action": ["s3:Get*", "s3:Get**"])"), kIdentity);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].message == "`s3:Get*` covers `s3:Get**`");
}

TEST_CASE("a hostile list is given up, the other checks run") {
  std::string actions = "\"s3:Nothing\"";
  for (int i = 0; i < 6000; ++i) {
    actions += ", \"*a*b*c*" + std::to_string(i) + "\"";
  }
  const auto findings = found(sample(kIdentity, "\"Action\": [" + actions + "]"), kIdentity);
  CHECK(has(findings, Code::MusterListNotCompared));
  CHECK(has(findings, Code::InvalidAction));
}

TEST_CASE("an action that was retired lately is not reported") {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  int lately = 0;
  int long_ago = 0;
  for (const policy::Service& service : catalogue.services()) {
    for (const policy::Action& action : catalogue.actions(service)) {
      if (action.last_edition == policy::kCurrent || service.last_edition != policy::kCurrent) {
        continue;
      }
      const std::string name = catalogue.full_name(action);
      const bool reported = has(found(sample(kIdentity, "\"Action\": \"" + name + "\""), kIdentity),
                                Code::InvalidAction);
      CAPTURE(name);
      CHECK(reported == (catalogue.last_seen(action.last_edition) < "2025-09-26"));
      (reported ? long_ago : lately) += 1;
    }
  }
  CHECK(lately > 0);
  CHECK(long_ago > 0);
}

TEST_CASE("no prefix of a document is too strange") {
  const std::string document = sample(
      DocumentType::Trust,
      R"("Sid": "ü", "Principal": {"Federated": ["a.b", 1]}, "Condition": {"ForAnyValue:StringLike": {"a.b:sub": ["${x", "*"]}}, "Resource": [{}])");
  for (std::size_t size = 0; size <= document.size(); ++size) {
    for (const char* end : {"", "\"", "]}", "}}]}", "\"}}]}", "\"]}}}]}", "1}}]}"}) {
      const auto findings = found(document.substr(0, size) + end, DocumentType::Trust);
      for (const Finding& finding : findings) {
        REQUIRE_FALSE(finding.locations.empty());
        CHECK(finding.locations.front().begin <= finding.locations.front().end);
      }
    }
  }
}

TEST_CASE("the words of the table are ready to print") {
  for (const CodeInfo& code : all_codes()) {
    CAPTURE(code.id);
    CHECK(&info(code.code) == &code);
    for (const std::string_view text : {code.title, code.why, code.fix}) {
      CHECK_FALSE(text.empty());
      CHECK(text.find('|') == std::string_view::npos);
    }
    CHECK_FALSE(code.title.ends_with('.'));
    CHECK(code.why.ends_with('.'));
    CHECK(code.fix.ends_with('.'));
  }
}

}  // namespace
}  // namespace muster::lint
