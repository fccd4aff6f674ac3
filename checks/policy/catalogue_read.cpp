// The reader of a catalogue's records: one pass over lines, one record each. A file may come from a
// user, so every index is checked, every section must be sorted, and everything has a bound.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <tuple>

#include "checks/policy/catalogue_header.h"
#include "checks/policy/catalogue_tables.h"

namespace muster::policy {
namespace {

constexpr std::size_t kMaxEntries = 500'000;

/// What a byte may be part of, as bits of `kUses`.
constexpr std::uint8_t kInName = 1;
constexpr std::uint8_t kInKey = 2;
constexpr std::uint8_t kInDependents = 4;

constexpr std::array<std::uint8_t, 256> uses_of_bytes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned char c = '-'; c <= 'z'; ++c) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    table[c] = word || c == '-' ? kInName | kInKey | kInDependents : 0;
  }
  for (const char c : {':', '.', '/', '_', '$', '{', '}'}) {
    table[static_cast<unsigned char>(c)] = kInKey;
  }
  for (const char c : {':', ',', '*'}) {
    table[static_cast<unsigned char>(c)] |= kInDependents;
  }
  return table;
}

constexpr std::array<std::uint8_t, 256> kUses = uses_of_bytes();

bool consists_of(std::string_view text, std::uint8_t use) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (kUses[static_cast<unsigned char>(c)] & use) != 0;
  });
}

std::optional<AccessLevel> level_of(char letter) {
  switch (letter) {
    case 'L':
      return AccessLevel::List;
    case 'R':
      return AccessLevel::Read;
    case 'W':
      return AccessLevel::Write;
    case 'T':
      return AccessLevel::Tagging;
    case 'P':
      return AccessLevel::PermissionsManagement;
    default:
      return std::nullopt;
  }
}

/// A capital letter is the list form of a type.
std::optional<KeyType> key_type_of(char letter) {
  switch (letter) {
    case 's':
    case 'S':
      return KeyType::String;
    case 'a':
    case 'A':
      return KeyType::Arn;
    case 'b':
    case 'B':
      return KeyType::Bool;
    case 'n':
      return KeyType::Numeric;
    case 'd':
      return KeyType::Date;
    case 'i':
      return KeyType::IpAddress;
    default:
      return std::nullopt;
  }
}

bool is_template(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (std::string_view("pra").find(text.substr(at + 1, 1)) == std::string_view::npos ||
        at + 1 == text.size()) {
      return false;
    }
  }
  return text.starts_with("arn:");
}

/// The order of the lines of a service.
enum class Section { Keys, Types, Actions };

class Reader {
 public:
  Reader(CatalogueTables& tables, LineReader lines) : tables_(tables), lines_(lines) {}

  Status body() {
    while (!lines_.done()) {
      MUSTER_TRY(LineFields line, lines_.next());
      MUSTER_CHECK_OK(record(line));
    }
    if (tables_.services.empty()) {
      return lines_.error_at_end(ErrorCode::Invalid, "the catalogue names no service");
    }
    return Done{};
  }

 private:
  /// The optional end of a line, `~3`: what it names was last seen in edition 3.
  Status retired(LineFields& line, std::uint8_t& last_edition) const {
    if (line.done()) {
      return Done{};
    }
    const std::string_view mark = line.next();
    if (!mark.starts_with('~') || !line.done()) {
      return line.error(ErrorCode::Syntax, "unexpected text at the end of the line", mark);
    }
    return read_edition_number(line, mark.substr(1), tables_.editions.size() - 1, last_edition);
  }

  Status record(LineFields line) {
    const std::string_view kind = line.next();
    if (kind == "S") {
      return service(line);
    }
    if (kind.size() == 2 && kind[0] == 'c') {
      return key(line, kind);
    }
    const auto level = kind.size() == 1 ? level_of(kind[0]) : std::nullopt;
    if (kind != "r" && !level) {
      return line.error(ErrorCode::Syntax, "no record of a catalogue begins with this word", kind);
    }
    if (tables_.services.empty()) {
      return line.error(ErrorCode::Syntax, "this stands before the first service", kind);
    }
    return level ? action(line, *level) : type(line);
  }

