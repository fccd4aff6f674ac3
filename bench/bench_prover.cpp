// The prover: 200 policies against each other, every ordered pair, one question at a time. Policies
// are compiled before; the time to compile them is a figure of its own.
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/policies.h"
#include "checks/policy/catalogue.h"
#include "checks/prover/prover.h"

namespace {

using namespace muster;
using prover::Verdict;

constexpr std::size_t kPolicies = 200;

struct Figures {
  std::vector<double> seconds;
  std::size_t included = 0;
  std::size_t outside = 0;
  std::size_t undecided = 0;
  std::size_t only_new_actions = 0;
};

Figures ask_all(prover::Prover& prover, std::size_t count) {
  Figures figures;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      if (a == b) {
        continue;
      }
      prover::Answer answer;
      figures.seconds.push_back(bench::seconds([&] { answer = prover.within(a, b); }));
      figures.only_new_actions += answer.only_new_actions ? 1U : 0U;
      (answer.verdict == Verdict::Yes  ? figures.included
       : answer.verdict == Verdict::No ? figures.outside
                                       : figures.undecided) += 1;
    }
  }
  return figures;
}

nlohmann::ordered_json times(const Figures& figures) {
  return {{"median_us", bench::percentile(figures.seconds, 0.5) * 1e6},
          {"p99_us", bench::percentile(figures.seconds, 0.99) * 1e6},
          {"max_us", bench::percentile(figures.seconds, 1) * 1e6}};
}

}  // namespace

int main() {
  const auto read = bench::sample_policies(kPolicies);
  if (read.size() < 2) {
    std::cerr << "bench_prover: no policies found\n";
    return 1;
  }
  prover::Prover prover;
  prover::Prover likely({}, &policy::embedded_catalogue());
  const double compiling = bench::seconds([&] {
    for (const policy::Policy& policy : read) {
      prover.keep(policy);
    }
  });
  for (const policy::Policy& policy : read) {
    prover.add({policy});
    likely.add({policy});
  }
  const Figures figures = ask_all(prover, read.size());
  const double peak = bench::peak_megabytes();
  const Figures real = ask_all(likely, read.size());
  nlohmann::ordered_json json{
      {"policies", read.size()},         {"origin", bench::policy_source().origin},
      {"pairs", figures.seconds.size()}, {"included", figures.included},
      {"not_included", figures.outside}, {"undecided", figures.undecided},
      {"compile_ms", compiling * 1e3}};
  json.update(times(figures));
  json["peak_mb"] = peak;
  json["likely"] = times(real);
  json["likely"]["peak_mb"] = bench::peak_megabytes();
  json["likely"]["only_new_actions"] = real.only_new_actions;
  bench::print("prover", json);
  return 0;
}
