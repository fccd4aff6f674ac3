#include "app/collect_account.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iterator>
#include <ostream>
#include <sstream>
#include <utility>

#include "app/workers.h"
#include "aws/time.h"

namespace muster::app {
namespace {

/// Services and regions at once; what a service allows is smaller than what these ask for.
constexpr std::size_t kLanes = 8;

}  // namespace

void SharedLines::write(std::string_view line) {
  const std::lock_guard lock(mutex_);
  out_ << line << "\n" << std::flush;
}

std::string line_of(const aws::NotRead& one) {
  return (one.needed ? "not read: " : "note: not read: ") + one.what + ": " +
         aws::to_string(one.error);
}

Result<CollectedAccount> AccountCollection::run(const std::string& expected) {
  std::vector<std::string> regions = settings_.regions;
  const aws::Client nobody(settings_.config, budget_, &credentials_, regions.front(), expected);
  MUSTER_TRY(const aws::Identity caller, aws::caller_identity(nobody));
  if (!expected.empty() && expected != caller.account) {
    return Error{ErrorCode::Usage,
                 "the credentials are those of account " + caller.account + ", not of " + expected,
                 {}};
  }
  const aws::Client client(settings_.config, budget_, &credentials_, regions.front(),
                           caller.account);
  if (settings_.all_regions) {
    MUSTER_TRY(regions, aws::enabled_regions(client));
    std::ranges::sort(regions);
  }
  MUSTER_CHECK_OK(folder_.begin({caller.account, caller.arn, regions, now()}));
  collect_all(client, regions);
  MUSTER_CHECK_OK(facts_.status());
  MUSTER_TRY(std::string manifest, folder_.finish(now(), facts_.missing()));
  return CollectedAccount{caller.account, std::move(manifest), facts_.missing(), facts_.complete()};
}

std::string AccountCollection::now() const {
  return aws::iso_date(settings_.config.system().clock().now());
}

void AccountCollection::collect_all(const aws::Client& client,
                                    const std::vector<std::string>& regions) {
  std::vector<Lane> lanes = account_lanes(client);
  for (const std::string& region : regions) {
    lanes.push_back(region_lane(client.in(region)));
  }
  Threads(kLanes).run(lanes.size(), [&](const Piece& piece) {
    for (const auto& step : lanes[piece.number]) {
      step();
    }
  });
  if (settings_.all_regions) {
    put_instances(regions);
  }
}

/// What is of no region: the slow ones beside each other.
std::vector<AccountCollection::Lane> AccountCollection::account_lanes(const aws::Client& client) {
  return {{step("iam", client,
                [this](const aws::Client& asking) { known_ = aws::collect_iam(asking, facts_); })},
          {step("s3", client, with(aws::collect_s3))},
          {step("cloudtrail events", client, with(aws::collect_role_changes))},
          {step("organizations", client,
                [this](const aws::Client& asking) { collect_organization(asking); }),
           step("cloudfront", client, with(aws::collect_cloudfront)),
           step("ecr-public", client, with(aws::collect_ecr_public))}};
}

AccountCollection::Lane AccountCollection::region_lane(const aws::Client& client) {
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

AccountCollection::Collector AccountCollection::with(void (*collect)(const aws::Client&,
                                                                     aws::Facts&)) {
  return [this, collect](const aws::Client& client) { collect(client, facts_); };
}

/// Collects and, where somebody may be waiting, says so.
std::function<void()> AccountCollection::step(std::string what, aws::Client client,
                                              Collector collect) const {
  return [this, what = std::move(what), client = std::move(client), collect = std::move(collect)] {
    const auto begun = settings_.config.system().clock().steady();
    collect(client);
    if (!settings_.says_steps) {
      return;
    }
    const std::chrono::duration<double> took = settings_.config.system().clock().steady() - begun;
    std::ostringstream line;
    line << "collected " << what << " in " << std::fixed << std::setprecision(1) << took.count()
         << " s";
    settings_.lines.write(line.str());
  };
}

void AccountCollection::collect_organization(const aws::Client& client) {
  if (settings_.organization != nullptr) {
    settings_.organization->collect(client.account(), facts_);
    return;
  }
  aws::Organization own(client);
  own.collect(client.account(), facts_);
}

/// Instances of all regions as what carries roles. With less than all of them a role would seem to
/// be on no instance.
void AccountCollection::put_instances(const std::vector<std::string>& regions) {
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

}  // namespace muster::app
