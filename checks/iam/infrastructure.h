// Roles, users and groups as infrastructure code declares them: CloudFormation and SAM templates,
// plans and states of Terraform in JSON. What is known only after deployment stays a policy without
// text and with the reason; it is never left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/model.h"

namespace muster::iam {

enum class HolderKind { Role, User, Group };

/// A role, user or group of a template or plan.
struct DeclaredHolder {
  HolderKind kind = HolderKind::Role;
  /// Where it is declared: the logical id in a template (`DeployRole`), the address in a plan
  /// (`module.ci.aws_iam_role.deploy`).
  std::string address;
  /// Its name in AWS; empty when that is made up or known only after deployment.
  std::string name;
  /// Empty when the account or the name is not known.
  std::string arn;
  /// By what the document's own policies mean it: the ARN, with what stands in for the account and
  /// the name if they are not known. Unique in the document.
  std::string stand_in;
  std::string path;
  /// The trust policy of a role; else the declaration.
  SourceRef where;
  /// Roles only.
  std::optional<Result<policy::Policy>> trust;
  std::vector<IdentityPolicy> identity;
  std::optional<IdentityPolicy> boundary;
  std::vector<Tag> tags;
  /// Addresses of the groups that a user is in.
  std::vector<std::string> groups;
  /// What other parts of the same document call it by: its name, or a stand-in for it.
  std::string key;
  /// A digest for each part of it that holds a value which is not known; equal ones mean the same
  /// in the same stack.
  std::vector<std::string> open_digests;
};

/// A policy that is a resource of its own: a managed policy, or the policy of a resource.
struct DeclaredPolicy {
  std::string address;
  policy::PolicyType type = policy::PolicyType::Identity;
  SourceRef where;
  /// The same text as that of the holders which it is attached to.
  IdentityPolicy policy;
  /// As `open_digests` of a holder; empty when every value is known.
  std::string open_digest;
};

/// The policy of a resource, or a part of it: every permission of a function is one.
struct DeclaredResourcePolicy {
  std::string address;
  SourceRef where;
  /// As in ARNs: `s3`, `lambda`.
  std::string service;
  /// Whose policy it is, with stand-ins for account, region and name where they are not known;
  /// empty when nothing tells: then `policy.missing` says why.
  std::string arn;
  /// 12 digits; empty when it is not known.
  std::string account;
  IdentityPolicy policy;
  /// The text is there and is no policy.
  std::optional<Error> error;
};

struct Infrastructure {
  /// In the order of the text.
  std::vector<DeclaredHolder> holders;
  std::vector<DeclaredPolicy> policies;
  std::vector<DeclaredResourcePolicy> resource_policies;
  /// Those whose account is known.
  std::vector<OidcProvider> providers;
  /// Declarations that could not be assigned, with their places.
  std::vector<NotCovered> not_covered;
};

/// `document`: `CloudFormation` or `Terraform`. `account`: 12 digits that `AWS::AccountId` stands
/// for, or empty. Errors: the text cannot be parsed, or is no template or plan.
[[nodiscard]] Result<Infrastructure> read_infrastructure(const Document& document,
                                                         std::string_view account = {});

/// What was there before the plan of Terraform; nothing for every other document.
[[nodiscard]] std::optional<Infrastructure> read_prior_state(const Document& document);

/// What the infrastructure code of an audit declares, each document read once. The account of a
/// template is that of the declared roles (`arn` in muster.yaml) that it names, if all are in one.
class DeclaredInfrastructure {
 public:
  struct Part {
    SourceId source;
    Infrastructure content;
  };

  [[nodiscard]] static DeclaredInfrastructure build(const AuditInput& input);

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<Part> parts_;
  std::vector<Unreadable> unreadable_;
};

/// The role of muster.yaml that a declared role is: by ARN, else by the name of the role. Null when
/// none or several are.
[[nodiscard]] const IntentRole* intent_of(const Intent& intent, const DeclaredHolder& holder);

}  // namespace muster::iam
