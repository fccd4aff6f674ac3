// The answers of EC2 are XML with names of their own; of all that they hold, these tables say what
// is taken and what the AWS CLI calls it. User data is not asked for.
// Source: EC2 API Reference: DescribeInstances, DescribeSecurityGroups, DescribeRegions.
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"

namespace muster::aws {
namespace {

constexpr Service kEc2{.id = "ec2",
                       .protocol = Protocol::Ec2,
                       .version = "2016-11-15",
                       .host = "ec2",
                       .fips_host = "ec2-fips",
                       .dual_stack_host = "ec2"};
constexpr Paging kEc2Paging{"NextToken", "nextToken"};

/// One element that is taken: where it stands, and its name in the CLI.
struct Element {
  std::string_view path;
  std::string_view name;
};

constexpr std::array kInstanceElements = {
    Element{"reservationSet", "Reservations"},
    Element{"reservationSet.reservationId", "ReservationId"},
    Element{"reservationSet.ownerId", "OwnerId"},
    Element{"reservationSet.instancesSet", "Instances"},
    Element{"reservationSet.instancesSet.instanceId", "InstanceId"},
    Element{"reservationSet.instancesSet.imageId", "ImageId"},
    Element{"reservationSet.instancesSet.instanceType", "InstanceType"},
    Element{"reservationSet.instancesSet.keyName", "KeyName"},
    Element{"reservationSet.instancesSet.launchTime", "LaunchTime"},
    Element{"reservationSet.instancesSet.instanceState", "State"},
    Element{"reservationSet.instancesSet.instanceState.code", "Code"},
    Element{"reservationSet.instancesSet.instanceState.name", "Name"},
    Element{"reservationSet.instancesSet.privateIpAddress", "PrivateIpAddress"},
    Element{"reservationSet.instancesSet.ipAddress", "PublicIpAddress"},
    Element{"reservationSet.instancesSet.subnetId", "SubnetId"},
    Element{"reservationSet.instancesSet.vpcId", "VpcId"},
    Element{"reservationSet.instancesSet.platformDetails", "PlatformDetails"},
    Element{"reservationSet.instancesSet.groupSet", "SecurityGroups"},
    Element{"reservationSet.instancesSet.groupSet.groupId", "GroupId"},
    Element{"reservationSet.instancesSet.groupSet.groupName", "GroupName"},
    Element{"reservationSet.instancesSet.networkInterfaceSet", "NetworkInterfaces"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.networkInterfaceId",
            "NetworkInterfaceId"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.groupSet", "Groups"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.groupSet.groupId", "GroupId"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.groupSet.groupName", "GroupName"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.association", "Association"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.association.publicIp", "PublicIp"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.ipv6AddressesSet", "Ipv6Addresses"},
    Element{"reservationSet.instancesSet.networkInterfaceSet.ipv6AddressesSet.ipv6Address",
            "Ipv6Address"},
    Element{"reservationSet.instancesSet.iamInstanceProfile", "IamInstanceProfile"},
    Element{"reservationSet.instancesSet.iamInstanceProfile.arn", "Arn"},
    Element{"reservationSet.instancesSet.iamInstanceProfile.id", "Id"},
    Element{"reservationSet.instancesSet.metadataOptions", "MetadataOptions"},
    Element{"reservationSet.instancesSet.metadataOptions.state", "State"},
    Element{"reservationSet.instancesSet.metadataOptions.httpTokens", "HttpTokens"},
    Element{"reservationSet.instancesSet.metadataOptions.httpPutResponseHopLimit",
            "HttpPutResponseHopLimit"},
    Element{"reservationSet.instancesSet.metadataOptions.httpEndpoint", "HttpEndpoint"},
    Element{"reservationSet.instancesSet.metadataOptions.httpProtocolIpv6", "HttpProtocolIpv6"},
    Element{"reservationSet.instancesSet.metadataOptions.instanceMetadataTags",
            "InstanceMetadataTags"},
    Element{"reservationSet.instancesSet.tagSet", "Tags"},
    Element{"reservationSet.instancesSet.tagSet.key", "Key"},
    Element{"reservationSet.instancesSet.tagSet.value", "Value"}};

constexpr std::array kGroupElements = {
    Element{"securityGroupInfo", "SecurityGroups"},
    Element{"securityGroupInfo.groupId", "GroupId"},
    Element{"securityGroupInfo.groupName", "GroupName"},
    Element{"securityGroupInfo.ownerId", "OwnerId"},
    Element{"securityGroupInfo.vpcId", "VpcId"},
    Element{"securityGroupInfo.tagSet", "Tags"},
    Element{"securityGroupInfo.tagSet.key", "Key"},
    Element{"securityGroupInfo.tagSet.value", "Value"},
    Element{"securityGroupInfo.ipPermissions", "IpPermissions"},
    Element{"securityGroupInfo.ipPermissionsEgress", "IpPermissionsEgress"}};

/// Of a rule, in either direction. A rule for all protocols (`-1`) has no ports.
constexpr std::array kRuleElements = {Element{"ipProtocol", "IpProtocol"},
                                      Element{"fromPort", "FromPort"},
                                      Element{"toPort", "ToPort"},
                                      Element{"ipRanges", "IpRanges"},
                                      Element{"ipRanges.cidrIp", "CidrIp"},
                                      Element{"ipv6Ranges", "Ipv6Ranges"},
                                      Element{"ipv6Ranges.cidrIpv6", "CidrIpv6"},
                                      Element{"prefixListIds", "PrefixListIds"},
                                      Element{"prefixListIds.prefixListId", "PrefixListId"},
                                      Element{"groups", "UserIdGroupPairs"},
                                      Element{"groups.userId", "UserId"},
                                      Element{"groups.groupId", "GroupId"},
                                      Element{"groups.vpcId", "VpcId"},
                                      Element{"groups.peeringStatus", "PeeringStatus"}};

constexpr std::array kRegionElements = {Element{"regionInfo", "Regions"},
                                        Element{"regionInfo.regionName", "RegionName"},
                                        Element{"regionInfo.regionEndpoint", "Endpoint"},
                                        Element{"regionInfo.optInStatus", "OptInStatus"}};

/// Name in the CLI by path.
using Table = std::map<std::string, std::string_view>;

Table table_of(std::span<const Element> elements, const std::string& below = "") {
  Table table;
  for (const Element& element : elements) {
    table.emplace(below + std::string(element.path), element.name);
  }
  return table;
}

Table group_table() {
  Table table = table_of(kGroupElements);
  for (const char* const direction : {"ipPermissions", "ipPermissionsEgress"}) {
    table.merge(table_of(kRuleElements, "securityGroupInfo." + std::string(direction) + "."));
  }
  return table;
}

struct Taking {
  Value* value;
  std::string path;
};

/// Keeps the members that a table names, under the names it gives them.
void take(Value& root, const Table& table) {
  std::vector<Taking> open{{&root, ""}};
  while (!open.empty()) {
    const Taking at = std::move(open.back());
    open.pop_back();
    for (Value& item : at.value->items) {
      open.push_back({&item, at.path});
    }
    std::vector<Member> taken;
    std::vector<std::string> paths;
    for (Member& member : at.value->members) {
      std::string path = at.path.empty() ? member.name : at.path + "." + member.name;
      if (const auto found = table.find(path); found != table.end()) {
        taken.push_back({std::string(found->second), std::move(member.value)});
        paths.push_back(std::move(path));
      }
    }
    at.value->members = std::move(taken);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      open.push_back({&at.value->members[i].value, std::move(paths[i])});
    }
  }
}

std::string name_of(const Value& instance) {
  for (const Value& tag : instance.items_of("Tags")) {
    if (tag.text_of("Key") == "Name") {
      return tag.text_of("Value");
    }
  }
  return instance.text_of("InstanceId");
}

}  // namespace

