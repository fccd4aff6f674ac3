// The shell sees one command with quoted words, whatever the audited repository is called.
#include "report/replay.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

Outcome with(const std::string& path, WitnessKind kind, std::vector<WitnessField> fields) {
  Outcome outcome;
  outcome.where = sample::place(path, 1);
  outcome.witness = {kind, std::move(fields)};
  return outcome;
}

TEST_CASE("a replay command is safe to paste, whatever the file is called") {
  struct Row {
    const char* name;
    const char* path;
    const char* word;
  };

  for (const Row& row :
       {Row{"plain", "iam/trust.json", "iam/trust.json"}, Row{"space", "a b.json", "'a b.json'"},
        Row{"command", "$(reboot);.json", "'$(reboot);.json'"},
        Row{"quote", "a'b.json", "'a'\\''b.json'"}, Row{"option", "--x.json", "./--x.json"}}) {
    CAPTURE(row.name);
    const Outcome outcome = with(row.path, WitnessKind::Token, {{"sub", {"x"}}});
    CHECK(replay_command(outcome) == R"(printf '%s\n' '{"sub":"x"}' | muster trust test )" +
                                         std::string(row.word) + " --claims /dev/stdin");
  }
}

TEST_CASE("claims are quoted for JSON and for the shell") {
  const Outcome outcome =
      with("t.json", WitnessKind::Token,
           {{"sub", {"'; reboot #\"\\"}}, {"amr", {"a", "b"}}, {"aws:SourceIp", {"203.0.113.9"}}});
  CHECK(replay_command(outcome) == R"(printf '%s\n' '{"sub":"'\''; reboot #\"\\","amr":["a","b"],)"
                                   R"("request":{"extra_context":{"aws:SourceIp":"203.0.113.9"}}}')"
                                   " | muster trust test t.json --claims /dev/stdin");
}

TEST_CASE("the issuer that the anchor names is told to the policy") {
  struct Row {
    const char* name;
    const char* anchor;
    const char* issuer;
  };

  for (const Row& row : {Row{"host", "provider:gitlab.com", "https://gitlab.com"},
                         Row{"statement", "provider:gitlab.com/stmt:A/B", "https://gitlab.com"},
                         Row{"subject", "provider:x.example.com/repo:acme/shop:ref:refs/heads/a",
                             "https://x.example.com"},
                         Row{"path", "provider:oidc.example.com/org/0f0f/stmt:A",
                             "https://oidc.example.com/org/0f0f"}}) {
    CAPTURE(row.name);
    Outcome outcome = with("t.json", WitnessKind::Token, {{"sub", {"x"}}});
    outcome.anchor = row.anchor;
    const std::string line = R"({"iss":")" + std::string(row.issuer) + R"(","sub":"x"})";
    CHECK(replay_command(outcome).find("'" + line + "'") != std::string::npos);
  }
}

TEST_CASE("a request keeps principal and action apart from its context; a role is named") {
  Outcome outcome = with("facts/roles.json", WitnessKind::Request,
                         {{"principal", {"arn:aws:iam::111122223333:root"}},
                          {"action", {"sts:AssumeRole"}},
                          {"aws:sourceaccount", {"111122223333"}}});
  outcome.asset = {"iam-role", "arn:aws:iam::111122223333:role/team/deploy"};
  CHECK(replay_command(outcome) ==
        R"(printf '%s\n' '{"request":{"context":{"aws:sourceaccount":"111122223333"},)"
        R"("principal":"arn:aws:iam::111122223333:root","action":"sts:AssumeRole"}}')"
        " | muster trust test facts/roles.json --role deploy --claims /dev/stdin");
}

TEST_CASE("what no trust policy can answer has no replay") {
  CHECK(replay_command(with(".github/workflows/a.yml", WitnessKind::Token, {{"sub", {"x"}}}))
            .empty());
  CHECK(replay_command(with("t.json", WitnessKind::Text, {{"sub", {"x"}}})).empty());
  CHECK(replay_command(with("t.json", WitnessKind::Token, {})).empty());
}

}  // namespace
}  // namespace muster::report
