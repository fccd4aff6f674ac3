// One audit as the history keeps it and as reports show it. Plain data shared by store/, report/
// and app/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/engine.h"

namespace muster {

/// State of a finding in a run, against what the history knew before.
enum class FindingState {
  /// Never seen before.
  New,
  /// Had been closed and is there again.
  Reopened,
  /// Was open in the run before.
  Persisting,
  /// Open before; its rule did not run on that asset this time, so it stays open.
  NotRechecked,
};

/// Why a finding closed. Nothing else closes one.
enum class CloseReason {
  /// Its rule ran on that asset and passed.
  Fixed,
  /// The asset is proven absent: its rule ran, everything was read wherever the run looked that
  /// found it, and the asset is no more.
  Gone,
  /// The rule is no longer in the catalogue.
  RuleRetired,
  /// The same defect now stands under another asset or anchor.
  Moved,
  /// Somebody accepted it.
  Waived,
};

[[nodiscard]] const char* to_string(FindingState state);
[[nodiscard]] const char* to_string(CloseReason reason);

struct InputFile {
  std::string path;
  /// Lower-case hex.
  std::string sha256;

  friend auto operator<=>(const InputFile&, const InputFile&) = default;
};

/// One finished audit.
struct Run {
  /// Unique over all histories, e.g. `20260219T060000Z-5f3a9c`.
  std::string id;
  TimePoint started;
  TimePoint finished;
  /// The time that the audit took as "now".
  TimePoint as_of;
  std::string tool_version;
  /// Audited root as given on the command line, and `owner/name` when known.
  std::string root;
  std::string repository;
  /// Folders that were read beside the root, as given.
  std::vector<std::string> facts;
  std::vector<InputFile> inputs;
  /// Hash over rules and data, so that two runs can be told apart by what they knew.
  std::string rules_sha256;
  /// What the tags named that the run saw; the next run is told.
  std::vector<TagTarget> tags;
  AuditResult result;
};

/// What the history says about one open finding of a run.
struct FindingHistory {
  FindingState state = FindingState::New;
  TimePoint first_seen;
};

/// A finding that this run closed, or one that it could not look at again.
struct PastFinding {
  std::string fingerprint;
  std::string rule;
  Severity severity = Severity::Info;
  Asset asset;
  std::string anchor;
  std::string message;
  SourceRef where;
  TimePoint first_seen;
  std::optional<CloseReason> closed;
};

/// The difference between a run and what was known before it.
struct RunDelta {
  /// Id of the run before; empty when this is the first.
  std::string previous_run;
  /// By fingerprint, one entry per `Fail` of the run.
  std::map<std::string, FindingHistory> findings;
  /// Closed by this run, sorted by fingerprint.
  std::vector<PastFinding> closed;
  /// Still open but not looked at in this run, sorted by fingerprint.
  std::vector<PastFinding> not_rechecked;
};

/// `2026-02-19T06:00:00Z`.
[[nodiscard]] std::string to_utc(TimePoint time);

/// Reads `2026-02-19T06:00:00Z` or `2026-02-19` (midnight UTC); nothing for any other text.
[[nodiscard]] std::optional<TimePoint> parse_utc(std::string_view text);

}  // namespace muster
