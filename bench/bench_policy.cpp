// Reading policies in MB per second, with nlohmann's DOM over the same bytes as the peer, and the
// evaluator in requests per second.
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/policies.h"
#include "checks/policy/evaluate.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;

constexpr int kRuns = 7;
constexpr double kMegabyte = 1e6;

policy::Request request_of(std::string principal, std::string action, std::string resource) {
  policy::Request request;
  request.principal = std::move(principal);
  request.action = std::move(action);
  request.resource = std::move(resource);
  request.context["aws:sourceip"] = {{"203.0.113.9"}, false};
  request.context["aws:requestedregion"] = {{"eu-central-1"}, false};
  request.context["aws:tagkeys"] = {{"team", "stage"}, true};
  return request;
}

std::vector<policy::Request> requests() {
  const std::string user = "arn:aws:iam::111122223333:user/ann";
  const std::string session = "arn:aws:sts::111122223333:assumed-role/deploy/run1";
  return {request_of(user, "s3:GetObject", "arn:aws:s3:::art/app/1.tgz"),
          request_of(user, "ec2:DescribeInstances", "*"),
          request_of(session, "iam:PassRole", "arn:aws:iam::111122223333:role/api"),
          request_of(session, "ecs:UpdateService",
                     "arn:aws:ecs:eu-central-1:111122223333:service/shop/api"),
          request_of(session, "kms:Decrypt", "arn:aws:kms:eu-central-1:111122223333:key/k1")};
}

struct Corpus {
  std::vector<bench::Input> texts;
  std::vector<policy::Policy> policies;
  double megabytes = 0;
};

Corpus corpus() {
  Corpus result;
  result.texts = bench::policy_source().files;
  for (const bench::Input& text : result.texts) {
    result.megabytes += static_cast<double>(text.bytes.size()) / kMegabyte;
    auto parsed =
        policy::parse_policy(text.bytes, SourceId(text.name), policy::PolicyType::Identity);
    if (parsed) {
      result.policies.push_back(std::move(parsed).value());
    }
  }
  return result;
}

struct ReadingTimes {
  double json = 0;
  double policy = 0;
  double peer = 0;
};

ReadingTimes reading(const Corpus& corpus) {
  ReadingTimes times;
  times.json = bench::median_seconds(kRuns, [&] {
    for (const bench::Input& text : corpus.texts) {
      bench::keep(text::parse_json(text.bytes, SourceId(text.name)).ok() ? 1 : 0);
    }
  });
  times.policy = bench::median_seconds(kRuns, [&] {
    for (const bench::Input& text : corpus.texts) {
      bench::keep(
          policy::parse_policy(text.bytes, SourceId(text.name), policy::PolicyType::Identity).ok()
              ? 1
              : 0);
    }
  });
  times.peer = bench::median_seconds(kRuns, [&] {
    for (const bench::Input& text : corpus.texts) {
      bench::keep(nlohmann::json::parse(text.bytes).size());
    }
  });
  return times;
}

double evaluation(const Corpus& corpus, const std::vector<policy::Request>& all) {
  return bench::median_seconds(kRuns, [&] {
    for (const policy::Policy& policy : corpus.policies) {
      for (const policy::Request& request : all) {
        bench::keep(evaluate_policy(policy, request).statements.size());
      }
    }
  });
}

}  // namespace

int main() {
  const Corpus tested = corpus();
  if (tested.policies.empty()) {
    std::cerr << "bench_policy: no policies found\n";
    return 1;
  }
  const std::vector<policy::Request> asked = requests();
  const ReadingTimes times = reading(tested);
  const double decided = static_cast<double>(tested.policies.size() * asked.size());
  bench::print("policy", {{"documents", tested.texts.size()},
                          {"origin", bench::policy_source().origin},
                          {"megabytes", tested.megabytes},
                          {"parse_json_mb_per_s", tested.megabytes / times.json},
                          {"parse_policy_mb_per_s", tested.megabytes / times.policy},
                          {"nlohmann_parse_mb_per_s", tested.megabytes / times.peer},
                          {"parse_json_against_nlohmann", times.peer / times.json},
                          {"parse_policy_against_nlohmann", times.peer / times.policy},
                          {"evaluations_per_s", decided / evaluation(tested, asked)}});
  return 0;
}
