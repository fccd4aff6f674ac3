// A look for calls, not a parser: what is not surely a literal stays open.
#include "checks/workflow/foreign.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace muster::workflow {
namespace {

/// Calls that take a command, with what must stand somewhere in the file.
constexpr std::array<std::string_view, 8> kCalls = {"subprocess.run(",
                                                    "subprocess.call(",
                                                    "subprocess.check_call(",
                                                    "subprocess.check_output(",
                                                    "subprocess.Popen(",
                                                    "os.system(",
                                                    "os.popen(",
                                                    "subprocess.getoutput("};

/// Words that let a script reach AWS, another machine or another program in a way that is not read.
constexpr std::array<std::string_view, 10> kPythonReach = {
    "boto3",       "botocore",   "paramiko", "fabric",  "pexpect",
    "import sh\n", "kubernetes", "ansible",  "plumbum", "from subprocess import"};
constexpr std::array<std::string_view, 9> kOtherReach = {
    "child_process", "aws-sdk", "execa", "zx", "node-ssh", "Open3", "system(", "%x(", "Net::SSH"};

/// A string literal at `at`; moves behind it. Nothing for f-strings and anything else.
std::optional<std::string> literal_at(std::string_view script, std::size_t& at) {
  const char quote = at < script.size() ? script[at] : '\0';
  if ((quote != '\'' && quote != '"') || script.substr(at).starts_with("\"\"\"")) {
    return std::nullopt;
  }
  std::string text;
  for (++at; at < script.size() && script[at] != quote && script[at] != '\n'; ++at) {
    at += script[at] == '\\' && at + 1 < script.size() ? 1U : 0U;
    text += script[at];
  }
  ++at;
  return text;
}

void skip_space(std::string_view script, std::size_t& at) {
  at = std::min(script.find_first_not_of(" \t\r\n", at), script.size());
}

/// Goes to the comma or bracket that ends an item of a list.
void skip_item(std::string_view script, std::size_t& at) {
  int depth = 0;
  for (; at < script.size(); ++at) {
    const char c = script[at];
    if (depth == 0 && (c == ',' || c == ']')) {
      return;
    }
    if (c == '\'' || c == '"') {
      static_cast<void>(literal_at(script, at));
      --at;
    }
    depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
  }
}

/// The words of `["aws", "ecs", region]`: what is no literal becomes `$`.
std::optional<std::vector<std::string>> list_at(std::string_view script, std::size_t at) {
  std::vector<std::string> words;
  for (++at; at < script.size() && script[at] != ']'; at += script[at] == ',' ? 1U : 0U) {
    skip_space(script, at);
    if (at < script.size() && script[at] == ']') {
      break;
    }
    const auto word = literal_at(script, at);
    words.push_back(word.value_or("$"));
    skip_item(script, at);
    if (at >= script.size()) {
      return std::nullopt;
    }
  }
  return words.empty() || words[0] == "$" ? std::nullopt : std::optional(words);
}

void read_call(std::string_view script, std::size_t begin, std::size_t at, Script& found) {
  skip_space(script, at);
  const std::size_t end = std::min(script.find('\n', at), script.size());
  if (at < script.size() && script[at] == '[') {
    if (const auto words = list_at(script, at)) {
      found.commands.push_back({*words, begin, end, false});
      return;
    }
  } else if (const auto text = literal_at(script, at)) {
    for (Command& command : shell_commands(*text)) {
      command.begin = begin;
      command.end = end;
      found.commands.push_back(std::move(command));
    }
    return;
  }
  found.open.push_back({"a command that is put together in the script", begin, end});
}

template <class Words>
void look_for_reach(std::string_view script, const Words& words, Script& found) {
  for (const std::string_view word : words) {
    const std::size_t at = script.find(word);
    if (at != std::string_view::npos) {
      const std::string_view name = word.substr(0, word.find_last_not_of("(\n") + 1);
      found.open.push_back({"a script with `" + std::string(name) + "`", at, at + name.size()});
      return;
    }
  }
}

}  // namespace

Script read_foreign(std::string_view script, bool is_python) {
  Script found;
  for (const std::string_view call : kCalls) {
    for (std::size_t at = is_python ? script.find(call) : std::string_view::npos;
         at != std::string_view::npos; at = script.find(call, at + 1)) {
      read_call(script, at, at + call.size(), found);
    }
  }
  if (is_python) {
    look_for_reach(script, kPythonReach, found);
  } else {
    look_for_reach(script, kOtherReach, found);
  }
  return found;
}

}  // namespace muster::workflow
