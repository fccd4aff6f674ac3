// The prover against Z3 and the evaluator against iam-simulate, on the same questions in one run.
// Without libz3-dev, node or tests/node_modules the figure is missing and `skipped` says why.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/policies.h"
#include "checks/prover/prover.h"
#ifdef MUSTER_WITH_Z3
#include "tests/z3/encoding/encoding.h"
#endif

namespace {

using namespace muster;
using nlohmann::ordered_json;

constexpr int kRuns = 5;
constexpr std::size_t kRounds = 400;

struct Document {
  std::string text;
  policy::Policy policy;
};

std::vector<Document> documents(std::size_t most) {
  const std::vector<bench::Input> inputs = bench::policy_source().files;
  std::vector<Document> out;
  for (std::size_t i = 0; i < std::min(most, inputs.size()); ++i) {
    const bench::Input& input = inputs[i * inputs.size() / std::min(most, inputs.size())];
    auto parsed =
        policy::parse_policy(input.bytes, SourceId(input.name), policy::PolicyType::Identity);
    if (parsed) {
      out.push_back({input.bytes, std::move(parsed).value()});
    }
  }
  return out;
}

#ifdef MUSTER_WITH_Z3
constexpr std::size_t kZ3Policies = 12;
constexpr unsigned kZ3Milliseconds = 2000;

struct Question {
  std::size_t a = 0;
  std::size_t b = 0;
  prover::Verdict verdict = prover::Verdict::Undecided;
  double seconds = 0;
};

/// All questions at one go: after 60 ms of Z3 the processor's caches hold nothing of ours, and the
/// figure would be that of reading memory.
std::vector<Question> ask_prover(const std::vector<Document>& read) {
  prover::Prover prover;
  for (const Document& one : read) {
    prover.add(prover::Policies{one.policy});
  }
  std::vector<Question> questions;
  for (std::size_t a = 0; a < read.size(); ++a) {
    for (std::size_t b = 0; b < read.size(); ++b) {
      if (a == b) {
        continue;
      }
      Question question{a, b};
      question.seconds = bench::seconds([&] { question.verdict = prover.within(a, b).verdict; });
      questions.push_back(question);
    }
  }
  return questions;
}

struct Times {
  std::vector<double> ours;
  std::vector<double> solving;
  std::vector<double> whole;
};

/// The questions that both decide, timed on both sides.
ordered_json against_z3() {
  const auto read = documents(kZ3Policies);
  Times times;
  std::size_t limit = 0;
  std::size_t outside = 0;
  std::size_t disagreements = 0;
  for (const Question& question : ask_prover(read)) {
    const auto theirs =
        z3_oracle::find_outside(read[question.a].policy, read[question.b].policy, kZ3Milliseconds);
    limit += theirs.outcome == z3_oracle::Outcome::Limit ? 1U : 0U;
    outside += theirs.outcome == z3_oracle::Outcome::Outside ? 1U : 0U;
    const bool found = theirs.outcome == z3_oracle::Outcome::Found;
    if ((!found && theirs.outcome != z3_oracle::Outcome::None) ||
        question.verdict == prover::Verdict::Undecided) {
      continue;
    }
    disagreements += found != (question.verdict == prover::Verdict::No) ? 1U : 0U;
    times.ours.push_back(question.seconds);
    times.solving.push_back(theirs.solving);
    times.whole.push_back(theirs.solving + theirs.building);
  }
  if (times.ours.empty()) {
    return {{"skipped", "no question that both decide"}};
  }
  const double median = bench::percentile(times.ours, 0.5);
  const double solving = bench::percentile(times.solving, 0.5);
  return {{"limit_ms", kZ3Milliseconds},
          {"decided_by_both", times.ours.size()},
          {"disagreements", disagreements},
          {"z3_at_its_limit", limit},
          {"not_encodable", outside},
          {"prover_median_us", median * 1e6},
          {"z3_median_us", solving * 1e6},
          {"z3_median_with_building_us", bench::percentile(times.whole, 0.5) * 1e6},
          {"prover_against_z3", solving / median}};
}
#else
ordered_json against_z3() {
  return {{"skipped", "libz3-dev is missing"}};
}
#endif

constexpr std::size_t kEvaluated = 60;
constexpr int kNodeSeconds = 5;

struct Asked {
  const char* principal;
  const char* action;
  const char* resource;
};

constexpr std::array<Asked, 5> kAsked = {
    {{"arn:aws:iam::111122223333:user/ann", "s3:GetObject", "arn:aws:s3:::art/app/1.tgz"},
     {"arn:aws:iam::111122223333:user/ann", "ec2:DescribeInstances", "*"},
     {"arn:aws:sts::111122223333:assumed-role/deploy/run1", "iam:PassRole",
      "arn:aws:iam::111122223333:role/api"},
     {"arn:aws:sts::111122223333:assumed-role/deploy/run1", "ecs:UpdateService",
      "arn:aws:ecs:eu-central-1:111122223333:service/shop/api"},
     {"arn:aws:sts::111122223333:assumed-role/deploy/run1", "sqs:SendMessage",
      "arn:aws:sqs:eu-central-1:111122223333:deploys"}}};

policy::Request request_of(const Asked& asked) {
  policy::Request request;
  request.principal = asked.principal;
  request.action = asked.action;
  request.resource = asked.resource;
  request.context["aws:sourceip"] = {{"203.0.113.9"}, false};
  request.context["aws:requestedregion"] = {{"eu-central-1"}, false};
  return request;
}

/// What the node process prints: evaluations, seconds of its processor time, how many are allowed.
std::string run_node(const std::vector<Document>& read) {
  ordered_json input{{"documents", ordered_json::array()},
                     {"requests", ordered_json::array()},
                     {"seconds", kNodeSeconds}};
  for (const Document& one : read) {
    input["documents"].push_back(ordered_json::parse(one.text));
  }
  for (const Asked& asked : kAsked) {
    input["requests"].push_back(
        {{"principal", asked.principal},
         {"action", asked.action},
         {"resource", asked.resource},
         {"context", {{"aws:SourceIp", "203.0.113.9"}, {"aws:RequestedRegion", "eu-central-1"}}}});
  }
  const auto file = std::filesystem::temp_directory_path() / "muster-bench-rivals.json";
  std::ofstream(file) << input.dump();
  const std::string command =
      "node " MUSTER_SOURCE_DIR "/bench/simulate.mjs " + file.string() + " 2>/dev/null";
  std::string printed;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    std::array<char, 256> buffer{};
    while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
      printed += buffer.data();
    }
    pclose(pipe);
  }
  std::filesystem::remove(file);
  return printed;
}

