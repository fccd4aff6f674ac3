// English only; dates without a locale.
#include "report/words.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

namespace muster::report {

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string upper(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return word;
}

std::string sentence(const std::string& text) {
  return text.empty() ? text : upper(text.substr(0, 1)) + text.substr(1);
}

std::string prose_time(TimePoint time) {
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return std::to_string(static_cast<unsigned>(date.day())) + " " +
         kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " +
         std::to_string(static_cast<int>(date.year())) + ", " + to_utc(time).substr(11, 5) + " UTC";
}

std::string area_title(std::string_view area) {
  static const std::map<std::string_view, const char*> kTitles = {{"iam", "IAM roles and policies"},
                                                                  {"oidc", "OIDC trust"},
                                                                  {"workflow", "Workflows"},
                                                                  {"host", "Hosts"},
                                                                  {"image", "Images"},
                                                                  {"rollback", "Rollback"}};
  const auto title = kTitles.find(area);
  return title == kTitles.end() ? std::string(area) : title->second;
}

std::string change_text(const Group& group) {
  std::map<FindingState, std::size_t> states;
  std::size_t oldest = 0;
  for (const Item& item : group.items) {
    ++states[item.state];
    oldest = std::max(oldest, item.age_days);
  }
  std::string text;
  for (const FindingState state : {FindingState::New, FindingState::Reopened}) {
    if (states[state] > 0) {
      text += (text.empty() ? "" : ", ") +
              (group.items.size() == 1 ? "" : std::to_string(states[state]) + " ") +
              muster::to_string(state);
    }
  }
  return text.empty() ? "oldest " + plural(oldest, "day") : text;
}

const char* witness_title(WitnessKind kind) {
  switch (kind) {
    case WitnessKind::Token:
      return "this token";
    case WitnessKind::Request:
      return "this request";
    case WitnessKind::Path:
      return "this path";
    case WitnessKind::Text:
      return "the text itself";
  }
  return "";
}

}  // namespace muster::report
