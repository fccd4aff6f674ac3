// Many principals in one prover: 5,000 with three of 200 policies each, half of them within a
// boundary, against 60 statements as a graph of escalations asks about them.
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/policies.h"
#include "checks/prover/prover.h"

namespace {

using namespace muster;
using prover::Verdict;

constexpr std::size_t kPolicies = 200;
constexpr std::size_t kPrincipals = 5'000;
constexpr std::size_t kBoxes = 60;

policy::Policy box(std::size_t number) {
  constexpr std::array<std::string_view, 12> kActions = {
      "iam:PassRole",         "iam:CreateAccessKey",   "iam:AttachRolePolicy",
      "iam:PutRolePolicy",    "lambda:CreateFunction", "lambda:UpdateFunctionCode",
      "ec2:RunInstances",     "ssm:SendCommand",       "ecs:RegisterTaskDefinition",
      "codebuild:StartBuild", "sts:AssumeRole",        "cloudformation:CreateStack"};
  const std::string action(kActions.at(number % kActions.size()));
  const std::string resource = number < kActions.size()
                                   ? "*"
                                   : "arn:aws:" + action.substr(0, action.find(':')) +
                                         ":*:111122223333:*/r" + std::to_string(number);
  const std::string text = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" +
                           action + R"(","Resource":")" + resource + R"("}})";
  return policy::parse_policy(text, SourceId("box"), policy::PolicyType::Identity).value();
}

}  // namespace

int main() {
  const auto read = bench::sample_policies(kPolicies);
  if (read.size() < 3) {
    std::cerr << "bench_principals: no policies found\n";
    return 1;
  }
  prover::Prover prover;
  std::vector<std::size_t> boxes;
  const double adding = bench::seconds([&] {
    std::vector<prover::PolicyId> kept;
    for (const policy::Policy& policy : read) {
      kept.push_back(prover.keep(policy));
    }
    for (std::size_t i = 0; i < kPrincipals; ++i) {
      prover::Layered principal;
      for (const std::size_t step : {1U, 7U, 31U}) {
        principal.identity.push_back(kept[(i * step + step) % kept.size()]);
      }
      if (i % 2 == 0) {
        principal.boundary = {kept[i % 10]};
      }
      prover.add(principal);
    }
  });
  for (std::size_t i = 0; i < kBoxes; ++i) {
    boxes.push_back(prover.add({box(i)}));
  }
  std::vector<double> samples;
  std::size_t yes = 0;
  std::size_t undecided = 0;
  for (const std::size_t one : boxes) {
    samples.push_back(bench::seconds([&] {
                        for (std::size_t i = 0; i < kPrincipals; ++i) {
                          const Verdict verdict = prover.overlap(i, one).verdict;
                          yes += verdict == Verdict::Yes ? 1U : 0U;
                          undecided += verdict == Verdict::Undecided ? 1U : 0U;
                        }
                      }) /
                      kPrincipals);
  }
  bench::print("principals", {{"principals", kPrincipals},
                              {"boxes", kBoxes},
                              {"yes", yes},
                              {"undecided", undecided},
                              {"add_us", adding * 1e6 / kPrincipals},
                              {"median_us", bench::percentile(samples, 0.5) * 1e6},
                              {"max_us", bench::percentile(samples, 1) * 1e6}});
  return 0;
}
