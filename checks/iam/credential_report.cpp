// Nothing is known of quotes in this CSV: a user whose name has a comma is an error, never misread.
#include "checks/iam/credential_report.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "checks/iam/model.h"
#include "checks/policy/values.h"

namespace muster::iam {
namespace {

constexpr std::string_view kHead = "user,arn,user_creation_time,";

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (std::size_t comma = line.find(','); comma != std::string_view::npos;
       comma = line.find(',')) {
    columns.push_back(line.substr(0, comma));
    line.remove_prefix(comma + 1);
  }
  columns.push_back(line);
  return columns;
}

/// The next line without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

/// Where the columns stand that are read.
struct ReportColumns {
  std::size_t user = 0;
  std::size_t arn = 1;
  std::array<std::array<std::size_t, 3>, 2> keys{};
};

Result<ReportColumns> report_columns(const std::vector<std::string_view>& head,
                                     const SourceRef& where) {
  ReportColumns found;
  for (std::size_t key = 0; key < 2; ++key) {
    const std::string name = "access_key_" + std::to_string(key + 1);
    std::size_t part = 0;
    for (const char* const column : {"_active", "_last_rotated", "_last_used_date"}) {
      const auto at = std::ranges::find(head, name + column);
      if (at == head.end()) {
        return Error{ErrorCode::Invalid,
                     "the credential report has no column `" + name + column + "`", where};
      }
      found.keys[key][part++] = static_cast<std::size_t>(at - head.begin());
    }
  }
  return found;
}

ReportedUser reported_user(const std::vector<std::string_view>& line,
                           const ReportColumns& columns) {
  ReportedUser user;
  user.name = line[columns.user];
  user.arn = line[columns.arn];
  for (std::size_t i = 0; i < user.keys.size(); ++i) {
    user.keys[i] = {line[columns.keys[i][0]] == "true", time_of(line[columns.keys[i][1]]),
                    time_of(line[columns.keys[i][2]])};
  }
  return user;
}

}  // namespace

bool is_credential_csv(std::string_view bytes) {
  return bytes.starts_with(kHead);
}

Result<CredentialReport> parse_credential_csv(std::string_view csv, const SourceId& source) {
  std::string_view rest = csv;
  const std::vector<std::string_view> head = columns_of(take_line(rest));
  if (!is_credential_csv(csv)) {
    return Error{ErrorCode::Invalid, "the text is no credential report", SourceRef{source, {}}};
  }
  MUSTER_TRY(const ReportColumns columns, report_columns(head, {source, {}}));
  CredentialReport report;
  for (std::uint32_t number = 2; !rest.empty(); ++number) {
    const std::string_view text = take_line(rest);
    const SourceRef where{source, {number, 1, number, static_cast<std::uint32_t>(text.size() + 1)}};
    if (text.empty()) {
      continue;
    }
    const std::vector<std::string_view> line = columns_of(text);
    if (line.size() != head.size()) {
      return Error{ErrorCode::Invalid,
                   "a line of the credential report has " + std::to_string(line.size()) +
                       " values, its head " + std::to_string(head.size()),
                   where};
    }
    report.users.push_back(reported_user(line, columns));
    report.users.back().where = where;
  }
  return report;
}

std::optional<Result<CredentialReport>> credential_report(const text::Node& root) {
  const auto content = root.find("Content");
  if (!content || !root.find("ReportFormat")) {
    return std::nullopt;
  }
  const auto csv = policy::decode_base64(content->text());
  if (!csv) {
    return Error{ErrorCode::Invalid, "the credential report is not in base64", content->where()};
  }
  auto report = parse_credential_csv(*csv, root.where().source);
  if (!report) {
    return Error{report.error().code, report.error().message, content->where()};
  }
  for (ReportedUser& user : report.value().users) {
    user.where = content->where();
  }
  if (const auto time = root.find("GeneratedTime")) {
    report.value().generated = time_of(time->text());
  }
  return report;
}

}  // namespace muster::iam
