// The journal of all drills of a machine: what was meant is written before it is done, and what
// came of it after. Steps are only ever added, each with the hash of the one before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/result.h"
#include "drills/judge.h"
#include "drills/plan.h"
#include "drills/sampler.h"
#include "store/sqlite.h"

namespace muster::drills {

enum class Phase { Intent, Done, Failed };

[[nodiscard]] const char* to_string(Phase phase);

/// One row of the chain.
struct Step {
  std::string drill;
  std::int64_t seq = 0;
  std::string name;
  std::string phase;
  /// UTC, for people; order is `seq`.
  std::string wall;
  std::string boot_id;
  std::int64_t mono_us = 0;
  /// Canonical JSON.
  std::string data;
};

struct DrillRow {
  std::string id;
  std::string target;
  std::string environment;
  std::string plan;
  std::string plan_json;
  std::string path_hash;
  /// The state of the machine: `docs/drills.md`. `closed` is its end.
  std::string state;
  /// Of a closed drill: passed, failed, refused, superseded, recovered, unproven.
  std::string outcome;
  std::string reason;
  std::string opened;
  std::string closed;
  /// Canonical JSON of metrics; empty when there are none.
  std::string metrics;
  std::string chain_head;
  std::int64_t chain_rows = 0;
};

/// Who said that a plan may be carried out, and until when.
struct Approval {
  std::string plan;
  std::string by;
  std::string at;
  std::string expires;
  /// The signature as it was handed in.
  std::string signature;
};

class Journal {
 public:
  /// Opens the file, making it and its folder. Errors: a foreign, damaged, newer or unreadable
  /// file.
  [[nodiscard]] static Result<Journal> open(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] Status keep_plan(const Plan& plan);
  /// A plan by its id, or by a unique beginning of at least 8 digits.
  [[nodiscard]] Result<Plan> plan(const std::string& id);

  [[nodiscard]] Status keep_approval(const Approval& approval);
  [[nodiscard]] Result<std::vector<Approval>> approvals(const std::string& plan);

  /// Opens a drill. Errors: the target has one that is not closed.
  [[nodiscard]] Status begin(const std::string& id, const Plan& plan);

  /// Adds a step, on the disk when it returns, and moves the drill to `state`.
  [[nodiscard]] Status add(const std::string& drill, const std::string& name, Phase phase,
                           const std::string& data, const std::string& state);

  [[nodiscard]] Status keep_samples(const std::string& drill, const std::vector<Sample>& samples);

  /// Adds the step `close` and sets outcome, reason and metrics.
  [[nodiscard]] Status close(const std::string& drill, const std::string& outcome,
                             const std::string& reason, const std::string& metrics);

  /// A drill that was refused before anything was touched, or before it could begin: a closed row
  /// with one step.
  [[nodiscard]] Status refuse(const std::string& id, const Plan& plan, const std::string& reason);

  [[nodiscard]] Result<DrillRow> drill(const std::string& id);
  /// Newest first.
  [[nodiscard]] Result<std::vector<DrillRow>> drills();
  [[nodiscard]] Result<std::vector<Step>> steps(const std::string& drill);

  /// What is wrong with the chain; empty when every step is as it was written and none is missing.
  [[nodiscard]] Result<std::vector<std::string>> verify();

 private:
  Journal(store::Database database, std::string path)
      : database_(std::move(database)), path_(std::move(path)) {}

  Status append(const std::string& drill, const std::string& name, Phase phase,
                const std::string& data);

  store::Database database_;
  std::string path_;
};

/// Id of a new drill: its time and six random digits, `20260219T060000Z-5f3a9c`.
[[nodiscard]] std::string new_drill_id();

/// Changes at each start of the machine; empty where it cannot be read.
[[nodiscard]] std::string boot_id();

/// The wall clock, UTC.
[[nodiscard]] std::string wall_time();

}  // namespace muster::drills
