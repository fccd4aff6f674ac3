// Source: IAM API Reference: GetAccountAuthorizationDetails, GetOpenIDConnectProvider,
// GenerateCredentialReport, GetCredentialReport.
#include <algorithm>
#include <utility>

#include "aws/collectors.h"
#include "aws/paging.h"
#include "net/url.h"

namespace muster::aws {
namespace {

constexpr Service kIam{.id = "iam",
                       .protocol = Protocol::Query,
                       .version = "2010-05-08",
                       .host = "iam",
                       .place = Place::Global,
                       .fips_host = "iam-fips"};

/// A policy's text inside an answer is percent-encoded; it becomes the document itself, as the AWS
/// CLI prints it. One that is no good JSON stays text, and the audit says what is wrong with it.
void decode_documents(Value& root) {
  std::vector<Value*> open{&root};
  while (!open.empty()) {
    Value& value = *open.back();
    open.pop_back();
    for (Value& item : value.items) {
      open.push_back(&item);
    }
    for (Member& member : value.members) {
      const bool document =
          member.name.ends_with("Document") && member.value.kind == Value::Kind::Text;
      if (!document) {
        open.push_back(&member.value);
        continue;
      }
      std::string text = member.value.text.starts_with('{')
                             ? member.value.text
                             : net::percent_decoded(member.value.text);
      auto parsed = parse_json(text);
      member.value = parsed ? std::move(parsed).value() : text_value(text);
    }
  }
}

Status collect_details(const Client& client, Facts& facts) {
  Call details{.service = kIam,
               .action = "GetAccountAuthorizationDetails",
               .input = object_value(
                   {{"Filter", list_value({text_value("User"), text_value("Role"),
                                           text_value("Group"), text_value("LocalManagedPolicy"),
                                           text_value("AWSManagedPolicy")})},
                    {"MaxItems", number_value(1000)}}),
               .expects = {"IsTruncated", "RoleDetailList"},
               .shape = {.lists = {"UserDetailList", "GroupDetailList", "RoleDetailList",
                                   "Policies", "UserPolicyList", "GroupPolicyList",
                                   "RolePolicyList", "GroupList", "AttachedManagedPolicies",
                                   "InstanceProfileList", "Roles", "Tags", "PolicyVersionList"},
                         .numbers = {"AttachmentCount", "PermissionsBoundaryUsageCount"},
                         .booleans = {"IsTruncated", "IsAttachable", "IsDefaultVersion"}}};
  std::vector<Value> pages;
  const auto error = each_page(client, std::move(details), {"Marker", "Marker", "IsTruncated"},
                               [&](const Value& page) { pages.push_back(page); });
  if (error) {
    facts.not_read({"users, groups, roles and policies", *error});
    return Done{};
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    decode_documents(pages[i]);
    MUSTER_CHECK_OK(
        facts.put("iam/authorization-details-" + std::to_string(i + 1) + ".json", pages[i]));
  }
  return Done{};
}

Status collect_providers(const Client& client, Facts& facts) {
  const Answer list = client.call({.service = kIam,
                                   .action = "ListOpenIDConnectProviders",
                                   .expects = {"OpenIDConnectProviderList"},
                                   .shape = {.lists = {"OpenIDConnectProviderList"}}});
  if (!list.ok()) {
    facts.not_read({"OIDC providers", list.error()});
    return Done{};
  }
  Value providers = list_value({});
  for (const Value& entry : list.value().items_of("OpenIDConnectProviderList")) {
    const std::string arn = entry.text_of("Arn");
    const Answer details =
        client.call({.service = kIam,
                     .action = "GetOpenIDConnectProvider",
                     .input = object_value({{"OpenIDConnectProviderArn", text_value(arn)}}),
                     .expects = {"Url"},
                     .shape = {.lists = {"ClientIDList", "ThumbprintList", "Tags"}}});
    // Without its details a provider admits any audience, as far as an audit knows.
    Value provider = object_value({{"Arn", text_value(arn)}});
    if (details.ok()) {
      const Value& found = details.value();
      provider.members.insert(provider.members.end(), found.members.begin(), found.members.end());
    } else {
      facts.not_read({"OIDC provider " + arn, details.error()});
    }
    providers.items.push_back(std::move(provider));
  }
  return facts.put("iam/oidc-providers.json",
                   object_value({{"OpenIDConnectProviders", std::move(providers)}}));
}

/// Has the report made, which takes seconds; AWS keeps one for four hours.
Answer generated_report(const Client& client) {
  constexpr int kRounds = 60;
  const Call generate{.service = kIam, .action = "GenerateCredentialReport", .expects = {"State"}};
  const Call get{.service = kIam,
                 .action = "GetCredentialReport",
                 .expects = {"Content", "ReportFormat", "GeneratedTime"}};
  for (int round = 0;; ++round) {
    Answer state = client.call(generate);
    if (!state.ok()) {
      return state;
    }
    Answer report = state.value().text_of("State") == "COMPLETE" ? client.call(get) : state;
    const bool waiting = report.ok() ? report.value().find("Content") == nullptr
                                     : report.failed_with("ReportInProgress") ||
                                           report.failed_with("ReportNotPresent") ||
                                           report.failed_with("ReportExpired");
    if (!waiting) {
      return report;
    }
    if (round == kRounds) {
      return CallError{.kind = ErrorKind::Transient,
                       .message = "the report was not made within two minutes",
                       .service = "iam",
                       .action = "GenerateCredentialReport",
                       .account = client.account(),
                       .region = client.region()};
    }
    client.config().system().clock().sleep(net::Milliseconds(2000));
  }
}

Status collect_credential_report(const Client& client, Facts& facts) {
  const Answer report = generated_report(client);
  if (!report.ok()) {
    facts.not_read({"credential report", report.error()});
    return Done{};
  }
  return facts.put("iam/credential-report.json", report.value());
}

}  // namespace

Status collect_iam(const Client& client, Facts& facts) {
  MUSTER_CHECK_OK(collect_details(client, facts));
  MUSTER_CHECK_OK(collect_providers(client, facts));
  return collect_credential_report(client, facts);
}

}  // namespace muster::aws
