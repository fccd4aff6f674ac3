#include "net/value.h"

#include <algorithm>
#include <utility>

namespace muster::net {

const Value* Value::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(members, [&](const Member& member) { return member.name == name; });
  const bool there = found != members.end() && found->value.kind != Kind::Null;
  return there ? &found->value : nullptr;
}

const Value* Value::find_path(std::string_view path) const {
  const Value* at = this;
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = at->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

std::string Value::text_of(std::string_view name) const {
  const Value* const member = find(name);
  return member == nullptr ? std::string() : member->text;
}

const std::vector<Value>& Value::items_of(std::string_view name) const {
  static const std::vector<Value> kNone;
  const Value* const member = find(name);
  return member == nullptr ? kNone : member->items;
}

void Value::set(std::string_view name, Value value) {
  const auto found =
      std::ranges::find_if(members, [&](const Member& member) { return member.name == name; });
  if (found != members.end()) {
    found->value = std::move(value);
  } else {
    members.push_back({std::string(name), std::move(value)});
  }
}

Value text_value(std::string_view text) {
  return {Value::Kind::Text, std::string(text), {}, {}};
}

Value number_value(long number) {
  return {Value::Kind::Number, std::to_string(number), {}, {}};
}

Value bool_value(bool value) {
  return {Value::Kind::Bool, value ? "true" : "false", {}, {}};
}

Value list_value(std::vector<Value> items) {
  return {Value::Kind::List, {}, std::move(items), {}};
}

Value object_value(std::initializer_list<Member> members) {
  return {Value::Kind::Object, {}, {}, members};
}

std::size_t find_bad_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) -> unsigned {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  for (std::size_t at = 0; at < text.size();) {
    const unsigned first = byte(at);
    const std::size_t length = first < 0x80U                     ? 1
                               : first >= 0xC2U && first < 0xE0U ? 2
                               : first >= 0xE0U && first < 0xF0U ? 3
                               : first >= 0xF0U && first < 0xF5U ? 4
                                                                 : 0;
    // The second byte rules out overlong forms, surrogates and what lies beyond
    // U+10FFFF.
    const unsigned low = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
    const unsigned high = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
    bool good = length > 0 && (length == 1 || (byte(at + 1) >= low && byte(at + 1) <= high));
    for (std::size_t next = 2; next < length; ++next) {
      good = good && (byte(at + next) & 0xC0U) == 0x80U;
    }
    if (!good) {
      return at;
    }
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace muster::net
