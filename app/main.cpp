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

}  // namespace

int main(int argc, char** argv) {
  const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const muster::app::Console console{std::cout, std::cerr, colour, terminal_width()};
  try {
    return muster::app::run(argc, argv, console);
  } catch (const std::exception& error) {
    std::cerr << "muster: this is a bug in muster, please report it: " << error.what() << "\n";
  } catch (...) {
    std::cerr << "muster: this is a bug in muster, please report it\n";
  }
  return muster::app::kBug;
}
