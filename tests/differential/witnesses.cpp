// Asks the prover about policies from standard input, for tests that replay its witnesses
// elsewhere. A line is a JSON list of identity policies; every ordered pair of them gives one line:
//   {"a":0,"b":1,"included":"no","witness":{"principal",…,"context":{}},"a_decision","b_decision"}
// A line with a policy that cannot be read gives {"error":"…"}.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checks/prover/prover.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;

Result<std::vector<policy::Policy>> read_line(std::string line) {
  MUSTER_TRY(const auto tree, text::parse_json(std::move(line), SourceId("<stdin>")));
  std::vector<policy::Policy> policies;
  for (std::size_t i = 0; i < tree.root().size(); ++i) {
    MUSTER_TRY(policy::Policy read,
               policy::read_policy(tree.root().at(i), policy::PolicyType::Identity));
    policies.push_back(std::move(read));
  }
  return policies;
}

const char* word(prover::Verdict verdict) {
  switch (verdict) {
    case prover::Verdict::No:
      return "no";
    case prover::Verdict::Undecided:
      return "undecided";
    case prover::Verdict::Yes:
      break;
  }
  return "yes";
}

ordered_json request_json(const policy::Request& request) {
  ordered_json context = ordered_json::object();
  for (const auto& [key, value] : request.context) {
    context[key] =
        value.multivalued ? ordered_json(value.values) : ordered_json(value.values.at(0));
  }
  return {{"principal", request.principal},
          {"action", request.action},
          {"resource", request.resource},
          {"context", std::move(context)}};
}

ordered_json answer(prover::Prover& prover, const std::vector<policy::Policy>& policies,
                    std::size_t a, std::size_t b) {
  const prover::Answer asked = prover.within(a, b);
  ordered_json line{{"a", a}, {"b", b}, {"included", word(asked.verdict)}};
  if (asked.verdict == prover::Verdict::Undecided) {
    line["reason"] = asked.reason;
  }
  if (asked.verdict == prover::Verdict::No) {
    line["witness"] = request_json(*asked.witness);
    line["a_decision"] = to_string(evaluate_policy(policies[a], *asked.witness).kind);
    line["b_decision"] = to_string(evaluate_policy(policies[b], *asked.witness).kind);
  }
  return line;
}

void answer_line(std::string text) {
  const auto read = read_line(std::move(text));
  if (!read) {
    std::cout << ordered_json{{"error", read.error().message}}.dump() << "\n";
    return;
  }
  const std::vector<policy::Policy>& policies = read.value();
  prover::Prover prover;
  for (const policy::Policy& policy : policies) {
    prover.add({policy});
  }
  for (std::size_t a = 0; a < policies.size(); ++a) {
    for (std::size_t b = 0; b < policies.size(); ++b) {
      if (a != b) {
        std::cout << answer(prover, policies, a, b).dump() << "\n";
      }
    }
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    answer_line(std::move(line));
  }
  return 0;
}
