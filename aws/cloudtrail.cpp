// Whether someone is watching, and who changed roles of late. Source: CloudTrail API Reference:
// DescribeTrails, GetTrailStatus, LookupEvents.
#include <array>
#include <chrono>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"
#include "aws/time.h"

namespace muster::aws {
namespace {

constexpr Service kCloudTrail{.id = "cloudtrail",
                              .protocol = Protocol::Json11,
                              .version = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
                              .host = "cloudtrail",
                              .fips_host = "cloudtrail-fips",
                              .dual_stack_host = "cloudtrail"};
/// One call each, two calls a second: an account-wide limit that AWS does not raise.
constexpr std::array<const char*, 11> kRoleChanges = {"AttachRolePolicy",
                                                      "CreateRole",
                                                      "DeleteRole",
                                                      "DeleteRolePermissionsBoundary",
                                                      "DeleteRolePolicy",
                                                      "DetachRolePolicy",
                                                      "PutRolePermissionsBoundary",
                                                      "PutRolePolicy",
                                                      "UpdateAssumeRolePolicy",
                                                      "UpdateRole",
                                                      "CreateServiceLinkedRole"};
constexpr auto kLookedBack = std::chrono::days(7);
/// Of 50 events.
constexpr int kMostEventPages = 10;

/// Of the record of an event: who did what when. What was asked and answered in the call stays out.
std::string reduced_record(const std::string& text) {
  const auto record = parse_json(text);
  if (!record) {
    return redacted(text);
  }
  Value kept = object_value({});
  for (const char* const name : {"eventVersion", "eventID", "eventName", "eventSource", "eventTime",
                                 "awsRegion", "requestID", "errorCode"}) {
    if (const Value* const member = record.value().find(name)) {
      kept.set(name, *member);
    }
  }
  Value identity = object_value({});
  for (const char* const name : {"type", "principalId", "arn", "accountId", "invokedBy"}) {
    const Value* const holder = record.value().find("userIdentity");
    if (const Value* const member = holder == nullptr ? nullptr : holder->find(name)) {
      identity.set(name, *member);
    }
  }
  kept.set("userIdentity", std::move(identity));
  return to_json(kept, Layout::Compact);
}

void tidy_events(Value& page) {
  for (Member& member : page.members) {
    for (Value& event : member.value.items) {
      std::erase_if(event.members, [](const Member& one) { return one.name == "AccessKeyId"; });
      event.set("CloudTrailEvent", text_value(reduced_record(event.text_of("CloudTrailEvent"))));
    }
  }
}

/// Changes of roles are recorded where IAM is.
void ask_role_changes(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "cloudtrail", client.region());
  const auto now = client.config().system().clock().now();
  const auto seconds = [](net::WallTime time) -> long {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  for (const char* const change : kRoleChanges) {
    const Value attribute = object_value(
        {{"AttributeKey", text_value("EventName")}, {"AttributeValue", text_value(change)}});
    (void)gather.ask(
        {.call = {.service = kCloudTrail,
                  .action = "LookupEvents",
                  .input = object_value({{"LookupAttributes", list_value({attribute})},
                                         {"StartTime", number_value(seconds(now - kLookedBack))},
                                         {"EndTime", number_value(seconds(now))},
                                         {"MaxResults", number_value(50)}}),
                  .expects = {"Events"}},
         .what = "events " + std::string(change) + " of the last 7 days",
         .file = "events/" + std::string(change),
         .paging = Paging{"NextToken", "NextToken", "", kMostEventPages},
         .list = "Events",
         .tidy = tidy_events,
         .about = Member{"EventName", text_value(change)},
         .cut_is_good = true});
  }
}

}  // namespace

void collect_cloudtrail(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "cloudtrail", client.region());
  const auto trails = gather.ask(
      {.call = {.service = kCloudTrail, .action = "DescribeTrails", .expects = {"trailList"}},
       .what = "trails",
       .file = "trails"});
  if (!trails) {
    return;
  }
  for (const Value& trail : trails->items_of("trailList")) {
    const std::string arn = trail.text_of("TrailARN");
    (void)gather.ask({.call = {.service = kCloudTrail,
                               .action = "GetTrailStatus",
                               .input = object_value({{"Name", text_value(arn)}}),
                               .expects = {"IsLogging"}},
                      .what = "status of trail " + trail.text_of("Name"),
                      .file = "trail-status/" + file_name(arn),
                      .about = Member{"Name", text_value(arn)}});
  }
}

void collect_role_changes(const Client& client, Facts& facts) {
  ask_role_changes(client.in(main_region_of(client.region())), facts);
}

}  // namespace muster::aws
