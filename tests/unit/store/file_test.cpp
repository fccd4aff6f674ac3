// The file itself: what is refused and left alone, what is brought up to date, what survives.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>

#include "store/schema.h"
#include "tests/unit/store/fixture.h"

namespace muster::store::testing {
namespace {

constexpr Database::Mode kBoth[] = {Database::Mode::ReadWrite, Database::Mode::ReadOnly};

/// A history with one run and `count` findings.
void fill(const Folder& folder, int count = 1) {
  std::vector<Outcome> outcomes;
  for (int i = 0; i < count; ++i) {
    outcomes.push_back(fail(rule_a(), "job" + std::to_string(i)));
  }
  const auto delta = try_record(folder.file(), make_run(1, outcomes));
  REQUIRE_MESSAGE(delta.ok(), (delta.ok() ? "" : delta.error().message));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The tables as the first version had them, with one run and one open finding.
constexpr const char* kVersion1File = R"sql(
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
INSERT INTO run VALUES(1, '20260201T060000Z-old', 'acme/shop', 'complete', '', 1769904000000, 1769904000000,
  1769904000000, '0.1.0', '.', 'acme/shop', '', 0, 1, 0, 0);
INSERT INTO not_covered VALUES(1, 'iam/trust.json', 'permission denied');
PRAGMA application_id=1297306706; PRAGMA user_version=1; PRAGMA journal_mode=WAL;
)sql";

void make_version1(const std::string& path, const Outcome& finding) {
  sql(path, kVersion1File);
  sql(path, "INSERT INTO asset VALUES(1, 'workflow-job', '" + finding.asset.id +
                "'); INSERT INTO finding VALUES(1, 'acme/shop', '" + finding.fingerprint + "', '" +
                finding.rule +
                "', 1, '', 1, NULL); INSERT INTO span VALUES(1, 1, NULL, 3, 'm', "
                "'deploy.yml', 3, 1, 3, 9, 'e', NULL)");
}

TEST_CASE("the tables are strict and hold references, also for the sqlite3 program") {
  const Folder folder;
  fill(folder);
  CHECK(sql(folder.file(),
            "SELECT count(*) FROM pragma_table_list WHERE schema='main' AND type="
            "'table' AND name NOT LIKE 'sqlite%' AND strict=0") == "0");
  CHECK(sql(folder.file(), "PRAGMA application_id") == std::to_string(kApplicationId));
  CHECK(sql(folder.file(), "PRAGMA user_version") == std::to_string(kSchemaVersion));
  CHECK(sql(folder.file(), "PRAGMA journal_mode") == "wal");
  CHECK(sql(folder.file(), "SELECT count(*) FROM pragma_foreign_key_check") == "0");
  CHECK(contains(sql(folder.file(), "UPDATE run SET started='soon'"), "cannot store TEXT"));
}

TEST_CASE("references are checked on every connection") {
  const Folder folder;
  fill(folder);
  auto database = Database::open(folder.file(), Database::Mode::ReadWrite).value();
  CHECK(database.number("PRAGMA foreign_keys") == 1);
  CHECK(database.number("PRAGMA trusted_schema") == 0);
  database.run("INSERT INTO coverage VALUES(99, 'r', 0, 0, 0, 0)");
  REQUIRE_FALSE(database.status().ok());
  CHECK(contains(database.status().error().message, "FOREIGN KEY"));
}

TEST_CASE("an error sticks until the transaction is rolled back, and nothing of it is kept") {
  const Folder folder;
  fill(folder);
  auto database = Database::open(folder.file(), Database::Mode::ReadWrite).value();
  {
    Transaction transaction(database);
    database.run("UPDATE run SET tool_version='9'");
    database.run("no sql at all");
    database.run("UPDATE run SET tool_version='10'");
    CHECK_FALSE(transaction.commit().ok());
  }
  CHECK(database.status().ok());
  CHECK(database.number("SELECT count(*) FROM run WHERE tool_version='0.1.0'") == 1);
}

TEST_CASE("files that are no history of ours are refused with a reason and left as they are") {
  struct Row {
    std::string name;
    std::function<void(const std::string&)> make;
    const char* reason;
  };

  const auto by_sql = [](const char* text) {
    return [text](const std::string& path) { sql(path, text); };
  };
  const auto after_fill = [](const char* text) {
    return [text](const std::string& path) {
      REQUIRE(try_record(path, make_run(1, {fail(rule_a(), "a")})).ok());
      const std::string answer = sql(path, text);
      REQUIRE_MESSAGE(!contains(answer, "error"), answer);
    };
  };
  const Row rows[] = {
      {"text", [](const std::string& path) { write_bytes(path, "dear diary, today I deployed\n"); },
       "is not a database; name another file"},
      {"shorter than a header", [](const std::string& path) { write_bytes(path, "x"); },
       "is not a database"},
      {"a header and nothing else",
       [](const std::string& path) { write_bytes(path, std::string("SQLite format 3\0", 16)); },
       "damaged"},
      {"a header and noise",
       [](const std::string& path) {
         write_bytes(path, std::string("SQLite format 3\0", 16) + std::string(8192, 'x'));
       },
       "damaged"},
      {"tables of another program", by_sql("CREATE TABLE bookmark(url TEXT)"),
       "is a database of another program"},
      {"another application id", by_sql("PRAGMA application_id=42; CREATE TABLE t(x)"),
       "is a database of another program"},
      {"another application id and no table", by_sql("PRAGMA application_id=42; VACUUM"),
       "is a database of another program"},
      {"our id, tables of another program",
       by_sql("PRAGMA application_id=1297306706; PRAGMA user_version=2; CREATE TABLE t(x)"),
       "may have been tampered with"},
      {"our id and no version", by_sql("PRAGMA application_id=1297306706; CREATE TABLE t(x)"),
       "is a database of another program"},
      {"a version below zero", after_fill("PRAGMA user_version=-1"),
       "is a database of another program"},
      {"a newer version", after_fill("PRAGMA user_version=4"),
       "was written by a newer muster (schema 4, this program knows 3)"},
      {"a trigger", after_fill("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM span; END"),
       "may have been tampered with"},
      {"a view", after_fill("CREATE VIEW v AS SELECT 1"), "may have been tampered with"},
      {"a table more", after_fill("CREATE TABLE more(x)"), "may have been tampered with"},
      {"a table less", after_fill("DROP TABLE place"), "may have been tampered with"},
      {"a table without its checks",
       after_fill("DROP TABLE coverage; CREATE TABLE coverage(run, rule, passed, failed, waived, "
                  "undecided)"),
       "may have been tampered with"},
  };
  for (const Row& row : rows) {
    for (const Database::Mode mode : kBoth) {
      CAPTURE(row.name);
      CAPTURE(static_cast<int>(mode));
      const Folder folder;
      row.make(folder.file());
      const std::string before = read_bytes(folder.file());
      const std::string reason = refusal(folder.file(), mode);
      CAPTURE(reason);
      CHECK(contains(reason, row.reason));
      CHECK(contains(reason, "`" + folder.file() + "`"));
      CHECK_FALSE(contains(reason, "\n"));
      CHECK(read_bytes(folder.file()) == before);
    }
  }
}

TEST_CASE("a severity that does not exist is refused when writing and the worst when reading") {
  for (const char* severity : {"99", "-1"}) {
    CAPTURE(severity);
    const Folder folder;
    fill(folder);
    sql(folder.file(),
        std::string("PRAGMA ignore_check_constraints=1; UPDATE span SET severity=") + severity);
    CHECK(contains(refusal(folder.file(), Database::Mode::ReadWrite), "is damaged"));
    const auto run = open_to_read(folder.file()).value().show("last");
    REQUIRE(run.ok());
    CHECK(run.value().open.at(0).severity == Severity::Critical);
  }
}

TEST_CASE("what SQLite itself adds is no tampering") {
  const Folder folder;
  fill(folder);
  sql(folder.file(), "ANALYZE");
  CHECK(refusal(folder.file(), Database::Mode::ReadWrite).empty());
  sql(folder.file(), "VACUUM");
  CHECK(refusal(folder.file(), Database::Mode::ReadOnly).empty());
}

TEST_CASE("folders, pipes and devices are not opened") {
  const Folder folder;
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const std::string& path :
       {folder.path(), folder.file("pipe"), std::string("/dev/zero"), std::string("/dev/null")}) {
    for (const Database::Mode mode : kBoth) {
      CAPTURE(path);
      CHECK(contains(refusal(path, mode), "is not a file"));
    }
  }
}

TEST_CASE("a history that is not there is made for writing and asked for when reading") {
  const Folder folder;
  CHECK(contains(refusal(folder.file(), Database::Mode::ReadOnly), "`muster audit` makes one"));
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  CHECK(refusal(folder.file("a/b/history.db"), Database::Mode::ReadWrite).empty());
  write_bytes(folder.file("empty.db"), "");
  CHECK(contains(refusal(folder.file("empty.db"), Database::Mode::ReadOnly), "is empty"));
  CHECK(refusal(folder.file("empty.db"), Database::Mode::ReadWrite).empty());
  CHECK(contains(refusal(folder.file("empty.db") + "/x.db", Database::Mode::ReadWrite),
                 "ot a directory"));
}

TEST_CASE("names that mean something to SQLite are names of files") {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const char* name : {":memory:", "file:x.db?mode=memory", "100%41#1?.db", "-wal"}) {
    CAPTURE(name);
    CHECK(try_record(name, make_run(1, {})).ok());
    CHECK(std::filesystem::is_regular_file(name));
    CHECK(open_to_read(name).value().list(9).value().size() == 1);
  }
  std::filesystem::current_path(before);
}

