// What is collected of an account: one file for each service. Each puts its facts and names what it
// could not read. docs/account-facts.md has the files.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "aws/facts.h"

namespace muster::aws {

/// What other collectors have to know of IAM.
struct IamKnown {
  /// ARN of the role by ARN of the instance profile.
  std::map<std::string, std::string> role_of_profile;
  /// ARNs of the roles that a token of an identity provider may assume.
  std::vector<std::string> web_identity_roles;
};

// ---- of the account

/// Users, groups, roles and managed policies with their texts; OIDC providers; the credential
/// report; the longest sessions of roles; what deploy roles used. Bulk calls instead of six for
/// each role. Nothing when the roles could not be read.
std::optional<IamKnown> collect_iam(const Client& client, Facts& facts);

/// An organisation as one of its accounts may read it: its management account or a delegated
/// administrator. What is of several accounts is asked for once. Thread-safe.
class Organization {
 public:
  /// `client` must know its account.
  explicit Organization(Client client);
  ~Organization();
  Organization(const Organization&) = delete;
  Organization& operator=(const Organization&) = delete;

  /// The service and resource control policies from the root down to the account.
  void collect(const std::string& account, Facts& facts);

 private:
  class Reader;

  std::mutex mutex_;
  Client client_;
  std::unique_ptr<Reader> reader_;
};

/// An account as its organisation lists it.
struct MemberAccount {
  std::string id;
  bool active = false;
};

/// All accounts of the organisation. Errors (`Unreadable`): those of the call.
[[nodiscard]] Result<std::vector<MemberAccount>> organization_accounts(const Client& client);

/// Whether the client's account may read what is attached where in the organisation.
[[nodiscard]] bool may_read_organization(const Client& client);

/// Public repositories of images and their tags.
void collect_ecr_public(const Client& client, Facts& facts);

/// Buckets with their settings and policies, wherever they are; the account's own block.
void collect_s3(const Client& client, Facts& facts);

/// Distributions and origin access controls.
void collect_cloudfront(const Client& client, Facts& facts);

/// Who changed roles in the last seven days.
void collect_role_changes(const Client& client, Facts& facts);

// ---- of one region

/// Repositories of container images, with tag mutability, policies, images, cleanup, scanning.
void collect_ecr(const Client& client, Facts& facts);

/// Clusters, services, tasks; task definitions: those that services name, the ones before them and
/// the newest of their families.
void collect_ecs(const Client& client, Facts& facts);

/// Managed hosts, names of parameters, own documents and who shares them.
void collect_ssm(const Client& client, Facts& facts);

/// Instances and security groups. Returns the answer about the instances.
std::optional<Value> collect_instances(const Client& client, Facts& facts);

/// Names and policies of secrets.
void collect_secrets(const Client& client, Facts& facts);

/// Aliases, keys, their policies and rotation.
void collect_kms(const Client& client, Facts& facts);

/// Trails and whether they record.
void collect_cloudtrail(const Client& client, Facts& facts);

// ---- of instances

/// The regions that the account may use. Errors (`Unreadable`): those of the call.
[[nodiscard]] Result<std::vector<std::string>> enabled_regions(const Client& client);

/// Entries of the inventory (docs/account-facts.md) for the instances of a region that are not
/// ended. REQUIRES: the map knows all roles; a profile that is not in it has none.
[[nodiscard]] Value instance_entries(const Value& answer, const std::string& region,
                                     const std::map<std::string, std::string>& role_of_profile);

}  // namespace muster::aws
