// Plans and states of Terraform as `terraform show -json` prints them: resources with their values,
// and which values are known only after apply. Knows nothing of IAM. Source: Terraform
// documentation, "JSON Output Format".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/facts.h"
#include "checks/text/tree.h"

namespace muster::iac {

/// One instance of a resource. Its nodes live as long as the tree that it was read from.
struct TerraformResource {
  /// `module.ci["a"].aws_iam_role.deploy[0]`
  std::string address;
  /// `module.ci["a"]`; empty in the root module.
  std::string module;
  std::string type;
  std::string name;
  /// `[0]`, `["a"]`; empty without `count` and `for_each`.
  std::string index;
  text::Node values;
  /// A mapping with `true` where a value is known only after apply, or `true` for all values;
  /// absent in a state.
  std::optional<text::Node> unknown;
  /// Its arguments as the configuration has them; absent in a state.
  std::optional<text::Node> expressions;
  SourceRef where;
};

/// A value of a resource.
struct TerraformValue {
  /// Absent when there is none, or when it is known only after apply.
  std::optional<text::Node> node;
  bool unknown = false;
};

/// Which resources of a plan: those that will be there after apply, or those that were there
/// before.
enum class PlanSide { After, Before };

class TerraformResources {
 public:
  /// The resources of a plan, or those that a state holds. Errors: no plan and no state.
  [[nodiscard]] static Result<TerraformResources> read(const text::Node& root,
                                                       PlanSide side = PlanSide::After);

  [[nodiscard]] const std::vector<TerraformResource>& all() const { return resources_; }

  /// Why the plan does not hold every resource that there will be, by place: it was cut off, put
  /// off, or holds types of another provider for the same things.
  [[nodiscard]] const std::vector<NotCovered>& not_covered() const { return not_covered_; }

  /// The account of everything that the text tells an account of; empty when it tells none or
  /// several.
  [[nodiscard]] const std::string& account() const { return account_; }

  /// The value of an argument or attribute.
  [[nodiscard]] static TerraformValue value(const TerraformResource& resource,
                                            std::string_view name);

  /// The resource that an argument takes its value from: the only reference of its expression that
  /// is a resource of the same module, with the same index if it has several instances. Null when
  /// that is not certain.
  [[nodiscard]] const TerraformResource* referred(const TerraformResource& resource,
                                                  std::string_view argument) const;

 private:
  std::vector<TerraformResource> resources_;
  std::vector<NotCovered> not_covered_;
  std::string account_;
};

/// Whether a parsed text is a plan or state.
[[nodiscard]] bool is_terraform(const text::Node& root);

/// Whether it is a plan, which knows what was there before.
[[nodiscard]] bool is_plan(const text::Node& root);

}  // namespace muster::iac
