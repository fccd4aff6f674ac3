// Source: Organizations API Reference: DescribeOrganization, ListAccounts, ListParents,
// ListPoliciesForTarget, DescribePolicy.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "aws/collectors.h"
#include "aws/paging.h"

namespace muster::aws {
namespace {

constexpr Service kOrganizations{.id = "organizations",
                                 .protocol = Protocol::Json11,
                                 .version = "AWSOrganizationsV20161128",
                                 .host = "organizations",
                                 .place = Place::Pinned,
                                 .fips_host = "organizations-fips"};
/// AWS nests organisational units five deep.
constexpr std::size_t kMaxLevels = 16;

/// The error of a call, or what it gave.
template <class T>
using Read = std::variant<T, CallError>;

constexpr std::array<std::array<std::string_view, 3>, 2> kKinds = {
    {{"SERVICE_CONTROL_POLICY", "service_control_policies", "service control policies"},
     {"RESOURCE_CONTROL_POLICY", "resource_control_policies", "resource control policies"}}};

}  // namespace

/// Asks, and keeps the answers that several accounts need. Errors are not kept.
class Organization::Reader {
 public:
  explicit Reader(const Client& client) : client_(client) {}

  /// The management account; empty when the account is in no organisation.
  Read<std::string> management() {
    if (!management_.empty()) {
      return management_;
    }
    const Answer answer = client_.call({.service = kOrganizations,
                                        .action = "DescribeOrganization",
                                        .expects = {"Organization.MasterAccountId"}});
    if (answer.failed_with("AWSOrganizationsNotInUseException")) {
      return std::string();
    }
    if (!answer.ok()) {
      return answer.error();
    }
    management_ = answer.value().find_path("Organization.MasterAccountId")->text;
    return management_;
  }

  /// The root, the units below it and the account. The list ends early with an error.
  std::vector<std::string> chain(const std::string& account) {
    std::vector<std::string> targets{account};
    while (!error_ && targets.back() != root_) {
      if (targets.size() > kMaxLevels) {
        error_ = failure("ListParents", "the organisation is nested deeper than AWS allows");
        break;
      }
      targets.push_back(parent_of(targets.back()));
    }
    std::ranges::reverse(targets);
    return targets;
  }

  /// The policies of one kind, level by level. Every level has one where the kind is in use (AWS
  /// keeps the last from being detached), so that a level without any means that it is not.
  Value levels(const std::vector<std::string>& targets, std::string_view kind) {
    Value levels = list_value({});
    for (const std::string& target : targets) {
      levels.items.push_back(policies(target, kind));
      if (!error_ && levels.items.back().items.empty()) {
        error_ = failure("ListPoliciesForTarget", "policies of this kind are not in use");
      }
    }
    return levels;
  }

  /// The error since it was last taken.
  std::optional<CallError> take_error() { return std::exchange(error_, std::nullopt); }

 private:
  std::string parent_of(const std::string& child) {
    const auto known = parents_.find(child);
    if (known != parents_.end()) {
      return known->second;
    }
    std::vector<Value> parents;
    list("ListParents", object_value({{"ChildId", text_value(child)}}), "Parents",
         [&](const Value& parent) { parents.push_back(parent); });
    if (!error_ && parents.size() != 1) {
      error_ = failure("ListParents", "`" + child + "` has not one parent");
    }
    if (error_) {
      return {};
    }
    const std::string id = parents.front().text_of("Id");
    root_ = parents.front().text_of("Type") == "ROOT" ? id : root_;
    parents_.emplace(child, id);
    return id;
  }

  /// Those of roots and units are kept, those of an account are asked for once anyway.
  Value policies(const std::string& target, std::string_view kind) {
    const std::pair key(target, std::string(kind));
    if (const auto known = policies_.find(key); known != policies_.end()) {
      return known->second;
    }
    Value found = read_policies(target, kind);
    if (!error_ && target.find('-') != std::string::npos) {
      policies_.emplace(key, found);
    }
    return found;
  }

