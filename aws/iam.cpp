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

std::string details_path(std::size_t page) {
  return "iam/authorization-details-" + std::to_string(page + 1) + ".json";
}

/// Whether an interrupted collection wrote all pages: the last one says that it is the last.
bool keep_details(Facts& facts) {
  std::size_t pages = 0;
  for (bool more = true; more; ++pages) {
    const auto page = facts.kept(details_path(pages));
    if (!page) {
      return false;
    }
    more = page->text_of("IsTruncated") == "true";
  }
  for (std::size_t i = 0; i < pages; ++i) {
    facts.keep(details_path(i));
  }
  return true;
}

void collect_details(const Client& client, Facts& facts) {
  if (keep_details(facts)) {
    return;
  }
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
    return;
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    decode_documents(pages[i]);
    facts.put(details_path(i), pages[i]);
  }
}

constexpr const char* kProviders = "iam/oidc-providers.json";

/// Whether an interrupted collection read the details of every provider.
bool keep_providers(Facts& facts) {
  const auto kept = facts.kept(kProviders);
  const bool whole =
      kept && std::ranges::all_of(kept->items_of("OpenIDConnectProviders"),
                                  [](const Value& provider) { return provider.find("Url"); });
  if (whole) {
    facts.keep(kProviders);
  }
  return whole;
}

void collect_providers(const Client& client, Facts& facts) {
  if (keep_providers(facts)) {
    return;
  }
  const Answer list = client.call({.service = kIam,
                                   .action = "ListOpenIDConnectProviders",
                                   .expects = {"OpenIDConnectProviderList"},
                                   .shape = {.lists = {"OpenIDConnectProviderList"}}});
  if (!list.ok()) {
    facts.not_read({"OIDC providers", list.error()});
    return;
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
  facts.put(kProviders, object_value({{"OpenIDConnectProviders", std::move(providers)}}));
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

void collect_credential_report(const Client& client, Facts& facts) {
  constexpr const char* kReport = "iam/credential-report.json";
  if (facts.kept(kReport)) {
    facts.keep(kReport);
    return;
  }
  const Answer report = generated_report(client);
  if (!report.ok()) {
    facts.not_read({"credential report", report.error()});
    return;
  }
  facts.put(kReport, report.value());
}

}  // namespace

void collect_iam(const Client& client, Facts& facts) {
  collect_details(client, facts);
  collect_providers(client, facts);
  collect_credential_report(client, facts);
}

}  // namespace muster::aws
