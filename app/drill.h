// `muster drill`: rollbacks rehearsed and timed. docs/drills.md.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

/// What all of them know.
struct DrillOptions {
  /// The folder with muster.yaml.
  std::string path = ".";
  /// Empty: `path`/muster.yaml.
  std::string config;
  /// Empty: `path`/.muster/drills.db.
  std::string journal;
  bool json = false;
};

struct DrillPlanOptions : DrillOptions {
  std::string target;
  /// Empty: the release that ran before.
  std::string to;
};

struct DrillApproveOptions : DrillOptions {
  std::string plan;
  std::string by;
  std::string expires;
  /// Empty: print what is to be signed.
  std::string signature;
};

struct DrillRunOptions : DrillOptions {
  std::string plan;
};

struct DrillStatusOptions : DrillOptions {
  /// Empty: the last one.
  std::string drill;
};

struct DrillListOptions : DrillOptions {};

struct DrillResumeOptions : DrillOptions {};

/// What the watchdog is started with.
struct DrillWatchOptions {
  std::string journal;
  std::string drill;
  std::string lock;
  int ready = -1;
};

int run_drill_plan(const DrillPlanOptions& options, const Console& console);
int run_drill_approve(const DrillApproveOptions& options, const Console& console);
int run_drill_run(const DrillRunOptions& options, const Console& console);
int run_drill_resume(const DrillResumeOptions& options, const Console& console);
int run_drill_status(const DrillStatusOptions& options, const Console& console);
int run_drill_list(const DrillListOptions& options, const Console& console);
int run_drill_watch(const DrillWatchOptions& options, const Console& console);

}  // namespace muster::app
