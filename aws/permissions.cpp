// Source: Service Authorization Reference, "Actions, resources, and condition keys": the
// permissions whose names are not those of the calls.
#include "aws/permissions.h"

#include <array>

namespace muster::aws {
namespace {

constexpr std::array kOperations = {
    Operation{"cloudfront", "ListDistributions"},
    Operation{"cloudfront", "ListOriginAccessControls"},
    Operation{"cloudtrail", "DescribeTrails"},
    Operation{"cloudtrail", "GetTrailStatus"},
    Operation{"cloudtrail", "LookupEvents"},
    Operation{"ec2", "DescribeInstances"},
    Operation{"ec2", "DescribeRegions"},
    Operation{"ec2", "DescribeSecurityGroups"},
    Operation{"ecr", "DescribeImages"},
    Operation{"ecr", "DescribeRepositories"},
    Operation{"ecr", "DescribeRepositoryCreationTemplates"},
    Operation{"ecr", "GetLifecyclePolicy"},
    Operation{"ecr", "GetRegistryPolicy"},
    Operation{"ecr", "GetRegistryScanningConfiguration"},
    Operation{"ecr", "GetRepositoryPolicy"},
    Operation{"ecr_public", "DescribeImageTags"},
    Operation{"ecr_public", "DescribeRepositories"},
    Operation{"ecs", "DescribeClusters"},
    Operation{"ecs", "DescribeServiceRevisions"},
    Operation{"ecs", "DescribeServices"},
    Operation{"ecs", "DescribeTaskDefinition"},
    Operation{"ecs", "DescribeTasks"},
    Operation{"ecs", "ListClusters"},
    Operation{"ecs", "ListServiceDeployments"},
    Operation{"ecs", "ListServices"},
    Operation{"ecs", "ListTaskDefinitions"},
    Operation{"ecs", "ListTasks"},
    Operation{"iam", "GenerateCredentialReport"},
    Operation{"iam", "GenerateServiceLastAccessedDetails"},
    Operation{"iam", "GetAccountAuthorizationDetails"},
    Operation{"iam", "GetCredentialReport"},
    Operation{"iam", "GetOpenIDConnectProvider"},
    Operation{"iam", "GetServiceLastAccessedDetails"},
    Operation{"iam", "ListOpenIDConnectProviders"},
    Operation{"iam", "ListRoles"},
    Operation{"kms", "DescribeKey"},
    Operation{"kms", "GetKeyPolicy"},
    Operation{"kms", "GetKeyRotationStatus"},
    Operation{"kms", "ListAliases"},
    Operation{"organizations", "DescribeOrganization"},
    Operation{"organizations", "DescribePolicy"},
    Operation{"organizations", "ListAccounts"},
    Operation{"organizations", "ListParents"},
    Operation{"organizations", "ListPoliciesForTarget"},
    Operation{"s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"},
    Operation{"s3", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"},
    Operation{"s3", "GetBucketLocation"},
    Operation{"s3", "GetBucketOwnershipControls"},
    Operation{"s3", "GetBucketPolicy"},
    Operation{"s3", "GetBucketPolicyStatus"},
    Operation{"s3", "GetBucketVersioning"},
    Operation{"s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"},
    Operation{"s3", "ListBuckets", "s3:ListAllMyBuckets"},
    Operation{"s3_control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"},
    Operation{"secretsmanager", "GetResourcePolicy"},
    Operation{"secretsmanager", "ListSecrets"},
    Operation{"ssm", "DescribeDocumentPermission"},
    Operation{"ssm", "DescribeInstanceInformation"},
    Operation{"ssm", "DescribeParameters"},
    Operation{"ssm", "GetDocument"},
    Operation{"ssm", "ListDocuments"}};

}  // namespace

std::span<const Operation> operations() {
  return kOperations;
}

std::string permission_of(const Operation& operation) {
  if (!operation.permission.empty()) {
    return std::string(operation.permission);
  }
  const std::string_view prefix =
      operation.service == "ecr_public" ? "ecr-public" : operation.service;
  return std::string(prefix) + ":" + std::string(operation.action);
}

}  // namespace muster::aws
