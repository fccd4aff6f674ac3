// Read by lines: the scripts that write such files do it with one `echo` each.
#include "checks/workflow/written_values.h"

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

/// The value of `NAME=value` on a line that writes it: what stands between the sign and the
/// redirection.
std::string_view written_on_line(std::string_view line, std::size_t at) {
  std::string_view value = line.substr(at);
  value = value.substr(0, value.find(">>"));
  value = value.substr(0, value.find("| tee"));
  value = text::trim(value);
  while (!value.empty() && (value.back() == '"' || value.back() == '\'')) {
    value.remove_suffix(1);
  }
  return value;
}

/// The lines between `NAME<<END` and `END`.
std::string_view written_lines(std::string_view script, std::size_t at) {
  std::string_view mark = script.substr(at, script.find_first_of("\"'\n >", at) - at);
  const std::size_t begin = script.find('\n', at);
  const std::size_t end =
      begin == std::string_view::npos || mark.empty() ? begin : script.find(mark, begin);
  return begin == std::string_view::npos ? std::string_view() : script.substr(begin, end - begin);
}

bool opens_value(std::string_view script, std::size_t at) {
  return at == 0 || std::string_view(" \t\n\"'=").find(script[at - 1]) != std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> written_values(std::string_view script, std::string_view variable,
                                             std::string_view name) {
  std::vector<std::string_view> found;
  const bool old = script.find("::set-") != std::string_view::npos;
  if (script.find(variable) == std::string_view::npos && !old) {
    return found;
  }
  const std::string lower = text::lower(script);
  for (std::size_t at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
    const std::size_t begin = lower.rfind('\n', at) + 1;
    const std::string_view line = script.substr(begin, lower.find('\n', begin) - begin);
    const std::string_view rest = script.substr(at + name.size());
    const std::string_view start = text::trim(line);
    const bool says = start.find("echo ") != std::string_view::npos ||
                      start.find("printf ") != std::string_view::npos;
    const std::size_t inside = at + name.size() - begin;
    if (!opens_value(script, at) || !says) {
      continue;
    }
    if (rest.starts_with('=')) {
      found.push_back(written_on_line(line, inside + 1));
    } else if (rest.starts_with("<<")) {
      found.push_back(written_lines(script, at + name.size() + 2));
    } else if (rest.starts_with("::") && old) {
      found.push_back(written_on_line(line, inside + 2));
    }
  }
  return found;
}

}  // namespace muster::workflow
