// Things of an account that carry a role or that others run: instances, functions, services, task
// definitions, repositories of images. Read from the `inventory` list of account snapshots; the
// format is in docs/account-facts.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/model.h"

namespace muster::iam {

/// One entry of an inventory.
struct Resource {
  /// Terraform's name of the type: `aws_instance`, `aws_ecs_service`.
  std::string type;
  std::string name;
  /// May be empty.
  std::string arn;
  /// From the ARN, or of the role; empty = unknown.
  std::string account;
  /// Which of its properties names the role: `iam_instance_profile`, `task_role_arn`.
  std::string field;
  /// ARN of the role that it runs as; empty = none.
  std::string role;
  /// What it runs or reads: an image (`…/app:latest`, `…/app@sha256:…`), or the ARN of an S3
  /// object, a parameter, a secret, an SSM document.
  std::vector<std::string> consumes;
  std::vector<Tag> tags;
  /// Other properties, as text: `image_tag_mutability`.
  std::map<std::string, std::string, std::less<>> properties;
  SourceRef where;

  /// The value of a property; empty when it is not given.
  [[nodiscard]] std::string_view property(std::string_view key) const;
};

class Inventory {
 public:
  [[nodiscard]] static Inventory build(const AuditInput& input);

  /// In document order. A thing with two roles has two entries.
  [[nodiscard]] const std::vector<Resource>& resources() const { return resources_; }

  /// Whether the facts hold an inventory at all.
  [[nodiscard]] bool given() const { return given_; }

  /// Documents and entries that could not be read.
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<Resource> resources_;
  bool given_ = false;
  std::vector<Unreadable> unreadable_;
};

}  // namespace muster::iam
