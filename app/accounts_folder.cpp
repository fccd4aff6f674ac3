#include "app/accounts_folder.h"

#include <algorithm>
#include <utility>

#include "app/facts_folder.h"
#include "app/write.h"

namespace muster::app {
namespace {

aws::Value texts_value(const std::vector<std::string>& texts) {
  aws::Value list = aws::list_value({});
  for (const std::string& text : texts) {
    list.items.push_back(aws::text_value(text));
  }
  return list;
}

aws::Value gaps_value(const std::vector<AccountGap>& gaps) {
  aws::Value rows = aws::list_value({});
  for (const AccountGap& gap : gaps) {
    aws::Value row = aws::object_value({{"what", aws::text_value("account " + gap.account)},
                                        {"needed", aws::bool_value(gap.needed)},
                                        {"account", aws::text_value(gap.account)}});
    if (!gap.role.empty()) {
      row.set("call", aws::text_value("sts:AssumeRole"));
      row.set("role", aws::text_value(gap.role));
    }
    row.set("error", aws::text_value(gap.why));
    rows.items.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string state_of_account(const std::filesystem::path& folder) {
  const auto manifest = manifest_to_continue(folder);
  if (!manifest) {
    return "unfinished";
  }
  if (!manifest.value()) {
    return "not read";
  }
  if (manifest.value()->text_of("finished") != "true") {
    return "unfinished";
  }
  const bool partial =
      std::ranges::any_of(manifest.value()->items_of("not_read"),
                          [](const aws::Value& row) { return row.text_of("needed") != "false"; });
  return partial ? "partial" : "complete";
}

bool is_finished_state(const std::string& state) {
  return state == "complete" || state == "partial";
}

Status AccountsFolder::open() {
  MUSTER_TRY(before_, manifest_to_continue(folder_));
  if (!before_) {
    return Done{};
  }
  if (before_->find("accounts") == nullptr) {
    return cannot_collect_into(folder_, "it has the facts of something else than several accounts");
  }
  for (const aws::Value& row : before_->items_of("accounts")) {
    begun_.push_back(row.text_of("account"));
  }
  const bool all = std::ranges::all_of(begun_, [&](const std::string& account) {
    return is_finished_state(state_of_account(of_account(account)));
  });
  return before_->text_of("finished") == "true" && all
             ? Status(cannot_collect_into(folder_,
                                          "it has the facts of a collection that is finished"))
             : Status(Done{});
}

aws::Value AccountsFolder::head() const {
  return aws::object_value({{"muster_facts", aws::number_value(1)},
                            {"finished", aws::bool_value(false)},
                            {"program", aws::text_value(MUSTER_VERSION)},
                            {"caller_account", aws::text_value(of_.caller_account)},
                            {"caller", aws::text_value(of_.caller)},
                            {"started_at", aws::text_value(of_.started_at)},
                            {"regions", texts_value(of_.regions)},
                            {"organization", aws::bool_value(of_.organization)},
                            {"accounts", states()}});
}

aws::Value AccountsFolder::states() const {
  aws::Value rows = aws::list_value({});
  for (const std::string& account : of_.accounts) {
    rows.items.push_back(
        aws::object_value({{"account", aws::text_value(account)},
                           {"folder", aws::text_value(account)},
                           {"state", aws::text_value(state_of_account(of_account(account)))}}));
  }
  return rows;
}

Status AccountsFolder::begin(CollectionOfAccounts of) {
  of_ = std::move(of);
  if (before_) {
    if (begun_ != of_.accounts ||
        before_->text_of("organization") != (of_.organization ? "true" : "false")) {
      return cannot_collect_into(folder_,
                                 "its collection is of other accounts, and was not finished");
    }
    if (of_.organization && before_->text_of("caller_account") != of_.caller_account) {
      return cannot_collect_into(folder_, "its collection is of the organisation as account " +
                                              before_->text_of("caller_account") +
                                              " lists it, and was not finished");
    }
    std::vector<std::string> regions;
    for (const aws::Value& region : before_->items_of("regions")) {
      regions.push_back(region.text);
    }
    if (regions != of_.regions) {
      return cannot_collect_into(folder_,
                                 "its collection is of other regions, and was not finished");
    }
    of_.started_at = before_->text_of("started_at");
  }
  return write_file(folder_ / "manifest.json", aws::to_json(head(), aws::Layout::Indented) + "\n");
}

Result<std::string> AccountsFolder::finish(const std::string& finished_at,
                                           const std::vector<AccountGap>& gaps) {
  aws::Value manifest = head();
  manifest.set("finished", aws::bool_value(true));
  manifest.set("collected_at", aws::text_value(finished_at));
  manifest.set("not_read", gaps_value(gaps));
  std::string bytes = aws::to_json(manifest, aws::Layout::Indented) + "\n";
  MUSTER_CHECK_OK(write_file(folder_ / "manifest.json", bytes));
  return bytes;
}

}  // namespace muster::app
