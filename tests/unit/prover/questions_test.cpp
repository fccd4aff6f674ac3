// The other questions, budgets, and real policies.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

/// Boxes that cover each other only together: whether each of `count` keys is there.
std::string puzzle(int count, bool negated) {
  std::string statements;
  for (int i = 0; i < count; ++i) {
    const std::string key = "k" + std::to_string(i);
    const std::string next = "k" + std::to_string((i + 1) % count);
    statements += std::string(i == 0 ? "" : ",") +
                  R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{")" +
                  key + R"(":"a*"},"StringNotLike":{")" + next + R"(":")" +
                  (negated ? "*b" : "a*") + R"("}}})";
  }
  return "[" + statements + "]";
}

std::vector<std::filesystem::path> managed_policies() {
  const char* shared = std::getenv("MUSTER_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared == nullptr ? "../shared" : shared) /
      "data/aws-managed-policies/documents";
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Policies read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  auto parsed =
      policy::parse_policy({std::istreambuf_iterator<char>(in), {}},
                           SourceId(file.filename().string()), policy::PolicyType::Identity);
  REQUIRE(parsed.ok());
  Policies policies;
  policies.push_back(std::move(parsed).value());
  return policies;
}

}  // namespace

TEST_CASE("policies that allow nothing are found") {
  CHECK(allows_nothing({}).verdict == Verdict::Yes);
  CHECK(allows_nothing(policies_of(R"({"Effect":"Deny","Action":"*","Resource":"*"})")).verdict ==
        Verdict::Yes);
  CHECK(allows_nothing(with_condition(R"({"StringEquals":{"k":"a"},"StringNotLike":{"k":"a*"}})"))
            .verdict == Verdict::Yes);
  CHECK(allows_nothing(
            with_condition(R"({"NumericLessThan":{"n":"1"},"NumericGreaterThan":{"n":"1"}})"))
            .verdict == Verdict::Yes);
  const Answer open = allows_nothing(with_condition(R"({"StringLike":{"k":"a*"}})"));
  CHECK(open.verdict == Verdict::No);
  CHECK(words(open) == "s3:GetObject * k=a");
}

TEST_CASE("overlap is a request that both allow") {
  const Policies readers =
      policies_of(R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::art/*"})");
  const Policies tags =
      policies_of(R"({"Effect":"Allow","Action":"s3:*Tagging","Resource":"arn:aws:s3:::*/app"})");
  const Answer both = overlap(readers, tags);
  CHECK(both.verdict == Verdict::Yes);
  CHECK(words(both) == "s3:Getagging arn:aws:s3:::art/app");
  CHECK(overlap(readers, policies_of(R"({"Effect":"Allow","Action":"s3:Put*","Resource":"*"})"))
            .verdict == Verdict::No);
}

TEST_CASE("a change is equal, widened, narrowed or neither") {
  const Policies all = everything();
  const Policies s3 = policies_of(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})");
  const Policies iam = policies_of(R"({"Effect":"Allow","Action":"iam:*","Resource":"*"})");
  CHECK(compare(all, all).relation() == Relation::Equal);
  CHECK(compare(s3, all).relation() == Relation::Widened);
  CHECK(compare(all, s3).relation() == Relation::Narrowed);
  CHECK(compare(s3, iam).relation() == Relation::Incomparable);
  CHECK(compare(with_condition(R"({"StringIs":{"k":"a"}})"), s3).relation() == Relation::Undecided);
}

