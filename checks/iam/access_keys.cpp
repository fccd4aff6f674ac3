// Entries of lists without a user or a status say nothing and are left out.
#include "checks/iam/access_keys.h"

#include <map>
#include <set>
#include <utility>

#include "checks/core/model.h"
#include "checks/core/run.h"
#include "checks/iam/account.h"
#include "checks/iam/documents.h"
#include "checks/policy/values.h"

namespace muster::iam {
namespace {

AccessKey key_of(const text::Node& entry) {
  AccessKey key;
  key.user = entry.string_under("UserName");
  key.id = entry.string_under("AccessKeyId");
  key.active = entry.string_under("Status") == "Active";
  key.where = entry.where();
  if (const auto created = policy::parse_instant(entry.string_under("CreateDate"))) {
    key.created = TimePoint(std::chrono::seconds(created->seconds));
  }
  return key;
}

/// Time is told by the report's own date, or by that of the audit for a bare CSV.
std::string usage_of(const ReportedKey& key, const CredentialReport& report, TimePoint now) {
  if (!key.used) {
    return "never used";
  }
  const auto days =
      std::chrono::duration_cast<std::chrono::days>(report.generated.value_or(now) - *key.used);
  return "last used on " + to_utc(*key.used).substr(0, 10) +
         (days.count() > 0 ? ", " + std::to_string(days.count()) + " days before the " +
                                 (report.generated ? "report" : "audit")
                           : "");
}

}  // namespace

void AccessKeys::add_report(const Document& document, Result<CredentialReport> report,
                            TimePoint now) {
  if (!report) {
    unreadable_.push_back({document.source, report.error()});
    return;
  }
  for (const ReportedUser& user : report.value().users) {
    int number = 0;
    for (const ReportedKey& key : user.keys) {
      keys_.push_back({user.name,
                       user.arn,
                       {},
                       ++number,
                       key.active,
                       key.rotated,
                       usage_of(key, report.value(), now),
                       user.where});
    }
  }
}

/// A list of keys names users alone, and several accounts may have one of the same name.
void AccessKeys::find_owners(const std::vector<HolderDocument>& users) {
  std::map<std::string, std::set<std::string>> arns;
  for (const HolderDocument& user : users) {
    arns[user.name].insert(user.arn);
  }
  for (const AccessKey& key : keys_) {
    if (!key.arn.empty()) {
      arns[key.user].insert(key.arn);
    }
  }
  for (AccessKey& key : keys_) {
    const auto found = arns.find(key.user);
    if (key.arn.empty() && found != arns.end() && found->second.size() == 1) {
      key.arn = *found->second.begin();
    }
  }
}

AccessKeys AccessKeys::build(const AuditInput& input) {
  AccessKeys result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAccount) {
      continue;
    }
    if (is_credential_csv(document.bytes)) {
      result.add_report(document, parse_credential_csv(document.bytes, document.source),
                        input.now());
      continue;
    }
    // A document that cannot be read is told by the account facts.
    const auto tree = parse_account_json(document);
    if (!tree) {
      continue;
    }
    if (auto report = credential_report(tree.value().root())) {
      result.add_report(document, std::move(*report), input.now());
    }
    for (const text::Node& entry : tree.value().root().items_under("AccessKeyMetadata")) {
      AccessKey key = key_of(entry);
      if (!key.user.empty() && entry.find("Status")) {
        result.keys_.push_back(std::move(key));
      }
    }
  }
  result.find_owners(input.model<AccountFacts>().users());
  return result;
}

std::vector<Unreadable> unreadable_access_keys(const AuditInput& input) {
  return input.model<AccessKeys>().unreadable();
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::AccessKeys>(const AuditInput&);
