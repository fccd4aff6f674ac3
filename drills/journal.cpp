// SQLite in WAL mode with synchronous=FULL: a step that was added has reached the disk.
#include "drills/journal.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "checks/core/digest.h"
#include "checks/core/run.h"

namespace muster::drills {
namespace {

constexpr std::int64_t kApplicationId = 1297306708;
constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE plan(id TEXT PRIMARY KEY CHECK(length(id) = 64), json TEXT NOT NULL, made TEXT NOT NULL) STRICT;
CREATE TABLE approval(
  plan TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, expires TEXT NOT NULL, signature TEXT NOT NULL) STRICT;
CREATE TABLE drill(
  id TEXT PRIMARY KEY, target TEXT NOT NULL, environment TEXT NOT NULL, plan TEXT NOT NULL, plan_json TEXT NOT NULL,
  path_hash TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
  opened TEXT NOT NULL, closed TEXT NOT NULL DEFAULT '', metrics TEXT NOT NULL DEFAULT '',
  chain_head TEXT NOT NULL DEFAULT '', chain_rows INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX drill_open ON drill(target) WHERE state <> 'closed';
CREATE TABLE step(
  place INTEGER PRIMARY KEY AUTOINCREMENT, drill TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL,
  phase TEXT NOT NULL CHECK(phase IN ('intent','done','failed')), wall TEXT NOT NULL, boot_id TEXT NOT NULL,
  mono_us INTEGER NOT NULL, data TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE(drill, seq)) STRICT;
CREATE TABLE sample(
  drill TEXT NOT NULL, due_us INTEGER NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER NOT NULL, fate TEXT NOT NULL,
  status INTEGER NOT NULL, version TEXT NOT NULL, error TEXT NOT NULL) STRICT;
CREATE INDEX sample_drill ON sample(drill);
CREATE TRIGGER step_no_update BEFORE UPDATE ON step BEGIN SELECT RAISE(ABORT, 'steps are only added'); END;
CREATE TRIGGER step_no_delete BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'steps are only added'); END;
)sql";

constexpr const char* kDrillColumns =
    "SELECT id, target, environment, plan, plan_json, path_hash, state, outcome, reason, opened, "
    "closed, metrics, "
    "chain_head, chain_rows FROM drill ";

Error refused(const std::string& path, const std::string& why) {
  return Error{ErrorCode::Unreadable, "drill journal `" + path + "` " + why, {}};
}

Status prepare(store::Database& database, const std::string& path) {
  const std::int64_t version = database.number("PRAGMA user_version");
  const std::int64_t application = database.number("PRAGMA application_id");
  const bool blank = database.number("SELECT count(*) FROM sqlite_master") == 0;
  MUSTER_CHECK_OK(database.status());
  if (blank) {
    database.use_write_ahead_log();
    store::Transaction transaction(database);
    if (database.number("SELECT count(*) FROM sqlite_master") == 0) {
      database.run(kSchema);
      database.run(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
      database.run(("PRAGMA user_version=" + std::to_string(kVersion)).c_str());
    }
    return transaction.commit();
  }
  if (application != kApplicationId) {
    return refused(path, "is a database of another program");
  }
  return version == kVersion ? Status(Done{})
                             : Status(refused(path, "is of another version of muster"));
}

/// What the hash of a step is over, besides the hash before it.
std::string hashed(const Step& step) {
  return nlohmann::json{step.drill, step.seq,     step.name,    step.phase,
                        step.wall,  step.boot_id, step.mono_us, step.data}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string chained(const std::string& before, const Step& step) {
  return hex(sha256(before + hashed(step)));
}

DrillRow drill_of(const store::Statement& row) {
  return {row.text(0),  row.text(1),  row.text(2),  row.text(3),    row.text(4),
          row.text(5),  row.text(6),  row.text(7),  row.text(8),    row.text(9),
          row.text(10), row.text(11), row.text(12), row.integer(13)};
}

Step step_of(const store::Statement& row) {
  return {row.text(0), row.integer(1), row.text(2),    row.text(3),
          row.text(4), row.text(5),    row.integer(6), row.text(7)};
}

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::Intent:
      return "intent";
    case Phase::Done:
      return "done";
    case Phase::Failed:
      return "failed";
  }
  return "";
}

Result<Journal> Journal::open(const std::string& path) {
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) {
    std::filesystem::create_directories(folder, error);
  }
  MUSTER_TRY(store::Database database,
             store::Database::open(path, store::Database::Mode::ReadWrite));
  MUSTER_CHECK_OK(prepare(database, path));
  database.run("PRAGMA synchronous=FULL");
  MUSTER_CHECK_OK(database.status());
  return Journal(std::move(database), std::filesystem::absolute(path, error).string());
}

Status Journal::keep_plan(const Plan& plan) {
  database_.prepare("INSERT OR IGNORE INTO plan(id, json, made) VALUES(?, ?, ?)")
      .bind(plan_id(plan))
      .bind(to_json(plan))
      .bind(wall_time())
      .run();
  return database_.status();
}

