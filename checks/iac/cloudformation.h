// CloudFormation and SAM templates with their functions worked out, as far as that can be done
// without the stack: knows resources and values, nothing of IAM. Source: AWS CloudFormation
// Template Reference, "Intrinsic function reference", "Pseudo parameters reference".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/facts.h"
#include "checks/text/tree.h"

namespace muster::iac {

/// What stands for the account and the region of a stack where nobody knows them. Neither can be a
/// real one.
inline constexpr std::string_view kSomeAccount = "000000000000";
inline constexpr std::string_view kSomeRegion = "xx-stack-1";

/// One entry of `Resources`.
struct Resource {
  /// Its logical id.
  std::string id;
  /// `AWS::IAM::Role`
  std::string type;
  /// What `Ref` gives for it, with a mark inside if that is not known.
  std::string ref;
  /// The ARN, with a mark inside if that is not known; empty when its type has none here.
  std::string arn;
  /// Resolved; absent when there are none.
  std::optional<text::Node> properties;
  /// When a value inside is not known: a digest of all that decides about it but the stack, which
  /// are the resource as written and worked out, and the parameters, conditions and mappings. Equal
  /// digests mean the same in the same stack. Else empty.
  std::string open_digest;
  /// Why it may have more properties, or others, than stand here; empty when that cannot be.
  std::string opaque;
  /// The condition that decides whether it is made; empty = always.
  std::string condition;
  /// As `open_digest`, of a resource that has a condition too.
  std::string digest;
  /// The resource as a whole.
  SourceRef where;
};

/// A template whose values are worked out: parameters have their defaults; `AWS::AccountId` and
/// `AWS::Region` stand-ins; a resource that CloudFormation will name, a name that no other has
/// (`<id>-generated`). Everything else that exists only in a stack (parameters without default,
/// branches of conditions that differ, imports, dynamic references) is a text with a mark inside,
/// which `unknown_in` explains. Movable; nodes stay valid when it moves.
class Template {
 public:
  /// `account`: 12 digits, or empty = unknown. Errors: the root is no template, or its values are
  /// too large.
  [[nodiscard]] static Result<Template> read(const text::Node& text, std::string_view account = {});

  /// In the order of the text.
  [[nodiscard]] const std::vector<Resource>& resources() const { return resources_; }

  /// Parts that say something about resources and are not worked out: macros, loops over what only
  /// the deployment knows.
  [[nodiscard]] const std::vector<NotCovered>& not_covered() const { return not_covered_; }

  /// Why the template may hold more resources, or others, than stand here; empty when that cannot
  /// be. What only makes resources that have no say about permissions does not count.
  [[nodiscard]] const std::string& opaque() const { return opaque_; }

  /// A digest of the whole template; empty when it is not opaque.
  [[nodiscard]] const std::string& opaque_digest() const { return opaque_digest_; }

  /// Why some value inside of the node is not known; nothing when all are.
  [[nodiscard]] std::optional<std::string> unknown_in(const text::Node& node) const;
  [[nodiscard]] std::optional<std::string> unknown_in(std::string_view text) const;

  /// Properties that SAM's `Globals` give to every function; absent when there are none.
  [[nodiscard]] std::optional<text::Node> function_globals() const;

 private:
  /// The texts below a node, with the reason in the place of each that is not known.
  [[nodiscard]] std::string explained(const text::Node& node) const;

  explicit Template(text::Tree tree) : tree_(std::move(tree)) {}

  text::Tree tree_;
  std::vector<Resource> resources_;
  std::vector<NotCovered> not_covered_;
  std::string opaque_;
  std::string opaque_digest_;
  /// By the number in a mark.
  std::vector<std::string> unknown_;
};

/// JSON or YAML by the first character that is no blank. Limits fit the largest file that an audit
/// reads.
[[nodiscard]] Result<text::Tree> parse_template(std::string bytes, SourceId source);

/// Whether a parsed text is a template: `Resources` with at least one typed entry or loop.
[[nodiscard]] bool is_template(const text::Node& root);

}  // namespace muster::iac
