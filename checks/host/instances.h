// Instances of EC2 with what decides who reaches them: addresses, metadata service, security
// groups. Read from outputs of `aws ec2 describe-instances`, `describe-security-groups` and `aws
// ssm describe-instance-information`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"

namespace muster::host {

/// `MetadataOptions` as EC2 words them; empty = not told.
struct MetadataOptions {
  /// `enabled`, `disabled`
  std::string endpoint;
  /// `required` (version 2 alone), `optional`
  std::string tokens;
};

struct Instance {
  std::string id;
  /// Its tag `Name`; may be empty.
  std::string name;
  /// ARN; empty without one.
  std::string profile;
  /// Whether an address of it can be reached from the internet.
  bool is_public = false;
  MetadataOptions metadata;
  std::vector<std::string> security_groups;
  /// Whether Systems Manager says that its agent is there.
  bool managed = false;
  SourceRef where;

  [[nodiscard]] Asset asset() const { return {"ec2-instance", id}; }

  /// `web (i-0a1b2c)`, or the id alone.
  [[nodiscard]] std::string shown() const;
};

/// An entry of a security group that lets traffic in.
struct Ingress {
  /// `tcp`, a number, or `-1` for all.
  std::string protocol;
  /// Absent = all ports.
  std::optional<long> from_port;
  std::optional<long> to_port;
  /// IPv4 and IPv6 ranges in CIDR notation.
  std::vector<std::string> ranges;
  /// Prefix lists, whose ranges are not told.
  std::vector<std::string> prefix_lists;
  SourceRef where;

  /// Whether TCP to the port may pass.
  [[nodiscard]] bool lets_in(long port) const;
};

class Instances {
 public:
  [[nodiscard]] static Instances build(const AuditInput& input);

  /// Those that are not terminated, in document order.
  [[nodiscard]] const std::vector<Instance>& all() const { return instances_; }

  /// What the group lets in; null when it is not among the facts.
  [[nodiscard]] const std::vector<Ingress>* group(std::string_view id) const;

 private:
  std::vector<Instance> instances_;
  std::map<std::string, std::vector<Ingress>, std::less<>> groups_;
};

/// Whether the range is so large that it is nobody's own network: shorter than `/8`, for IPv6 than
/// `/16`.
[[nodiscard]] bool is_the_internet(std::string_view cidr);

}  // namespace muster::host
