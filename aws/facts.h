// Where collectors put what they found, and what they could not read. The folder they fill:
// docs/account-facts.md.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call.h"
#include "aws/value.h"
#include "checks/core/result.h"

namespace muster::aws {

/// Something that was asked for and did not come.
struct NotRead {
  /// What it is, for people: `policy of repository shop`.
  std::string what;
  CallError error;
  /// Whether an audit without it cannot be trusted. Policies of the organisation, which a member
  /// account may seldom read, are not: every answer says already that they are not known. Nor is
  /// what the roles behind the 200th used.
  bool needed = true;
};

/// Where the files of one collection are kept. May be called by any number of threads at once.
class FactsStore {
 public:
  virtual ~FactsStore() = default;

  /// Writes one file whole, or nothing; the path is relative to the folder.
  [[nodiscard]] virtual Status write(const std::string& path, const std::string& bytes) = 0;

  /// The bytes of a file that this collection wrote before it was interrupted; nothing when it did
  /// not, or when they are no longer the same.
  [[nodiscard]] virtual std::optional<std::string> kept(const std::string& path) = 0;

  /// Counts a kept file among those of the collection, as if it had been written now. What is
  /// neither written nor counted is no longer there in the end.
  virtual void keep(const std::string& path) = 0;
};

/// The facts of one account, file by file. Thread-safe.
class Facts {
 public:
  /// `store` must outlive the facts.
  explicit Facts(FactsStore& store) : store_(store) {}

  /// A JSON file. Only whole lists go into one: what a part of a list does not hold would count as
  /// not there. The first file that cannot be written ends the collection: see `status`.
  void put(const std::string& path, const Value& value);

  /// What `put` wrote there before the collection was interrupted, and the word that it is still
  /// good.
  [[nodiscard]] std::optional<Value> kept(const std::string& path);

  void keep(const std::string& path) { store_.keep(path); }

  void not_read(NotRead what);

  /// The error of the first file that could not be written. There is no use in asking on then.
  [[nodiscard]] Status status() const;

  /// Whether something is missing that an audit needs.
  [[nodiscard]] bool complete() const;

  /// In an order that does not depend on which answer came first.
  [[nodiscard]] std::vector<NotRead> missing() const;

 private:
  FactsStore& store_;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::vector<NotRead> not_read_;
};

/// The member `not_read` of the manifest.
[[nodiscard]] Value rows_of(const std::vector<NotRead>& missing);

}  // namespace muster::aws
