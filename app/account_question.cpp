// Reads facts as an audit does.
#include "app/account_question.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/audit_input.h"
#include "checks/core/run.h"
#include "checks/iam/account.h"
#include "checks/iam/infrastructure.h"
#include "checks/iam/inventory.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using report::sanitise;

Result<TimePoint> time_of(const AccountOptions& options) {
  if (options.as_of.empty()) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  if (const auto time = parse_utc(options.as_of)) {
    return *time;
  }
  return Error{
      ErrorCode::Usage,
      "--as-of `" + options.as_of + "` is no time; expected 2026-02-19 or 2026-02-19T06:00:00Z",
      {}};
}

}  // namespace

Result<std::unique_ptr<Account>> read_folder(const AccountOptions& options) {
  MUSTER_TRY(const TimePoint now, time_of(options));
  MUSTER_TRY(Intent intent, find_intent(options.path, options.config));
  const std::vector<std::filesystem::path> facts(options.facts.begin(), options.facts.end());
  MUSTER_TRY(Repository repository, read_repository(options.path, facts, intent));
  return std::make_unique<Account>(std::move(intent), std::move(repository), now);
}

Result<std::unique_ptr<Account>> read_account(const AccountOptions& options) {
  MUSTER_TRY(auto account, read_folder(options));
  const auto& known = account->input.model<iam::AccountFacts>();
  if (account->input.model<iam::Principals>().all().empty() && known.unreadable().empty()) {
    return Error{ErrorCode::Unreadable,
                 "no users and roles were found: add the output of `aws iam "
                 "get-account-authorization-details` with --facts DIR, or a template or plan that "
                 "declares some",
                 {}};
  }
  return account;
}

bool report_unreadable(const Account& account, const Console& console) {
  std::vector<Unreadable> all = account.input.model<iam::AccountFacts>().unreadable();
  const auto& declared = account.input.model<iam::DeclaredInfrastructure>().unreadable();
  all.insert(all.end(), declared.begin(), declared.end());
  const auto& inventory = account.input.model<iam::Inventory>().unreadable();
  all.insert(all.end(), inventory.begin(), inventory.end());
  for (const Unreadable& one : all) {
    report_error(console, one.error);
  }
  bool blocked = false;
  for (const NotCovered& missing : account.repository.facts.not_covered) {
    blocked = blocked || missing.blocks;
    if (missing.blocks) {
      console.err << "muster: " << sanitise(missing.what) << ": " << sanitise(missing.why) << "\n";
    }
  }
  return !all.empty() || blocked;
}

nlohmann::ordered_json request_json(const policy::Request& request) {
  using nlohmann::ordered_json;
  ordered_json context = ordered_json::object();
  for (const auto& [key, value] : request.context) {
    context[key] =
        value.multivalued ? ordered_json(value.values) : ordered_json(value.values.front());
  }
  return {{"principal", request.principal},
          {"action", request.action},
          {"resource", request.resource},
          {"context", std::move(context)}};
}

std::string request_words(const policy::Request& request) {
  std::string words = "`" + sanitise(request.action) + "` on `" + sanitise(request.resource) + "`";
  const char* join = " with ";
  for (const auto& [key, value] : request.context) {
    words += join + ("`" + sanitise(key) + "` = ");
    for (std::size_t i = 0; i < value.values.size(); ++i) {
      words += (i == 0 ? "`" : ", `") + sanitise(value.values[i]) + "`";
    }
    join = ", ";
  }
  return words;
}

}  // namespace muster::app
