// Opening, recording and reading back.
#include "store/history.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

#include "store/process.h"
#include "store/record.h"
#include "store/schema.h"

namespace muster::store {
namespace {

/// Times, counts and severities are kept in a sane range: the file may come from anywhere, and on a
/// connection that only reads SQLite does not check the constraints of the tables.
TimePoint time_of(std::int64_t milliseconds) {
  constexpr std::int64_t kEndOf9999 = 253'402'300'799;
  return TimePoint(
      std::chrono::seconds(std::clamp<std::int64_t>(milliseconds / 1000, 0, kEndOf9999)));
}

std::size_t count_of(const Statement& row, int column) {
  return static_cast<std::size_t>(std::max<std::int64_t>(row.integer(column), 0));
}

Severity severity_of(std::int64_t stored) {
  constexpr auto kWorst = static_cast<std::int64_t>(Severity::Critical);
  return static_cast<Severity>(stored < 0 ? kWorst : std::min(stored, kWorst));
}

bool is_relative(const std::string& name) {
  return name == "last" || name.starts_with("last~");
}

/// A file that is there must begin like a database, before SQLite touches it.
Status check_head(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Done{};
  }
  const auto refused = [&](const std::string& why) {
    return Error{ErrorCode::Unreadable, "history `" + path + "` " + why, {}};
  };
  // A pipe would be waited for, a device takes everything and keeps nothing.
  if (!std::filesystem::is_regular_file(path, error)) {
    return refused("is not a file");
  }
  if (std::filesystem::file_size(path, error) == 0) {
    return Done{};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return refused(std::string("cannot be read: ") + std::strerror(errno));
  }
  std::string head(16, '\0');
  in.read(head.data(), 16);
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  if (in.bad() || head != kMagic) {
    return refused("is not a database; name another file with --history");
  }
  return Done{};
}

void insert_running(Database& database, const Run& run, const std::string& scope) {
  Statement insert = database.prepare(
      "INSERT INTO run(uid, scope, state, owner, started) VALUES(?,?,'running',?,?)");
  insert.bind(run.id).bind(scope).bind(this_process());
  insert.bind(std::int64_t{run.started.time_since_epoch().count()} * 1000).run();
}

}  // namespace

Result<History> History::open(const std::string& path, Database::Mode mode) {
  MUSTER_CHECK_OK(check_head(path));
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (mode == Database::Mode::ReadOnly && !std::filesystem::exists(path, error)) {
    return Error{
        ErrorCode::NotFound, "there is no history at `" + path + "`; `muster audit` makes one", {}};
  }
  if (mode == Database::Mode::ReadWrite && !folder.empty()) {
    std::filesystem::create_directories(folder, error);
    if (error) {
      return Error{ErrorCode::Unwritable, "history `" + path + "`: " + error.message(), {}};
    }
  }
  MUSTER_TRY(Database database, Database::open(path, mode));
  MUSTER_TRY(Database prepared, prepare_schema(std::move(database), path, mode));
  if (mode == Database::Mode::ReadOnly) {
    // Several questions are asked, all about the same state.
    prepared.run("BEGIN");
  }
  return History(std::move(prepared), folder);
}

Status History::begin(const Run& run) {
  Transaction transaction(database_);
  std::vector<std::int64_t> dead;
  Statement running = database_.prepare("SELECT id, owner FROM run WHERE state='running'");
  while (running.step()) {
    if (is_gone(running.text(1))) {
      dead.push_back(running.integer(0));
    }
  }
  for (const std::int64_t id : dead) {
    database_.prepare("UPDATE run SET state='crashed' WHERE id=?").bind(id).run();
  }
  insert_running(database_, run, place_of(run, folder_).scope);
  return transaction.commit();
}

Result<RunDelta> History::record(const Run& run) {
  Transaction transaction(database_);
  const RunPlace place = place_of(run, folder_);
  // A new row, so that run ids are in the order of commits even when two runs overlap. The old one
  // may say `crashed`: a run in another container cannot see this process.
  database_.prepare("DELETE FROM run WHERE uid=? AND state<>'complete'").bind(run.id).run();
  insert_running(database_, run, place.scope);
  const std::int64_t id = database_.last_id();
  RunDelta delta = write_run(database_, id, run, place);
  MUSTER_CHECK_OK(transaction.commit());
  return delta;
}

