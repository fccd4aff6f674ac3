// A filter is a list of items with a number of repetitions each; matching keeps the set of
// positions that the items so far can end at.
#include "checks/workflow/filter.h"

#include <algorithm>
#include <utility>

namespace muster::workflow {
namespace {

struct Item {
  /// `Folders` is `**/`: nothing, or anything that ends with a slash.
  enum class Kind { Character, Class, NoSlash, Any, Folders };
  enum class Times { One, Optional, OneOrMore, Run };

  Kind kind = Kind::Character;
  Times times = Times::One;
  char character = '\0';
  /// The inside of `[…]`.
  std::string_view members;
};

bool is_run(const Item& item) {
  return item.kind != Item::Kind::Character && item.kind != Item::Kind::Class;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Reads the item at `at` and moves behind it.
Item next_item(std::string_view filter, std::size_t& at) {
  const char c = filter[at];
  const std::size_t close = c == '[' ? filter.find(']', at + 1) : std::string_view::npos;
  if (c == '*') {
    const bool folders = filter.substr(at).starts_with("**/") && (at == 0 || filter[at - 1] == '/');
    const bool twice = filter.substr(at).starts_with("**");
    at += folders ? 3U : twice ? 2U : 1U;
    return {folders ? Item::Kind::Folders
            : twice ? Item::Kind::Any
                    : Item::Kind::NoSlash,
            Item::Times::Run,
            '\0',
            {}};
  }
  if (close != std::string_view::npos) {
    const std::string_view members = filter.substr(at + 1, close - at - 1);
    at = close + 1;
    return {Item::Kind::Class, Item::Times::One, '\0', members};
  }
  const bool escaped = c == '\\' && at + 1 < filter.size();
  at += escaped ? 2U : 1U;
  return {Item::Kind::Character, Item::Times::One, escaped ? filter[at - 1] : c, {}};
}

std::vector<Item> items_of(std::string_view filter) {
  filter.remove_prefix(filter.starts_with('!') ? 1U : 0U);
  std::vector<Item> items;
  for (std::size_t at = 0; at < filter.size();) {
    const char c = filter[at];
    const bool repeats = (c == '?' || c == '+') && !items.empty();
    if (!repeats) {
      items.push_back(next_item(filter, at));
      continue;
    }
    if (!is_run(items.back())) {
      items.back().times = c == '?' ? Item::Times::Optional : Item::Times::OneOrMore;
    }
    ++at;
  }
  return items;
}

bool in_class(std::string_view members, char c) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    const bool range = i + 2 < members.size() && members[i + 1] == '-';
    if (range ? members[i] <= c && c <= members[i + 2] : members[i] == c) {
      return true;
    }
    i += range ? 2U : 0U;
  }
  return false;
}

bool matches_one(const Item& item, char c) {
  switch (item.kind) {
    case Item::Kind::Character:
      return c == item.character;
    case Item::Kind::Class:
      return in_class(item.members, c);
    case Item::Kind::NoSlash:
      return c != '/';
    case Item::Kind::Any:
    case Item::Kind::Folders:
      return true;
  }
  return false;
}

/// `**/` ends behind a slash, or where it begins.
std::vector<bool> behind_folders(std::vector<bool> positions, std::string_view name) {
  bool begun = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    begun = begun || positions[i];
    positions[i + 1] = positions[i + 1] || (begun && name[i] == '/');
  }
  return positions;
}

/// Positions behind the item, from those in front of it.
std::vector<bool> behind(const Item& item, const std::vector<bool>& front, std::string_view name) {
  if (item.kind == Item::Kind::Folders) {
    return behind_folders(front, name);
  }
  const bool none = item.times == Item::Times::Optional || item.times == Item::Times::Run;
  const bool many = item.times == Item::Times::OneOrMore || item.times == Item::Times::Run;
  std::vector<bool> result = none ? front : std::vector<bool>(front.size(), false);
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((front[i] || (many && result[i])) && matches_one(item, name[i])) {
      result[i + 1] = true;
    }
  }
  return result;
}

}  // namespace

Widened widen(std::string_view filter) {
  Widened result;
  for (const Item& item : items_of(filter)) {
    const bool one = item.times == Item::Times::One;
    const bool plain = item.kind == Item::Kind::Character;
    if (!is_ascii(item.members) || (!one && !is_ascii({&item.character, 1}))) {
      return {"*", false};
    }
    const bool wild = plain && (item.character == '*' || item.character == '?');
    result.exact = result.exact && !wild && (item.kind == Item::Kind::Any || (plain && one));
    if (one || item.times == Item::Times::OneOrMore) {
      result.glob += plain ? item.character : '?';
    }
    if (!one && !result.glob.ends_with('*')) {
      result.glob += '*';
    }
  }
  return result;
}

bool filter_matches(std::string_view filter, std::string_view name) {
  std::vector<bool> positions(name.size() + 1, false);
  positions.front() = true;
  for (const Item& item : items_of(filter)) {
    positions = behind(item, positions, name);
  }
  return positions.back();
}

bool filters_admit(const std::vector<Text>& only, const std::vector<Text>& ignored,
                   std::string_view name) {
  bool admitted = only.empty();
  for (const Text& filter : only) {
    if (filter_matches(filter.value, name)) {
      admitted = !filter.value.starts_with('!');
    }
  }
  return admitted && std::none_of(ignored.begin(), ignored.end(), [&](const Text& filter) {
           return filter_matches(filter.value, name);
         });
}

}  // namespace muster::workflow
