#include "aws/facts.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace muster::aws {

void Facts::put(const std::string& path, const Value& value) {
  if (!status()) {
    return;
  }
  const Status written = store_.write(path, to_json(value, Layout::Indented) + "\n");
  const std::lock_guard lock(mutex_);
  if (!written && !error_) {
    error_ = written.error();
  }
}

std::optional<Value> Facts::kept(const std::string& path) {
  const auto bytes = store_.kept(path);
  auto value = bytes ? parse_json(*bytes) : Result<Value>(Value{});
  return bytes && value ? std::optional(std::move(value).value()) : std::nullopt;
}

void Facts::not_read(NotRead what) {
  const std::lock_guard lock(mutex_);
  not_read_.push_back(std::move(what));
}

Status Facts::status() const {
  const std::lock_guard lock(mutex_);
  return error_ ? Status(*error_) : Status(Done{});
}

bool Facts::complete() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::none_of(not_read_, [](const NotRead& one) { return one.needed; });
}

std::vector<NotRead> Facts::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<NotRead> rows = not_read_;
  std::ranges::stable_sort(rows, {}, [](const NotRead& one) {
    return std::tie(one.error.service, one.error.region, one.error.action, one.what);
  });
  return rows;
}

Value rows_of(const std::vector<NotRead>& missing) {
  Value rows = list_value({});
  for (const NotRead& one : missing) {
    rows.items.push_back(
        object_value({{"what", text_value(one.what)},
                      {"needed", bool_value(one.needed)},
                      {"call", text_value(one.error.service + ":" + one.error.action)},
                      {"region", text_value(one.error.region)},
                      {"kind", text_value(to_string(one.error.kind))},
                      {"code", text_value(one.error.code)},
                      {"error", text_value(to_string(one.error))}}));
  }
  return rows;
}

}  // namespace muster::aws