TEST_CASE("a history of the first version is brought up to date and goes on") {
  const Folder folder;
  const Outcome finding = fail(rule_a(), "a");
  make_version1(folder.file(), finding);
  const auto delta = try_record(folder.file(), make_run(2, {finding}));
  REQUIRE_MESSAGE(delta.ok(), (delta.ok() ? "" : delta.error().message));
  CHECK(delta.value().previous_run == "20260201T060000Z-old");
  CHECK(delta.value().findings.at(finding.fingerprint).state == FindingState::Persisting);
  CHECK(sql(folder.file(), "PRAGMA user_version") == std::to_string(kSchemaVersion));
  CHECK(sql(folder.file(), "PRAGMA integrity_check") == "ok");
  auto history = open_to_read(folder.file()).value();
  const auto old = history.show("20260201").value().not_covered;
  REQUIRE(old.size() == 1);
  CHECK(old[0].blocks);
}

TEST_CASE("a finding of the first version closes when it is gone") {
  const Folder folder;
  make_version1(folder.file(), fail(rule_a(), "a"));
  const auto delta = try_record(folder.file(), make_run(2, {}));
  REQUIRE(delta.ok());
  REQUIRE(delta.value().closed.size() == 1);
  CHECK(delta.value().closed[0].closed == CloseReason::Gone);
}

