// What every format shows, made once from a run: sanitised, counted, sorted, judged. Formats only
// lay it out.
#pragma once

#include <string>
#include <vector>

#include "checks/core/intent.h"
#include "checks/core/rule.h"
#include "checks/core/run.h"

namespace muster::report {

struct Counts {
  std::size_t pass = 0;
  std::size_t fail = 0;
  std::size_t waived = 0;
  std::size_t undecided = 0;
  std::size_t not_applicable = 0;

  /// Checks with a verdict.
  [[nodiscard]] std::size_t decided() const { return pass + fail + waived; }
};

/// One outcome with what history and catalogue add to it.
struct Item {
  Outcome outcome;
  const Rule* rule = nullptr;
  /// Meaningful for fails only.
  FindingState state = FindingState::New;
  TimePoint first_seen;
  std::size_t age_days = 0;
};

/// The findings of one rule.
struct Group {
  const Rule* rule = nullptr;
  /// The worst of its items.
  Severity severity = Severity::Info;
  std::vector<Item> items;
};

/// Something that somebody must find out or repair, and the checks that wait for it.
struct Question {
  std::string where;
  std::string reason;
  std::vector<std::string> rules;
  /// Whether the audit is incomplete until it is answered.
  bool blocks = false;
};

enum class Verdict { Passes, Fails, Incomplete };

[[nodiscard]] const char* to_string(Verdict verdict);

struct Gate {
  Verdict verdict = Verdict::Passes;
  Severity fail_on = Severity::Medium;
  /// Fails at or above `fail_on`.
  std::size_t blocking = 0;
  /// Questions and gaps that keep the audit incomplete. One question may leave many checks
  /// undecided.
  std::size_t open_questions = 0;
};

/// A dated table that verdicts rest on.
struct DataDate {
  std::string name;
  std::string date;
};

struct Report {
  Run run;
  std::string previous_run;
  bool intent_declared = false;
  std::string subject;
  Gate gate;
  /// One sentence: the verdict and why.
  std::string verdict;
  Counts counts;
  /// Fails by severity, index = Severity.
  std::size_t by_severity[5] = {};
  /// pass / (pass + fail + waived) in tenths of a percent, rounded down; -1 when nothing was
  /// decided.
  int posture_permille = -1;
  std::size_t created = 0;
  std::size_t reopened = 0;
  std::size_t persisting = 0;
  /// Fails, worst group first.
  std::vector<Group> groups;
  /// Fails that somebody accepted.
  std::vector<Item> waived;
  std::vector<Item> undecided;
  /// The same by place and reason: blocking ones first, then those that most checks wait for.
  std::vector<Question> questions;
  std::vector<Item> passes;
  std::vector<PastFinding> closed;
  std::vector<PastFinding> not_rechecked;
  std::vector<DataDate> data;
};

/// `new`, `reopened`, `open for 3 days`, `open since today`.
[[nodiscard]] std::string state_text(const Item& item);

/// `78.3`, or `-` when nothing was decided.
[[nodiscard]] std::string posture_text(const Report& report);

/// The closed findings whose rule ran on the asset again and passed; the others are gone, moved,
/// retired or waived.
[[nodiscard]] std::size_t fixed_count(const Report& report);

/// Builds the report of a run. `fail_on`: findings of this severity and above fail the gate.
/// Deterministic.
[[nodiscard]] Report make_report(const Run& run, const RunDelta& delta, const Intent& intent,
                                 Severity fail_on);

}  // namespace muster::report
