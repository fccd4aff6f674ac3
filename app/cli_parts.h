// How the files of the command line add their subcommands. The header of CLI11 costs seconds:
// `cli*.cpp` alone have it.
#pragma once

#include <functional>
#include <memory>

#include "app/command.h"

namespace CLI {
class App;
}

namespace muster::app {

/// What the chosen subcommand will do.
using Action = std::function<int(const Console&)>;

/// A subcommand whose options live as long as its action; `run` is called with them when the
/// command was chosen.
template <class App, class Options>
std::shared_ptr<Options> on_chosen(App& command, Action& action,
                                   int (*run)(const Options&, const Console&)) {
  auto options = std::make_shared<Options>();
  command.callback([options, &action, run] {
    action = [options, run](const Console& console) { return run(*options, console); };
  });
  return options;
}

/// `muster drill`.
void add_drill(CLI::App& cli, Action& action);

}  // namespace muster::app
