// The command line: the only place that knows CLI11. Each subcommand has its own file with an
// options struct and a run function.
#pragma once

#include "app/command.h"

namespace muster::app {

/// Parses the arguments, runs the command, returns the exit code. Never throws.
int run(int argc, char** argv, const Console& console);

}  // namespace muster::app
