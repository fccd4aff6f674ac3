// Words for the closed sets of core, as they stand in JSON, in the history and on the command line.
#include "checks/core/facts.h"
#include "checks/core/intent.h"
#include "checks/core/outcome.h"

namespace muster {

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Low:
      return "low";
    case Severity::Medium:
      return "medium";
    case Severity::High:
      return "high";
    case Severity::Critical:
      return "critical";
  }
  return "critical";
}

const char* to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::Pass:
      return "pass";
    case OutcomeKind::Fail:
      return "fail";
    case OutcomeKind::Waived:
      return "waived";
    case OutcomeKind::Undecided:
      return "undecided";
    case OutcomeKind::NotApplicable:
      return "not_applicable";
  }
  return "undecided";
}

const char* to_string(WitnessKind kind) {
  switch (kind) {
    case WitnessKind::Token:
      return "token";
    case WitnessKind::Request:
      return "request";
    case WitnessKind::Path:
      return "path";
    case WitnessKind::Text:
      return "text";
  }
  return "text";
}

const char* to_string(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::GithubWorkflow:
      return "github-workflow";
    case DocumentKind::GithubAction:
      return "github-action";
    case DocumentKind::Script:
      return "script";
    case DocumentKind::IamPolicy:
      return "iam-policy";
    case DocumentKind::IamRole:
      return "iam-role";
    case DocumentKind::IamAuthorizationDetails:
      return "iam-authorization-details";
    case DocumentKind::IamOidcProviders:
      return "iam-oidc-providers";
    case DocumentKind::AwsAccount:
      return "aws-account";
    case DocumentKind::AwsAnswer:
      return "aws-answer";
    case DocumentKind::GitTags:
      return "git-tags";
    case DocumentKind::CloudFormation:
      return "cloudformation";
    case DocumentKind::Terraform:
      return "terraform";
    case DocumentKind::GithubSettings:
      return "settings of a repository";
    case DocumentKind::Waivers:
      return "waivers";
    case DocumentKind::HostFacts:
      return "facts of a host";
  }
  return "document";
}

const char* to_string(EnvironmentClass value) {
  switch (value) {
    case EnvironmentClass::Production:
      return "production";
    case EnvironmentClass::Staging:
      return "staging";
    case EnvironmentClass::Development:
      return "development";
    case EnvironmentClass::Unknown:
      return "unknown";
  }
  return "unknown";
}

const char* to_string(EnvReader value) {
  switch (value) {
    case EnvReader::Systemd:
      return "systemd";
    case EnvReader::Docker:
      return "docker";
    case EnvReader::Compose:
      return "compose";
    case EnvReader::Shell:
      return "shell";
  }
  return "shell";
}

const char* to_string(Privilege value) {
  switch (value) {
    case Privilege::Admin:
      return "admin";
    case Privilege::Write:
      return "write";
    case Privilege::Read:
      return "read";
    case Privilege::Unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace muster
