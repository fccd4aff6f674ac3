#include "github/cache.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace muster::github {
namespace {

using net::Member;
using net::Value;

/// What no answer keeps. `temp_clone_token` is a credential; texts and addresses are nobody's
/// setting.
bool is_dropped(const Member& member) {
  static constexpr std::array<std::string_view, 12> kDropped = {
      "temp_clone_token", "body",  "body_html", "body_text", "email",      "gravatar_id",
      "node_id",          "links", "_links",    "reactions", "starred_at", "user_view_type"};
  return std::ranges::find(kDropped, member.name) != kDropped.end() ||
         member.name.ends_with("_url");
}

/// Variables are kept by name: a value may be a secret by mistake.
void drop_values(Value& answer) {
  for (Member& member : answer.members) {
    if (member.name == "variables") {
      for (Value& variable : member.value.items) {
        std::erase_if(variable.members, [](const Member& one) { return one.name == "value"; });
      }
    }
  }
}

}  // namespace

Value cleaned(Value value) {
  drop_values(value);
  // Trees are as deep as `parse_json` lets them be.
  std::vector<Value*> pending{&value};
  while (!pending.empty()) {
    Value& next = *pending.back();
    pending.pop_back();
    std::erase_if(next.members, is_dropped);
    for (Member& member : next.members) {
      pending.push_back(&member.value);
    }
    for (Value& item : next.items) {
      pending.push_back(&item);
    }
  }
  return value;
}

Cache::Cache(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = net::parse_json(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line) {
      continue;
    }
    const Value& entry = line.value();
    const Value* const body = entry.find("answer");
    if (body != nullptr && !entry.text_of("etag").empty() && !entry.text_of("key").empty()) {
      before_[entry.text_of("key")] = {entry.text_of("etag"), entry.text_of("next"), *body};
    }
  }
}

const CachedAnswer* Cache::find(const std::string& key) const {
  const auto found = before_.find(key);
  return found == before_.end() ? nullptr : &found->second;
}

std::string Cache::text() const {
  std::string text;
  for (const auto& [key, answer] : now_) {
    const Value line = net::object_value({{"key", net::text_value(key)},
                                          {"etag", net::text_value(answer.etag)},
                                          {"next", net::text_value(answer.next)},
                                          {"answer", answer.value}});
    text += net::to_json(line, net::Layout::Compact) + "\n";
  }
  return text;
}

std::string Cache::key(std::string_view address, std::string_view version) {
  return std::string(version) + " " + std::string(address);
}

}  // namespace muster::github
