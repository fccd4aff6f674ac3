// How long reading the catalogue of actions takes, which every command that asks it pays once, and
// what its look-ups cost.
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "checks/core/digest.h"
#include "checks/core/rule.h"
#include "checks/policy/catalogue.h"

namespace {

using namespace muster;
using policy::Catalogue;
using policy::Extent;

constexpr int kRuns = 21;
constexpr int kRepeats = 1000;
constexpr double kMilliseconds = 1e3;
constexpr double kMicroseconds = 1e6;

/// Microseconds of one call of `work`.
template <class Work>
double each(const Work& work) {
  const double all = bench::median_seconds(kRuns, [&] {
    for (int i = 0; i < kRepeats; ++i) {
      bench::keep(work());
    }
  });
  return all * kMicroseconds / kRepeats;
}

}  // namespace

int main() {
  const std::string_view bytes = action_catalogue_bytes();
  const double parse = bench::median_seconds(kRuns, [&] {
    bench::keep(Catalogue::parse(bytes, SourceId("aws-actions.txt")).ok() ? 1 : 0);
  });
  const double hash = bench::median_seconds(kRuns, [&] { bench::keep(sha256(bytes)[0]); });
  const Catalogue& catalogue = policy::embedded_catalogue();
  const double everything = bench::median_seconds(
      kRuns, [&] { bench::keep(catalogue.expand("*:*e*", Extent::Known).size()); });
  bench::print(
      "catalogue",
      {{"bytes", bytes.size()},
       {"actions", catalogue.expand("*", Extent::WithRetired).size()},
       {"parse_ms", parse * kMilliseconds},
       {"hash_ms", hash * kMilliseconds},
       {"find_action_us",
        each([&] { return catalogue.find_action("ECS:updateService") != nullptr ? 1U : 0U; })},
       {"expand_prefix_us",
        each([&] { return catalogue.expand("s3:Get*", Extent::Known).size(); })},
       {"expand_every_service_ms", everything * kMilliseconds},
       {"find_tag_key_us",
        each([&] { return catalogue.find_key("aws:ResourceTag/team") != nullptr ? 1U : 0U; })},
       {"find_unknown_key_us",
        each([&] { return catalogue.find_key("acme:nothing") != nullptr ? 1U : 0U; })}});
  return 0;
}