  Status service(LineFields& line) {
    Service service;
    service.prefix = line.next();
    if (!consists_of(service.prefix, kInName) ||
        tables_.lowered(service.prefix) != service.prefix) {
      return line.error(ErrorCode::Syntax, "this is no service prefix", service.prefix);
    }
    if (!tables_.services.empty() && tables_.services.back().prefix >= service.prefix) {
      return line.error(ErrorCode::Syntax, "this service is out of order or stands twice",
                        service.prefix);
    }
    MUSTER_CHECK_OK(retired(line, service.last_edition));
    service.keys.begin = static_cast<std::uint32_t>(tables_.keys.size());
    service.types.begin = static_cast<std::uint32_t>(tables_.types.size());
    service.actions.begin = static_cast<std::uint32_t>(tables_.actions.size());
    section_ = Section::Keys;
    previous_ = {};
    tables_.services.push_back(service);
    return Done{};
  }

  /// Keys, types and actions each stand together and sorted, so a name cannot stand twice.
  Status in_order(const LineFields& line, std::string_view name, Section section) {
    if (section != section_) {
      previous_ = {};
    }
    const std::string_view lowered = tables_.lowered(name);
    if (section < section_ || lowered <= previous_) {
      return line.error(ErrorCode::Syntax, "this is out of order or stands twice", name);
    }
    const std::size_t entries = tables_.keys.size() + tables_.types.size() + tables_.actions.size();
    if (entries >= kMaxEntries) {
      return line.error(ErrorCode::Limit, "too many entries", name);
    }
    section_ = section;
    previous_ = lowered;
    return Done{};
  }

  Status key(LineFields& line, std::string_view kind) {
    const auto type = key_type_of(kind[1]);
    ConditionKey key;
    key.name = line.next();
    if (!type) {
      return line.error(ErrorCode::Syntax, "unknown type of a condition key", kind);
    }
    if (!consists_of(key.name, kInKey) || key.name.find(':') == std::string_view::npos) {
      return line.error(ErrorCode::Syntax, "this is no condition key", key.name);
    }
    key.type = *type;
    key.multivalued = kind[1] >= 'A' && kind[1] <= 'Z';
    MUSTER_CHECK_OK(retired(line, key.last_edition));
    MUSTER_CHECK_OK(in_order(line, key.name, Section::Keys));
    ++(tables_.services.empty() ? tables_.global_keys : tables_.services.back().keys.count);
    tables_.keys.push_back(key);
    return Done{};
  }

  Status type(LineFields& line) {
    ResourceType type;
    type.written_templates = line.next();
    MUSTER_CHECK_OK(templates(line, type.written_templates));
    MUSTER_CHECK_OK(key_indexes(line, line.next(), type.keys));
    if (line.rest().starts_with('~')) {
      const std::string_view mark = line.next();
      MUSTER_CHECK_OK(read_edition_number(line, mark.substr(1), tables_.editions.size() - 1,
                                          type.last_edition));
    }
    type.name = line.rest();
    if (type.name.empty()) {
      return line.error(ErrorCode::Syntax, "this resource type has no name", line.whole());
    }
    MUSTER_CHECK_OK(in_order(line, type.name, Section::Types));
    ++tables_.services.back().types.count;
    tables_.types.push_back(type);
    return Done{};
  }

