// The only file that includes sqlite3.h.
#include "store/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace muster::store {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_(other.next_) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
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
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  const int flags =
      mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle, path);
  if (code != SQLITE_OK) {
    database.fail();
    return std::move(*database.error_);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  constexpr int kLongestValue = 16 << 20;
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  constexpr int kBusyMilliseconds = 60'000;
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  database.run(
      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA "
      "synchronous=FULL");
  MUSTER_CHECK_OK(database.status());
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      path_(std::move(other.path_)),
      error_(std::move(other.error_)) {}

Database::~Database() {
  sqlite3_close(handle_);
}

void Database::fail() {
  if (!error_) {
    const int code = sqlite3_errcode(handle_);
    const bool writing = code == SQLITE_FULL || code == SQLITE_READONLY ||
                         code == SQLITE_CANTOPEN || code == SQLITE_IOERR;
    std::string reason = sqlite3_errmsg(handle_);
    if (code == SQLITE_FULL) {
      reason = "no space left on the disk";
    }
    error_ = Error{writing ? ErrorCode::Unwritable : ErrorCode::Unreadable,
                   "history `" + path_ + "`: " + reason,
                   {}};
  }
}

void Database::run(const char* sql) {
  if (!error_ && sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail();
  }
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (!error_ && sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) {
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