Result<Plan> Journal::plan(const std::string& id) {
  const bool digits = id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (id.size() < 8 || !digits) {
    return Error{
        ErrorCode::Usage, "`" + id + "` is no plan; `muster drill plan` prints the id of one", {}};
  }
  std::vector<std::pair<std::string, std::string>> found;
  {
    auto rows =
        database_.prepare("SELECT id, json FROM plan WHERE substr(id, 1, length(?)) = ? LIMIT 2");
    rows.bind(id).bind(id);
    while (rows.step()) {
      found.emplace_back(rows.text(0), rows.text(1));
    }
  }
  MUSTER_CHECK_OK(database_.status());
  if (found.size() != 1) {
    return Error{ErrorCode::Usage,
                 found.empty()
                     ? "there is no plan `" + id + "`; `muster drill plan TARGET` makes one"
                     : "several plans begin with `" + id + "`; write more of it",
                 {}};
  }
  MUSTER_TRY(Plan plan, parse_plan(found[0].second));
  if (plan_id(plan) != found[0].first) {
    return refused(
        path_, "holds plan `" + found[0].first + "` with another content: it was tampered with");
  }
  return plan;
}

Status Journal::keep_approval(const Approval& approval) {
  database_.prepare("INSERT INTO approval(plan, by, at, expires, signature) VALUES(?, ?, ?, ?, ?)")
      .bind(approval.plan)
      .bind(approval.by)
      .bind(approval.at)
      .bind(approval.expires)
      .bind(approval.signature)
      .run();
  return database_.status();
}

Result<std::vector<Approval>> Journal::approvals(const std::string& plan) {
  std::vector<Approval> all;
  {
    auto rows = database_.prepare(
        "SELECT plan, by, at, expires, signature FROM approval WHERE plan = ? ORDER BY rowid");
    rows.bind(plan);
    while (rows.step()) {
      all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
    }
  }
  MUSTER_CHECK_OK(database_.status());
  return all;
}

