// Each step is one transaction; `user_version` says how far a file has come.
#include "store/schema.h"

#include <array>

namespace muster::store {
namespace {

constexpr const char* kVersion1 = R"sql(
CREATE TABLE run(
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, scope TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('running','complete','crashed')), owner TEXT NOT NULL,
  started INTEGER NOT NULL, finished INTEGER, as_of INTEGER, tool_version TEXT, root TEXT, repository TEXT,
  rules_sha256 TEXT, passed INTEGER, failed INTEGER, waived INTEGER, undecided INTEGER) STRICT;
CREATE INDEX run_scope ON run(scope, id);
CREATE TABLE asset(
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, stable_id TEXT NOT NULL, UNIQUE(kind, stable_id)) STRICT;
CREATE TABLE finding(
  id INTEGER PRIMARY KEY, scope TEXT NOT NULL, fingerprint TEXT NOT NULL CHECK(length(fingerprint) = 32),
  rule TEXT NOT NULL, asset INTEGER NOT NULL REFERENCES asset(id), anchor TEXT NOT NULL,
  first_run INTEGER NOT NULL REFERENCES run(id), alias_of INTEGER REFERENCES finding(id),
  UNIQUE(scope, fingerprint)) STRICT;
CREATE TABLE span(
  finding INTEGER NOT NULL REFERENCES finding(id), from_run INTEGER NOT NULL REFERENCES run(id),
  closed_run INTEGER REFERENCES run(id), severity INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 4),
  message TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, col INTEGER NOT NULL,
  end_line INTEGER NOT NULL, end_col INTEGER NOT NULL, evidence TEXT NOT NULL,
  close_reason TEXT CHECK(close_reason IN ('fixed','gone','rule_retired','moved','waived','changed')),
  CHECK((closed_run IS NULL) = (close_reason IS NULL)),
  PRIMARY KEY(finding, from_run)) STRICT, WITHOUT ROWID;
CREATE INDEX span_open ON span(finding) WHERE closed_run IS NULL;
CREATE TABLE coverage(
  run INTEGER NOT NULL REFERENCES run(id), rule TEXT NOT NULL, passed INTEGER NOT NULL, failed INTEGER NOT NULL,
  waived INTEGER NOT NULL, undecided INTEGER NOT NULL, PRIMARY KEY(run, rule)) STRICT, WITHOUT ROWID;
CREATE TABLE input(
  run INTEGER NOT NULL REFERENCES run(id), path TEXT NOT NULL, sha256 TEXT NOT NULL CHECK(length(sha256) = 64),
  PRIMARY KEY(run, path)) STRICT, WITHOUT ROWID;
CREATE TABLE not_covered(
  run INTEGER NOT NULL REFERENCES run(id), what TEXT NOT NULL, why TEXT NOT NULL) STRICT;
)sql";

/// Where each run looked, so that a finding is called gone only by a run that looked there too; and
/// whether a gap blocked the verdict.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE place(
  run INTEGER NOT NULL REFERENCES run(id), path TEXT NOT NULL, PRIMARY KEY(run, path)) STRICT, WITHOUT ROWID;
ALTER TABLE not_covered ADD COLUMN blocks INTEGER NOT NULL DEFAULT 1 CHECK(blocks IN (0, 1));
CREATE INDEX not_covered_run ON not_covered(run);
CREATE INDEX span_from ON span(from_run);
CREATE INDEX span_closed ON span(closed_run);
CREATE INDEX finding_first ON finding(first_run);
)sql";

/// What tags named, so that one that was moved is seen.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE tag(
  scope TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL, target TEXT NOT NULL,
  first_run INTEGER NOT NULL REFERENCES run(id), last_run INTEGER NOT NULL REFERENCES run(id),
  PRIMARY KEY(scope, place, name, target)) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kSteps{kVersion1, kVersion2, kVersion3};
static_assert(kSteps.size() == kSchemaVersion);
static_assert(kApplicationId == 1297306706);

