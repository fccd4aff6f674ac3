// The IAM policy language as typed values with spans. Grammar: IAM User Guide, "Grammar of the IAM
// JSON policy language".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"
#include "checks/core/source.h"
#include "checks/text/ascii.h"
#include "checks/text/tree.h"

namespace muster::policy {

enum class Effect { Allow, Deny };

/// A missing `Version` means `2008-10-17`, where `${…}` is literal text.
enum class Version { V2008_10_17, V2012_10_17 };

/// What a document is used as. Decides which elements must and must not be there.
enum class PolicyType { Identity, Resource, Trust };

/// A piece of text with its place.
struct Text {
  std::string value;
  SourceRef where;
};

enum class PrincipalType { Any, Aws, Federated, Service, CanonicalUser };

/// One entry of `Principal` / `NotPrincipal`. `"*"` alone is `Any` with value `*`; `{"AWS": "*"}`
/// is `Aws` with value `*`.
struct Principal {
  PrincipalType type = PrincipalType::Any;
  Text value;
};

enum class Quantifier { None, ForAllValues, ForAnyValue };

/// The operator without quantifier, negation and `IfExists`. `Unknown` = a name that IAM does not
/// have.
enum class OperatorKind {
  StringEquals,
  StringEqualsIgnoreCase,
  StringLike,
  NumericEquals,
  NumericLessThan,
  NumericLessThanEquals,
  NumericGreaterThan,
  NumericGreaterThanEquals,
  DateEquals,
  DateLessThan,
  DateLessThanEquals,
  DateGreaterThan,
  DateGreaterThanEquals,
  Bool,
  BinaryEquals,
  IpAddress,
  ArnEquals,
  ArnLike,
  Null,
  Unknown,
};

struct Operator {
  OperatorKind kind = OperatorKind::Unknown;
  bool negated = false;
  bool if_exists = false;
  Quantifier quantifier = Quantifier::None;
  /// As written, with its place.
  Text name;
};

/// One clause: operator, key, values. A statement's clauses are ANDed.
struct Condition {
  Operator op;
  /// As written; compare with `lower()`.
  Text key;
  /// JSON booleans and numbers stand as their text. May be empty.
  std::vector<Text> values;
  /// From the key to the end of its values.
  SourceRef where;
};

struct Statement {
  /// 0-based position in the document.
  std::size_t index = 0;
  std::optional<Text> sid;
  Effect effect = Effect::Deny;
  /// Exactly one of principals / not_principals in resource and trust policies; both empty in
  /// identity policies.
  std::optional<std::vector<Principal>> principals;
  std::optional<std::vector<Principal>> not_principals;
  /// Exactly one of the two.
  std::optional<std::vector<Text>> actions;
  std::optional<std::vector<Text>> not_actions;
  /// At most one of the two; both absent in trust policies.
  std::optional<std::vector<Text>> resources;
  std::optional<std::vector<Text>> not_resources;
  std::vector<Condition> conditions;
  SourceRef where;

  /// `stmt:<Sid>`, or `stmt:<index>` when there is no Sid: the semantic anchor of findings.
  [[nodiscard]] std::string anchor() const;
};

struct Policy {
  Version version = Version::V2008_10_17;
  std::optional<Text> id;
  std::vector<Statement> statements;
  SourceRef where;
};

/// Reads a policy from an already parsed node. Unknown element, wrong JSON type, missing `Effect`,
/// `Action` without colon, both of `X`/`NotX`: an `Invalid` error with the place. Operators that
/// IAM does not have are kept as `Unknown` (they evaluate to unknown), so that checks can name
/// them. Element names are case-sensitive; a case variant is an error that names the right
/// spelling.
[[nodiscard]] Result<Policy> read_policy(const text::Node& node, PolicyType type);

/// `parse_json` and `read_policy` in one.
[[nodiscard]] Result<Policy> parse_policy(std::string bytes, SourceId source, PolicyType type);

/// Whether two policies say the same in the same order: equal but for places, `Id` and `Sid`.
[[nodiscard]] bool same_policy(const Policy& a, const Policy& b);

/// ASCII lower case: condition keys, operators and actions compare without case.
using text::lower;

}  // namespace muster::policy
