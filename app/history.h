// `muster history list|show|diff`: reading past runs back.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct HistoryOptions {
  std::string history = ".muster/history.db";
  bool json = false;
};

struct HistoryListOptions : HistoryOptions {
  std::size_t limit = 20;
};

struct HistoryShowOptions : HistoryOptions {
  std::string run = "last";
};

struct HistoryDiffOptions : HistoryOptions {
  std::string before = "last~1";
  std::string after = "last";
};

/// Exit codes of all three: 0; 2 for a run that does not exist; 3 for a history that cannot be
/// read.
int run_history_list(const HistoryListOptions& options, const Console& console);
int run_history_show(const HistoryShowOptions& options, const Console& console);
int run_history_diff(const HistoryDiffOptions& options, const Console& console);

}  // namespace muster::app
