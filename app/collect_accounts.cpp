#include "app/collect_accounts.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "app/accounts_folder.h"
#include "app/workers.h"
#include "aws/credential_chain.h"
#include "aws/time.h"

namespace muster::app {
namespace {

/// Accounts at once. AWS's limits are of an account each; ours is what is kept in memory and how
/// many connections are open: eight accounts ask up to 64 questions at a time.
constexpr std::size_t kAccountsAtOnce = 8;

Error usage_error(std::string message) {
  return {ErrorCode::Usage, std::move(message), {}};
}

bool is_account_id(const std::string& text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits && text.find_first_not_of("0123456789") == std::string::npos;
}

/// A role's name, with its path if it has one. Source: IAM API Reference, CreateRole.
bool is_role_name(const std::string& text) {
  constexpr const char* kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-/";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string::npos &&
         text.front() != '/' && text.back() != '/';
}

/// `arn:aws:iam::111122223333:user/ann` -> `aws`.
std::string partition_of(const std::string& arn) {
  const std::size_t begin = arn.find(':') + 1;
  return arn.substr(begin, arn.find(':', begin) - begin);
}

class AccountsCollection {
 public:
  AccountsCollection(const CollectAwsOptions& options, CollectionSettings settings,
                     const Console& console)
      : options_(options),
        settings_(std::move(settings)),
        console_(console),
        folder_(options.out) {}

  Result<int> run() {
    MUSTER_CHECK_OK(folder_.open());
    MUSTER_TRY(attempts_, settings_.config.max_attempts());
    adopt(budget_);
    MUSTER_TRY(auto fetch, aws::find_credentials(settings_.config, budget_));
    own_.emplace(std::move(fetch), settings_.config.system().clock());
    MUSTER_TRY(caller_, aws::caller_identity(own_client("")));
    if (!options_.account.empty() && options_.account != caller_.account) {
      return usage_error("the credentials are those of account " + caller_.account + ", not of " +
                         options_.account);
    }
    MUSTER_TRY(accounts_, accounts());
    MUSTER_CHECK_OK(folder_.begin(
        {accounts_, options_.organization, caller_.account, caller_.arn, asked_regions(), now()}));
    const aws::Client client = own_client(caller_.account);
    std::optional<aws::Organization> organization;
    if (aws::may_read_organization(client)) {
      settings_.organization = &organization.emplace(client);
    }
    std::vector<std::optional<AccountGap>> gaps(accounts_.size());
    Threads(kAccountsAtOnce).run(accounts_.size(), [&](const Piece& piece) {
      gaps[piece.number] = collect(accounts_[piece.number]);
    });
    return finish(gaps);
  }

 private:
  [[nodiscard]] std::string now() const {
    return aws::iso_date(settings_.config.system().clock().now());
  }

  void adopt(aws::CallBudget& budget) const {
    budget.policy.attempts = attempts_.value_or(budget.policy.attempts);
  }

  [[nodiscard]] aws::Client own_client(const std::string& account) {
    return {settings_.config, budget_, &*own_, settings_.regions.front(), account};
  }

  [[nodiscard]] std::vector<std::string> asked_regions() const {
    return settings_.all_regions ? std::vector<std::string>{"all"} : settings_.regions;
  }

  /// Sorted. Those of an interrupted collection of the organisation are as it had them.
  Result<std::vector<std::string>> accounts() {
    if (!options_.organization) {
      std::vector<std::string> given = options_.accounts;
      std::ranges::sort(given);
      given.erase(std::unique(given.begin(), given.end()), given.end());
      return given;
    }
    if (!folder_.begun().empty()) {
      return folder_.begun();
    }
    MUSTER_TRY(const auto members, aws::organization_accounts(own_client(caller_.account)));
    std::vector<std::string> active;
    for (const aws::MemberAccount& member : members) {
      if (!is_account_id(member.id)) {
        return Error{ErrorCode::Unreadable,
                     "organizations ListAccounts: an account is no twelve digits",
                     {}};
      }
      if (member.active) {
        active.push_back(member.id);
      } else {
        settings_.lines.write("note: account " + member.id + " is not active, and not collected");
      }
    }
    std::ranges::sort(active);
    return active;
  }

  /// Nothing when the account's own manifest says all there is to say.
  std::optional<AccountGap> collect(const std::string& account) {
    const auto path = folder_.of_account(account);
    std::optional<AccountGap> gap;
    if (!is_finished_state(state_of_account(path))) {
      gap = collect_into(path, account);
    }
    const std::string state = state_of_account(path);
    const std::size_t done = ++done_;
    if (gap) {
      settings_.lines.write("not read: account " + account + ": " + gap->why);
    }
    if (console_.interactive) {
      settings_.lines.write("account " + account + " is " + state + " (" + std::to_string(done) +
                            " of " + std::to_string(accounts_.size()) + ")");
    }
    return gap;
  }

