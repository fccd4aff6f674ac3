#include "app/collect_aws.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>

#include "app/facts_folder.h"
#include "app/workers.h"
#include "aws/collectors.h"
#include "aws/credential_chain.h"
#include "aws/sts.h"
#include "aws/time.h"
#include "net/transport.h"

namespace muster::app {
namespace {

constexpr const char* kAllRegions = "all";
/// Where the regions are asked for when no region is set.
constexpr const char* kFirstRegion = "us-east-1";
/// Services and regions at once; what a service allows is smaller than what these ask for.
constexpr std::size_t kLanes = 8;

/// Asks nobody: for reading the settings that the transport needs.
class NoNetwork : public net::Http {
 public:
  [[nodiscard]] net::Reply send(const net::Request&) override {
    return {.failure = net::Failure::Refused, .why = "no network"};
  }
};

/// SharedLines of several threads, one at a time.
class SharedLines {
 public:
  explicit SharedLines(std::ostream& out) : out_(out) {}

  void write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    out_ << line << "\n" << std::flush;
  }

 private:
  std::ostream& out_;
  std::mutex mutex_;
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

/// One collection on its way.
class Collection {
 public:
  Collection(const CollectAwsOptions& options, const aws::Config& config, FactsFolder& folder,
             const Console& console, SharedLines& lines)
      : options_(options),
        config_(config),
        folder_(folder),
        facts_(folder),
        console_(console),
        lines_(lines) {}

  Result<int> run(std::vector<std::string> regions) {
    MUSTER_TRY(const auto attempts, config_.max_attempts());
    budget_.policy.attempts = attempts.value_or(budget_.policy.attempts);
    MUSTER_TRY(auto fetch, aws::find_credentials(config_, budget_));
    aws::CredentialCache cache(std::move(fetch), config_.system().clock());
    const aws::Client nobody(config_, budget_, &cache, regions.front());
    MUSTER_TRY(const aws::Identity caller, aws::caller_identity(nobody));
    if (!options_.account.empty() && options_.account != caller.account) {
      return Error{
          ErrorCode::Usage,
          "the credentials are those of account " + caller.account + ", not of " + options_.account,
          {}};
    }
    const aws::Client client(config_, budget_, &cache, regions.front(), caller.account);
    if (wants_all(options_)) {
      MUSTER_TRY(regions, aws::enabled_regions(client));
      std::ranges::sort(regions);
    }
    MUSTER_CHECK_OK(folder_.begin({caller.account, caller.arn, regions, now()}));
    collect_all(client, regions);
    MUSTER_CHECK_OK(facts_.status());
    MUSTER_TRY(const std::string manifest, folder_.finish(now(), facts_.missing()));
    return report(caller, manifest);
  }

 private:
  /// Services that are asked one after the other.
  using Lane = std::vector<std::function<void()>>;

  [[nodiscard]] std::string now() const { return aws::iso_date(config_.system().clock().now()); }

  void collect_all(const aws::Client& client, const std::vector<std::string>& regions) {
    std::vector<Lane> lanes = account_lanes(client);
    for (const std::string& region : regions) {
      lanes.push_back(region_lane(client.in(region)));
    }
    Threads(kLanes).run(lanes.size(), [&](const Piece& piece) {
      for (const auto& step : lanes[piece.number]) {
        step();
      }
    });
    if (wants_all(options_)) {
      put_instances(regions);
    }
  }

  /// What is of no region: the slow ones beside each other.
  std::vector<Lane> account_lanes(const aws::Client& client) {
    return {
        {step("iam", client,
              [this](const aws::Client& asking) { known_ = aws::collect_iam(asking, facts_); })},
        {step("s3", client, with(aws::collect_s3))},
        {step("cloudtrail events", client, with(aws::collect_role_changes))},
        {step("organizations", client, with(aws::collect_organizations)),
         step("cloudfront", client, with(aws::collect_cloudfront)),
         step("ecr-public", client, with(aws::collect_ecr_public))}};
  }

  Lane region_lane(const aws::Client& client) {
    return {step("ecr " + client.region(), client, with(aws::collect_ecr)),
            step("ecs " + client.region(), client, with(aws::collect_ecs)),
            step("ssm " + client.region(), client, with(aws::collect_ssm)),
            step("ec2 " + client.region(), client,
                 [this](const aws::Client& asking) {
                   auto answer = aws::collect_instances(asking, facts_);
                   const std::lock_guard lock(mutex_);
                   instances_[asking.region()] = std::move(answer);
                 }),
            step("secretsmanager " + client.region(), client, with(aws::collect_secrets)),
            step("kms " + client.region(), client, with(aws::collect_kms)),
            step("cloudtrail " + client.region(), client, with(aws::collect_cloudtrail))};
  }

  std::function<void(const aws::Client&)> with(void (*collect)(const aws::Client&, aws::Facts&)) {
    return [this, collect](const aws::Client& client) { collect(client, facts_); };
  }

  /// Collects and, on a terminal, says so.
  std::function<void()> step(std::string what, aws::Client client,
                             std::function<void(const aws::Client&)> collect) {
    return
        [this, what = std::move(what), client = std::move(client), collect = std::move(collect)] {
          const auto begun = config_.system().clock().steady();
          collect(client);
          if (!console_.interactive) {
            return;
          }
          const std::chrono::duration<double> took = config_.system().clock().steady() - begun;
          std::ostringstream line;
          line << "collected " << what << " in " << std::fixed << std::setprecision(1)
               << took.count() << " s";
          lines_.write(line.str());
        };
  }

  /// Instances of all regions as what carries roles. With less than all of them a role would seem
  /// to be on no instance.
  void put_instances(const std::vector<std::string>& regions) {
    aws::Value inventory = aws::list_value({});
    for (const std::string& region : regions) {
      if (!known_ || !instances_[region]) {
        return;
      }
      auto entries = aws::instance_entries(*instances_[region], region, known_->role_of_profile);
      std::ranges::move(entries.items, std::back_inserter(inventory.items));
    }
    facts_.put("ec2/aws-global/inventory.json",
               aws::object_value({{"inventory", std::move(inventory)}}));
  }

  int report(const aws::Identity& caller, const std::string& manifest) {
    if (options_.json) {
      console_.out << manifest;
    } else {
      console_.out << "facts of account " << caller.account << " in " << options_.out << "\n";
    }
    for (const aws::NotRead& one : facts_.missing()) {
      lines_.write((one.needed ? "not read: " : "note: not read: ") + one.what + ": " +
                   aws::to_string(one.error));
    }
    return facts_.complete() ? kClean : kIncomplete;
  }

  const CollectAwsOptions& options_;
  const aws::Config& config_;
  FactsFolder& folder_;
  aws::Facts facts_;
  const Console& console_;
  SharedLines& lines_;
  aws::CallBudget budget_;
  /// Written by one lane each, read behind all of them; the instances by all of the regions.
  std::optional<aws::IamKnown> known_;
  std::mutex mutex_;
  std::map<std::string, std::optional<aws::Value>> instances_;
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
  SharedLines lines(console.err);
  if (options.verbose) {
    transport_options.log = [&lines](std::string_view line) { lines.write(line); };
  }
  net::Transport transport(std::move(transport_options));
  const aws::System system(transport, clock);
  MUSTER_TRY(auto regions, regions_of(options, system));
  MUSTER_TRY(const auto config, aws::Config::load(system, {options.profile, regions.front()}));
  return Collection(options, config, folder, console, lines).run(std::move(regions));
}

}  // namespace

int collect_aws(const CollectAwsOptions& options, const Console& console) {
  const auto code = collect(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
