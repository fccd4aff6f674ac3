// One row per type.
#include "checks/iac/resource_names.h"

#include <algorithm>
#include <array>

namespace muster::iac {
namespace {

constexpr std::array<ResourceNames, 34> kTypes = {{
    {"AWS::IAM::Role", "RoleName", "%n", "arn:%p:iam::%a:role%P%n"},
    {"AWS::IAM::ManagedPolicy", "ManagedPolicyName", "arn:%p:iam::%a:policy%P%n",
     "arn:%p:iam::%a:policy%P%n", "PolicyArn"},
    {"AWS::IAM::Policy", "PolicyName", "%n", ""},
    {"AWS::IAM::User", "UserName", "%n", "arn:%p:iam::%a:user%P%n"},
    {"AWS::IAM::Group", "GroupName", "%n", "arn:%p:iam::%a:group%P%n"},
    {"AWS::IAM::InstanceProfile", "InstanceProfileName", "%n",
     "arn:%p:iam::%a:instance-profile%P%n"},
    {"AWS::IAM::OIDCProvider", "Url", "arn:%p:iam::%a:oidc-provider/%n",
     "arn:%p:iam::%a:oidc-provider/%n"},
    {"AWS::S3::Bucket", "BucketName", "%n", "arn:%p:s3:::%n"},
    {"AWS::SQS::Queue", "QueueName", "https://sqs.%r.amazonaws.com/%a/%n", "arn:%p:sqs:%r:%a:%n"},
    {"AWS::SNS::Topic", "TopicName", "arn:%p:sns:%r:%a:%n", "arn:%p:sns:%r:%a:%n", "TopicArn"},
    {"AWS::DynamoDB::Table", "TableName", "%n", "arn:%p:dynamodb:%r:%a:table/%n"},
    {"AWS::Lambda::Function", "FunctionName", "%n", "arn:%p:lambda:%r:%a:function:%n"},
    {"AWS::Serverless::Function", "FunctionName", "%n", "arn:%p:lambda:%r:%a:function:%n"},
    {"AWS::Serverless::SimpleTable", "TableName", "%n", "arn:%p:dynamodb:%r:%a:table/%n"},
    {"AWS::ECR::Repository", "RepositoryName", "%n", "arn:%p:ecr:%r:%a:repository/%n"},
    {"AWS::ECS::Cluster", "ClusterName", "%n", "arn:%p:ecs:%r:%a:cluster/%n"},
    {"AWS::ECS::TaskDefinition", "Family", "arn:%p:ecs:%r:%a:task-definition/%n:1", ""},
    {"AWS::Logs::LogGroup", "LogGroupName", "%n", "arn:%p:logs:%r:%a:log-group:%n:*"},
    {"AWS::KMS::Key", "", "%n", "arn:%p:kms:%r:%a:key/%n"},
    {"AWS::KMS::Alias", "AliasName", "%n", ""},
    {"AWS::SecretsManager::Secret", "Name", "arn:%p:secretsmanager:%r:%a:secret:%n-Suffix",
     "arn:%p:secretsmanager:%r:%a:secret:%n-Suffix", "Id"},
    {"AWS::SSM::Parameter", "Name", "%n", ""},
    {"AWS::SSM::Document", "Name", "%n", ""},
    {"AWS::StepFunctions::StateMachine", "StateMachineName", "arn:%p:states:%r:%a:stateMachine:%n",
     "arn:%p:states:%r:%a:stateMachine:%n"},
    {"AWS::Serverless::StateMachine", "Name", "arn:%p:states:%r:%a:stateMachine:%n",
     "arn:%p:states:%r:%a:stateMachine:%n"},
    {"AWS::CodeBuild::Project", "Name", "%n", "arn:%p:codebuild:%r:%a:project/%n"},
    {"AWS::CodePipeline::Pipeline", "Name", "%n", ""},
    {"AWS::CodeDeploy::Application", "ApplicationName", "%n", ""},
    {"AWS::CodeDeploy::DeploymentGroup", "DeploymentGroupName", "%n", ""},
    {"AWS::CloudFront::Distribution", "", "%n", ""},
    {"AWS::Events::Rule", "Name", "%n", "arn:%p:events:%r:%a:rule/%n"},
    {"AWS::EC2::Instance", "", "%n", ""},
    {"AWS::Backup::BackupVault", "BackupVaultName", "%n", "arn:%p:backup:%r:%a:backup-vault:%n",
     "BackupVaultArn"},
    {"AWS::EFS::FileSystem", "", "%n", "arn:%p:elasticfilesystem:%r:%a:file-system/%n"},
}};

}  // namespace

const ResourceNames* resource_names(std::string_view type) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const ResourceNames& row) { return row.type == type; });
  return found == kTypes.end() ? nullptr : &*found;
}

std::string filled(std::string_view format, const NameParts& parts) {
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      text += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'p':
        text += "aws";
        break;
      case 'r':
        text += parts.region;
        break;
      case 'a':
        text += parts.account;
        break;
      case 'P':
        text += parts.path;
        break;
      default:
        text += parts.name;
    }
  }
  return text;
}

}  // namespace muster::iac
