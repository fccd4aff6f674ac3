// Source: IAM API Reference: GetAccountAuthorizationDetails, GetOpenIDConnectProvider,
// GenerateCredentialReport, GetCredentialReport, ListRoles, GenerateServiceLastAccessedDetails,
// GetServiceLastAccessedDetails.
#include <algorithm>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"
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

/// The pages, if an interrupted collection wrote all: the last one says that it is the last.
std::optional<std::vector<Value>> keep_details(Facts& facts) {
  std::vector<Value> pages;
  do {
    auto page = facts.kept(details_path(pages.size()));
    if (!page) {
      return std::nullopt;
    }
    pages.push_back(*std::move(page));
  } while (pages.back().text_of("IsTruncated") == "true");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    facts.keep(details_path(i));
  }
  return pages;
}

std::optional<std::vector<Value>> collect_details(const Client& client, Facts& facts) {
  if (auto before = keep_details(facts)) {
    return before;
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
    return std::nullopt;
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    decode_documents(pages[i]);
    facts.put(details_path(i), pages[i]);
  }
  return pages;
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

/// Their longest sessions and descriptions, which the details lack.
void collect_roles(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "iam", kGlobal);
  (void)gather.ask({.call = {.service = kIam,
                             .action = "ListRoles",
                             .input = object_value({{"MaxItems", number_value(1000)}}),
                             .expects = {"IsTruncated", "Roles"},
                             .shape = {.lists = {"Roles", "Tags"},
                                       .numbers = {"MaxSessionDuration"},
                                       .booleans = {"IsTruncated"}}},
                    .what = "longest sessions of roles",
                    .file = "roles",
                    .paging = Paging{"Marker", "Marker", "IsTruncated"},
                    .list = "Roles",
                    .tidy = [](Value& page) {
                      decode_documents(page);
                      redact(page, {"Roles.Description"});
                    }});
}

/// Whether a token of an identity provider, and not SAML alone, may start a session of the role.
bool admits_web_identity(const Value& role) {
  const Value* const statements = role.find_path("AssumeRolePolicyDocument.Statement");
  if (statements == nullptr) {
    return false;
  }
  const auto federated = [](const Value& statement) {
    const Value* const principal = statement.find_path("Principal.Federated");
    const auto is_web = [](const std::string& text) {
      return text.find(":saml-provider/") == std::string::npos;
    };
    return principal != nullptr &&
           (principal->kind == Value::Kind::Text
                ? is_web(principal->text)
                : std::ranges::any_of(principal->items, is_web, &Value::text));
  };
  return statements->kind == Value::Kind::Object
             ? federated(*statements)
             : std::ranges::any_of(statements->items, federated);
}

/// The services that the deploy roles used, which AWS finds out in a job for each.
class LastAccessed {
 public:
  LastAccessed(const Client& client, Facts& facts) : gather_(client, facts, "iam", kGlobal) {}

  void collect(const std::vector<std::string>& roles) {
    // Only a rule about unused rights looks at it, and that one judges no role without it.
    const std::size_t count = gather_.at_most(kMostRoles, roles.size(), question("", ""), false);
    for (std::size_t i = 0; i < count; ++i) {
      start(roles[i]);
    }
    for (const auto& [role, job] : jobs_) {
      finish(role, job);
    }
  }

 private:
  static constexpr std::size_t kMostRoles = 200;

  static Question question(const std::string& role, const std::string& job) {
    const std::string name = role.substr(role.rfind('/') + 1);
    return {.call = {.service = kIam,
                     .action = "GetServiceLastAccessedDetails",
                     .input = object_value(
                         {{"JobId", text_value(job)}, {"MaxItems", number_value(1000)}}),
                     .expects = {"JobStatus"},
                     .shape = {.lists = {"ServicesLastAccessed", "TrackedActionsLastAccessed"},
                               .numbers = {"TotalAuthenticatedEntities"},
                               .booleans = {"IsTruncated"}}},
            .what = "services that role " + name + " used",
            .file = "last-accessed/" + file_name(name),
            .paging = Paging{"Marker", "Marker", "IsTruncated"},
            .list = "ServicesLastAccessed",
            .about = Member{"Arn", text_value(role)}};
  }

  void start(const std::string& role) {
    if (gather_.kept(question(role, "").file)) {
      return;
    }
    const Answer answer = gather_.client().call({.service = kIam,
                                                 .action = "GenerateServiceLastAccessedDetails",
                                                 .input = object_value({{"Arn", text_value(role)}}),
                                                 .expects = {"JobId"}});
    if (answer.ok()) {
      jobs_.emplace_back(role, answer.value().text_of("JobId"));
    } else {
      gather_.facts().not_read({question(role, "").what, answer.error()});
    }
  }

  void finish(const std::string& role, const std::string& job) {
    constexpr int kRounds = 60;
    const Question asked = question(role, job);
    std::string status = "IN_PROGRESS";
    for (int round = 0; status == "IN_PROGRESS" && round < kRounds; ++round) {
      if (round > 0) {
        gather_.client().config().system().clock().sleep(net::Milliseconds(1000));
      }
      const Answer answer = gather_.client().call(asked.call);
      if (!answer.ok()) {
        gather_.facts().not_read({asked.what, answer.error()});
        return;
      }
      status = answer.value().text_of("JobStatus");
    }
    if (status == "COMPLETED") {
      (void)gather_.ask(asked);
      return;
    }
    gather_.facts().not_read({asked.what,
                              {.kind = ErrorKind::Transient,
                               .message = "the job ended as `" + status + "`",
                               .service = "iam",
                               .action = "GetServiceLastAccessedDetails",
                               .account = gather_.client().account(),
                               .region = gather_.client().region()}});
  }

  Gatherer gather_;
  std::vector<std::pair<std::string, std::string>> jobs_;
};

IamKnown known_of(const std::vector<Value>& pages) {
  IamKnown known;
  for (const Value& page : pages) {
    for (const Value& role : page.items_of("RoleDetailList")) {
      if (admits_web_identity(role)) {
        known.web_identity_roles.push_back(role.text_of("Arn"));
      }
      for (const Value& profile : role.items_of("InstanceProfileList")) {
        known.role_of_profile[profile.text_of("Arn")] = role.text_of("Arn");
      }
    }
  }
  return known;
}

}  // namespace

std::optional<IamKnown> collect_iam(const Client& client, Facts& facts) {
  const auto details = collect_details(client, facts);
  collect_providers(client, facts);
  collect_credential_report(client, facts);
  collect_roles(client, facts);
  if (!details) {
    return std::nullopt;
  }
  IamKnown known = known_of(*details);
  LastAccessed(client, facts).collect(known.web_identity_roles);
  return known;
}

}  // namespace muster::aws