Status Journal::append(const std::string& drill, const std::string& name, Phase phase,
                       const std::string& data) {
  Step step{drill, 0, name, to_string(phase), wall_time(), boot_id(), monotonic_us(), data};
  std::string before;
  {
    auto last = database_.prepare("SELECT hash FROM step ORDER BY place DESC LIMIT 1");
    if (last.step()) {
      before = last.text(0);
    }
    auto count = database_.prepare("SELECT count(*) FROM step WHERE drill = ?");
    count.bind(drill);
    step.seq = count.step() ? count.integer(0) : 0;
  }
  const std::string hash = chained(before, step);
  database_
      .prepare(
          "INSERT INTO step(drill, seq, name, phase, wall, boot_id, mono_us, data, prev_hash, "
          "hash) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(step.drill)
      .bind(step.seq)
      .bind(step.name)
      .bind(step.phase)
      .bind(step.wall)
      .bind(step.boot_id)
      .bind(step.mono_us)
      .bind(step.data)
      .bind(before)
      .bind(hash)
      .run();
  database_.prepare("UPDATE drill SET chain_head = ?, chain_rows = ? WHERE id = ?")
      .bind(hash)
      .bind(step.seq + 1)
      .bind(drill)
      .run();
  return database_.status();
}

// Each write forgets the error of the one before: a disk that was full may have room again.
Status Journal::begin(const std::string& id, const Plan& plan) {
  database_.clear();
  store::Transaction transaction(database_);
  database_
      .prepare(
          "INSERT INTO drill(id, target, environment, plan, plan_json, path_hash, state, opened) "
          "VALUES(?, ?, ?, ?, ?, ?, 'leased', ?)")
      .bind(id)
      .bind(plan.target.name)
      .bind(plan.target.environment)
      .bind(plan_id(plan))
      .bind(to_json(plan))
      .bind(path_hash(plan))
      .bind(wall_time())
      .run();
  MUSTER_CHECK_OK(append(id, "begin", Phase::Done, nlohmann::json{{"plan", plan_id(plan)}}.dump()));
  return transaction.commit();
}

Status Journal::add(const std::string& drill, const std::string& name, Phase phase,
                    const std::string& data, const std::string& state) {
  database_.clear();
  store::Transaction transaction(database_);
  MUSTER_CHECK_OK(append(drill, name, phase, data));
  database_.prepare("UPDATE drill SET state = ? WHERE id = ?").bind(state).bind(drill).run();
  return transaction.commit();
}

Status Journal::keep_samples(const std::string& drill, const std::vector<Sample>& samples) {
  database_.clear();
  store::Transaction transaction(database_);
  for (const Sample& sample : samples) {
    database_
        .prepare(
            "INSERT INTO sample(drill, due_us, start_us, end_us, fate, status, version, error) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(drill)
        .bind(sample.due_us)
        .bind(sample.start_us)
        .bind(sample.end_us)
        .bind(to_string(sample.fate))
        .bind(std::int64_t{sample.status})
        .bind(sample.version)
        .bind(sample.error)
        .run();
  }
  return transaction.commit();
}

Status Journal::close(const std::string& drill, const std::string& outcome,
                      const std::string& reason, const std::string& metrics) {
  database_.clear();
  store::Transaction transaction(database_);
  MUSTER_CHECK_OK(
      append(drill, "close", Phase::Done,
             nlohmann::json{{"outcome", outcome}, {"reason", reason}, {"metrics", metrics}}.dump(
                 -1, ' ', false, nlohmann::json::error_handler_t::replace)));
  database_
      .prepare(
          "UPDATE drill SET state = 'closed', outcome = ?, reason = ?, metrics = ?, closed = ? "
          "WHERE id = ?")
      .bind(outcome)
      .bind(reason)
      .bind(metrics)
      .bind(wall_time())
      .bind(drill)
      .run();
  return transaction.commit();
}

Status Journal::refuse(const std::string& id, const Plan& plan, const std::string& reason) {
  database_.clear();
  store::Transaction transaction(database_);
  const std::string now = wall_time();
  database_
      .prepare(
          "INSERT INTO drill(id, target, environment, plan, plan_json, path_hash, state, outcome, "
          "reason, opened, "
          "closed) VALUES(?, ?, ?, ?, ?, ?, 'closed', 'refused', ?, ?, ?)")
      .bind(id)
      .bind(plan.target.name)
      .bind(plan.target.environment)
      .bind(plan_id(plan))
      .bind(to_json(plan))
      .bind(path_hash(plan))
      .bind(reason)
      .bind(now)
      .bind(now)
      .run();
  MUSTER_CHECK_OK(append(id, "refuse", Phase::Done,
                         nlohmann::json{{"reason", reason}}.dump(
                             -1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return transaction.commit();
}

Result<DrillRow> Journal::drill(const std::string& id) {
  std::optional<DrillRow> found;
  {
    auto rows = database_.prepare((std::string(kDrillColumns) + "WHERE id = ?").c_str());
    rows.bind(id);
    if (rows.step()) {
      found = drill_of(rows);
    }
  }
  MUSTER_CHECK_OK(database_.status());
  if (!found) {
    return Error{ErrorCode::NotFound, "there is no drill `" + id + "`", {}};
  }
  return *found;
}

Result<std::vector<DrillRow>> Journal::drills() {
  std::vector<DrillRow> all;
  {
    auto rows = database_.prepare((std::string(kDrillColumns) + "ORDER BY rowid DESC").c_str());
    while (rows.step()) {
      all.push_back(drill_of(rows));
    }
  }
  MUSTER_CHECK_OK(database_.status());
  return all;
}

Result<std::vector<Step>> Journal::steps(const std::string& drill) {
  std::vector<Step> all;
  {
    auto rows = database_.prepare(
        "SELECT drill, seq, name, phase, wall, boot_id, mono_us, data FROM step WHERE drill = ? "
        "ORDER BY seq");
    rows.bind(drill);
    while (rows.step()) {
      all.push_back(step_of(rows));
    }
  }
  MUSTER_CHECK_OK(database_.status());
  return all;
}

Result<std::vector<std::string>> Journal::verify() {
  std::vector<std::string> wrong;
  std::map<std::string, std::pair<std::string, std::int64_t>> heads;
  std::string before;
  {
    auto rows = database_.prepare(
        "SELECT drill, seq, name, phase, wall, boot_id, mono_us, data, prev_hash, hash FROM step "
        "ORDER BY place");
    while (rows.step()) {
      const Step step = step_of(rows);
      auto& [head, count] = heads[step.drill];
      const std::string name = "step " + std::to_string(step.seq) + " of drill " + step.drill;
      if (rows.text(8) != before || step.seq != count) {
        wrong.push_back("what stood before " + name + " is missing or was changed");
      }
      if (rows.text(9) != chained(rows.text(8), step)) {
        wrong.push_back(name + " was changed");
      }
      before = head = rows.text(9);
      ++count;
    }
  }
  MUSTER_CHECK_OK(database_.status());
  MUSTER_TRY(const auto all, drills());
  for (const DrillRow& drill : all) {
    const auto found = heads.find(drill.id);
    if (found == heads.end() || found->second != std::pair(drill.chain_head, drill.chain_rows)) {
      wrong.push_back("steps at the end of drill " + drill.id + " are missing");
    }
    if (hex(sha256(drill.plan_json)) != drill.plan) {
      wrong.push_back("the plan of drill " + drill.id + " was changed");
    }
    heads.erase(drill.id);
  }
  for (const auto& [drill, head] : heads) {
    wrong.push_back("drill " + drill + " is missing");
  }
  return wrong;
}

std::string new_drill_id() {
  std::string id;
  for (const char c : wall_time()) {
    if (c != '-' && c != ':') {
      id += c;
    }
  }
  std::random_device random;
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "-%06x", random() & 0xffffffU);
  return id + digits.data();
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  return id;
}

std::string wall_time() {
  return to_utc(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace muster::drills