  static Status templates(const LineFields& line, std::string_view list) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t comma = std::min(list.find(',', begin), list.size());
      if (!is_template(list.substr(begin, comma - begin))) {
        return line.error(ErrorCode::Syntax, "this is no list of ARN templates", list);
      }
      begin = comma + 1;
    }
    return Done{};
  }

  Status action(LineFields& line, AccessLevel level) {
    Action action;
    action.level = level;
    action.service = static_cast<std::uint32_t>(tables_.services.size() - 1);
    action.name = line.next();
    if (!consists_of(action.name, kInName)) {
      return line.error(ErrorCode::Syntax, "this is no name of an action", action.name);
    }
    MUSTER_CHECK_OK(uses(line, line.next(), action.uses));
    MUSTER_CHECK_OK(key_indexes(line, line.next(), action.keys));
    MUSTER_CHECK_OK(marks(line, action));
    MUSTER_CHECK_OK(in_order(line, action.name, Section::Actions));
    ++tables_.services.back().actions.count;
    tables_.actions.push_back(action);
    return Done{};
  }

  /// The optional end of an action: `>ecs:RunTask,iam:PassRole ^1 ~3`, each part at most once.
  Status marks(LineFields& line, Action& action) const {
    constexpr std::string_view kOrder = ">^~";
    std::size_t earliest = 0;
    while (!line.done()) {
      const std::string_view mark = line.next();
      const std::size_t rank = mark.empty() ? std::string_view::npos : kOrder.find(mark[0]);
      if (rank == std::string_view::npos || rank < earliest) {
        return line.error(ErrorCode::Syntax, "unexpected text at the end of an action", mark);
      }
      earliest = rank + 1;
      MUSTER_CHECK_OK(apply(line, mark, action));
    }
    return Done{};
  }

  Status apply(const LineFields& line, std::string_view mark, Action& action) const {
    const std::string_view value = mark.substr(1);
    if (mark[0] != '>') {
      return read_edition_number(line, value, tables_.editions.size() - 1,
                                 mark[0] == '^' ? action.star_edition : action.last_edition);
    }
    if (!consists_of(value, kInDependents)) {
      return line.error(ErrorCode::Syntax, "this is no list of actions", value);
    }
    action.written_dependents = value;
    return Done{};
  }

  /// `0,2`: keys of this service, in ascending order; `-`: none.
  Status key_indexes(const LineFields& line, std::string_view list, Slice& out) {
    const Slice keys = tables_.services.back().keys;
    out.begin = static_cast<std::uint32_t>(tables_.key_indexes.size());
    return indexes(line, list, keys.count, [&](std::uint32_t index, bool /*required*/) {
      tables_.key_indexes.push_back(keys.begin + index);
      ++out.count;
    });
  }

  /// `0!,2`: resource types of this service, `!` = required; `-`: none.
  Status uses(const LineFields& line, std::string_view list, Slice& out) {
    const Slice types = tables_.services.back().types;
    out.begin = static_cast<std::uint32_t>(tables_.uses.size());
    return indexes(line, list, types.count, [&](std::uint32_t index, bool required) {
      tables_.uses.push_back({types.begin + index, required});
      ++out.count;
    });
  }

  template <class Take>
  static Status indexes(const LineFields& line, std::string_view list, std::uint32_t end,
                        const Take& take) {
    if (list == "-") {
      return Done{};
    }
    std::uint32_t least = 0;
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t comma = std::min(list.find(',', begin), list.size());
      std::string_view item = list.substr(begin, comma - begin);
      const bool required = item.ends_with('!');
      item.remove_suffix(required ? 1 : 0);
      const auto index = parse_number(item);
      if (!index || *index < least || *index >= end) {
        return line.error(ErrorCode::Invalid,
                          "this is no ascending list of indexes into the lines of the service",
                          list);
      }
      take(*index, required);
      least = *index + 1;
      begin = comma + 1;
    }
    return Done{};
  }

  CatalogueTables& tables_;
  LineReader lines_;
  Section section_ = Section::Keys;
  /// Lower-case name of the entry before, in the same section.
  std::string_view previous_;
};

/// One key for each name: global and current ones win over others of the same name.
void index_keys(CatalogueTables& tables) {
  const auto name = [&](std::uint32_t key) { return tables.lowered(tables.keys[key].name); };
  const auto rank = [&](std::uint32_t key) {
    const bool retired = tables.keys[key].last_edition != kCurrent;
    return std::tuple(name(key), key >= tables.global_keys, retired, key);
  };
  std::vector<std::uint32_t>& order = tables.keys_by_name;
  order.resize(tables.keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  const auto same = [&](std::uint32_t a, std::uint32_t b) { return name(a) == name(b); };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  for (const std::uint32_t key : order) {
    if (name(key).find("${") != std::string_view::npos) {
      tables.templates.push_back({key_glob(name(key)), key});
    }
  }
}

}  // namespace

Result<CatalogueTables> read_catalogue(std::string_view bytes, const SourceId& source) {
  MUSTER_TRY(CatalogueTables tables, load_catalogue(bytes, source));
  LineReader lines(tables.text, source);
  MUSTER_TRY(const LineFields hash, read_header(tables, lines));
  MUSTER_CHECK_OK(require_hash(hash, lines.rest()));
  MUSTER_CHECK_OK(Reader(tables, lines).body());
  index_keys(tables);
  return tables;
}

}  // namespace muster::policy
