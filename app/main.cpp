// Entry point: finds out about the terminal, runs the command, turns anything unexpected into exit
// code 70.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>

#include "app/cli.h"

namespace {

int terminal_width() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// A terminal that does not say no: `NO_COLOR` counts when it is not empty (no-color.org).
bool colour_wanted() {
  const char* const no = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0');
}

}  // namespace

int main(int argc, char** argv) {
  const muster::app::Console console{std::cout, std::cerr, colour_wanted(), terminal_width(),
                                     isatty(STDERR_FILENO) == 1};
  try {
    return muster::app::run(argc, argv, console);
  } catch (const std::exception& error) {
    std::cerr << "muster: this is a bug in muster, please report it: " << error.what() << "\n";
  } catch (...) {
    std::cerr << "muster: this is a bug in muster, please report it\n";
  }
  return muster::app::kBug;
}
