// The only file that includes sqlite3.h.
#include "store/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace muster::store {
namespace {

constexpr int kBusyMilliseconds = 60'000;

/// The low byte is the kind of error; the rest of an extended code tells where it happened.
int primary_code(sqlite3* handle) {
  constexpr int kPrimary = 0xFF;
  return sqlite3_errcode(handle) & kPrimary;
}

/// Why the last call failed. A full disk has several codes: FULL when a page does not fit, an I/O
/// error when the shared memory of the write-ahead log cannot grow, CANTOPEN when a file beside the
/// history cannot be made. Only the system's own error number tells them from a broken disk.
std::string reason_of(sqlite3* handle) {
  const int code = primary_code(handle);
  const bool system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  const int cause = system ? sqlite3_system_errno(handle) : 0;
  if (code == SQLITE_FULL || cause == ENOSPC || cause == EDQUOT) {
    return "no space left on the disk";
  }
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    return "the file is damaged; restore it from a copy or name another one with --history";
  }
  const std::string reason = sqlite3_errmsg(handle);
  return cause == 0 ? reason : reason + ": " + std::strerror(cause);
}

/// A name that SQLite takes as a file whatever it looks like: `:memory:` and `file:x?mode=memory`
/// would be databases that keep nothing.
std::string as_file(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

/// `path` as a URI that tells SQLite that nobody changes the file.
std::string as_immutable(const std::string& path) {
  std::string uri = "file:";
  for (const char c : as_file(path)) {
    const bool special = c == '%' || c == '?' || c == '#';
    uri += special ? (c == '%' ? "%25" : c == '?' ? "%3f" : "%23") : std::string(1, c);
  }
  return uri + "?immutable=1";
}

/// Whether everything committed is in the main file.
bool has_empty_log(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return error ? error == std::errc::no_such_file_or_directory : size == 0;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_(other.next_) {}

Statement::~Statement() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    database_.idle_.emplace(sqlite3_sql(statement_), statement_);
  }
}

Statement& Statement::bind(std::int64_t value) {
  if (statement_ != nullptr && sqlite3_bind_int64(statement_, next_++, value) != SQLITE_OK) {
    database_.fail();
  }
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  if (statement_ != nullptr && sqlite3_bind_text64(statement_, next_++, value.data(), value.size(),
                                                   SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
    database_.fail();
  }
  return *this;
}

Statement& Statement::bind_blob(std::string_view value) {
  if (statement_ != nullptr && sqlite3_bind_blob64(statement_, next_++, value.data(), value.size(),
                                                   SQLITE_TRANSIENT) != SQLITE_OK) {
    database_.fail();
  }
  return *this;
}

Statement& Statement::bind_null() {
  if (statement_ != nullptr && sqlite3_bind_null(statement_, next_++) != SQLITE_OK) {
    database_.fail();
  }
  return *this;
}

bool Statement::step() {
  if (statement_ == nullptr || database_.error_) {
    return false;
  }
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    database_.fail();
  }
  return code == SQLITE_ROW;
}

void Statement::run() {
  step();
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
  }
  next_ = 1;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  // Not column_blob: in a file with UTF-16 text that would be UTF-16.
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  if (mode == Mode::ReadWrite) {
    return connect(as_file(path), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path);
  }
  auto shared = connect(as_file(path), SQLITE_OPEN_READONLY, path);
  if (shared || shared.error().code != ErrorCode::Unwritable || !has_empty_log(path)) {
    return shared;
  }
  return connect(as_immutable(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path);
}

Result<Database> Database::in_memory() {
  return connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ":memory:");
}

Result<Database> Database::copy_to_memory() const {
  MUSTER_TRY(Database copy, in_memory());
  copy.path_ = path_;
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle_, "main", handle_, "main");
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) {
    copy.fail();
  }
  MUSTER_CHECK_OK(copy.status());
  return copy;
}

Result<Database> Database::connect(const std::string& name, int flags, const std::string& shown) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Database database(handle, shown);
  if (code != SQLITE_OK) {
    database.fail();
    return std::move(*database.error_);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  constexpr int kLongestValue = 16 << 20;
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  database.run(
      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA "
      "synchronous=FULL");
  // Opening reads nothing yet; an error must show here.
  database.number("SELECT count(*) FROM sqlite_master");
  MUSTER_CHECK_OK(database.status());
  return database;
}

void Database::use_write_ahead_log() {
  constexpr int kPause = 5;
  for (int waited = 0; !error_ && waited < kBusyMilliseconds; waited += kPause) {
    const int code = sqlite3_exec(handle_, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) {
      return;
    }
    if (primary_code(handle_) != SQLITE_BUSY) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kPause));
  }
  fail();
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      path_(std::move(other.path_)),
      error_(std::move(other.error_)),
      idle_(std::exchange(other.idle_, {})) {}

Database::~Database() {
  for (const auto& [sql, statement] : idle_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(handle_);
}

void Database::fail() {
  if (!error_) {
    const int code = primary_code(handle_);
    const bool writing = code == SQLITE_FULL || code == SQLITE_READONLY ||
                         code == SQLITE_CANTOPEN || code == SQLITE_IOERR;
    error_ = Error{writing ? ErrorCode::Unwritable : ErrorCode::Unreadable,
                   "history `" + path_ + "`: " + reason_of(handle_),
                   {}};
  }
}

void Database::run(const char* sql) {
  if (!error_ && sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail();
  }
}

Statement Database::prepare(const char* sql) {
  if (auto idle = idle_.extract(sql)) {
    return {*this, idle.mapped()};
  }
  sqlite3_stmt* statement = nullptr;
  if (!error_ && sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                    nullptr) != SQLITE_OK) {
    fail();
  }
  return {*this, statement};
}

std::int64_t Database::number(const char* sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

Status Database::status() const {
  if (error_) {
    return *error_;
  }
  return Done{};
}

Transaction::~Transaction() {
  if (open_) {
    database_.clear();
    database_.run("ROLLBACK");
    database_.clear();
  }
}

Status Transaction::commit() {
  database_.run("COMMIT");
  auto status = database_.status();
  open_ = !status.ok();
  return status;
}

}  // namespace muster::store
