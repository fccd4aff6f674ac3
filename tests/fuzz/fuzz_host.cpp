// Any bytes as facts of a host: as they are, and with the trailer that fits them. What is no whole
// document passes no rule about hosts; what is one is judged without a place outside of it.
#include <algorithm>
#include <cstdint>
#include <string>

#include "checks/core/digest.h"
#include "checks/host/facts.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;

constexpr const char* kPath = "x.facts";
/// As the corpus has it.
constexpr std::int64_t kTime = 1'780'268'400;

std::string sealed(const std::string& body) {
  return body + "end\t" + std::to_string(std::ranges::count(body, '\n')) + "\t" +
         hex(sha256(body)) + "\n";
}

/// One host with something of every kind.
Intent intent() {
  Intent intent;
  intent.declared = true;
  IntentHosts hosts;
  hosts.name = "shop";
  hosts.environment = "production";
  hosts.names = {"web-1", "web-2"};
  hosts.paths = {{"/opt/shop", {"/srv/shop"}, "1000:shop", {}}};
  hosts.env_files = {{"/opt/shop/.env",
                      "shop",
                      {EnvReader::Systemd, EnvReader::Docker},
                      {"PORT", "TOKEN"},
                      {{"PORT", "80"}},
                      {}}};
  hosts.units = {{"/etc/systemd/system/shop.service", false, {}}};
  hosts.states = {{"/opt/shop/state.json", 30, "current", "previous", {}}};
  hosts.links = {{"/etc/upstream", {"/etc/blue"}, {}}};
  intent.hosts = {hosts};
  return intent;
}

std::vector<Check> host_checks() {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) { return !check.rule.starts_with("host-"); });
  return checks;
}

void require_judged(const std::string& bytes) {
  static const Intent kIntent = intent();
  static const std::vector<Check> kChecks = host_checks();
  Facts facts;
  facts.documents.push_back({DocumentKind::HostFacts, SourceId(kPath), bytes});
  const auto read = host::read_host_facts(facts.documents.front());
  if (!read) {
    fuzz::require(!read.error().message.empty());
  }
  const TimePoint now{std::chrono::seconds(kTime + 60)};
  const AuditResult result = audit({facts, kIntent, now}, kChecks);
  fuzz::require_complete(result);
  for (const Outcome& outcome : result.outcomes) {
    fuzz::require(read.ok() ||
                  (outcome.kind != OutcomeKind::Pass && outcome.kind != OutcomeKind::Fail));
    fuzz::require(outcome.where.source.path() != kPath || !read.ok() ||
                  outcome.where.span.line <=
                      static_cast<std::uint32_t>(std::ranges::count(bytes, '\n')));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  require_judged(bytes);
  const bool ends = bytes.empty() || bytes.ends_with('\n');
  require_judged(sealed(ends ? bytes : bytes + "\n"));
  return 0;
}