TEST_CASE("a spent budget is undecided, a larger one only decides more") {
  const Policies a = policies_of(puzzle(8, false));
  const Policies b = policies_of(puzzle(8, true));
  const Answer full = within(a, b);
  CHECK(full.verdict == Verdict::No);
  const Answer small = within(a, b, {.cover_nodes = 2});
  CHECK(small.verdict == Verdict::Undecided);
  CHECK(small.reason == "the search reached its limit of 2 steps");
  CHECK(words(within(a, b, {.cover_nodes = 500'000})) == words(full));
  const Policies both = with_condition(
      R"({"StringLike":{"k":"*a*"},"StringLikeIfExists":{"k":"*b*"},"Null":{"k":"false"}})");
  const Policies either = with_condition(R"({"StringLike":{"k":["*a*b*","*b*a*"]}})");
  CHECK(within(both, either).verdict == Verdict::Yes);
  CHECK(within(both, either, {.glob_states = 1}).verdict == Verdict::Undecided);
}

TEST_CASE("questions to one prover share a budget, and what was decided before stays") {
  const Policies a = policies_of(puzzle(8, false));
  const Policies b = policies_of(puzzle(8, true));
  Prover prover({.all_steps = 1'000});
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  CHECK_FALSE(prover.spent());
  CHECK(words(prover.within(first, second)) == words(within(a, b)));
  REQUIRE(prover.spent());
  const Answer later = prover.within(second, first);
  CHECK(later.verdict == Verdict::Undecided);
  CHECK(later.reason ==
        "the questions about these policies reached their limit of 1000 steps together");
  CHECK(later.reason == prover.spent()->reason);
}

TEST_CASE("hostile patterns and statements end within the budget") {
  std::string stars;
  std::string other;
  for (int i = 0; i < 100; ++i) {
    stars += "*a";
    other += "*b";
  }
  const Policies a = with_condition(R"({"StringLike":{"k":")" + stars +
                                    R"("},"StringNotLike":{"k":")" + other + R"("}})");
  const Policies b =
      with_condition(R"({"StringLike":{"k":["*a?????????????b*","*b?????????????a*"]}})");
  CHECK(within(a, b, {.glob_states = 1'000}).verdict != Verdict::Yes);
  std::string actions;
  for (int i = 0; i < 2'000; ++i) {
    actions += (i == 0 ? R"("s3:*a)" : R"(","s3:*a)") + std::to_string(i) + "*";
  }
  const Policies many =
      policies_of(R"({"Effect":"Allow","Resource":"*","Action":[)" + actions + R"("]})");
  CHECK(within(many, many).verdict == Verdict::Yes);
  CHECK(
      within(many, policies_of(R"({"Effect":"Allow","Resource":"*","Action":"s3:*a*"})")).verdict ==
      Verdict::Yes);
}

TEST_CASE("the order of statements and values and the case of names change no witness") {
  const Policies a = policies_of(
      R"([{"Effect":"Allow","Action":["s3:Get*","sqs:SendMessage"],"Resource":"*"},{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"K":["a","b"]}}}])");
  const Policies same = policies_of(
      R"([{"Effect":"Allow","Action":"KMS:*","Resource":"*","Condition":{"StringEquals":{"k":["b","a","a"]}}},{"Effect":"Allow","Action":["sqs:sendmessage","S3:GET*"],"Resource":"*"}])");
  const Policies b = policies_of(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})");
  CHECK(compare(a, same).relation() == Relation::Equal);
  const auto folded = [](const Answer& answer) { return policy::lower(words(answer)); };
  CHECK(folded(within(a, b)) == folded(within(same, b)));
}

TEST_CASE("a key that is not needed once another one is left out is left out too") {
  const Policies a = policies_of(
      R"([{"Effect":"Allow","NotAction":"s3:*","Resource":"*","Condition":{"Bool":{"flag":"true"},"DateLessThan":{"date":"2027"}}},{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"flag":"true"}}}])");
  const Answer answer = allows_nothing(a);
  REQUIRE(answer.witness.has_value());
  CHECK(answer.witness->context.empty());
}

TEST_CASE("every managed policy is within itself, and pairs of them are decided") {
  const auto files = managed_policies();
  if (files.empty()) {
    MESSAGE("skipped: no managed policies under MUSTER_SHARED");
    return;
  }
  constexpr std::size_t kPairs = 60;
  Prover prover;
  for (const auto& file : files) {
    prover.add(read(file));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    CAPTURE(files[i]);
    CHECK(prover.within(i, i).verdict == Verdict::Yes);
  }
  std::size_t undecided = 0;
  for (std::size_t a = 0; a < std::min(kPairs, files.size()); ++a) {
    for (std::size_t b = 0; b < std::min(kPairs, files.size()); ++b) {
      undecided += prover.within(a, b).verdict == Verdict::Undecided ? 1U : 0U;
    }
  }
  CHECK(undecided == 0);
}

TEST_CASE("a number too long to be written out is no reason to call a policy empty") {
  for (const char* clause :
       {R"("NumericEquals":{"n":"1e50"})", R"("NumericGreaterThan":{"n":"1e50"})"}) {
    const std::string statement =
        std::string(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{)") + clause +
        "}}";
    const Policies far = policies_of(statement);
    CHECK(allows_nothing(far).verdict == Verdict::Undecided);
    CHECK(within(far, far).verdict == Verdict::Yes);
  }
}
