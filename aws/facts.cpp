#include "aws/facts.h"

#include <algorithm>
#include <utility>

#include "checks/core/digest.h"

namespace muster::aws {

Status Facts::put(const std::string& path, const Value& value) {
  const std::string bytes = to_json(value, Layout::Indented) + "\n";
  MUSTER_CHECK_OK(write_(path, bytes));
  files_.items.push_back(
      object_value({{"path", text_value(path)}, {"sha256", text_value(hex(sha256(bytes)))}}));
  return Done{};
}

bool Facts::complete() const {
  return std::ranges::none_of(not_read_, [](const NotRead& one) { return one.needed; });
}

void Facts::describe(Value& manifest) const {
  Value rows = list_value({});
  for (const NotRead& one : not_read_) {
    rows.items.push_back(
        object_value({{"what", text_value(one.what)},
                      {"needed", bool_value(one.needed)},
                      {"call", text_value(one.error.service + ":" + one.error.action)},
                      {"region", text_value(one.error.region)},
                      {"kind", text_value(to_string(one.error.kind))},
                      {"code", text_value(one.error.code)},
                      {"error", text_value(to_string(one.error))}}));
  }
  manifest.set("files", files_);
  manifest.set("not_read", std::move(rows));
}

}  // namespace muster::aws
