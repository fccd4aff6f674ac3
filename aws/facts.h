// Where collectors put what they found, and what they could not read. The folder they fill:
// docs/account-facts.md.
#pragma once

#include <functional>
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
  /// account may seldom read, are not: every answer says already that they are not known.
  bool needed = true;
};

/// The facts of one account, file by file. Not thread-safe.
class Facts {
 public:
  /// Writes one file; the path is relative to the folder.
  using Write = std::function<Status(const std::string& path, const std::string& bytes)>;

  explicit Facts(Write write) : write_(std::move(write)) {}

  /// A JSON file. Only whole lists go into one: what a part of a list does not hold would count as
  /// not there. Errors: those of `Write`.
  [[nodiscard]] Status put(const std::string& path, const Value& value);

  void not_read(NotRead what) { not_read_.push_back(std::move(what)); }

  /// Whether something is missing that an audit needs.
  [[nodiscard]] bool complete() const;

  [[nodiscard]] const std::vector<NotRead>& missing() const { return not_read_; }

  /// The members `files` (path and SHA-256) and `not_read` of the manifest.
  void describe(Value& manifest) const;

 private:
  Write write_;
  Value files_ = list_value({});
  std::vector<NotRead> not_read_;
};

}  // namespace muster::aws
