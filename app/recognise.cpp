// Path rules first, then the root keys of JSON. A file that merely mentions IAM words is not taken.
#include "app/recognise.h"

#include <algorithm>
#include <array>

#include "checks/iac/cloudformation.h"
#include "checks/iac/terraform.h"
#include "checks/iam/aws_answers.h"
#include "checks/iam/credential_report.h"
#include "checks/settings/read.h"
#include "checks/text/tree.h"
#include "checks/workflow/waivers.h"

namespace muster::app {
namespace {

bool has(std::string_view text, std::string_view needle) {
  return text.find(needle) != std::string_view::npos;
}

bool is_yaml(std::string_view path) {
  return path.ends_with(".yml") || path.ends_with(".yaml");
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_list(const text::Node& root, std::string_view key) {
  const auto value = root.find(key);
  return value && value->is(text::Type::Sequence);
}

template <std::size_t count>
bool has_any(std::string_view text, const std::array<std::string_view, count>& needles) {
  return std::ranges::any_of(needles, [&](std::string_view needle) { return has(text, needle); });
}

/// Whether a text names resources of a template that have policies.
bool names_template_resources(std::string_view bytes) {
  static constexpr std::array<std::string_view, 3> kTemplateTypes = {
      "AWS::IAM::", "AWS::Serverless::", "AWS::Lambda::Permission"};
  static constexpr std::array<std::string_view, 4> kTemplateProperties = {
      "PolicyDocument", "KeyPolicy", "ResourcePolicy", "RepositoryPolicyText"};
  return has_any(bytes, kTemplateTypes) ||
         (has(bytes, "AWS::") && has_any(bytes, kTemplateProperties));
}

bool names_terraform_resources(std::string_view bytes) {
  static constexpr std::array<std::string_view, 9> kPlannedTypes = {
      "\"aws_iam_",
      "\"aws_s3_bucket_policy\"",
      "\"aws_sqs_queue_policy\"",
      "\"aws_sns_topic_policy\"",
      "\"aws_kms_key",
      "\"aws_ecr_repository_policy\"",
      "\"aws_secretsmanager_secret_policy\"",
      "\"aws_efs_file_system_policy\"",
      "\"aws_lambda_permission\""};
  return has_any(bytes, kPlannedTypes) &&
         (has(bytes, "\"planned_values\"") || has(bytes, "\"terraform_version\""));
}

/// YAML that names such resources. What cannot be parsed is taken for a template when it can be one
/// by its top level, so that the error is reported.
Recognised recognise_yaml(std::string_view path, const std::string& bytes) {
  if (!names_template_resources(bytes)) {
    return {};
  }
  const auto tree = iac::parse_template(bytes, SourceId(std::string(path)));
  const bool headed = bytes.starts_with("Resources:") || has(bytes, "\nResources:");
  const bool taken = tree ? iac::is_template(tree.value().root()) : headed;
  return taken ? Recognised{DocumentKind::CloudFormation, {}} : Recognised{};
}

bool names_credential_report(std::string_view bytes) {
  return has(bytes, "\"ReportFormat\"") && has(bytes, "\"Content\"");
}

/// Each page of the account details may have any of its lists.
constexpr std::array<std::string_view, 4> kAccountLists = {
    "\"RoleDetailList\"", "\"UserDetailList\"", "\"GroupDetailList\"", "\"PolicyVersionList\""};

bool is_account_details(const text::Node& root) {
  const auto policies = root.find("Policies");
  const bool has_texts = policies && policies->is(text::Type::Sequence) && policies->size() > 0 &&
                         policies->at(0).find("PolicyVersionList");
  return has_texts || root.find("RoleDetailList") || root.find("UserDetailList") ||
         root.find("GroupDetailList");
}

/// The kind of JSON that cannot be parsed, so that the error is reported where it matters.
DocumentKind kind_by_words(std::string_view bytes) {
  if (settings::names_answer(bytes)) {
    return DocumentKind::GithubSettings;
  }
  if (names_terraform_resources(bytes)) {
    return DocumentKind::Terraform;
  }
  if (names_template_resources(bytes)) {
    return DocumentKind::CloudFormation;
  }
  if (names_credential_report(bytes) || has(bytes, "\"authorization_details\"") ||
      has(bytes, "\"resource_policies\"")) {
    return DocumentKind::AwsAccount;
  }
  if (iam::mentions_aws_answer(bytes)) {
    return DocumentKind::AwsAnswer;
  }
  return has_any(bytes, kAccountLists) ? DocumentKind::IamAuthorizationDetails
                                       : DocumentKind::IamPolicy;
}

/// The kind that the keys of a parsed JSON object tell.
Recognised recognise_object(const text::Node& root) {
  if (root.find("Statement")) {
    return {DocumentKind::IamPolicy, {}};
  }
  if (settings::is_answer(root)) {
    return {DocumentKind::GithubSettings, {}};
  }
  if (is_account_details(root)) {
    return {DocumentKind::IamAuthorizationDetails, {}};
  }
  if (root.find("authorization_details") || is_list(root, "inventory") ||
      root.find("service_control_policies") || root.find("resource_control_policies") ||
      is_list(root, "AccessKeyMetadata") || is_list(root, "resource_policies") ||
      (root.find("ReportFormat") && root.find("Content"))) {
    return {DocumentKind::AwsAccount, {}};
  }
  const auto role = root.find("Role");
  if (role && role->find("AssumeRolePolicyDocument")) {
    return {DocumentKind::IamRole, {}};
  }
  if (root.find("ClientIDList") || root.find("OpenIDConnectProviders") ||
      root.find("OpenIDConnectProviderList")) {
    return {DocumentKind::IamOidcProviders, {}};
  }
  if (iam::is_aws_answer(root)) {
    return {DocumentKind::AwsAnswer, {}};
  }
  if (iac::is_terraform(root)) {
    return {DocumentKind::Terraform, {}};
  }
  if (iac::is_template(root)) {
    return {DocumentKind::CloudFormation, {}};
  }
  return {};
}

}  // namespace

std::optional<DocumentKind> recognise_path(std::string_view path) {
  constexpr std::string_view kWorkflows = ".github/workflows/";
  const bool direct_child =
      path.starts_with(kWorkflows) && !has(path.substr(kWorkflows.size()), "/");
  if (direct_child && is_yaml(path)) {
    return DocumentKind::GithubWorkflow;
  }
  if (file_name(path) == "action.yml" || file_name(path) == "action.yaml") {
    return DocumentKind::GithubAction;
  }
  if (path == kWaiverFile) {
    return DocumentKind::Waivers;
  }
  return std::nullopt;
}

bool may_be_script(std::string_view path) {
  static constexpr std::array<std::string_view, 13> kEndings = {
      ".sh",  ".bash", ".zsh", ".ksh", ".mk", ".py",         ".js",
      ".mjs", ".cjs",  ".ts",  ".rb",  ".pl", "package.json"};
  const std::string_view name = file_name(path);
  return name.find('.') == std::string_view::npos ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

void add_mentioned_files(std::string_view text, std::set<std::string, std::less<>>& names) {
  constexpr std::string_view kWord =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
  for (std::size_t at = text.find_first_of(kWord); at != std::string_view::npos;
       at = text.find_first_of(kWord, at)) {
    const std::size_t end = std::min(text.find_first_not_of(kWord, at), text.size());
    const std::string_view name = file_name(text.substr(at, end - at));
    at = end;
    if (name == "make" || name == "gmake") {
      names.insert({"Makefile", "makefile", "GNUmakefile"});
    } else if (name == "npm" || name == "yarn" || name == "pnpm" || name == "bun") {
      names.emplace("package.json");
    } else if (!name.empty()) {
      names.emplace(name);
    }
  }
}

bool looks_relevant(std::string_view head) {
  return (has(head, "\"Statement\"") && has(head, "\"Effect\"")) ||
         has(head, "\"AssumeRolePolicyDocument\"") || has_any(head, kAccountLists) ||
         has(head, "\"ClientIDList\"") || has(head, "\"OpenIDConnectProvider") ||
         has(head, "\"authorization_details\"") || has(head, "\"service_control_policies\"") ||
         has(head, "\"resource_control_policies\"") || has(head, "\"AccessKeyMetadata\"") ||
         has(head, "\"resource_policies\"") || names_credential_report(head) ||
         (has(head, "\"inventory\"") && has(head, "\"arn:aws")) || names_template_resources(head) ||
         names_terraform_resources(head) || iam::mentions_aws_answer(head) ||
         settings::names_answer(head);
}

Recognised recognise_content(std::string_view path, const std::string& bytes) {
  if (path.ends_with(".tf") && has(bytes, "\"aws_iam_")) {
    return {std::nullopt,
            "terraform source with IAM resources is not read: put the output of `terraform show "
            "-json` of a plan beside it"};
  }
  if (is_yaml(path)) {
    return recognise_yaml(path, bytes);
  }
  if (path.ends_with(".csv") && iam::is_credential_csv(bytes)) {
    return {DocumentKind::AwsAccount, {}};
  }
  // By its name alone: one that was cut short at its first byte must not go unseen.
  if (path.ends_with(".facts")) {
    return {DocumentKind::HostFacts, {}};
  }
  if (!path.ends_with(".json") || !looks_relevant(bytes)) {
    return {};
  }
  text::Limits limits;
  limits.bytes = bytes.size() + 1;
  const auto tree = text::parse_json(bytes, SourceId(std::string(path)), limits);
  if (!tree) {
    return {kind_by_words(bytes), {}};
  }
  return tree.value().root().is(text::Type::Mapping) ? recognise_object(tree.value().root())
                                                     : Recognised{};
}

}  // namespace muster::app