RunSummary History::summary_of(std::int64_t run) {
  RunSummary summary;
  Statement row = database_.prepare(
      "SELECT uid, state, started, repository, root, tool_version, scope, owner, passed, failed, "
      "waived, undecided FROM run WHERE id=?");
  row.bind(run);
  if (row.step()) {
    summary.id = row.text(0);
    // The next audit will write it down; a reader must not wait for that.
    summary.state = row.text(1) == "running" && is_gone(row.text(7)) ? "crashed" : row.text(1);
    summary.started = time_of(row.integer(2));
    summary.repository = row.text(3);
    summary.root = row.text(4);
    summary.tool_version = row.text(5);
    summary.scope = row.text(6);
    summary.passed = count_of(row, 8);
    summary.failed = count_of(row, 9);
    summary.waived = count_of(row, 10);
    summary.undecided = count_of(row, 11);
  }
  return summary;
}

Result<std::vector<PastTag>> History::past_tags(const Run& run) {
  constexpr std::size_t kMost = 1'000'000;
  std::vector<PastTag> found;
  Statement rows = database_.prepare(
      "SELECT t.place, t.name, t.target, a.as_of, b.as_of FROM tag t JOIN run a ON a.id = "
      "t.first_run JOIN run b ON b.id = t.last_run WHERE t.scope=?");
  rows.bind(place_of(run, folder_).scope);
  while (rows.step()) {
    if (found.size() == kMost) {
      return Error{ErrorCode::Limit, "the history holds more than 1,000,000 tags", {}};
    }
    found.push_back({{rows.text(0), rows.text(1), rows.text(2)},
                     time_of(rows.integer(3)),
                     time_of(rows.integer(4))});
  }
  MUSTER_CHECK_OK(database_.status());
  return found;
}

Result<std::vector<RunSummary>> History::list(std::size_t limit) {
  std::vector<std::int64_t> ids;
  Statement rows = database_.prepare("SELECT id FROM run ORDER BY id DESC LIMIT ?");
  rows.bind(static_cast<std::int64_t>(limit));
  while (rows.step()) {
    ids.push_back(rows.integer(0));
  }
  std::vector<RunSummary> summaries;
  std::transform(ids.begin(), ids.end(), std::back_inserter(summaries),
                 [&](std::int64_t id) { return summary_of(id); });
  MUSTER_CHECK_OK(database_.status());
  return summaries;
}

Result<std::int64_t> History::find_run(const std::string& name, const std::string& scope) {
  if (is_relative(name)) {
    const std::string back = name.size() > 5 ? name.substr(5) : "0";
    const bool digits =
        back.size() <= 6 && back.find_first_not_of("0123456789") == std::string::npos;
    Statement row = database_.prepare(
        "SELECT id FROM run WHERE state='complete' AND (?1='' OR scope=?1) ORDER BY id DESC LIMIT "
        "1 OFFSET ?2");
    row.bind(scope).bind(digits ? std::int64_t{std::stol(back)} : std::int64_t{-1});
    if (digits && row.step()) {
      return row.integer(0);
    }
  } else {
    Statement rows =
        database_.prepare("SELECT id FROM run WHERE substr(uid, 1, length(?1)) = ?1 LIMIT 2");
    rows.bind(name);
    const std::int64_t found = rows.step() ? rows.integer(0) : 0;
    if (found != 0 && !name.empty() && !rows.step()) {
      return found;
    }
  }
  MUSTER_CHECK_OK(database_.status());
  return Error{
      ErrorCode::Usage,
      "no run (or more than one) is called `" + name + "`; `muster history list` shows all",
      {}};
}

