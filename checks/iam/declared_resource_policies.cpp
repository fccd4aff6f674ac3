// Formats of names and of statements only.
#include "checks/iam/declared_resource_policies.h"

#include <algorithm>
#include <array>

#include "checks/policy/principals.h"

namespace muster::iam {
namespace {

/// What comes before the name in an ARN.
struct ArnForm {
  std::string_view service;
  std::string_view before;
  std::string_view after;
};

/// A secret's ARN ends in six characters that nobody chooses.
constexpr std::array<ArnForm, 8> kForms = {{{"sqs", "", ""},
                                            {"sns", "", ""},
                                            {"kms", "key/", ""},
                                            {"ecr", "repository/", ""},
                                            {"secretsmanager", "secret:", "-Suffix"},
                                            {"lambda", "function:", ""},
                                            {"elasticfilesystem", "file-system/", ""},
                                            {"backup", "backup-vault:", ""}}};

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

/// `https://sqs.eu-central-1.amazonaws.com/111122223333/jobs`
std::string queue_arn(std::string_view url, const ResourceHome& home) {
  const std::vector<std::string_view> parts = parts_of(url, '/');
  if (parts.size() != 5) {
    return {};
  }
  const std::vector<std::string_view> host = parts_of(parts[2], '.');
  const std::string_view region = host.size() == 4 && host[0] == "sqs" ? host[1] : home.region;
  return "arn:aws:sqs:" + std::string(region) + ":" + std::string(parts[3]) + ":" +
         std::string(parts[4]);
}

/// `account:function:name` and the like: what stands after `function:`.
std::string function_arn(std::string_view text, const ResourceHome& home) {
  std::string account(home.account);
  const std::size_t at = text.find(":function:");
  if (at != std::string_view::npos) {
    account = text.substr(0, at);
    text.remove_prefix(at + std::string_view(":function:").size());
    if (!policy::is_account(account)) {
      return {};
    }
  }
  return "arn:aws:lambda:" + std::string(home.region) + ":" + account +
         ":function:" + std::string(text);
}

void add_clause(policy::OperatorKind kind, const char* name, const char* key,
                const policy::Text& value, policy::Statement& statement) {
  if (value.value.empty()) {
    return;
  }
  policy::Condition clause;
  clause.op.kind = kind;
  clause.op.name = {name, value.where};
  clause.key = {key, value.where};
  clause.values = {value};
  clause.where = value.where;
  statement.conditions.push_back(std::move(clause));
}

/// `*`, an account, an ARN, or a service.
policy::Principal principal_of(const policy::Text& text) {
  if (text.value == "*") {
    return {policy::PrincipalType::Any, text};
  }
  const bool aws = policy::is_account(text.value) || text.value.starts_with("arn:");
  return {aws ? policy::PrincipalType::Aws : policy::PrincipalType::Service, text};
}

}  // namespace

std::string resource_arn(std::string_view service, std::string_view text,
                         const ResourceHome& home) {
  if (text.empty() || text.starts_with("arn:")) {
    return std::string(text);
  }
  if (service == "s3") {
    return "arn:aws:s3:::" + std::string(text);
  }
  if (service == "sqs" && text.starts_with("https://")) {
    return queue_arn(text, home);
  }
  if (service == "lambda") {
    return function_arn(text, home);
  }
  const auto* const form = std::ranges::find(kForms, service, &ArnForm::service);
  if (form == kForms.end() || text.find(':') != std::string_view::npos) {
    return {};
  }
  return "arn:aws:" + std::string(service) + ":" + std::string(home.region) + ":" +
         std::string(home.account) + ":" + std::string(form->before) + std::string(text) +
         std::string(form->after);
}

policy::Policy policy_of(const FunctionPermission& permission) {
  using policy::OperatorKind;
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.where = permission.where;
  statement.principals = std::vector<policy::Principal>{principal_of(permission.principal)};
  statement.actions = std::vector<policy::Text>{permission.action};
  statement.resources = std::vector<policy::Text>{{permission.function, permission.where}};
  add_clause(OperatorKind::ArnLike, "ArnLike", "AWS:SourceArn", permission.source_arn, statement);
  add_clause(OperatorKind::StringEquals, "StringEquals", "AWS:SourceAccount",
             permission.source_account, statement);
  add_clause(OperatorKind::StringEquals, "StringEquals", "aws:PrincipalOrgID",
             permission.organisation, statement);
  add_clause(OperatorKind::StringEquals, "StringEquals", "lambda:FunctionUrlAuthType",
             permission.url_auth_type, statement);
  add_clause(OperatorKind::StringEquals, "StringEquals", "lambda:EventSourceToken",
             permission.event_source_token, statement);
  add_clause(OperatorKind::Bool, "Bool", "lambda:InvokedViaFunctionUrl", permission.only_by_url,
             statement);
  policy::Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.where = permission.where;
  policy.statements.push_back(std::move(statement));
  return policy;
}

}  // namespace muster::iam