TEST_CASE("reading a history of the first version does not change it") {
  const Folder folder;
  make_version1(folder.file(), fail(rule_a(), "a"));
  const std::string before = read_bytes(folder.file());
  auto history = open_to_read(folder.file());
  REQUIRE_MESSAGE(history.ok(), (history.ok() ? "" : history.error().message));
  CHECK(history.value().show("last").value().open.size() == 1);
  CHECK(read_bytes(folder.file()) == before);
}

TEST_CASE("a tampered history of the first version is refused before anything is changed") {
  const Folder folder;
  make_version1(folder.file(), fail(rule_a(), "a"));
  sql(folder.file(), "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM span; END");
  CHECK(contains(refusal(folder.file(), Database::Mode::ReadWrite), "tampered"));
  CHECK(sql(folder.file(), "PRAGMA user_version") == "1");
}

TEST_CASE("flipped bytes never crash, and the file is refused or read") {
  const Folder folder;
  fill(folder, 200);
  const std::string good = read_bytes(folder.file());
  REQUIRE(good.size() > 40'000);
  int refused = 0;
  // A step that is prime to the page size touches every kind of place.
  for (std::size_t at = 0; at < good.size(); at += 1009) {
    CAPTURE(at);
    std::string bad = good;
    for (std::size_t i = at; i < std::min(at + 16, bad.size()); ++i) {
      bad[i] = static_cast<char>(bad[i] ^ 0x5A);
    }
    const Folder broken;
    write_bytes(broken.file(), bad);
    const std::string reason = refusal(broken.file(), Database::Mode::ReadOnly);
    CHECK(read_bytes(broken.file()) == bad);
    if (!reason.empty()) {
      ++refused;
      CHECK(contains(reason, broken.file()));
      continue;
    }
    auto history = open_to_read(broken.file()).value();
    static_cast<void>(history.list(20));
    static_cast<void>(history.show("last"));
    static_cast<void>(try_record(broken.file(), make_run(2, {fail(rule_a(), "job1")})));
  }
  CHECK(refused > 5);
}

TEST_CASE("a history that was cut short is damaged") {
  const Folder folder;
  fill(folder, 200);
  const std::string good = read_bytes(folder.file());
  for (const std::size_t size : {std::size_t{100}, std::size_t{4096}, std::size_t{5000},
                                 good.size() / 2, good.size() - 4096}) {
    CAPTURE(size);
    write_bytes(folder.file(), good.substr(0, size));
    for (const Database::Mode mode : kBoth) {
      CHECK(contains(refusal(folder.file(), mode), "damaged"));
    }
    CHECK(std::filesystem::file_size(folder.file()) == size);
  }
}

TEST_CASE("rows that somebody wrote by hand are read without harm") {
  struct Row {
    std::string name;
    const char* text;
  };

  for (const Row& row :
       {Row{"a NUL",
            "UPDATE span SET message='a'||char(0)||'b'; UPDATE asset SET stable_id=char(0) WHERE "
            "id=1"},
        Row{"broken UTF-8", "UPDATE span SET message=CAST(x'fffec3' AS TEXT)"},
        Row{"ten megabytes", "UPDATE span SET message=printf('%.*c', 10000000, 'x')"},
        Row{"more than is ever read", "UPDATE span SET message=printf('%.*c', 20000000, 'x')"},
        Row{"control characters",
            "UPDATE span SET message=char(27)||'[2J'; UPDATE run SET "
            "repository=char(10)||'fake'"},
        Row{"times beyond all years",
            "UPDATE run SET started=9223372036854775807, "
            "as_of=-9223372036854775807"},
        Row{"counts below zero", "UPDATE run SET passed=-1, failed=-9223372036854775807"},
        Row{"lines that no file has", "UPDATE span SET line=-5, col=9223372036854775807"},
        Row{"nothing where something is expected",
            "UPDATE run SET started=0, as_of=NULL, root=NULL, repository=NULL, passed=NULL"},
        Row{"references to nothing",
            "PRAGMA foreign_keys=0; DELETE FROM asset; DELETE FROM run"}}) {
    CAPTURE(row.name);
    const Folder folder;
    fill(folder, 3);
    REQUIRE_FALSE(contains(sql(folder.file(), row.text), "error"));
    auto history = open_to_read(folder.file());
    if (!history) {
      CHECK(contains(history.error().message, folder.file()));
      continue;
    }
    const auto runs = history.value().list(20);
    const auto run = history.value().show("last");
    if (run) {
      CHECK(run.value().summary.passed < 1'000'000);
      CHECK(to_utc(run.value().summary.started).size() == 20);
    }
    const auto next = try_record(folder.file(), make_run(2, {fail(rule_a(), "job0")}));
    CHECK((next.ok() || contains(next.error().message, folder.file())));
  }
}

}  // namespace
}  // namespace muster::store::testing
