#include "github/facts.h"

#include <algorithm>
#include <utility>

#include "checks/core/digest.h"

namespace muster::github {

using net::object_value;
using net::text_value;
using net::Value;

Status Facts::put(const std::string& path, const About& about, const Value& answer) {
  Value head = object_value(
      {{"repository", text_value(about.repository)}, {"endpoint", text_value(about.endpoint)}});
  for (const auto& [name, value] : about.more) {
    head.set(name, text_value(value));
  }
  Value file = object_value({{"muster", std::move(head)}});
  if (answer.kind == Value::Kind::Object) {
    file.members.insert(file.members.end(), answer.members.begin(), answer.members.end());
  } else {
    file.set("items", answer);
  }
  const std::string bytes = net::to_json(file, net::Layout::Indented) + "\n";
  MUSTER_CHECK_OK(write_(path, bytes));
  files_.items.push_back(
      object_value({{"path", text_value(path)}, {"sha256", text_value(hex(sha256(bytes)))}}));
  return Done{};
}

bool Facts::complete() const {
  return std::ranges::none_of(not_read_, [](const NotRead& one) { return one.needed; });
}

void Facts::describe(Value& manifest) const {
  Value rows = net::list_value({});
  for (const NotRead& one : not_read_) {
    rows.items.push_back(object_value({{"what", text_value(one.what)},
                                       {"needed", net::bool_value(one.needed)},
                                       {"call", text_value(one.problem.request)},
                                       {"kind", text_value(to_string(one.problem.kind))},
                                       {"status", net::number_value(one.problem.status)},
                                       {"permission", text_value(one.permission)},
                                       {"error", text_value(to_string(one.problem))}}));
  }
  manifest.set("files", files_);
  manifest.set("not_read", std::move(rows));
}

}  // namespace muster::github