std::optional<Value> collect_instances(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "ec2", client.region());
  const auto instances = gather.ask(
      {.call = {.service = kEc2,
                .action = "DescribeInstances",
                .input = object_value({{"MaxResults", number_value(1000)}}),
                .expects = {"reservationSet"},
                .shape = {.lists = {"reservationSet", "instancesSet", "groupSet", "tagSet",
                                    "productCodes", "blockDeviceMapping", "networkInterfaceSet",
                                    "privateIpAddressesSet", "ipv6AddressesSet"},
                          .repeated = {"item"},
                          .numbers = {"code", "httpPutResponseHopLimit"}}},
       .what = "instances",
       .file = "instances",
       .paging = kEc2Paging,
       .list = "Reservations",
       .tidy = [](Value& page) { take(page, table_of(kInstanceElements)); }});
  (void)gather.ask({.call = {.service = kEc2,
                             .action = "DescribeSecurityGroups",
                             .input = object_value({{"MaxResults", number_value(1000)}}),
                             .expects = {"securityGroupInfo"},
                             .shape = {.lists = {"securityGroupInfo", "tagSet", "ipPermissions",
                                                 "ipPermissionsEgress", "groups", "ipRanges",
                                                 "ipv6Ranges", "prefixListIds"},
                                       .repeated = {"item"},
                                       .numbers = {"fromPort", "toPort"}}},
                    .what = "security groups",
                    .file = "security-groups",
                    .paging = kEc2Paging,
                    .list = "SecurityGroups",
                    .tidy = [](Value& page) { take(page, group_table()); }});
  return instances;
}

