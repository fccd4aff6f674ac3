#include "checks/host/instances.h"

#include <algorithm>
#include <set>

#include "checks/core/model.h"
#include "checks/iam/aws_answers.h"
#include "checks/text/number.h"
#include "checks/text/tree.h"

namespace muster::host {
namespace {

using iam::AwsAnswer;
using text::Node;

std::string tag_of(const Node& node, std::string_view key) {
  for (const Node& tag : node.items_under("Tags")) {
    if (tag.string_under("Key") == key) {
      return tag.string_under("Value");
    }
  }
  return "";
}

/// Addresses of IPv6 are public; whether a route leads there is not looked at.
bool is_public(const Node& node) {
  const auto interfaces = node.items_under("NetworkInterfaces");
  return !node.string_under("PublicIpAddress").empty() ||
         !node.string_under("Ipv6Address").empty() ||
         std::ranges::any_of(interfaces, [](const Node& one) {
           const auto association = one.find("Association");
           return !one.items_under("Ipv6Addresses").empty() ||
                  (association && !association->string_under("PublicIp").empty());
         });
}

/// Those of every interface: the instance's own list has the groups of the first one alone.
std::vector<std::string> groups_of(const Node& node) {
  std::vector<std::string> groups;
  const auto add = [&](const Node& holder, std::string_view key) {
    for (const Node& group : holder.items_under(key)) {
      const std::string id = group.string_under("GroupId");
      if (std::ranges::find(groups, id) == groups.end()) {
        groups.push_back(id);
      }
    }
  };
  add(node, "SecurityGroups");
  for (const Node& one : node.items_under("NetworkInterfaces")) {
    add(one, "Groups");
  }
  return groups;
}

std::optional<Instance> instance_of(const Node& node) {
  const auto state = node.find("State");
  const std::string now = state ? state->string_under("Name") : "";
  const auto metadata = node.find("MetadataOptions");
  const auto profile = node.find("IamInstanceProfile");
  Instance instance{.id = node.string_under("InstanceId"),
                    .name = tag_of(node, "Name"),
                    .profile = profile ? profile->string_under("Arn") : "",
                    .is_public = is_public(node),
                    .metadata = metadata ? MetadataOptions{metadata->string_under("HttpEndpoint"),
                                                           metadata->string_under("HttpTokens")}
                                         : MetadataOptions{},
                    .security_groups = groups_of(node),
                    .managed = false,
                    .where = node.where()};
  const bool gone = now == "terminated" || now == "shutting-down";
  return instance.id.empty() || gone ? std::nullopt : std::optional(std::move(instance));
}

Ingress ingress_of(const Node& node) {
  Ingress ingress{.protocol = node.string_under("IpProtocol"),
                  .from_port = text::whole_number(node.text_under("FromPort")),
                  .to_port = text::whole_number(node.text_under("ToPort")),
                  .ranges = {},
                  .prefix_lists = {},
                  .where = node.where()};
  for (const Node& range : node.items_under("IpRanges")) {
    ingress.ranges.push_back(range.string_under("CidrIp"));
  }
  for (const Node& range : node.items_under("Ipv6Ranges")) {
    ingress.ranges.push_back(range.string_under("CidrIpv6"));
  }
  for (const Node& list : node.items_under("PrefixListIds")) {
    ingress.prefix_lists.push_back(list.string_under("PrefixListId"));
  }
  return ingress;
}

}  // namespace

std::string Instance::shown() const {
  return name.empty() ? id : name + " (" + id + ")";
}

bool Ingress::lets_in(long port) const {
  if (protocol == "-1") {
    return true;
  }
  const bool tcp = protocol == "tcp" || protocol == "6";
  return tcp && (!from_port || *from_port <= port) && (!to_port || port <= *to_port);
}

Instances Instances::build(const AuditInput& input) {
  Instances result;
  const auto& answers = input.model<iam::AwsAnswers>();
  answers.each("Reservations", [&](const Node& reservation, const AwsAnswer&) {
    for (const Node& node : reservation.items_under("Instances")) {
      if (auto instance = instance_of(node)) {
        result.instances_.push_back(*std::move(instance));
      }
    }
  });
  answers.each("SecurityGroups", [&](const Node& group, const AwsAnswer&) {
    auto& entries = result.groups_[group.string_under("GroupId")];
    for (const Node& permission : group.items_under("IpPermissions")) {
      entries.push_back(ingress_of(permission));
    }
  });
  std::set<std::string> online;
  answers.each("InstanceInformationList", [&](const Node& node, const AwsAnswer&) {
    if (node.string_under("PingStatus") == "Online") {
      online.insert(node.string_under("InstanceId"));
    }
  });
  for (Instance& instance : result.instances_) {
    instance.managed = online.contains(instance.id);
  }
  return result;
}

const std::vector<Ingress>* Instances::group(std::string_view id) const {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : &found->second;
}

bool is_the_internet(std::string_view cidr) {
  constexpr long kOwnV4 = 8;
  constexpr long kOwnV6 = 16;
  const std::size_t slash = cidr.find('/');
  const auto length =
      slash == std::string_view::npos ? std::nullopt : text::whole_number(cidr.substr(slash + 1));
  return length && *length < (cidr.find(':') == std::string_view::npos ? kOwnV4 : kOwnV6);
}

}  // namespace muster::host

template std::shared_ptr<const void> muster::built<muster::host::Instances>(const AuditInput&);
