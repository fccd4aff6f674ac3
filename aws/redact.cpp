#include "aws/redact.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace muster::aws {
namespace {

/// Every text below a value, and the value itself.
void redact_texts(Value& root) {
  std::vector<Value*> open{&root};
  while (!open.empty()) {
    Value& value = *open.back();
    open.pop_back();
    if (value.kind == Value::Kind::Text) {
      value.text = redacted(value.text);
    }
    for (Value& item : value.items) {
      open.push_back(&item);
    }
    for (Member& member : value.members) {
      open.push_back(&member.value);
    }
  }
}

struct Step {
  Value* value;
  std::string_view rest;
};

/// One step down a path, through lists without using any of it.
void follow(const Step& at, std::vector<Step>& open) {
  if (at.rest.empty()) {
    redact_texts(*at.value);
    return;
  }
  for (Value& item : at.value->items) {
    open.push_back({&item, at.rest});
  }
  const std::size_t dot = std::min(at.rest.find('.'), at.rest.size());
  const std::string_view name = at.rest.substr(0, dot);
  const std::string_view rest = at.rest.substr(std::min(dot + 1, at.rest.size()));
  for (Member& member : at.value->members) {
    if (name == "*" || member.name == name) {
      open.push_back({&member.value, rest});
    }
  }
}

}  // namespace

std::string redacted(std::string_view text) {
  struct Bucket {
    std::size_t to;
    const char* name;
  };

  constexpr std::array<Bucket, 4> kBuckets = {
      {{7, "1-7"}, {15, "8-15"}, {31, "16-31"}, {63, "32-63"}}};
  if (text.empty()) {
    return {};
  }
  const auto found = std::ranges::find_if(
      kBuckets, [&](const Bucket& bucket) { return text.size() <= bucket.to; });
  const char* const length = found == kBuckets.end() ? "64 or more" : found->name;
  return "[redacted: " + std::string(length) + " characters]";
}

void redact(Value& root, std::initializer_list<std::string_view> paths) {
  std::vector<Step> open;
  for (const std::string_view path : paths) {
    open.push_back({&root, path});
  }
  while (!open.empty()) {
    const Step at = open.back();
    open.pop_back();
    follow(at, open);
  }
}

void redact_all_but(Value& object, std::initializer_list<std::string_view> harmless) {
  for (Member& member : object.members) {
    if (std::ranges::find(harmless, member.name) == harmless.end()) {
      redact_texts(member.value);
    }
  }
}

}  // namespace muster::aws