Result<std::vector<std::string>> enabled_regions(const Client& client) {
  Answer answer = client.call({.service = kEc2,
                               .action = "DescribeRegions",
                               .expects = {"regionInfo"},
                               .shape = {.lists = {"regionInfo"}}});
  if (!answer.ok()) {
    return to_error(answer.error());
  }
  Value regions = answer.value();
  take(regions, table_of(kRegionElements));
  std::vector<std::string> names;
  for (const Value& region : regions.items_of("Regions")) {
    names.push_back(region.text_of("RegionName"));
    if (!is_region_name(names.back())) {
      return Error{ErrorCode::Unreadable, "ec2 DescribeRegions: a region is no name of one", {}};
    }
  }
  if (names.empty()) {
    return Error{ErrorCode::Unreadable, "ec2 DescribeRegions: no region is enabled", {}};
  }
  return names;
}

Value instance_entries(const Value& answer, const std::string& region,
                       const std::map<std::string, std::string>& role_of_profile) {
  Value entries = list_value({});
  for (const Value& reservation : answer.items_of("Reservations")) {
    for (const Value& instance : reservation.items_of("Instances")) {
      const Value* const state = instance.find_path("State.Name");
      if (state != nullptr && (state->text == "terminated" || state->text == "shutting-down")) {
        continue;
      }
      const Value* const profile = instance.find_path("IamInstanceProfile.Arn");
      const auto role = role_of_profile.find(profile == nullptr ? "" : profile->text);
      Value tags = object_value({});
      for (const Value& tag : instance.items_of("Tags")) {
        tags.set(tag.text_of("Key"), text_value(tag.text_of("Value")));
      }
      entries.items.push_back(
          object_value({{"type", text_value("aws_instance")},
                        {"name", text_value(name_of(instance))},
                        {"arn", text_value("arn:" + std::string(partition_of(region)) +
                                           ":ec2:" + region + ":" + reservation.text_of("OwnerId") +
                                           ":instance/" + instance.text_of("InstanceId"))},
                        {"field", text_value("iam_instance_profile")},
                        {"role", text_value(role == role_of_profile.end() ? "" : role->second)},
                        {"tags", std::move(tags)}}));
    }
  }
  return entries;
}

}  // namespace muster::aws
