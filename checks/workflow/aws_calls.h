// Which IAM actions the AWS CLI and known actions ask for. Only what is certain: of a command that
// is not understood it is said that it asks for something. Data:
// rules/data/workflow-aws-calls.json. Source: Service Authorization Reference; AWS CLI Command
// Reference.
#pragma once

#include <string>
#include <vector>

#include "checks/policy/model.h"
#include "checks/workflow/expression.h"

namespace muster::workflow {

/// One permission that a step needs.
struct AwsCall {
  /// `ecs:UpdateService`; empty for a call of which it is not known what it needs.
  std::string action;
  /// The only resources that it can be about, as a pattern: `arn:*:s3:::acme-site/*`; empty = any.
  std::string resource{};
  /// What the request's context is held to: the service that a role is passed to.
  std::vector<policy::Condition> context{};
  /// What asks: `aws ecs update-service`, `aws-actions/amazon-ecr-login`.
  std::string asker{};
  /// It is needed for what such steps usually do; this one may do without.
  bool presumed = false;
};

/// What a command asks for with the credential of its step. None for one that goes to another
/// machine or endpoint, uses a profile, or only rehearses.
[[nodiscard]] std::vector<AwsCall> aws_calls_of(const Command& command, const Scope& scope);

/// What a step with an action of the table asks for.
[[nodiscard]] std::vector<AwsCall> aws_calls_of(const Step& step);

/// Whether a text gives the CLI another credential or another place to ask: keys, a profile, an
/// endpoint, a role that a script assumes.
[[nodiscard]] bool names_other_credential(std::string_view text);

/// Whether from this step on the credential may be another one, without being recognised, or
/// allows less than its role.
[[nodiscard]] bool may_change_credential(const Step& step);

}  // namespace muster::workflow
