// Divided work: every piece once, in whatever order; what comes out is the same for any number of
// threads.
#include "app/workers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "checks/core/engine.h"
#include "checks/escalation/graph.h"

using namespace muster;

namespace {

constexpr std::size_t kRoles = 9;
constexpr const char* kAccount = "111122223333";

std::string arn_of(std::size_t role) {
  return "arn:aws:iam::" + std::string(kAccount) + ":role/app" + std::to_string(role);
}

/// A role that GitHub can assume; three at a time have the same trust, one may do anything to its
/// buckets, every third may pass roles.
std::string role(std::size_t number) {
  const std::string trusted = "app" + std::to_string(number / 3);
  const std::string action = number == 7       ? "*"
                             : number % 3 == 2 ? R"(iam:PassRole","lambda:*)"
                                               : "s3:GetObject";
  return R"({"Path":"/","RoleName":"app)" + std::to_string(number) + R"(","Arn":")" +
         arn_of(number) +
         R"(","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
         R"("Principal":{"Federated":"arn:aws:iam::)" +
         kAccount +
         R"(:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity",)"
         R"("Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},)"
         R"("StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/)" +
         trusted +
         R"(:*"}}}]},"RolePolicyList":[{"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17",)"
         R"("Statement":[{"Effect":"Allow","Action":[")" +
         action + R"("],"Resource":"arn:aws:s3:::)" + trusted +
         R"(-*"},{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}}],)"
         R"("AttachedManagedPolicies":[],"InstanceProfileList":[],"Tags":[]})";
}

Facts account() {
  std::string list;
  for (std::size_t i = 0; i < kRoles; ++i) {
    list += (i == 0 ? "" : ",") + role(i);
  }
  Facts facts;
  facts.documents = {{DocumentKind::IamAuthorizationDetails, SourceId("facts/account.json"),
                      R"({"RoleDetailList":[)" + list +
                          R"(],"UserDetailList":[],"GroupDetailList":[],"Policies":[]})"}};
  return facts;
}

/// Every role declared for reading its objects; every other one as a reader.
Intent intent() {
  Intent intent;
  intent.repository = "acme/app0";
  for (std::size_t i = 0; i < kRoles; ++i) {
    IntentRole& role = intent.roles.emplace_back();
    role.name = "app" + std::to_string(i);
    role.arn = arn_of(i);
    role.privilege = i % 2 == 0 ? Privilege::Read : Privilege::Write;
    role.allow.push_back({{"s3:GetObject"}, {"arn:aws:s3:::app*"}, {}, {}});
  }
  return intent;
}

/// All that a report shows of an outcome.
std::string line_of(const Outcome& outcome) {
  std::string line = outcome.rule + "|" + std::to_string(static_cast<int>(outcome.kind)) + "|" +
                     std::to_string(static_cast<int>(outcome.severity)) + "|" + outcome.asset.id +
                     "|" + outcome.anchor + "|" + outcome.message + "|" + outcome.reason + "|" +
                     to_string(outcome.where) + "|" + outcome.fingerprint;
  for (const WitnessField& field : outcome.witness.fields) {
    line += "|" + field.name;
    for (const std::string& value : field.values) {
      line += "=" + value;
    }
  }
  return line;
}

std::vector<std::string> judged_by(const Workers* workers) {
  const Facts facts = account();
  const Intent declared = intent();
  std::vector<std::string> lines;
  for (const Outcome& outcome :
       audit({facts, declared, TimePoint{}, workers}, registered_checks()).outcomes) {
    lines.push_back(line_of(outcome));
  }
  return lines;
}

}  // namespace

TEST_CASE("every piece of work is done once, by a worker that there is") {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    for (const std::size_t count : {0U, 1U, 3U, 1000U}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::atomic<int>> done(count);
      std::atomic<bool> known = true;
      app::Threads(threads).run(count, [&](const Piece& piece) {
        ++done[piece.number];
        known = known && piece.worker < threads;
      });
      CHECK(known);
      for (const std::atomic<int>& times : done) {
        REQUIRE(times == 1);
      }
    }
  }
}

TEST_CASE("what a piece throws arrives where the work was given out") {
  const app::Threads threads(3);
  std::atomic<int> started = 0;
  CHECK_THROWS_AS(threads.run(100,
                              [&](const Piece& piece) {
                                ++started;
                                if (piece.number == 7) {
                                  throw std::runtime_error("no memory");
                                }
                              }),
                  std::runtime_error);
  CHECK(started <= 100);
}

TEST_CASE("things judged apart are reported in their order") {
  const Facts facts;
  const Intent declared;
  const app::Threads threads(4);
  const AuditInput input(facts, declared, TimePoint{}, &threads);
  Outcomes out("iam-pass-role-broad", Severity::High);
  judge_each(input, 200, out, [](const Piece& piece, Outcomes& part) {
    part.pass({"iam-role", std::to_string(piece.number)}, {});
  });
  REQUIRE(out.items().size() == 200);
  for (std::size_t i = 0; i < out.items().size(); ++i) {
    CHECK(out.items()[i].asset.id == std::to_string(i));
    CHECK(out.items()[i].rule == "iam-pass-role-broad");
  }
}

TEST_CASE("an audit is the same, word for word, for any number of threads") {
  const std::vector<std::string> alone = judged_by(nullptr);
  REQUIRE(alone.size() > 5 * kRoles);
  for (const std::size_t size : {2U, 5U}) {
    CAPTURE(size);
    const app::Threads threads(size);
    CHECK(judged_by(&threads) == alone);
  }
}

TEST_CASE("roles that are trusted in the same words get the answers each for its own privilege") {
  std::map<std::string, std::map<std::string, Severity>> severities;
  const Facts facts = account();
  const Intent declared = intent();
  for (const Outcome& outcome :
       audit({facts, declared, TimePoint{}}, registered_checks()).outcomes) {
    if (outcome.rule == "oidc-repository-any-context" && outcome.kind == OutcomeKind::Fail) {
      severities[outcome.asset.id][outcome.anchor] = outcome.severity;
    }
  }
  // 3 and 4 are trusted in the same words; 4 only reads.
  const auto& writer = severities.at(arn_of(3));
  const auto& reader = severities.at(arn_of(4));
  REQUIRE(writer.contains("repo:acme/app1"));
  REQUIRE(reader.contains("repo:acme/app1"));
  CHECK(reader.at("repo:acme/app1") < writer.at("repo:acme/app1"));
}
