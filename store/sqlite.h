// SQLite with values instead of return codes. Errors stick: after the first one every call does
// nothing, and `status` tells what happened, so that a sequence of statements reads as one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "checks/core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace muster::store {

class Database;

/// A prepared statement. Movable; must not outlive its database.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the next parameter. The text is copied.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind_blob(std::string_view value);
  Statement& bind_null();

  /// Runs to the next row; false at the end or after an error.
  bool step();
  /// Runs a statement that gives no rows, and makes it ready to be bound again.
  void run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Database;

  Statement(Database& database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  Database& database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

/// One connection. Not thread-safe.
class Database {
 public:
  enum class Mode { ReadWrite, ReadOnly };

  /// Opens (ReadWrite: creates) the file and sets what holds per connection: foreign keys, busy
  /// timeout of a minute, defensive mode, untrusted schema. `ReadOnly` also works where nothing can
  /// be written beside the file (a read-only folder, a full disk), if all is in the main file.
  static Result<Database> open(const std::string& path, Mode mode);

  /// An empty database that no file holds.
  static Result<Database> in_memory();

  /// All of this database, free to be changed without touching the file.
  [[nodiscard]] Result<Database> copy_to_memory() const;

  Database(Database&& other) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database& operator=(Database&&) = delete;
  ~Database();

  void run(const char* sql);

  /// Changes the file to a write-ahead log. Two processes that do so at once would wait for each
  /// other, so SQLite refuses one of them without the busy timeout; here that one tries again.
  void use_write_ahead_log();

  /// Compiles the text only when no idle statement of the same text is kept: a run writes thousands
  /// of rows with a dozen texts.
  Statement prepare(const char* sql);
  /// First column of the first row, or 0.
  std::int64_t number(const char* sql);
  [[nodiscard]] std::int64_t last_id() const;

  /// The first error since opening, or done.
  [[nodiscard]] Status status() const;

  /// Forgets an error after a roll-back.
  void clear() { error_.reset(); }

 private:
  friend class Statement;

  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  /// `name` as SQLite wants it, `shown` as messages name it.
  static Result<Database> connect(const std::string& name, int flags, const std::string& shown);

  void fail();

  sqlite3* handle_;
  std::string path_;
  std::optional<Error> error_;
  /// Statements that nobody holds, by their text.
  std::multimap<std::string, sqlite3_stmt*> idle_;
};

/// `BEGIN IMMEDIATE` now; rolled back unless `commit` succeeded.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
  }

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] Status commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace muster::store
