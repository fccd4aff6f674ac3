// What was open before a run, and what the run looked at: together they tell why a finding closed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "checks/core/run.h"
#include "store/sqlite.h"

namespace muster::store {

/// A span that was open before this run.
struct OpenSpan {
  std::int64_t finding = 0;
  std::int64_t from_run = 0;
  std::string evidence;
  /// Severity, message, place and evidence as one text, to see a change.
  std::string content;
  /// Whether this run looked wherever the run looked that opened the span.
  bool looked_there = false;
  PastFinding past;
};

/// Hash of a witness; the witness itself is not kept.
[[nodiscard]] std::string evidence_of(const Witness& witness);

/// The message as it is kept: at most 4096 bytes, cut between two characters.
[[nodiscard]] std::string kept_message(const Outcome& outcome);

/// What makes a span: when it differs, a new one begins.
[[nodiscard]] std::string content_of(const Outcome& outcome);

/// The open findings of a scope by fingerprint. `run` is the row of the run being written, its
/// places included. Errors stick in the database.
[[nodiscard]] std::map<std::string, OpenSpan> open_spans(Database& database,
                                                         const std::string& scope,
                                                         std::int64_t run);

/// What a run looked at, to tell "fixed" from "not looked at".
class Seen {
 public:
  explicit Seen(const Run& run);

  /// The proven reason why a finding that is no more found is closed; nothing = it was not looked
  /// at.
  [[nodiscard]] std::optional<CloseReason> why_closed(const OpenSpan& span) const;

 private:
  std::set<std::string> rules_;
  std::set<std::string> incomplete_;
  std::set<std::string> waived_;
  std::set<std::string> passed_;
  std::set<std::pair<std::string, Asset>> assets_;
  std::set<std::pair<std::string, Asset>> undecided_;
  bool gaps_ = false;
};

}  // namespace muster::store
