// The capabilities that `muster.yaml` can declare for a role: what each one takes, and what it
// grants. The data is rules/data/capabilities.json, part of the program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::capability {

/// What the value of a parameter must look like, and how it goes into an ARN.
enum class Form {
  /// No colon, no blank; `*` and `?` are wildcards.
  Name,
  /// A name, or an ARN that stands for the whole beginning of the pattern.
  NameOrArn,
  Arn,
  /// A name; a leading slash is dropped.
  Path,
  /// A path that ends in a slash, which may be left out.
  Folder,
  /// A name, which gets the six random characters that end a secret's ARN; or a whole ARN.
  Secret,
  /// A parameter's path or ARN; ARNs have no slash between `parameter` and a path.
  Parameter,
  /// A document of Systems Manager; those of AWS have no account in their ARN.
  Document,
  Region,
  Account,
  Flag,
  Tags,
};

struct Parameter {
  std::string name;
  Form form = Form::Name;
  /// Whether a list may stand in the place of one value.
  bool list = false;
  bool required = false;
  /// The value if it is not given.
  std::optional<std::string> fallback;
  std::string about;
};

struct ClauseTemplate {
  std::string op;
  std::string key;
  std::vector<std::string> values;
};

/// A statement with `{parameter}` in its resources and conditions.
struct StatementTemplate {
  std::string sid;
  /// Accepted in a role's policies, but not needed.
  bool optional = false;
  /// The `sid` of the statement that does the same in another way; empty for a statement of its
  /// own.
  std::string instead_of;
  /// Only if all of these parameters are given, and a flag is true.
  std::vector<std::string> when;
  /// Only if none of these is.
  std::vector<std::string> unless;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::vector<ClauseTemplate> conditions;
};

struct Template {
  std::string name;
  std::string about;
  /// Its own, then those that every capability has.
  std::vector<Parameter> parameters;
  /// At least one of these must be given; empty = no such demand.
  std::vector<std::string> one_of;
  std::vector<StatementTemplate> statements;

  [[nodiscard]] const Parameter* find(std::string_view parameter) const;
};

/// Sorted by name.
[[nodiscard]] const std::vector<Template>& templates();
[[nodiscard]] const Template* find_template(std::string_view name);
[[nodiscard]] std::vector<std::string_view> template_names();

/// What every role with declared capabilities may do besides.
[[nodiscard]] const std::vector<StatementTemplate>& always_allowed();

/// The date of the data.
[[nodiscard]] std::string_view template_date();

/// What is wrong with a value, as the second half of a sentence (`is no ARN; …`); else empty.
[[nodiscard]] std::string problem_of(Form form, std::string_view value);

}  // namespace muster::capability
