// The folder of several accounts: a folder of facts for each, named after it, and a manifest that
// says how far each came. docs/account-facts.md describes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "aws/value.h"
#include "checks/core/result.h"

namespace muster::app {

/// What a collection of several accounts is of.
struct CollectionOfAccounts {
  /// 12 digits each.
  std::vector<std::string> accounts;
  /// Whether they are those of the caller's organisation.
  bool organization = false;
  /// The account of who asks, and its ARN.
  std::string caller_account;
  std::string caller;
  /// As on the command line: `all` stands for itself.
  std::vector<std::string> regions;
  /// A date of ISO 8601.
  std::string started_at;
};

/// Something of the several accounts that was not read, or not in whole.
struct AccountGap {
  std::string account;
  /// Whether an audit without it cannot be trusted.
  bool needed = true;
  /// `sts:AssumeRole` of this role, where that is what failed; else empty.
  std::string role;
  std::string why;
};

/// First the manifest says that the collection is not finished; in the end it is replaced.
class AccountsFolder {
 public:
  explicit AccountsFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Whether the folder may be written to: it is missing, empty, or has a collection of several
  /// accounts that was interrupted or did not reach all of them. Changes nothing. Errors: `Usage`.
  [[nodiscard]] Status open();

  /// The accounts of the collection that was begun here; none when there is none.
  [[nodiscard]] const std::vector<std::string>& begun() const { return begun_; }

  /// Says in the folder that its collection is not finished. Errors: `Usage` when the one that was
  /// begun there is of other accounts, of another caller's organisation or of other regions; those
  /// of `write_file`. REQUIRES: `open` worked.
  [[nodiscard]] Status begin(CollectionOfAccounts of);

  [[nodiscard]] std::filesystem::path of_account(const std::string& account) const {
    return folder_ / account;
  }

  /// Writes the manifest, with the state of each account as its own folder has it. Returns its
  /// bytes. Errors: those of `write_file`.
  [[nodiscard]] Result<std::string> finish(const std::string& finished_at,
                                           const std::vector<AccountGap>& gaps);

 private:
  [[nodiscard]] aws::Value head() const;
  [[nodiscard]] aws::Value states() const;

  std::filesystem::path folder_;
  CollectionOfAccounts of_;
  std::optional<aws::Value> before_;
  std::vector<std::string> begun_;
};

/// How far the collection in the folder of one account came: `complete`, `partial` (something that
/// an audit needs was not read), `unfinished`, or `not read` (nothing is there).
[[nodiscard]] std::string state_of_account(const std::filesystem::path& folder);

/// Whether there is nothing more to collect in that state.
[[nodiscard]] bool is_finished_state(const std::string& state);

}  // namespace muster::app
