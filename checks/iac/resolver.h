// Works out the functions of a template, from the leaves up. Not for use outside checks/iac.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/text/tree.h"
#include "checks/text/tree_builder.h"

namespace muster::iac {

/// Begins and ends a mark: the number of an unknown value between the two. No template text has
/// them: one that does is itself unknown.
inline constexpr char kMarkBegin = '\x01';
inline constexpr char kMarkEnd = '\x02';

/// What a reference to a resource gives.
struct NamedResource {
  std::string type;
  /// Absent as long as its name is not worked out.
  std::optional<std::string> ref;
  std::string arn;
  /// The attribute that gives the ARN.
  std::string_view arn_attribute;
};

class Resolver {
 public:
  using Id = text::TreeBuilder::Id;

  Resolver(const text::Node& root, std::string_view account, text::TreeBuilder& out);

  /// The value of a node of the template. Errors: `Limit`.
  [[nodiscard]] Result<Id> resolve(const text::Node& node);

  /// Whether the node was `AWS::NoValue`.
  [[nodiscard]] bool is_nothing(Id id) const { return id == nothing_; }

  /// Resources by logical id; filled by the caller, as their names are worked out.
  std::map<std::string, NamedResource, std::less<>> resources;

  /// Reasons by the number in a mark.
  std::vector<std::string> unknown;

  [[nodiscard]] std::string_view account() const { return account_; }

 private:
  /// Arguments of one function.
  struct Call {
    std::string_view function;
    Id argument = 0;
    Span where;
  };

  /// `arguments`: the list of a function's arguments, in which `AWS::NoValue` keeps its place.
  [[nodiscard]] Id combine(const text::Node& node, std::vector<Id> done, bool arguments);
  [[nodiscard]] Id scalar(const text::Node& node);
  [[nodiscard]] Id apply(const Call& call);
  [[nodiscard]] Id reference(const Call& call);
  [[nodiscard]] Id attribute(const Call& call);
  [[nodiscard]] Id substitute(const Call& call);
  [[nodiscard]] Id join(const Call& call);
  [[nodiscard]] Id select(const Call& call);
  [[nodiscard]] Id split(const Call& call);
  [[nodiscard]] Id choose(const Call& call);
  [[nodiscard]] Id look_up(const Call& call);
  [[nodiscard]] Id parameter(const text::Node& declaration, const std::string& name,
                             const Span& where);

  [[nodiscard]] std::optional<std::string> pseudo(std::string_view name);
  [[nodiscard]] std::string reference_text(const std::string& name);
  [[nodiscard]] std::string attribute_text(const std::string& name, const std::string& attribute);
  [[nodiscard]] std::string mark(std::string why);
  [[nodiscard]] Id unknown_value(std::string why, const Span& where);
  [[nodiscard]] Id text_value(std::string text, const Span& where);
  [[nodiscard]] const std::vector<Id>* arguments(const Call& call, std::size_t least) const;
  [[nodiscard]] bool is_text(Id id) const;
  [[nodiscard]] bool same(Id a, Id b) const;

  text::Node root_;
  std::string account_;
  text::TreeBuilder& out_;
  Id nothing_;
};

/// Whether a text has a mark inside.
[[nodiscard]] bool has_mark(std::string_view text);

}  // namespace muster::iac
