#include "app/collect_aws.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "app/write.h"
#include "aws/collectors.h"
#include "aws/credential_chain.h"
#include "aws/sts.h"
#include "aws/time.h"
#include "net/transport.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

/// Asks nobody: for reading the settings that the transport needs.
class NoNetwork : public net::Http {
 public:
  [[nodiscard]] net::Reply send(const net::Request&) override {
    return {.failure = net::Failure::Refused, .why = "no network"};
  }
};

Status usable_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) ||
      (fs::is_directory(folder, error) && fs::is_empty(folder, error))) {
    return Done{};
  }
  return Error{ErrorCode::Usage, "the folder `" + folder.generic_string() + "` is not empty", {}};
}

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
  Collection(const CollectAwsOptions& options, const aws::Config& config, const Console& console)
      : options_(options), config_(config), console_(console) {}

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
    aws::Facts facts([this](const std::string& path, const std::string& bytes) {
      return write_file(fs::path(options_.out) / path, bytes);
    });
    const auto client = [&](const std::string& region) {
      return aws::Client(config_, budget_, &cache, region, caller.account);
    };
    MUSTER_CHECK_OK(aws::collect_iam(client(regions.front()), facts));
    MUSTER_CHECK_OK(aws::collect_organizations(client(regions.front()), facts));
    for (const std::string& region : regions) {
      MUSTER_CHECK_OK(aws::collect_ecr(client(region), facts));
    }
    return finish(facts, caller, regions);
  }

 private:
  Result<int> finish(const aws::Facts& facts, const aws::Identity& caller,
                     const std::vector<std::string>& regions) {
    aws::Value listed = aws::list_value({});
    for (const std::string& region : regions) {
      listed.items.push_back(aws::text_value(region));
    }
    aws::Value manifest = aws::object_value(
        {{"muster_facts", aws::number_value(1)},
         {"account", aws::text_value(caller.account)},
         {"caller", aws::text_value(caller.arn)},
         {"collected_at", aws::text_value(aws::iso_date(config_.system().clock().now()))},
         {"regions", std::move(listed)}});
    facts.describe(manifest);
    const std::string bytes = aws::to_json(manifest, aws::Layout::Indented) + "\n";
    MUSTER_CHECK_OK(write_file(fs::path(options_.out) / "manifest.json", bytes));
    if (options_.json) {
      console_.out << bytes;
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
  const Console& console_;
  aws::CallBudget budget_;
};

Result<int> collect(const CollectAwsOptions& options, const Console& console) {
  MUSTER_CHECK_OK(usable_folder(options.out));
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
  return Collection(options, config, console).run(regions);
}

}  // namespace

int collect_aws(const CollectAwsOptions& options, const Console& console) {
  const auto code = collect(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
