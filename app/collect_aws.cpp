#include "app/collect_aws.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "app/collect_account.h"
#include "app/collect_accounts.h"
#include "app/facts_folder.h"
#include "aws/credential_chain.h"
#include "net/transport.h"

namespace muster::app {
namespace {

constexpr const char* kAllRegions = "all";
/// Where the regions are asked for when no region is set.
constexpr const char* kFirstRegion = "us-east-1";

/// Asks nobody: for reading the settings that the transport needs.
class NoNetwork : public net::Http {
 public:
  [[nodiscard]] net::Reply send(const net::Request&) override {
    return {.failure = net::Failure::Refused, .why = "no network"};
  }
};

bool wants_all(const CollectAwsOptions& options) {
  return std::ranges::find(options.regions, kAllRegions) != options.regions.end();
}

/// The regions to visit, each once; with `all` the one that is asked for the others.
Result<std::vector<std::string>> regions_of(const CollectAwsOptions& options,
                                            const aws::System& system) {
  std::vector<std::string> regions = options.regions;
  if (regions.empty() || wants_all(options)) {
    regions = {""};
  }
  for (std::string& region : regions) {
    MUSTER_TRY(const auto config, aws::Config::load(system, {options.profile, region}));
    MUSTER_TRY(region, config.region());
    if (region.empty() && wants_all(options)) {
      region = kFirstRegion;
    }
    if (region.empty()) {
      return Error{ErrorCode::Usage, "no region: give `--region` or set `AWS_REGION`", {}};
    }
  }
  std::ranges::sort(regions);
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  return regions;
}

Result<int> collect_one(const CollectAwsOptions& options, const CollectionSettings& settings,
                        const Console& console) {
  FactsFolder folder(options.out);
  MUSTER_CHECK_OK(folder.open());
  aws::CallBudget budget;
  MUSTER_TRY(const auto attempts, settings.config.max_attempts());
  budget.policy.attempts = attempts.value_or(budget.policy.attempts);
  MUSTER_TRY(auto fetch, aws::find_credentials(settings.config, budget));
  aws::CredentialCache cache(std::move(fetch), settings.config.system().clock());
  MUSTER_TRY(const CollectedAccount collected,
             AccountCollection(settings, budget, cache, folder).run(options.account));
  if (options.json) {
    console.out << collected.manifest;
  } else {
    console.out << "facts of account " << collected.account << " in " << options.out << "\n";
  }
  for (const aws::NotRead& one : collected.missing) {
    settings.lines.write(line_of(one));
  }
  return collected.complete ? kClean : kIncomplete;
}

Result<int> collect(const CollectAwsOptions& options, const Console& console) {
  MUSTER_CHECK_OK(check_accounts(options));
  net::Clock clock;
  NoNetwork offline;
  const aws::Choice choice{options.profile, {}};
  MUSTER_TRY(const auto files, aws::Config::load(aws::System(offline, clock), choice));
  net::TransportOptions transport_options{.user_agent = "muster/" MUSTER_VERSION,
                                          .ca_bundle = files.ca_bundle()};
  SharedLines lines(console.err);
  if (options.verbose) {
    transport_options.log = [&lines](std::string_view line) { lines.write(line); };
  }
  net::Transport transport(std::move(transport_options));
  const aws::System system(transport, clock);
  MUSTER_TRY(auto regions, regions_of(options, system));
  MUSTER_TRY(const auto config, aws::Config::load(system, {options.profile, regions.front()}));
  const bool several = wants_accounts(options);
  const CollectionSettings settings{.config = config,
                                    .regions = std::move(regions),
                                    .all_regions = wants_all(options),
                                    .lines = lines,
                                    .says_steps = console.interactive && !several};
  return several ? collect_accounts(options, settings, console)
                 : collect_one(options, settings, console);
}

}  // namespace

int collect_aws(const CollectAwsOptions& options, const Console& console) {
  const auto code = collect(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
