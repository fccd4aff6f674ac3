// Audits without an engine: outcomes are written down, fingerprints and coverage follow from them.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "checks/core/engine.h"
#include "store/history.h"

namespace muster::store::testing {

/// Two rules of the catalogue, and one that is not in it.
inline std::string rule_a() {
  return std::string(all_rules()[0].id);
}

inline std::string rule_b() {
  return std::string(all_rules()[1].id);
}

inline const std::string kRetiredRule = "oidc-rule-of-former-days";

/// A folder of its own for one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name = "history.db") const {
    return (path_ / name).string();
  }

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline Outcome outcome(OutcomeKind kind, const std::string& rule, const std::string& asset,
                       const std::string& anchor = "", const std::string& evidence = "e") {
  Outcome result;
  result.rule = rule;
  result.kind = kind;
  result.severity = Severity::High;
  result.asset = {"workflow-job", asset};
  result.anchor = anchor;
  result.where = {SourceId("deploy.yml"), {3, 1, 3, 9}};
  result.message = "job `" + asset + "` is wrong";
  result.fingerprint = fingerprint(rule, result.asset, anchor);
  if (!evidence.empty() && kind == OutcomeKind::Fail) {
    result.witness.fields = {{"text", {evidence}}};
  }
  return result;
}

inline Outcome fail(const std::string& rule, const std::string& asset,
                    const std::string& anchor = "", const std::string& evidence = "e") {
  return outcome(OutcomeKind::Fail, rule, asset, anchor, evidence);
}

/// A finished run over `outcomes` in which both rules ran; `day` makes its time and its id.
inline Run make_run(int day, std::vector<Outcome> outcomes) {
  Run run;
  const std::string number = (day < 10 ? "0" : "") + std::to_string(day);
  run.id = "202602" + number + "T060000Z-" + std::string(4, 'a') + number;
  run.started = *parse_utc("2026-02-" + number);
  run.finished = run.started;
  run.as_of = run.started;
  run.tool_version = "0.1.0";
  run.root = ".";
  run.repository = "acme/shop";
  run.inputs = {{"deploy.yml", std::string(64, 'a')}};
  run.rules_sha256 = std::string(64, 'b');
  std::map<std::string, RuleCoverage> coverage{{rule_a(), {rule_a()}}, {rule_b(), {rule_b()}}};
  for (const Outcome& item : outcomes) {
    RuleCoverage& row = coverage[item.rule];
    row.rule = item.rule;
    row.passed += item.kind == OutcomeKind::Pass ? 1U : 0U;
    row.failed += item.kind == OutcomeKind::Fail ? 1U : 0U;
    row.waived += item.kind == OutcomeKind::Waived ? 1U : 0U;
    row.undecided += item.kind == OutcomeKind::Undecided ? 1U : 0U;
  }
  for (const auto& [rule, row] : coverage) {
    run.result.coverage.push_back(row);
  }
  run.result.outcomes = std::move(outcomes);
  return run;
}

inline void leave_out(Run& run, const std::string& rule) {
  std::erase_if(run.result.coverage, [&](const RuleCoverage& row) { return row.rule == rule; });
}

inline Result<RunDelta> try_record(const std::string& path, const Run& run) {
  MUSTER_TRY(History history, History::open(path, Database::Mode::ReadWrite));
  MUSTER_CHECK_OK(history.begin(run));
  return history.record(run);
}

inline Result<History> open_to_read(const std::string& path) {
  return History::open(path, Database::Mode::ReadOnly);
}

/// What `open` says about the file, or an empty text when it takes it.
inline std::string refusal(const std::string& path, Database::Mode mode) {
  const auto history = History::open(path, mode);
  return history ? "" : history.error().message;
}

/// SQL from outside, as somebody with the sqlite3 program would run it; the first column of the
/// last row.
inline std::string sql(const std::string& path, const std::string& text) {
  sqlite3* handle = nullptr;
  sqlite3_open(path.c_str(), &handle);
  std::string value;
  char* message = nullptr;
  const auto keep = [](void* target, int count, char** columns, char**) {
    *static_cast<std::string*>(target) =
        count > 0 && columns[0] != nullptr ? columns[0] : std::string("NULL");
    return 0;
  };
  if (sqlite3_exec(handle, text.c_str(), keep, &value, &message) != SQLITE_OK) {
    value = std::string("error: ") + message;
  }
  sqlite3_free(message);
  sqlite3_close(handle);
  return value;
}

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace muster::store::testing
