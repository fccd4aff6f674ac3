// The keys of `muster.yaml` as one table: the reader checks against it and the published JSON
// Schema is printed from it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muster {

/// What a value must look like beyond its type.
enum class IntentFormat {
  Any,
  /// `owner/name`
  Repository,
  /// `arn:aws:iam::111122223333:role/path/name`
  RoleArn,
  /// 12 digits, in quotes (YAML would drop a leading zero)
  AccountId,
  /// A numeric id, in quotes or not
  Digits,
  /// A branch or tag name or glob, without `refs/heads/`
  RefGlob,
  /// A path inside the repository, with forward slashes
  Path,
  /// A value that is no secret
  PublicValue,
  /// `eu-central-1`
  Region,
  /// Not empty.
  Prose,
  /// `2026-12-31`
  Day,
  /// The id of an escalation: `ssm-send-command`
  Escalation,
  /// The ARN of a role or user, or `itself`
  PrincipalOrItself,
  /// A number of days, in quotes or not
  Days,
  /// A path on a host: `/opt/shop`
  HostPath,
  /// The name or number of a user
  HostUser,
  /// User and group of a host: `shop:shop`, `1000:1000`
  HostOwner,
  /// The name of an environment variable
  VariableName,
};

enum class IntentType {
  Text,
  Boolean,
  TextList,
  /// One object with the keys of `object`.
  Object,
  ObjectList,
  /// Names of the reader's choice, each with an object.
  NamedObjects,
  /// Names of the reader's choice, each with a text.
  NamedTexts,
  /// A list of capabilities with their parameters; see `checks/intent/capabilities.h`.
  Capabilities,
  /// From condition operator to key to values, as in a policy.
  Clauses,
};

struct IntentObject;

struct IntentKey {
  std::string_view name;
  IntentType type = IntentType::Text;
  std::string_view description;
  IntentFormat format = IntentFormat::Any;
  bool required = false;
  /// Allowed values; empty = any.
  std::span<const std::string_view> values = {};
  /// For objects: their keys.
  const IntentObject* object = nullptr;
  /// For names of the reader's choice: what they look like.
  IntentFormat name_format = IntentFormat::Any;
};

struct IntentObject {
  std::span<const IntentKey> keys;
};

/// The root of `muster.yaml`.
[[nodiscard]] const IntentObject& intent_schema();

/// The same as a JSON Schema (2020-12), for editors; ends with a line break.
[[nodiscard]] std::string intent_json_schema();

/// Whether a number of YAML may stand for the text.
[[nodiscard]] constexpr bool takes_number(const IntentKey& key) {
  return key.format == IntentFormat::Digits || key.format == IntentFormat::Days ||
         !key.values.empty();
}

/// Empty when `text` has the format, else what is wrong, as the second half of a sentence:
/// `is no role ARN; expected …`.
[[nodiscard]] std::string format_problem(IntentFormat format, std::string_view text);

}  // namespace muster
