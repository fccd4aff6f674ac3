// A whole account: all ways to rights of an administrator for every role, and every role against
// what it is for (the prover: does it stay within an allow-list). Growth from 500 to 5,000 roles,
// each size in a process of its own, so that the memory is its own too.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "bench/sample_account.h"
#include "checks/escalation/graph.h"
#include "checks/prover/prover.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

/// What every role of the sample is for: data of its application, nothing of IAM.
policy::Policy intent_of(const iam::Principal& principal) {
  const std::string app = principal.name.substr(0, principal.name.find('-'));
  const std::string text =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","dynamodb:*","sqs:*","sns:*","kms:*","logs:*","ssm:Get*","secretsmanager:Get*","events:*"],"Resource":["arn:aws:s3:::)" +
      app + R"(-data/*","arn:aws:dynamodb:*:111122223333:table/)" + app +
      R"(-*","arn:aws:sqs:*:111122223333:)" + app + R"(-*"]}]})";
  return policy::parse_policy(text, SourceId("intent"), policy::PolicyType::Identity).value();
}

/// Roles that stay within their intent, and roles where that is not decided.
struct Intents {
  std::size_t within = 0;
  std::size_t beyond = 0;
  std::size_t undecided = 0;
};

Intents against_intent(const AuditInput& input, const escalation::Graph& graph) {
  Intents counts;
  for (const iam::Principal& principal : graph.principals()) {
    const policy::Policy intent = intent_of(principal);
    const iam::PrincipalLayers& layers = graph.power(principal).layers();
    prover::Prover prover;
    prover::Layered layered;
    for (const iam::SharedPolicy& text : layers.identity) {
      layered.identity.push_back(prover.keep(*text));
    }
    if (layers.boundary) {
      layered.boundary.emplace();
      for (const iam::SharedPolicy& text : *layers.boundary) {
        layered.boundary->push_back(prover.keep(*text));
      }
    }
    prover::Layered allowed;
    allowed.identity.push_back(prover.keep(intent));
    const auto verdict = prover.within(prover.add(layered), prover.add(allowed)).verdict;
    counts.within += verdict == prover::Verdict::Yes ? 1U : 0U;
    counts.beyond += verdict == prover::Verdict::No ? 1U : 0U;
    counts.undecided += verdict == prover::Verdict::Undecided ? 1U : 0U;
  }
  (void)input;
  return counts;
}

ordered_json run(const bench::AccountSize& size) {
  const Facts facts = bench::sample_account(size);
  const Intent intent;
  const AuditInput input(facts, intent, TimePoint{std::chrono::seconds{1793491200}});
  const double begin = wall_seconds();
  const escalation::Graph graph = escalation::Graph::build(input);
  const double built = wall_seconds();
  const std::vector<escalation::Path> paths = graph.to_admin();
  const double searched = wall_seconds();
  const Intents intents = against_intent(input, graph);
  const double compared = wall_seconds();
  std::size_t proven = 0;
  std::size_t bytes = 0;
  for (const escalation::Path& path : paths) {
    proven += path.verdict == escalation::Verdict::Proven ? 1U : 0U;
  }
  for (const Document& document : facts.documents) {
    bytes += document.bytes.size();
  }
  return {{"roles", size.roles},
          {"policies", size.policies},
          {"bytes", bytes},
          {"paths", paths.size()},
          {"proven", proven},
          {"within_intent", intents.within},
          {"beyond_intent", intents.beyond},
          {"undecided_intent", intents.undecided},
          {"seconds",
           {{"read_and_index", built - begin},
            {"escalation_paths", searched - built},
            {"against_intent", compared - searched},
            {"all", compared - begin}}},
          {"peak_megabytes", peak_megabytes()}};
}

/// The same in a child process.
ordered_json run_apart(const bench::AccountSize& size) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    return {};
  }
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = run(size).dump();
    const bool wrote =
        write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(wrote ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t count = 0; (count = read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return ordered_json::parse(text, nullptr, false);
}

}  // namespace

int main() {
  ordered_json sizes = ordered_json::array();
  for (const std::size_t roles : {500U, 1000U, 2000U, 5000U}) {
    sizes.push_back(run_apart({roles, roles * 4}));
  }
  const ordered_json& largest = sizes.back();
  const bool good = largest["seconds"]["all"].get<double>() < 30.0 &&
                    largest["peak_megabytes"].get<double>() < 1024.0;
  bench::print("account", {{"sizes", sizes}, {"within_bounds", good}});
  return good ? 0 : 1;
}
