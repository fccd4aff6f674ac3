// How many policies the lint judges per second of processor time, what the slowest one takes, and
// how much memory the program needs for a folder of them.
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "checks/lint/lint.h"

namespace {

using namespace muster;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kRuns = 5;
constexpr double kMegabyte = 1e6;

/// Every object with a `Statement` anywhere in a JSON text, and every text that holds one.
void collect(const json& root, std::vector<std::string>& out) {
  std::vector<const json*> open{&root};
  while (!open.empty()) {
    const json& value = *open.back();
    open.pop_back();
    if (value.is_object() && value.contains("Statement")) {
      out.push_back(value.dump());
    } else if (value.is_structured()) {
      for (const json& item : value) {
        open.push_back(&item);
      }
    }
  }
}

/// The policies of the shared data: AWS managed ones, those with known findings, those of accounts.
std::vector<std::string> policies() {
  std::vector<std::string> all;
  const auto data = bench::shared() / "data";
  for (const bench::Input& file : bench::json_files(data / "aws-managed-policies/documents")) {
    all.push_back(file.bytes);
  }
  std::ifstream findings(data / "access-analyzer/dev.jsonl");
  for (std::string line; std::getline(findings, line);) {
    all.push_back(json::parse(line).at("document"));
  }
  for (const bench::Input& file : bench::json_files(data / "escalation")) {
    collect(json::parse(file.bytes), all);
  }
  for (const bench::Input& file : bench::json_files(bench::committed() / "policies")) {
    all.push_back(file.bytes);
  }
  return all;
}

std::size_t judge(const std::string& policy) {
  const auto findings =
      lint::lint(policy, SourceId("policy.json"), std::nullopt, policy::embedded_catalogue());
  return findings ? findings.value().list.size() : 0;
}

/// The most memory that `muster policy lint` holds over all managed policies, in MB.
double program_megabytes() {
  const auto folder = bench::shared() / "data/aws-managed-policies/documents";
  const std::string command = std::string("'") + MUSTER_PROGRAM + "' policy lint '" +
                              folder.string() + "'/*.json > /dev/null 2>&1";
  if (std::system(command.c_str()) == -1) {
    return 0;
  }
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / kMegabyte;
}

}  // namespace

int main() {
  const std::vector<std::string> all = policies();
  std::size_t bytes = 0;
  std::vector<double> each;
  judge("{}");
  for (const std::string& policy : all) {
    bytes += policy.size();
    each.push_back(bench::median_seconds(kRuns, [&] { bench::keep(judge(policy)); }));
  }
  const double total = bench::median_seconds(kRuns, [&] {
    for (const std::string& policy : all) {
      bench::keep(judge(policy));
    }
  });
  const double peer = bench::median_seconds(kRuns, [&] {
    for (const std::string& policy : all) {
      bench::keep(json::parse(policy).size());
    }
  });
  const auto count = static_cast<double>(all.size());
  bench::print("lint", {{"policies", all.size()},
                        {"megabytes", static_cast<double>(bytes) / kMegabyte},
                        {"policies_per_second", count / total},
                        {"ms_per_policy", bench::milliseconds(each)},
                        {"against_nlohmann_parse", total / peer},
                        {"program_megabytes", program_megabytes()}});
  return 0;
}
