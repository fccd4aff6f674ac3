// The written forms of the catalogue: lists, keys with a free part, ARN templates.
#include <algorithm>

#include "checks/policy/catalogue_tables.h"
#include "checks/policy/glob.h"
#include "checks/policy/model.h"

namespace muster::policy {
namespace {

/// Replaces what `%p` and the like stand for, and each `${…}`.
struct Placeholders {
  std::string_view partition, region, account;
  /// Instead of `${…}`; empty leaves it as it is.
  std::string_view other;
};

std::string fill(std::string_view written, const Placeholders& with) {
  std::string out;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string_view rest = written.substr(i);
    const std::size_t close = rest.find('}');
    if (rest[0] == '%' && rest.size() > 1) {
      out += rest[1] == 'p' ? with.partition : rest[1] == 'r' ? with.region : with.account;
      ++i;
    } else if (!with.other.empty() && rest.starts_with("${") && close != std::string_view::npos) {
      out += with.other;
      i += close;
    } else {
      out += rest[0];
    }
  }
  return out;
}

std::vector<std::string> fill_each(const ResourceType& type, const Placeholders& with) {
  std::vector<std::string> out;
  for (const std::string_view written : split_list(type.written_templates)) {
    out.push_back(fill(written, with));
  }
  return out;
}

}  // namespace

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    out.push_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

std::string key_glob(std::string_view name) {
  return fill(name, {"%p", "%r", "%a", "?*"});
}

bool is_key(std::string_view name, std::string_view written) {
  return glob_match(key_glob(lower(name)), lower(written), Wildcards{});
}

std::vector<std::string> arn_templates(const ResourceType& type) {
  return fill_each(type, {"${Partition}", "${Region}", "${Account}", {}});
}

std::vector<std::string> arn_patterns(const ResourceType& type) {
  return fill_each(type, {"*", "*", "*", "*"});
}

const char* to_string(AccessLevel level) {
  switch (level) {
    case AccessLevel::List:
      return "List";
    case AccessLevel::Read:
      return "Read";
    case AccessLevel::Write:
      return "Write";
    case AccessLevel::Tagging:
      return "Tagging";
    case AccessLevel::PermissionsManagement:
      return "Permissions management";
  }
  return "";
}

}  // namespace muster::policy
