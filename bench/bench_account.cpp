// A whole account, as `muster audit` judges it: all ways to rights of an administrator for every
// role, and every role against what muster.yaml declares it for, by the rules themselves. Growth
// from 500 to 5,000 roles, each size in a process of its own, so that the memory is its own too.
#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "app/workers.h"
#include "bench/measure.h"
#include "bench/sample_account.h"
#include "checks/core/engine.h"
#include "checks/escalation/graph.h"
#include "checks/intent/read.h"
#include "checks/text/ascii.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;

/// The rules of the second half: who may do more, or less, than is declared.
constexpr std::array<std::string_view, 2> kIntentRules = {"iam-beyond-capabilities",
                                                          "iam-missing-capability"};

constexpr TimePoint kNow{std::chrono::seconds{1793491200}};

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Wall and processor time since it was made.
class Watch {
 public:
  [[nodiscard]] ordered_json read() const {
    return {{"wall", wall_seconds() - wall_},
            {"processor", bench::processor_seconds() - processor_}};
  }

 private:
  double wall_ = wall_seconds();
  double processor_ = bench::processor_seconds();
};

std::vector<Check> checks_of(const auto& wanted) {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [&](const Check& check) { return !wanted(check.rule); });
  return checks;
}

ordered_json outcomes(const AuditResult& result) {
  ordered_json counts;
  for (const RuleCoverage& rule : result.coverage) {
    counts[rule.rule] = {
        {"pass", rule.passed}, {"fail", rule.failed}, {"undecided", rule.undecided}};
  }
  return counts;
}

/// All escalation paths of all roles.
ordered_json paths(const Facts& facts, const Intent& intent) {
  const app::Threads threads;
  const AuditInput input(facts, intent, kNow, &threads);
  const auto& graph = input.model<escalation::Graph>();
  const std::vector<escalation::Path> found = graph.to_admin();
  const auto proven =
      std::ranges::count(found, escalation::Verdict::Proven, &escalation::Path::verdict);
  return {{"found", found.size()}, {"proven", proven}};
}

/// Every size by itself: facts and models are built anew for each part, as for a program that does
/// this part alone.
ordered_json run(const bench::AccountSize& size) {
  const bench::SampleAccount account = bench::sample_account(size);
  std::size_t bytes = account.intent.size();
  for (const Document& document : account.facts.documents) {
    bytes += document.bytes.size();
  }
  ordered_json figures{{"roles", size.roles},
                       {"policies", size.policies},
                       {"bytes", bytes},
                       {"threads", app::Threads().size()}};
  const Watch all;
  const auto intent = read_intent(account.intent, SourceId("muster.yaml"));
  if (!intent) {
    return {{"error", intent.error().message}};
  }
  figures["seconds"]["intent_read"] = all.read();
  const Watch searching;
  figures["paths"] = paths(account.facts, intent.value());
  figures["seconds"]["escalation_paths"] = searching.read();
  const Watch comparing;
  const auto is_wanted = [](std::string_view rule) { return text::one_of(rule, kIntentRules); };
  const app::Threads threads;
  figures["against_intent"] =
      outcomes(audit({account.facts, intent.value(), kNow, &threads}, checks_of(is_wanted)));
  figures["seconds"]["against_intent"] = comparing.read();
  figures["seconds"]["all"] = all.read();
  figures["peak_megabytes"] = bench::peak_megabytes();
  return figures;
}

}  // namespace

/// `bench_account [ROLES]`: one size alone.
int main(int argc, char** argv) {
  if (argc > 1) {
    const std::size_t roles = std::strtoull(argv[1], nullptr, 10);
    bench::print("account", run({roles, roles * 4}));
    return 0;
  }
  ordered_json sizes = ordered_json::array();
  for (const std::size_t roles : {500U, 1000U, 2000U, 5000U}) {
    sizes.push_back(bench::in_own_process([&] { return run({roles, roles * 4}); }));
  }
  bench::print("account", {{"sizes", sizes}});
  return 0;
}
