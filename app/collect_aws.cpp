#include "app/collect_aws.h"

#include <algorithm>
#include <ostream>

#include "app/facts_folder.h"
#include "aws/collectors.h"
#include "aws/credential_chain.h"
#include "aws/sts.h"
#include "aws/time.h"
#include "net/transport.h"

namespace muster::app {
namespace {

/// Asks nobody: for reading the settings that the transport needs.
class NoNetwork : public net::Http {
 public:
  [[nodiscard]] net::Reply send(const net::Request&) override {
    return {.failure = net::Failure::Refused, .why = "no network"};
  }
};

/// The regions to visit, each once.
Result<std::vector<std::string>> regions_of(const CollectAwsOptions& options,
                                            const aws::System& system) {
  std::vector<std::string> regions = options.regions;
  if (regions.empty()) {
    regions.emplace_back();
  }
  for (std::string& region : regions) {
    MUSTER_TRY(const auto config, aws::Config::load(system, {options.profile, region}));
    MUSTER_TRY(region, config.region());
    if (region.empty()) {
      return Error{ErrorCode::Usage, "no region: give `--region` or set `AWS_REGION`", {}};
    }
  }
  std::ranges::sort(regions);
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  return regions;
}

/// One collection on its way.
class Collection {
 public:
  Collection(const CollectAwsOptions& options, const aws::Config& config, FactsFolder& folder,
             const Console& console)
      : options_(options), config_(config), folder_(folder), console_(console) {}

  Result<int> run(const std::vector<std::string>& regions) {
    MUSTER_TRY(auto fetch, aws::find_credentials(config_, budget_));
    aws::CredentialCache cache(std::move(fetch), config_.system().clock());
    MUSTER_TRY(const aws::Identity caller,
               aws::caller_identity({config_, budget_, &cache, regions.front()}));
    if (!options_.account.empty() && options_.account != caller.account) {
      return Error{
          ErrorCode::Usage,
          "the credentials are those of account " + caller.account + ", not of " + options_.account,
          {}};
    }
    const auto now = [this] { return aws::iso_date(config_.system().clock().now()); };
    MUSTER_CHECK_OK(folder_.begin({caller.account, caller.arn, regions, now()}));
    aws::Facts facts(folder_);
    const auto client = [&](const std::string& region) {
      return aws::Client(config_, budget_, &cache, region, caller.account);
    };
    aws::collect_iam(client(regions.front()), facts);
    aws::collect_organizations(client(regions.front()), facts);
    for (const std::string& region : regions) {
      aws::collect_ecr(client(region), facts);
    }
    MUSTER_CHECK_OK(facts.status());
    MUSTER_TRY(const std::string manifest, folder_.finish(now(), facts.missing()));
    return report(facts, caller, manifest);
  }

 private:
  int report(const aws::Facts& facts, const aws::Identity& caller, const std::string& manifest) {
    if (options_.json) {
      console_.out << manifest;
    } else {
      console_.out << "facts of account " << caller.account << " in " << options_.out << "\n";
    }
    for (const aws::NotRead& one : facts.missing()) {
      console_.err << (one.needed ? "not read: " : "note: not read: ") << one.what << ": "
                   << aws::to_string(one.error) << "\n";
    }
    return facts.complete() ? kClean : kIncomplete;
  }

  const CollectAwsOptions& options_;
  const aws::Config& config_;
  FactsFolder& folder_;
  const Console& console_;
  aws::CallBudget budget_;
};

Result<int> collect(const CollectAwsOptions& options, const Console& console) {
  FactsFolder folder(options.out);
  MUSTER_CHECK_OK(folder.open());
  net::Clock clock;
  NoNetwork offline;
  const aws::Choice choice{options.profile, {}};
  MUSTER_TRY(const auto settings, aws::Config::load(aws::System(offline, clock), choice));
  net::TransportOptions transport_options{.user_agent = "muster/" MUSTER_VERSION,
                                          .ca_bundle = settings.ca_bundle()};
  if (options.verbose) {
    transport_options.log = [&console](std::string_view line) { console.err << line << "\n"; };
  }
  net::Transport transport(std::move(transport_options));
  const aws::System system(transport, clock);
  MUSTER_TRY(const auto regions, regions_of(options, system));
  MUSTER_TRY(const auto config, aws::Config::load(system, {options.profile, regions.front()}));
  return Collection(options, config, folder, console).run(regions);
}

}  // namespace

int collect_aws(const CollectAwsOptions& options, const Console& console) {
  const auto code = collect(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
