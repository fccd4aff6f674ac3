// Service-linked roles and the services that support RCPs.
#include "checks/policy/organisation.h"

#include <algorithm>
#include <array>

#include "checks/policy/arn.h"

namespace muster::policy {
namespace {

/// Action prefixes. Source: Organizations User Guide, "List of AWS services that support RCPs",
/// as of 2026-11-21.
constexpr auto kRcpServices = std::to_array<std::string_view>({
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
});
constexpr std::string_view kLinkedPath = "role/aws-service-role/";
constexpr std::string_view kLinkedName = "AWSServiceRoleFor";

bool is_linked_role(std::string_view text) {
  const auto arn = split_arn(text);
  return arn && arn->service == "iam" && arn->resource.starts_with(kLinkedPath);
}

Truth is_linked_session(const Caller& caller, const Request& request) {
  const auto key = request.context.find("aws:principalarn");
  if (key != request.context.end() && key->second.values.size() == 1) {
    return is_linked_role(key->second.values.front()) ? Truth::Yes : Truth::No;
  }
  return caller.name.starts_with(kLinkedName) ? Truth::Unknown : Truth::No;
}

Reach linked_reach(const Caller& caller, const Request& request) {
  switch (is_service_linked(caller, request)) {
    case Truth::No:
      return {};
    case Truth::Unknown:
      return {Truth::Unknown, "it does not reach service-linked roles, and `" +
                                  std::string(caller.name) +
                                  "` may be one: `aws:PrincipalArn` would tell"};
    case Truth::Yes:
      return {Truth::No, "it does not reach service-linked roles"};
  }
  return {};
}

}  // namespace

Truth is_service_linked(const Caller& caller, const Request& request) {
  if (caller.kind == CallerKind::Role) {
    return is_linked_role(caller.text) ? Truth::Yes : Truth::No;
  }
  return caller.kind == CallerKind::Session ? is_linked_session(caller, request) : Truth::No;
}

Reach scp_reach(const Caller& caller, const Request& request) {
  if (caller.account.empty()) {
    return {Truth::No, "it does not reach callers outside accounts"};
  }
  return linked_reach(caller, request);
}

Reach rcp_reach(const Caller& caller, const Request& request) {
  const std::string action = lower(request.action);
  const std::string service = action.substr(0, action.find(':'));
  if (action == "kms:retiregrant") {
    return {Truth::No, "it does not reach `kms:RetireGrant`"};
  }
  if (caller.kind == CallerKind::Service && is_linked_role(request.resource)) {
    return {Truth::No, "it does not reach the trust of service-linked roles"};
  }
  Reach reach = linked_reach(caller, request);
  if (reach.truth != Truth::No && !std::ranges::binary_search(kRcpServices, service)) {
    return {Truth::Unknown, "`" + service + "` is not known to support RCPs"};
  }
  return reach;
}

}  // namespace muster::policy