  std::optional<AccountGap> collect_into(const std::filesystem::path& path,
                                         const std::string& account) {
    AccountGap gap{account, true, "", ""};
    FactsFolder folder(path);
    if (const Status opened = folder.open(); !opened) {
      gap.why = to_string(opened.error());
      return gap;
    }
    const bool own = account == caller_.account;
    std::optional<aws::CredentialCache> session;
    if (!own) {
      const aws::RoleRequest role = role_in(account);
      session.emplace([this, role] { return aws::assume_role(own_client(caller_.account), role); },
                      settings_.config.system().clock());
      if (const auto first = session->get(); !first) {
        gap.role = role.role_arn;
        gap.why = refusal(role.role_arn, first.error());
        return gap;
      }
    }
    aws::CallBudget budget;
    adopt(budget);
    AccountCollection collection(settings_, budget, own ? *own_ : *session, folder);
    const auto collected = collection.run(account);
    if (!collected) {
      gap.why = to_string(collected.error());
      return gap;
    }
    for (const aws::NotRead& one : collected.value().missing) {
      settings_.lines.write(line_of(one));
    }
    return std::nullopt;
  }

  [[nodiscard]] aws::RoleRequest role_in(const std::string& account) const {
    return {.role_arn =
                "arn:" + partition_of(caller_.arn) + ":iam::" + account + ":role/" + options_.role,
            .external_id = options_.external_id};
  }

  [[nodiscard]] std::string refusal(const std::string& role, const Error& error) const {
    const std::string text = "cannot assume `" + role + "`: " + to_string(error);
    if (text.find("AccessDenied") == std::string::npos) {
      return text;
    }
    return text + ": the role must be there, its trust policy must name the caller `" +
           caller_.arn + "`" +
           (options_.external_id.empty() ? " (and ask for no external id, since none was given)"
                                         : " and the external id that was given") +
           ", and the caller must be allowed `sts:AssumeRole` on it";
  }

  Result<int> finish(const std::vector<std::optional<AccountGap>>& gaps) {
    std::vector<AccountGap> rows;
    for (const auto& gap : gaps) {
      if (gap) {
        rows.push_back(*gap);
      }
    }
    MUSTER_TRY(const std::string manifest, folder_.finish(now(), rows));
    std::map<std::string, std::size_t> states;
    for (const std::string& account : accounts_) {
      ++states[state_of_account(folder_.of_account(account))];
    }
    const std::size_t complete = states["complete"];
    if (options_.json) {
      console_.out << manifest;
    } else {
      console_.out << "facts of " << accounts_.size() << " accounts in " << options_.out << ": ";
      const char* comma = "";
      for (const auto& [state, count] : states) {
        if (count > 0) {
          console_.out << comma << count << " " << state;
          comma = ", ";
        }
      }
      console_.out << "\n";
    }
    return complete == accounts_.size() ? kClean : kIncomplete;
  }

  const CollectAwsOptions& options_;
  CollectionSettings settings_;
  const Console& console_;
  AccountsFolder folder_;
  std::optional<int> attempts_;
  /// The caller's own calls: STS and Organizations.
  aws::CallBudget budget_;
  std::optional<aws::CredentialCache> own_;
  aws::Identity caller_;
  std::vector<std::string> accounts_;
  std::atomic<std::size_t> done_ = 0;
};

}  // namespace

bool wants_accounts(const CollectAwsOptions& options) {
  return options.organization || !options.accounts.empty();
}

Status check_accounts(const CollectAwsOptions& options) {
  if (!wants_accounts(options)) {
    return options.role.empty() && options.external_id.empty()
               ? Status(Done{})
               : Status(
                     usage_error("`--role` and `--external-id` are for `--accounts` or `--org`"));
  }
  if (options.organization && !options.accounts.empty()) {
    return usage_error("`--org` and `--accounts` do not go together");
  }
  for (const std::string& account : options.accounts) {
    if (!is_account_id(account)) {
      return usage_error("`" + account + "` is no account: expected twelve digits");
    }
  }
  if (!is_role_name(options.role)) {
    return usage_error(
        "several accounts need `--role`: the name of the role to assume in each, with its path if "
        "it has one, such as `muster-audit`");
  }
  return Done{};
}

Result<int> collect_accounts(const CollectAwsOptions& options, const CollectionSettings& settings,
                             const Console& console) {
  return AccountsCollection(options, settings, console).run();
}

}  // namespace muster::app
