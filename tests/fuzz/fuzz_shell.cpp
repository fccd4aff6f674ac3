// Any bytes as the script of a step: its commands, and whether a failing one fails it. Comments and
// quoted words are never commands, and an answer comes in bounded time.
#include <algorithm>
#include <cstdint>
#include <string>

#include "checks/workflow/shell.h"
#include "checks/workflow/shell_signal.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster::workflow;
using muster::fuzz::require;

void require_inside(const Script& script, std::size_t size) {
  const auto inside = [&](std::size_t begin, std::size_t end) {
    return begin <= end && end <= size;
  };
  for (const Command& command : script.commands) {
    require(inside(command.begin, command.end));
  }
  for (const FileRun& file : script.files) {
    require(inside(file.begin, file.end));
  }
  for (const OpenText& open : script.open) {
    require(inside(open.begin, open.end) && !open.what.empty());
  }
}

/// A comment holds no command, and a quoted word is one word whatever stands in it.
void require_data(std::string text) {
  std::erase_if(text, [](char c) { return c == '\'' || c == '\0'; });
  const std::string line = text.substr(0, text.find('\n'));
  require(shell_commands("# " + line).empty());
  const auto commands = shell_commands("deploy '" + text + "'");
  require(commands.size() == 1 && commands[0].words.size() == 2 && commands[0].words[1] == text);
}

void require_answer(const std::string& text, const ShellOptions& options) {
  const ShellProgram program = compile_shell(text, options, [](const auto& words) {
    return std::ranges::find(words, "curl") != words.end();
  });
  for (const ShellOp& op : program.ops) {
    require(op.target <= program.ops.size());
  }
  for (const Failing failing : {Failing::Status, Failing::Output}) {
    const Signal signal = signal_of(program, failing);
    require((signal.kind == Signal::Kind::Unknown) != signal.why.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  require_inside(read_script(text, {}), text.size());
  require_data(text);
  require_answer(text, {});
  return 0;
}
