// Source: Organizations API Reference: DescribeOrganization, ListParents, ListPoliciesForTarget,
// DescribePolicy.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

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

/// Reads the guardrails of one account. After an error everything else is empty.
class Guardrails {
 public:
  explicit Guardrails(const Client& client) : client_(client) {}

  /// The root, the units below it and the account.
  std::vector<std::string> chain() {
    std::vector<std::string> targets{client_.account()};
    bool root = false;
    while (!root && !error_) {
      if (targets.size() > kMaxLevels) {
        error_ = failure("ListParents", "the organisation is nested deeper than AWS allows");
        break;
      }
      const std::size_t known = targets.size();
      list("ListParents", object_value({{"ChildId", text_value(targets.back())}}), "Parents",
           [&](const Value& parent) {
             targets.push_back(parent.text_of("Id"));
             root = parent.text_of("Type") == "ROOT";
           });
      if (!error_ && targets.size() != known + 1) {
        error_ = failure("ListParents", "`" + targets[known - 1] + "` has not one parent");
      }
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
  Value policies(const std::string& target, std::string_view kind) {
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
    const Answer answer = client_.call({.service = kOrganizations,
                                        .action = "DescribePolicy",
                                        .input = object_value({{"PolicyId", text_value(policy)}}),
                                        .expects = {"Policy.Content"}});
    if (!answer.ok()) {
      error_ = answer.error();
      return {};
    }
    return answer.value().find_path("Policy.Content")->text;
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
};

void collect_levels(const Client& client, Facts& facts, Value organisation) {
  Guardrails guardrails(client);
  const auto targets = guardrails.chain();
  if (auto error = guardrails.take_error()) {
    facts.not_read({"policies of the organisation", *std::move(error), false});
    return;
  }
  constexpr std::array<std::array<std::string_view, 3>, 2> kKinds = {
      {{"SERVICE_CONTROL_POLICY", "service_control_policies", "service control policies"},
       {"RESOURCE_CONTROL_POLICY", "resource_control_policies", "resource control policies"}}};
  for (const auto& [kind, member, words] : kKinds) {
    Value levels = guardrails.levels(targets, kind);
    if (auto error = guardrails.take_error()) {
      facts.not_read({std::string(words), *std::move(error), false});
    } else {
      organisation.set(member, object_value({{client.account(), std::move(levels)}}));
    }
  }
  facts.put("organizations/policies.json", organisation);
}

}  // namespace

void collect_organizations(const Client& client, Facts& facts) {
  const Answer answer = client.call({.service = kOrganizations,
                                     .action = "DescribeOrganization",
                                     .expects = {"Organization.MasterAccountId"}});
  if (answer.failed_with("AWSOrganizationsNotInUseException")) {
    return;
  }
  if (!answer.ok()) {
    facts.not_read({"the organisation", answer.error(), false});
    return;
  }
  const std::string management = answer.value().find_path("Organization.MasterAccountId")->text;
  Value organisation = object_value({{"management_account", text_value(management)}});
  return collect_levels(client, facts, std::move(organisation));
}

}  // namespace muster::aws
