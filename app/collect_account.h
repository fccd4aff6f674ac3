// The collection of one account, whoever's credentials read it: what `muster collect aws` does once
// or for each account of several.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/facts_folder.h"
#include "aws/client.h"
#include "aws/collectors.h"
#include "aws/sts.h"

namespace muster::app {

/// Lines of several threads, one at a time.
class SharedLines {
 public:
  explicit SharedLines(std::ostream& out) : out_(out) {}

  void write(std::string_view line);

 private:
  std::ostream& out_;
  std::mutex mutex_;
};

/// What the collections of a run share.
struct CollectionSettings {
  const aws::Config& config;
  /// Of the command line or the settings, sorted; the first is the one whose STS is asked.
  std::vector<std::string> regions;
  /// Instead of them all that an account may use.
  bool all_regions = false;
  SharedLines& lines;
  /// Whether a line says of each step how long it took.
  bool says_steps = false;
  /// Who reads the organisation; null: each account for itself.
  aws::Organization* organization = nullptr;
};

/// What came of it.
struct CollectedAccount {
  std::string account;
  std::string manifest;
  std::vector<aws::NotRead> missing;
  /// Whether nothing is missing that an audit needs.
  bool complete = false;
};

class AccountCollection {
 public:
  /// All must outlive the collection. `folder` has been opened; `budget` is of this account alone:
  /// AWS's limits are.
  AccountCollection(const CollectionSettings& settings, aws::CallBudget& budget,
                    aws::CredentialCache& credentials, FactsFolder& folder)
      : settings_(settings),
        budget_(budget),
        credentials_(credentials),
        folder_(folder),
        facts_(folder) {}

  /// Collects when the account that answers is the one that is expected, if one is. Errors: `Usage`
  /// when it is another one; those of the first calls and of writing.
  [[nodiscard]] Result<CollectedAccount> run(const std::string& expected);

 private:
  /// Services that are asked one after the other.
  using Lane = std::vector<std::function<void()>>;
  using Collector = std::function<void(const aws::Client&)>;

  [[nodiscard]] std::string now() const;
  void collect_all(const aws::Client& client, const std::vector<std::string>& regions);
  [[nodiscard]] std::vector<Lane> account_lanes(const aws::Client& client);
  [[nodiscard]] Lane region_lane(const aws::Client& client);
  [[nodiscard]] Collector with(void (*collect)(const aws::Client&, aws::Facts&));
  [[nodiscard]] std::function<void()> step(std::string what, aws::Client client,
                                           Collector collect) const;
  void collect_organization(const aws::Client& client);
  void put_instances(const std::vector<std::string>& regions);

  const CollectionSettings& settings_;
  aws::CallBudget& budget_;
  aws::CredentialCache& credentials_;
  FactsFolder& folder_;
  aws::Facts facts_;
  /// Written by one lane each, read behind all of them; the instances by all of the regions.
  std::optional<aws::IamKnown> known_;
  std::mutex mutex_;
  std::map<std::string, std::optional<aws::Value>> instances_;
};

/// `not read: policy of repository shop: ecr …`, for what an audit can do without `note: not read:
/// …`.
[[nodiscard]] std::string line_of(const aws::NotRead& one);

}  // namespace muster::app
