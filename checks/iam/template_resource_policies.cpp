// Policies of resources in CloudFormation and SAM. Source: AWS CloudFormation Template Reference,
// the pages of the types below; AWS SAM Developer Guide, "FunctionUrlConfig".
#include <algorithm>
#include <array>

#include "checks/iam/assembly.h"
#include "checks/iam/declared_resource_policies.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using iac::Template;
using text::Node;
using text::Type;

/// Which property holds the policy, and which names the resources; without that, the resource is
/// the policy's own.
struct PolicyPlace {
  std::string_view type;
  std::string_view property;
  std::string_view service;
  std::string_view target;
};

constexpr std::array<PolicyPlace, 10> kPolicyPlaces = {{
    {"AWS::S3::BucketPolicy", "PolicyDocument", "s3", "Bucket"},
    {"AWS::SQS::QueuePolicy", "PolicyDocument", "sqs", "Queues"},
    {"AWS::SQS::QueueInlinePolicy", "PolicyDocument", "sqs", "Queue"},
    {"AWS::SNS::TopicPolicy", "PolicyDocument", "sns", "Topics"},
    {"AWS::SNS::TopicInlinePolicy", "PolicyDocument", "sns", "TopicArn"},
    {"AWS::KMS::Key", "KeyPolicy", "kms", ""},
    {"AWS::ECR::Repository", "RepositoryPolicyText", "ecr", ""},
    {"AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "secretsmanager", "SecretId"},
    {"AWS::EFS::FileSystem", "FileSystemPolicy", "elasticfilesystem", ""},
    {"AWS::Backup::BackupVault", "AccessPolicy", "backup", ""},
}};

/// Events that a function fetches by itself: nobody calls it for them.
constexpr std::array<std::string_view, 8> kFetched = {
    "Kinesis", "DynamoDB", "SQS", "MSK", "MQ", "SelfManagedKafka", "DocumentDB", "ScheduleV2"};

class ResourcePolicyReader {
 public:
  ResourcePolicyReader(const Template& made, const iac::Resource& resource,
                       std::string_view account, Infrastructure& out)
      : made_(made),
        resource_(resource),
        account_(account),
        home_{iac::kSomeRegion, account.empty() ? iac::kSomeAccount : account},
        out_(out) {}

  void read_policy(const PolicyPlace& place);
  void read_permission();
  void read_function();

 private:
  [[nodiscard]] std::optional<Node> property(std::string_view name) const {
    return resource_.properties ? resource_.properties->find(name) : std::nullopt;
  }

  [[nodiscard]] policy::Text text_of(std::string_view name) const;
  void add(std::string_view service, const std::string& arn, IdentityPolicy policy,
           const SourceRef& where, std::optional<Error> error = {});
  void add_for(std::string_view service, const Node& target, const IdentityPolicy& policy,
               const SourceRef& where, const std::optional<Error>& error = {});

  const Template& made_;
  const iac::Resource& resource_;
  std::string_view account_;
  ResourceHome home_;
  Infrastructure& out_;
};

policy::Text ResourcePolicyReader::text_of(std::string_view name) const {
  const auto value = property(name);
  return value ? policy::Text{std::string(value->text()), value->where()} : policy::Text{};
}

void ResourcePolicyReader::add(std::string_view service, const std::string& arn,
                               IdentityPolicy policy, const SourceRef& where,
                               std::optional<Error> error) {
  out_.resource_policies.push_back({resource_.id, where, std::string(service), arn,
                                    std::string(account_), std::move(policy), std::move(error)});
}

void ResourcePolicyReader::add_for(std::string_view service, const Node& target,
                                   const IdentityPolicy& policy, const SourceRef& where,
                                   const std::optional<Error>& error) {
  const auto why = made_.unknown_in(target);
  const std::string arn = why ? std::string() : resource_arn(service, target.text(), home_);
  if (arn.empty()) {
    add(service, {},
        missing_policy(resource_.id,
                       why.value_or("`" + std::string(target.text()) + "` names no resource")),
        where, error);
    return;
  }
  add(service, arn, policy, where, error);
}

void ResourcePolicyReader::read_policy(const PolicyPlace& place) {
  const auto document = property(place.property);
  if (!document) {
    return;
  }
  auto read = template_policy(made_, document, policy::PolicyType::Resource, resource_.where);
  std::optional<Error> error;
  if (!read && !made_.unknown_in(*document)) {
    error = read.error();
  }
  const IdentityPolicy policy = identity_policy(resource_.id, std::move(read));
  const SourceRef where = document->where();
  out_.policies.push_back(
      {resource_.id, policy::PolicyType::Resource, where, policy, resource_.open_digest});
  if (place.target.empty()) {
    const auto why = made_.unknown_in(resource_.arn);
    add(place.service, why ? std::string() : resource_.arn,
        why ? missing_policy(resource_.id, *why) : policy, where, error);
    return;
  }
  const auto target = property(place.target);
  if (!target) {
    add(place.service, {},
        missing_policy(resource_.id, "it has no `" + std::string(place.target) + "`"), where,
        error);
  } else if (target->is(Type::Sequence)) {
    for (std::size_t i = 0; i < target->size(); ++i) {
      add_for(place.service, target->at(i), policy, where, error);
    }
  } else {
    add_for(place.service, *target, policy, where, error);
  }
}

void ResourcePolicyReader::read_permission() {
  FunctionPermission permission{text_of("Principal"),
                                text_of("Action"),
                                {},
                                text_of("SourceArn"),
                                text_of("SourceAccount"),
                                text_of("PrincipalOrgID"),
                                text_of("FunctionUrlAuthType"),
                                text_of("EventSourceToken"),
                                text_of("InvokedViaFunctionUrl"),
                                resource_.where};
  const auto function = property("FunctionName");
  if (!function || permission.principal.value.empty() || permission.action.value.empty()) {
    add("lambda", {},
        missing_policy(resource_.id, "it lacks `FunctionName`, `Principal` or `Action`"),
        resource_.where);
    return;
  }
  permission.function =
      made_.unknown_in(*function) ? std::string() : resource_arn("lambda", function->text(), home_);
  for (const char* const name : {"Principal", "Action", "SourceArn", "SourceAccount",
                                 "PrincipalOrgID", "FunctionUrlAuthType", "EventSourceToken"}) {
    const auto value = property(name);
    if (const auto why = value ? made_.unknown_in(*value) : std::nullopt) {
      add_for("lambda", *function, missing_policy(resource_.id, *why), resource_.where);
      return;
    }
  }
  add_for("lambda", *function, identity_policy(resource_.id, policy_of(permission)),
          resource_.where);
}

/// What SAM lets call a function: everybody by a URL without authentication; for events it is not
/// worked out.
void ResourcePolicyReader::read_function() {
  const auto why = made_.unknown_in(resource_.arn);
  const std::string arn = why ? std::string() : resource_.arn;
  const auto url = property("FunctionUrlConfig");
  const auto auth = url ? url->find("AuthType") : std::nullopt;
  if (auth && auth->text() == "NONE") {
    FunctionPermission permission;
    permission.principal = {"*", auth->where()};
    permission.action = {"lambda:InvokeFunctionUrl", auth->where()};
    permission.function = arn;
    permission.url_auth_type = {"NONE", auth->where()};
    permission.where = auth->where();
    add("lambda", arn, identity_policy(resource_.id, policy_of(permission)), auth->where());
  } else if (const auto open = url ? made_.unknown_in(*url) : std::nullopt) {
    add("lambda", arn, missing_policy(resource_.id, *open), url->where());
  }
  const auto events = property("Events");
  for (std::size_t i = 0; events && events->is(Type::Mapping) && i < events->size(); ++i) {
    const auto type = events->at(i).find("Type");
    const bool fetched = type && text::one_of(type->text(), kFetched);
    if (!fetched) {
      add("lambda", arn,
          missing_policy(resource_.id, "whom SAM lets call it for the event `" +
                                           std::string(events->key_at(i).text()) +
                                           "` is not worked out"),
          events->key_at(i).where());
    }
  }
}

}  // namespace

void read_resource_policy(const Template& made, const iac::Resource& resource,
                          std::string_view account, Infrastructure& out) {
  ResourcePolicyReader reader(made, resource, account, out);
  if (resource.type == "AWS::Lambda::Permission") {
    reader.read_permission();
  } else if (resource.type == "AWS::Serverless::Function") {
    reader.read_function();
  }
  for (const PolicyPlace& place : kPolicyPlaces) {
    if (resource.type == place.type) {
      reader.read_policy(place);
    }
  }
}

}  // namespace muster::iam
