// One `add_…` function per subcommand: it fills the options struct of its file and remembers what
// to run. The header of CLI11 costs seconds, so it stays here.
#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

namespace muster::app {
namespace {

/// What the chosen subcommand will do.
using Action = std::function<int(const Console&)>;

/// A subcommand whose options live as long as its action; `run` is called with them when the
/// command was chosen.
template <class Options>
std::shared_ptr<Options> on_chosen(CLI::App& command, Action& action,
                                   int (*run)(const Options&, const Console&)) {
  auto options = std::make_shared<Options>();
  command.callback([options, &action, run] {
    action = [options, run](const Console& console) { return run(*options, console); };
  });
  return options;
}

}  // namespace

int run(int argc, char** argv, const Console& console) {
  CLI::App cli("muster: policy and audit checks for teams that ship software to AWS", "muster");
  cli.set_version_flag("--version", "muster " MUSTER_VERSION);
  cli.require_subcommand(1);
  cli.footer(
      "Exit codes: 0 nothing at or above the gate; 1 findings at or above it; 2 usage or "
      "configuration error;\n"
      "3 the audit could not be completed; 70 a bug in muster. When 1 and 3 both apply, 1 wins.");
  Action action;
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.exit(error, console.out, console.err);
    return code == 0 ? kClean : kUsage;
  }
  return action ? action(console) : kUsage;
}

}  // namespace muster::app
