// Outcomes of rules on assets, with their evidence. See docs/architecture.md for the five values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/source.h"

namespace muster {

/// Ordered: a later one is worse.
enum class Severity { Info, Low, Medium, High, Critical };

enum class OutcomeKind { Pass, Fail, Waived, Undecided, NotApplicable };

[[nodiscard]] const char* to_string(Severity severity);
[[nodiscard]] const char* to_string(OutcomeKind kind);

/// A thing that is judged. `kind`: `iam-role`, `workflow`, `workflow-job`, `workflow-step`,
/// `document`, `repository`. `id` is stable over edits: an ARN; `.github/workflows/deploy.yml`;
/// `.github/workflows/deploy.yml#jobs.deploy`.
struct Asset {
  std::string kind;
  std::string id;

  friend auto operator<=>(const Asset&, const Asset&) = default;
};

enum class WitnessKind {
  /// A claim set; `muster trust test` replays it.
  Token,
  /// A request; `muster policy eval` replays it.
  Request,
  /// event -> workflow -> job -> role.
  Path,
  /// The offending text itself.
  Text,
};

[[nodiscard]] const char* to_string(WitnessKind kind);

struct WitnessField {
  std::string name;
  std::vector<std::string> values;

  friend auto operator<=>(const WitnessField&, const WitnessField&) = default;
};

/// The concrete evidence that a fail is real. Fields are in reading order: `sub`, `repository`, …
/// for a token.
struct Witness {
  WitnessKind kind = WitnessKind::Text;
  std::vector<WitnessField> fields;

  /// The first value of the field with this name; empty when there is none.
  [[nodiscard]] std::string first(std::string_view name) const;

  friend bool operator==(const Witness&, const Witness&) = default;
};

/// A second place that matters to a finding, with a short note ("the trust policy that refuses
/// it").
struct RelatedPlace {
  SourceRef where;
  std::string note;

  friend auto operator<=>(const RelatedPlace&, const RelatedPlace&) = default;
};

/// The result of one rule on one asset (one anchor of it). Checks fill the upper half; the engine
/// the lower one.
struct Outcome {
  std::string rule;
  OutcomeKind kind = OutcomeKind::Pass;
  Severity severity = Severity::Info;
  Asset asset;
  /// The place inside the asset that keeps its name over edits: `stmt:AllowGitHub`,
  /// `jobs.deploy.steps[push]`. Empty when the rule says one thing about the asset as a whole.
  std::string anchor;
  /// Declared environment that this touches; empty = none known.
  std::string environment;
  SourceRef where;
  std::vector<RelatedPlace> related;
  /// Fills the `{name}` places of the rule's message.
  std::map<std::string, std::string> args;
  /// Empty fields = no witness.
  Witness witness;
  /// For `Undecided`: what is missing. For `Waived`: until when, and why. For `Fail`: an extra
  /// sentence when the check has one to say.
  std::string reason;

  /// Rendered from the rule's message and `args`.
  std::string message;
  /// fp v1 as 32 hex digits: never line, message or severity.
  std::string fingerprint;
};

}  // namespace muster