  Value read_policies(const std::string& target, std::string_view kind) {
    std::vector<Value> attached;
    list("ListPoliciesForTarget",
         object_value({{"TargetId", text_value(target)}, {"Filter", text_value(kind)}}), "Policies",
         [&](const Value& policy) {
           attached.push_back(policy);
           if (policy.text_of("Type") != kind) {
             error_ = failure("ListPoliciesForTarget", "a policy of another kind was handed out");
           }
         });
    Value out = list_value({});
    for (const Value& policy : attached) {
      const std::string content = content_of(policy.text_of("Id"));
      auto document = parse_json(content);
      out.items.push_back(object_value(
          {{"name", text_value(policy.text_of("Name"))},
           {"document", document ? std::move(document).value() : text_value(content)}}));
    }
    return out;
  }

  std::string content_of(const std::string& policy) {
    if (error_) {
      return {};
    }
    if (const auto known = contents_.find(policy); known != contents_.end()) {
      return known->second;
    }
    const Answer answer = client_.call({.service = kOrganizations,
                                        .action = "DescribePolicy",
                                        .input = object_value({{"PolicyId", text_value(policy)}}),
                                        .expects = {"Policy.Content"}});
    if (!answer.ok()) {
      error_ = answer.error();
      return {};
    }
    return contents_.emplace(policy, answer.value().find_path("Policy.Content")->text)
        .first->second;
  }

  template <class Take>
  void list(std::string_view action, Value input, std::string_view member, Take take) {
    if (error_) {
      return;
    }
    error_ = each_page(client_,
                       {.service = kOrganizations,
                        .action = action,
                        .input = std::move(input),
                        .expects = {member}},
                       {"NextToken", "NextToken"}, [&](const Value& page) {
                         std::ranges::for_each(page.items_of(member), take);
                       });
  }

  [[nodiscard]] CallError failure(std::string_view action, std::string message) const {
    return {.message = std::move(message),
            .service = "organizations",
            .action = std::string(action),
            .account = client_.account(),
            .region = client_.region()};
  }

  const Client& client_;
  std::optional<CallError> error_;
  std::string management_;
  std::string root_;
  std::map<std::string, std::string> parents_;
  std::map<std::pair<std::string, std::string>, Value> policies_;
  std::map<std::string, std::string> contents_;
};

Organization::Organization(Client client)
    : client_(std::move(client)), reader_(std::make_unique<Reader>(client_)) {}

Organization::~Organization() = default;

void Organization::collect(const std::string& account, Facts& facts) {
  const std::lock_guard lock(mutex_);
  const auto management = reader_->management();
  if (const auto* error = std::get_if<CallError>(&management)) {
    facts.not_read({"the organisation", *error, false});
    return;
  }
  if (std::get<std::string>(management).empty()) {
    return;
  }
  const auto targets = reader_->chain(account);
  if (auto error = reader_->take_error()) {
    facts.not_read({"policies of the organisation", *std::move(error), false});
    return;
  }
  Value organisation =
      object_value({{"management_account", text_value(std::get<std::string>(management))}});
  for (const auto& [kind, member, words] : kKinds) {
    Value levels = reader_->levels(targets, kind);
    if (auto error = reader_->take_error()) {
      facts.not_read({std::string(words), *std::move(error), false});
    } else {
      organisation.set(member, object_value({{account, std::move(levels)}}));
    }
  }
  facts.put("organizations/policies.json", organisation);
}

/// `Status` gave way to `State` in 2026; an answer may have either.
Result<std::vector<MemberAccount>> organization_accounts(const Client& client) {
  std::vector<MemberAccount> accounts;
  const auto error = each_page(
      client, {.service = kOrganizations, .action = "ListAccounts", .expects = {"Accounts"}},
      {"NextToken", "NextToken"}, [&](const Value& page) {
        for (const Value& account : page.items_of("Accounts")) {
          const std::string state = account.text_of("State");
          accounts.push_back({account.text_of("Id"),
                              (state.empty() ? account.text_of("Status") : state) == "ACTIVE"});
        }
      });
  return error ? Result<std::vector<MemberAccount>>(to_error(*error)) : std::move(accounts);
}

bool may_read_organization(const Client& client) {
  return client
      .call({.service = kOrganizations,
             .action = "ListParents",
             .input = object_value({{"ChildId", text_value(client.account())}}),
             .expects = {"Parents"}})
      .ok();
}

}  // namespace muster::aws
