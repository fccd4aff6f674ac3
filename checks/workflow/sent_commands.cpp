// Shorthand and JSON differ in what stands around the list, not in the list.
#include "checks/workflow/sent_commands.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "checks/core/line_index.h"
#include "checks/text/ascii.h"
#include "checks/workflow/host_files.h"

namespace muster::workflow {

namespace {

/// The words behind any of these options, up to the next option.
std::vector<std::string> words_behind(const Command& command,
                                      std::initializer_list<std::string_view> options) {
  std::vector<std::string> found;
  bool inside = false;
  for (const std::string& word : command.words) {
    const bool option = word.starts_with("--");
    const std::string name = word.substr(0, word.find('='));
    inside = option ? std::find(options.begin(), options.end(), name) != options.end() : inside;
    const bool joined = option && word.find('=') != std::string::npos;
    if (inside && (!option || joined)) {
      found.push_back(joined ? word.substr(word.find('=') + 1) : word);
    }
  }
  return found;
}

/// The quoted texts of a list that begins behind `at`, with `\"` and `\n` resolved.
std::vector<std::string> quoted_items(const std::string& text, std::size_t at) {
  std::vector<std::string> items;
  char quote = 0;
  for (; at < text.size() && (quote != 0 || text[at] != ']'); ++at) {
    const char c = text[at];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      items.emplace_back();
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote != 0 && c == '\\' && at + 1 < text.size()) {
      ++at;
      items.back() += text[at] == 'n' ? '\n' : text[at];
    } else if (quote != 0) {
      items.back() += c;
    }
  }
  return items;
}

}  // namespace

std::vector<std::string> kept_words(const Command& command) {
  return words_behind(command, {"--parameters", "--comment"});
}

std::vector<std::string> named_instances(const Command& command) {
  std::vector<std::string> found = words_behind(command, {"--instance-ids"});
  for (const std::string& target : words_behind(command, {"--targets"})) {
    constexpr std::string_view kValues = "Values=";
    const std::size_t values = target.find(kValues);
    if (!text::lower(target).starts_with("key=instanceids,") || values == std::string::npos) {
      continue;
    }
    for (const std::string_view one :
         text::split(std::string_view(target).substr(values + kValues.size()), ",")) {
      found.emplace_back(one);
    }
  }
  return found;
}

std::vector<std::string> sent_scripts(const Command& command) {
  const std::string text = text::joined(words_behind(command, {"--parameters"}));
  const std::size_t key = text.find("commands");
  const std::size_t sign = key == std::string::npos ? key : text.find_first_of("=:", key);
  if (sign == std::string::npos) {
    return {};
  }
  const std::size_t list = text.find_first_not_of(" \n", sign + 1);
  if (list == std::string::npos) {
    return {};
  }
  return text[list] == '[' ? quoted_items(text, list + 1)
                           : std::vector<std::string>{text.substr(list)};
}

SourceRef HostCommand::where() const {
  return {file->source, LineIndex(file->bytes).span(command.begin, command.end)};
}

std::vector<HostCommand> host_commands(const Command& command, const Sources& sources) {
  const std::vector<std::string> scripts = sent_scripts(command);
  std::vector<HostCommand> found;
  if (scripts.empty()) {
    return found;
  }
  const Script sent = read_script(text::joined(scripts, "\n"));
  const HostFiles files(sources);
  auto file = sent.files.begin();
  const auto add_files = [&](std::size_t end) {
    for (; file != sent.files.end() && file->begin < end; ++file) {
      const Document* copy = files.find(*file, sent.commands);
      for (Command& inside :
           copy != nullptr ? shell_commands(copy->bytes) : std::vector<Command>()) {
        found.push_back({std::move(inside), copy});
      }
    }
  };
  for (const Command& one : sent.commands) {
    add_files(one.begin);
    found.push_back({one, nullptr});
  }
  add_files(std::string::npos);
  return found;
}

std::string raw_command(const StepCommand& item, const Sources& sources) {
  const Document* file = sources.script(item.where.source.path());
  const std::string_view script = item.via.empty()  ? std::string_view(item.step->run.value)
                                  : file != nullptr ? std::string_view(file->bytes)
                                                    : std::string_view();
  const std::size_t begin = std::min<std::size_t>(item.command.begin, script.size());
  const std::string_view raw = script.substr(begin, item.command.end - item.command.begin);
  return raw.find("send-command") != std::string_view::npos ? std::string(raw)
                                                            : text::joined(item.command.words);
}

}  // namespace muster::workflow
