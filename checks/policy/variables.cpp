// One pass over the text; a variable never yields another variable.
#include "checks/policy/variables.h"

#include "checks/policy/glob.h"
#include "checks/text/ascii.h"

namespace muster::policy {
namespace {

constexpr std::string_view kOpen = "${";
constexpr std::size_t kArnFields = 6;

bool substitutes(Version version) {
  return version == Version::V2012_10_17;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void append_written(std::string_view text, TextUse use, std::string& out) {
  for (const char c : text) {
    const bool wild = use == TextUse::Pattern;
    out.push_back(wild && c == '*' ? kMarked.any_run : wild && c == '?' ? kMarked.any_one : c);
  }
}

/// A variable taken apart: key, and its default if it has one.
struct Variable {
  std::string_view key;
  std::optional<std::string_view> fallback;
  bool well_formed = true;
};

Variable take_apart(std::string_view inner) {
  Variable variable;
  const std::size_t comma = inner.find(',');
  variable.key = trimmed(inner.substr(0, comma));
  if (comma != std::string_view::npos) {
    const std::string_view quoted = trimmed(inner.substr(comma + 1));
    const bool closed = quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'';
    variable.well_formed = closed;
    variable.fallback = closed ? quoted.substr(1, quoted.size() - 2) : quoted;
  }
  const bool odd_key =
      variable.key.empty() || variable.key.find_first_of("${*?'") != std::string_view::npos;
  variable.well_formed = variable.well_formed && !odd_key;
  return variable;
}

void substitute(std::string_view inner, const Request& request, Expanded& out) {
  if (inner == "*" || inner == "?" || inner == "$") {
    out.text += inner;
    return;
  }
  const Variable variable = take_apart(inner);
  if (!variable.well_formed) {
    out.state = Resolution::Malformed;
    return;
  }
  const auto found = request.context.find(lower(variable.key));
  const bool absent = found == request.context.end() || found->second.values.empty();
  if (absent && variable.fallback) {
    out.text += *variable.fallback;
    return;
  }
  if (absent || found->second.multivalued || found->second.values.size() != 1) {
    out.state = out.state == Resolution::Malformed ? Resolution::Malformed : Resolution::Unresolved;
    return;
  }
  out.text += found->second.values.front();
  out.brought_colon =
      out.brought_colon || found->second.values.front().find(':') != std::string::npos;
}

/// The keys of the variables of a text, lower case; escapes are none.
void add_variables(std::string_view text, std::set<std::string>& keys) {
  for (std::size_t at = text.find(kOpen); at != std::string_view::npos;
       at = text.find(kOpen, at + kOpen.size())) {
    const std::string_view inner = text.substr(at + kOpen.size());
    const std::string_view name = trimmed(inner.substr(0, inner.find_first_of(",}")));
    if (name.find(':') != std::string_view::npos) {
      keys.insert(text::lower(name));
    }
  }
}

}  // namespace

Expanded expand(std::string_view text, Version version, const Request& request, TextUse use) {
  Expanded out;
  while (!text.empty()) {
    const std::size_t open = substitutes(version) ? text.find(kOpen) : std::string_view::npos;
    append_written(text.substr(0, open), use, out.text);
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      out.state = Resolution::Malformed;
      break;
    }
    substitute(text.substr(open + kOpen.size(), close - open - kOpen.size()), request, out);
    text.remove_prefix(close + 1);
  }
  return out;
}

std::vector<std::string_view> split_fields(std::string_view pattern, Version version) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < pattern.size() && fields.size() + 1 < kArnFields; ++i) {
    if (substitutes(version) && pattern.substr(i).starts_with(kOpen)) {
      const std::size_t close = pattern.find('}', i);
      i = close == std::string_view::npos ? pattern.size() : close;
    } else if (pattern[i] == ':') {
      fields.push_back(pattern.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  fields.push_back(pattern.substr(begin));
  return fields;
}

std::set<std::string> mentioned_keys(const Statement& statement) {
  std::set<std::string> keys;
  for (const Condition& clause : statement.conditions) {
    keys.insert(text::lower(clause.key.value));
    for (const Text& value : clause.values) {
      add_variables(value.value, keys);
    }
  }
  for (const auto* texts : {&statement.resources, &statement.not_resources}) {
    for (std::size_t i = 0; *texts && i < (*texts)->size(); ++i) {
      add_variables((**texts)[i].value, keys);
    }
  }
  return keys;
}

}  // namespace muster::policy
