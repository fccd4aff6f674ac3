// Printed policies: the exact bytes of every element, and every managed policy printed and read.
#include "checks/policy/print.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "checks/policy/operators.h"
#include "support.h"

using namespace muster;
using namespace muster::policy;
using text::JsonLayout;

namespace {

std::string again(std::string_view text, PolicyType type) {
  return print_policy(policy_of(text, type), JsonLayout::Compact);
}

/// The policy and its names survive the way through JSON.
void check_round_trip(const Policy& policy, PolicyType type) {
  for (const JsonLayout layout : {JsonLayout::Compact, JsonLayout::Indented}) {
    const std::string printed = print_policy(policy, layout);
    const auto read = parse_policy(printed, SourceId("printed.json"), type);
    REQUIRE_MESSAGE(read, printed);
    CHECK(same_policy(policy, read.value()));
    CHECK(print_policy(read.value(), layout) == printed);
  }
}

Condition clause(const char* op, const char* key, const char* value) {
  Condition condition;
  condition.op = parse_operator(Text{op, {}});
  condition.key = Text{key, {}};
  condition.values = {Text{value, {}}};
  return condition;
}

}  // namespace

TEST_CASE("a printed policy has its elements in a fixed order, single entries without brackets") {
  const Policy policy = policy_of(R"({"Statement": {
    "Condition": {"StringLike": {"aws:PrincipalArn": ["a*", "b*"]}, "Bool": {"aws:x": true}},
    "Resource": ["arn:aws:s3:::a"], "Action": ["s3:Get*", "s3:Put*"], "Effect": "Allow",
    "Principal": {"AWS": ["111122223333"], "Service": ["ec2.amazonaws.com", "ssm.amazonaws.com"]},
    "Sid": "One"}, "Id": "x", "Version": "2012-10-17"})",
                                  PolicyType::Resource);
  CHECK(print_policy(policy) == R"({
  "Version": "2012-10-17",
  "Id": "x",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Allow",
      "Principal": {
        "AWS": "111122223333",
        "Service": [
          "ec2.amazonaws.com",
          "ssm.amazonaws.com"
        ]
      },
      "Action": [
        "s3:Get*",
        "s3:Put*"
      ],
      "Resource": "arn:aws:s3:::a",
      "Condition": {
        "StringLike": {
          "aws:PrincipalArn": [
            "a*",
            "b*"
          ]
        },
        "Bool": {
          "aws:x": "true"
        }
      }
    }
  ]
})");
  check_round_trip(policy, PolicyType::Resource);
}

TEST_CASE("what a policy leaves out or leaves empty stays so") {
  struct Row {
    const char* name;
    PolicyType type;
    const char* text;
    const char* printed;
  };

  for (const Row& row : {
           Row{"no version, no statement", PolicyType::Identity, R"({"Statement":[]})",
               R"({"Version":"2008-10-17","Statement":[]})"},
           Row{"empty lists", PolicyType::Identity,
               R"({"Statement":{"Effect":"Deny","NotAction":[],"NotResource":[],
                   "Condition":{"Null":{"k":[]}}}})",
               R"({"Version":"2008-10-17","Statement":[{"Effect":"Deny","NotAction":[],)"
               R"("NotResource":[],"Condition":{"Null":{"k":[]}}}]})"},
           Row{"an empty condition says nothing", PolicyType::Identity,
               R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{}}})",
               R"({"Version":"2008-10-17","Statement":[{"Effect":"Deny","Action":"*",)"
               R"("Resource":"*"}]})"},
           Row{"nobody", PolicyType::Resource,
               R"({"Statement":{"Effect":"Deny","Principal":{},"Action":"*"}})",
               R"({"Version":"2008-10-17","Statement":[{"Effect":"Deny","Principal":{},)"
               R"("Action":"*"}]})"},
           Row{"everybody", PolicyType::Trust,
               R"({"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"*"}})",
               R"({"Version":"2008-10-17","Statement":[{"Effect":"Deny","NotPrincipal":"*",)"
               R"("Action":"*"}]})"},
       }) {
    CAPTURE(row.name);
    CHECK(again(row.text, row.type) == row.printed);
    check_round_trip(policy_of(row.text, row.type), row.type);
  }
}

TEST_CASE("characters that JSON does not take as they are come back") {
  const Policy policy = policy_of(
      R"({"Statement":{"Sid":"a\"b\\c\u0001\n","Effect":"Allow","Action":"s:ü","Resource":"\t"}})");
  check_round_trip(policy, PolicyType::Identity);
  const std::string printed = print_policy(policy, JsonLayout::Compact);
  CHECK(printed.find(R"("a\"b\\c\u0001\u000a")") != std::string::npos);
  CHECK(printed.find("s:ü") != std::string::npos);
}

TEST_CASE("clauses that one object cannot hold are told apart by letter case") {
  Policy policy = policy_of(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})");
  policy.statements[0].conditions = {clause("Null", "k", "true"), clause("Null", "k", "false"),
                                     clause("Bool", "b", "true"), clause("Null", "l", "true")};
  const std::string printed = print_policy(policy, JsonLayout::Compact);
  CHECK(printed.find(R"({"Null":{"k":"true"},"null":{"k":"false"},"Bool":{"b":"true"},)"
                     R"("NUll":{"l":"true"}})") != std::string::npos);
  check_round_trip(policy, PolicyType::Identity);
}

TEST_CASE("principals of made policies are grouped by type") {
  Policy policy = policy_of(R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}})",
                            PolicyType::Resource);
  policy.statements[0].principals = {{PrincipalType::Service, {"a", {}}},
                                     {PrincipalType::Any, {"*", {}}},
                                     {PrincipalType::Service, {"b", {}}}};
  CHECK(print_policy(policy, JsonLayout::Compact)
            .find(R"("Principal":{"Service":["a","b"],"AWS":"*"})") != std::string::npos);
}

TEST_CASE("every managed policy survives printing and reading") {
  const char* shared = std::getenv("MUSTER_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared == nullptr ? "../shared" : shared) /
      "data/aws-managed-policies/documents";
  if (!std::filesystem::is_directory(folder)) {
    MESSAGE("skipped: no managed policies under MUSTER_SHARED");
    return;
  }
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto policy = parse_policy(bytes, SourceId("managed.json"), PolicyType::Identity);
    if (!policy) {
      continue;
    }
    CAPTURE(entry.path().filename().string());
    check_round_trip(policy.value(), PolicyType::Identity);
    ++read;
  }
  CHECK(read >= 290);
}