ordered_json against_simulate() {
  const auto read = documents(kEvaluated);
  std::istringstream node(run_node(read));
  double evaluations = 0;
  double seconds = 0;
  std::size_t theirs = 0;
  if (!(node >> evaluations >> seconds >> theirs)) {
    return {{"skipped", "node or tests/node_modules is missing"}};
  }
  std::vector<policy::Request> requests;
  for (const Asked& asked : kAsked) {
    requests.push_back(request_of(asked));
  }
  std::size_t allowed = 0;
  const double run = bench::median_seconds(kRuns, [&] {
    allowed = 0;
    for (std::size_t i = 0; i < kRounds; ++i) {
      for (const Document& one : read) {
        for (const policy::Request& request : requests) {
          const auto kind = evaluate_policy(one.policy, request).kind;
          allowed += kind == policy::DecisionKind::Allowed ? 1U : 0U;
        }
      }
    }
  });
  allowed /= kRounds;
  const double ours = static_cast<double>(kRounds * read.size() * requests.size()) / run;
  return {{"policies", read.size()},
          {"requests", requests.size()},
          {"allowed", allowed},
          {"allowed_by_simulate", theirs},
          {"evaluations_per_s", ours},
          {"simulate_evaluations_per_s", evaluations / seconds},
          {"evaluator_against_simulate", ours / (evaluations / seconds)}};
}

}  // namespace

int main() {
  bench::print("rivals", {{"z3", against_z3()}, {"iam_simulate", against_simulate()}});
  return 0;
}