std::vector<PastFinding> History::open_in(std::int64_t run) {
  std::vector<PastFinding> open;
  Statement rows = database_.prepare(
      "SELECT f.fingerprint, f.rule, a.kind, a.stable_id, f.anchor, s.severity, s.message, s.file, "
      "s.line, s.col, s.end_line, "
      "s.end_col, first.as_of FROM span s JOIN finding f ON f.id=s.finding JOIN asset a ON "
      "a.id=f.asset "
      "JOIN run first ON first.id=f.first_run JOIN run r ON r.id=?1 "
      "WHERE f.scope=r.scope AND s.from_run<=?1 AND (s.closed_run IS NULL OR s.closed_run>?1) "
      "ORDER BY s.severity DESC, f.rule, a.stable_id, f.anchor");
  rows.bind(run);
  while (rows.step()) {
    const auto number = [&](int column) {
      return static_cast<std::uint32_t>(rows.integer(column));
    };
    PastFinding past;
    past.fingerprint = rows.text(0);
    past.rule = rows.text(1);
    past.asset = {rows.text(2), rows.text(3)};
    past.anchor = rows.text(4);
    past.severity = severity_of(rows.integer(5));
    past.message = rows.text(6);
    past.where = {SourceId(rows.text(7)), {number(8), number(9), number(10), number(11)}};
    past.first_seen = time_of(rows.integer(12));
    open.push_back(std::move(past));
  }
  return open;
}

Result<StoredRun> History::show(const std::string& name) {
  MUSTER_TRY(const std::int64_t run, find_run(name, ""));
  StoredRun stored;
  stored.summary = summary_of(run);
  if (stored.summary.state == "complete") {
    stored.open = open_in(run);
  }
  Statement inputs = database_.prepare("SELECT path, sha256 FROM input WHERE run=? ORDER BY path");
  inputs.bind(run);
  while (inputs.step()) {
    stored.inputs.push_back({inputs.text(0), inputs.text(1)});
  }
  Statement coverage = database_.prepare(
      "SELECT rule, passed, failed, waived, undecided FROM coverage WHERE run=? ORDER BY rule");
  coverage.bind(run);
  while (coverage.step()) {
    stored.coverage.push_back({coverage.text(0), count_of(coverage, 1), count_of(coverage, 2),
                               count_of(coverage, 3), count_of(coverage, 4)});
  }
  Statement gaps =
      database_.prepare("SELECT what, why, blocks FROM not_covered WHERE run=? ORDER BY what, why");
  gaps.bind(run);
  while (gaps.step()) {
    stored.not_covered.push_back({gaps.text(0), gaps.text(1), gaps.integer(2) != 0});
  }
  MUSTER_CHECK_OK(database_.status());
  return stored;
}

Result<std::pair<std::int64_t, std::int64_t>> History::find_pair(const std::string& before,
                                                                 const std::string& after) {
  if (is_relative(before)) {
    MUSTER_TRY(const std::int64_t second, find_run(after, ""));
    MUSTER_TRY(const std::int64_t first, find_run(before, summary_of(second).scope));
    return std::pair{first, second};
  }
  MUSTER_TRY(const std::int64_t first, find_run(before, ""));
  MUSTER_TRY(const std::int64_t second, find_run(after, summary_of(first).scope));
  return std::pair{first, second};
}

Result<RunDiff> History::diff(const std::string& before, const std::string& after) {
  MUSTER_TRY(const auto pair, find_pair(before, after));
  const auto [first, second] = pair;
  RunDiff diff{summary_of(first), summary_of(second), {}, {}, 0};
  for (const RunSummary* run : {&diff.before, &diff.after}) {
    if (run->state != "complete") {
      return Error{ErrorCode::Usage,
                   "run `" + run->id + "` did not finish, so it has no findings to compare",
                   {}};
    }
  }
  if (diff.before.scope != diff.after.scope) {
    return Error{ErrorCode::Usage,
                 "the runs are of different repositories: `" + diff.before.scope + "` and `" +
                     diff.after.scope + "`",
                 {}};
  }
  std::map<std::string, PastFinding> old;
  for (PastFinding& past : open_in(first)) {
    old.emplace(past.fingerprint, past);
  }
  for (PastFinding& past : open_in(second)) {
    if (old.erase(past.fingerprint) > 0) {
      ++diff.unchanged;
    } else {
      diff.appeared.push_back(std::move(past));
    }
  }
  for (auto& [fingerprint, past] : old) {
    diff.disappeared.push_back(std::move(past));
  }
  MUSTER_CHECK_OK(database_.status());
  return diff;
}

}  // namespace muster::store
