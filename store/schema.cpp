// Each step is one transaction; `user_version` says how far a file has come.
#include "store/schema.h"

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

Error refused(const std::string& path, const std::string& why) {
  return Error{ErrorCode::Unreadable, "history `" + path + "` " + why, {}};
}

Status create(Database& database) {
  database.run("PRAGMA journal_mode=WAL");
  Transaction transaction(database);
  // Another process may have been faster; then there is nothing to do.
  if (database.number("PRAGMA user_version") == 0) {
    database.run(kVersion1);
    database.run("PRAGMA application_id=1297306706; PRAGMA user_version=1");
  }
  return transaction.commit();
}

}  // namespace

Status prepare_schema(Database& database, const std::string& path, Database::Mode mode) {
  static_assert(kApplicationId == 1297306706);
  const std::int64_t tables = database.number("SELECT count(*) FROM sqlite_master");
  if (const auto status = database.status(); !status) {
    return refused(path, "is not a muster history: " + status.error().message);
  }
  const std::int64_t version = database.number("PRAGMA user_version");
  const std::int64_t application = database.number("PRAGMA application_id");
  if (tables == 0 && application == 0 && version == 0) {
    if (mode == Database::Mode::ReadOnly) {
      return refused(path, "is empty: no run has been recorded in it");
    }
    return create(database);
  }
  if (application != kApplicationId) {
    return refused(path, "is a database of another program; name another file with --history");
  }
  if (version > kSchemaVersion) {
    return refused(path, "was written by a newer muster (schema " + std::to_string(version) +
                             ", this program knows " + std::to_string(kSchemaVersion) + ")");
  }
  if (database.number("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger','view')") > 0) {
    return refused(
        path, "holds triggers or views, which muster never makes; it may have been tampered with");
  }
  Statement check = database.prepare("PRAGMA quick_check(1)");
  const bool sound = check.step() && check.text(0) == "ok";
  return sound ? database.status() : Status(refused(path, "is damaged; restore it from a copy"));
}

}  // namespace muster::store
