// Entries without a user or a status say nothing and are left out.
#include "checks/iam/access_keys.h"

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

}  // namespace

AccessKeys AccessKeys::build(const AuditInput& input) {
  AccessKeys result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAccount) {
      continue;
    }
    // A document that cannot be read is told by the account facts.
    const auto tree = parse_account_json(document);
    const auto list = tree ? tree.value().root().find("AccessKeyMetadata") : std::nullopt;
    for (std::size_t i = 0; list && list->is(text::Type::Sequence) && i < list->size(); ++i) {
      AccessKey key = key_of(list->at(i));
      if (!key.user.empty() && list->at(i).find("Status")) {
        result.keys_.push_back(std::move(key));
      }
    }
  }
  return result;
}

}  // namespace muster::iam