Error refused(const std::string& path, const std::string& why) {
  return Error{ErrorCode::Unreadable, "history `" + path + "` " + why, {}};
}

/// Brings the file to `version` in one transaction; another process may have been faster.
Status climb(Database& database, std::int64_t version) {
  Transaction transaction(database);
  for (std::int64_t have = database.number("PRAGMA user_version"); have < version; ++have) {
    database.run(kSteps[static_cast<std::size_t>(have)]);
    database.run(("PRAGMA user_version=" + std::to_string(have + 1)).c_str());
  }
  database.run("PRAGMA application_id=1297306706");
  return transaction.commit();
}

/// Tables and indexes as text. SQLite's own (`sqlite_stat1` after ANALYZE) do not count.
std::string layout(Database& database) {
  std::string text;
  Statement rows = database.prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE "
      "'\\' ORDER BY type, name");
  while (rows.step()) {
    for (int column = 0; column < 4; ++column) {
      text += rows.text(column) + '\0';
    }
  }
  return text;
}

/// The checks in the tables are what keeps severities, states and lengths in their ranges; whoever
/// prepared the file must not have dropped them.
Status check_layout(Database& database, const std::string& path, std::int64_t version) {
  MUSTER_TRY(Database model, Database::in_memory());
  MUSTER_CHECK_OK(climb(model, version));
  const bool ours = layout(database) == layout(model);
  MUSTER_CHECK_OK(database.status());
  return ours ? Status(Done{})
              : Status(refused(path,
                               "holds tables, triggers or views that muster never makes, or lacks "
                               "some of its own; it may have been tampered with"));
}

Status check_pages(Database& database, const std::string& path) {
  bool sound = false;
  {
    Statement check = database.prepare("PRAGMA quick_check(1)");
    sound = check.step() && check.text(0) == "ok";
  }
  MUSTER_CHECK_OK(database.status());
  return sound ? Status(Done{}) : Status(refused(path, "is damaged; restore it from a copy"));
}

/// Whether the file is new: nothing was ever written to it.
bool is_blank(Database& database) {
  return database.number("SELECT count(*) FROM sqlite_master") == 0 &&
         database.number("PRAGMA application_id") == 0 &&
         database.number("PRAGMA user_version") == 0;
}

Status check(Database& database, const std::string& path, std::int64_t version) {
  const std::int64_t application = database.number("PRAGMA application_id");
  MUSTER_CHECK_OK(database.status());
  if (application != kApplicationId || version < 1) {
    return refused(path, "is a database of another program; name another file with --history");
  }
  if (version > kSchemaVersion) {
    return refused(path, "was written by a newer muster (schema " + std::to_string(version) +
                             ", this program knows " + std::to_string(kSchemaVersion) + ")");
  }
  MUSTER_CHECK_OK(check_layout(database, path, version));
  return check_pages(database, path);
}

}  // namespace

Result<Database> prepare_schema(Database database, const std::string& path, Database::Mode mode) {
  const bool blank = is_blank(database);
  MUSTER_CHECK_OK(database.status());
  if (blank && mode == Database::Mode::ReadOnly) {
    return refused(path, "is empty: no run has been recorded in it");
  }
  if (blank) {
    database.use_write_ahead_log();
    MUSTER_CHECK_OK(climb(database, kSchemaVersion));
    return database;
  }
  const std::int64_t version = database.number("PRAGMA user_version");
  MUSTER_CHECK_OK(check(database, path, version));
  if (version == kSchemaVersion) {
    return database;
  }
  if (mode == Database::Mode::ReadWrite) {
    MUSTER_CHECK_OK(climb(database, kSchemaVersion));
    return database;
  }
  MUSTER_TRY(Database copy, database.copy_to_memory());
  MUSTER_CHECK_OK(climb(copy, kSchemaVersion));
  return copy;
}

}  // namespace muster::store
