// `muster rules list|show`: the catalogue of rules.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct RulesOptions {
  /// The rule to show; empty = list all.
  std::string id;
  bool json = false;
};

/// Prints the catalogue, or one rule. Exit codes: 0; 2 for an id that does not exist (with the
/// nearest one).
int run_rules(const RulesOptions& options, const Console& console);

}  // namespace muster::app
