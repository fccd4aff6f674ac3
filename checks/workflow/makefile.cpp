// Line by line: a tab begins a recipe, `=` an assignment, `:` a rule.
#include "checks/workflow/makefile.h"

#include <algorithm>
#include <sstream>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

constexpr int kMaxExpansions = 8;

/// A line with its continuations; where it begins and ends in the file.
struct Line {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < text.size();) {
    Line line{{}, at, at};
    for (bool more = true; more && at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view part = text.substr(at, end - at);
      part.remove_suffix(part.ends_with('\r') ? 1 : 0);
      more = part.ends_with('\\');
      line.text += part.substr(0, part.size() - (more ? 1 : 0));
      line.text += more ? " " : "";
      line.end = at + part.size();
      at = end + 1;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) {
    words.push_back(word);
  }
  return words;
}

/// `NAME = value`, `:=`, `?=`, `+=`, with `export` in front.
bool read_assignment(const std::string& line, Makefile& makefile) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos || equals == 0) {
    return false;
  }
  std::size_t stop = equals;
  while (stop > 0 && std::string_view(":?+!").find(line[stop - 1]) != std::string_view::npos) {
    --stop;
  }
  std::string_view name = text::trim(std::string_view(line).substr(0, stop));
  name.remove_prefix(name.starts_with("export ") ? 7 : 0);
  name.remove_prefix(name.starts_with("override ") ? 9 : 0);
  if (name.empty() || name.find_first_of(" \t:$") != std::string_view::npos) {
    return false;
  }
  const std::string value(text::trim(std::string_view(line).substr(equals + 1)));
  const bool adds = stop < equals && line[stop] == '+';
  std::string& known = makefile.variables[std::string(name)];
  known = adds ? known + " " + value : value;
  return true;
}

/// `a b: c d | e`; returns the targets.
std::vector<std::string> read_rule(const std::string& line, Makefile& makefile) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) {
    return {};
  }
  std::string rest = line.substr(colon + (line.substr(colon).starts_with("::") ? 2 : 1));
  const std::size_t recipe = rest.find(';');
  rest = rest.substr(0, std::min(recipe, rest.find('#')));
  std::replace(rest.begin(), rest.end(), '|', ' ');
  // `target: NAME = value` is a variable of the target.
  if (rest.find('=') != std::string::npos) {
    return {};
  }
  const auto targets = words_of(line.substr(0, colon));
  for (const std::string& target : targets) {
    MakeRule& rule = makefile.rules[target];
    const auto needs = words_of(rest);
    rule.needs.insert(rule.needs.end(), needs.begin(), needs.end());
    if (makefile.first.empty() && !target.starts_with('.') &&
        target.find('%') == std::string::npos) {
      makefile.first = target;
    }
  }
  return targets;
}

/// One expansion at `$`; moves `at` behind it.
std::string expansion(std::string_view text, std::size_t& at, const Variables& variables,
                      std::string_view target) {
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  if (next == '$') {
    at += 2;
    return "$";
  }
  if (next == '@') {
    at += 2;
    return std::string(target);
  }
  const std::size_t close = next == '(' ? text.find(')', at) : text.find('}', at);
  if ((next != '(' && next != '{') || close == std::string_view::npos) {
    ++at;
    return "$";
  }
  const std::string_view name = text.substr(at + 2, close - at - 2);
  const auto found = variables.find(name);
  const std::string whole(text.substr(at, close + 1 - at));
  at = close + 1;
  return found != variables.end() ? found->second : name == "MAKE" ? "make" : whole;
}

}  // namespace

std::string expand_make(std::string_view text, const Variables& variables,
                        std::string_view target) {
  std::string result(text);
  for (int i = 0; i < kMaxExpansions; ++i) {
    std::string next;
    for (std::size_t at = 0; at < result.size();) {
      if (result[at] == '$') {
        // `$$` is the shell's: only the last round may take it apart.
        const bool escaped = result.substr(at).starts_with("$$") && i == 0;
        next += escaped ? "\x01" : expansion(result, at, variables, target);
        at += escaped ? 2 : 0;
      } else {
        next += result[at++];
      }
    }
    const bool same = next == result;
    result = std::move(next);
    if (same) {
      break;
    }
  }
  std::replace(result.begin(), result.end(), '\x01', '$');
  return result;
}

Makefile parse_makefile(std::string_view text) {
  Makefile makefile;
  std::vector<std::string> targets;
  for (const Line& line : lines_of(text)) {
    if (line.text.starts_with('\t')) {
      std::size_t skip = line.text.find_first_not_of("\t @-+");
      skip = skip == std::string::npos ? line.text.size() : skip;
      for (const std::string& target : targets) {
        makefile.rules[target].recipes.push_back(
            {line.text.substr(skip), std::min(line.begin + skip, line.end), line.end});
      }
      continue;
    }
    const std::string_view trimmed = text::trim(line.text);
    if (trimmed.empty() || trimmed.starts_with('#')) {
      continue;
    }
    const std::size_t colon = line.text.find(':');
    const std::size_t equals = line.text.find('=');
    const bool rule_first = colon != std::string::npos && colon + 1 < equals &&
                            line.text[colon + 1] != ':' && line.text[colon + 1] != '=';
    if (trimmed.starts_with("include ") || trimmed.starts_with("-include ")) {
      const auto names = words_of(std::string(trimmed.substr(trimmed.find(' '))));
      makefile.includes.insert(makefile.includes.end(), names.begin(), names.end());
    } else if (rule_first || !read_assignment(line.text, makefile)) {
      targets = read_rule(line.text, makefile);
    }
  }
  return makefile;
}

}  // namespace muster::workflow
