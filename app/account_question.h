// What the questions about an account share: where the facts are, how a request and a principal are
// shown.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/repository.h"
#include "checks/core/check.h"
#include "checks/policy/evaluate.h"

namespace muster::app {

/// Where the facts of a question come from.
struct AccountOptions {
  /// Folder that is read like the root of an audit; empty with `facts` = only those.
  std::string path = ".";
  std::vector<std::string> facts;
  std::string config;
  /// Time to take as now; empty = the clock's.
  std::string as_of;
  bool json = false;
};

/// Facts and intent with the input that is made of them; keeps its address.
struct Account {
  Intent intent;
  Repository repository;
  AuditInput input;

  Account(Intent declared, Repository read, TimePoint now)
      : intent(std::move(declared)),
        repository(std::move(read)),
        input(repository.facts, intent, now) {}

  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;
};

/// Errors: as `read_repository`.
[[nodiscard]] Result<std::unique_ptr<Account>> read_folder(const AccountOptions& options);

/// Errors: as `read_repository`, and when there are no account facts.
[[nodiscard]] Result<std::unique_ptr<Account>> read_account(const AccountOptions& options);

/// What of the account facts could not be read, one line each, to the error stream. Returns whether
/// there was any.
bool report_unreadable(const Account& account, const Console& console);

/// `{"principal","action","resource","context"}`: what `muster policy eval` takes.
[[nodiscard]] nlohmann::ordered_json request_json(const policy::Request& request);

/// `` `s3:GetObject` on `arn…` with `aws:username` = `ann` `` for people; sanitised.
[[nodiscard]] std::string request_words(const policy::Request& request);

}  // namespace muster::app
