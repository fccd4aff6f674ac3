// `muster drill …` on the command line.
#include <CLI/CLI.hpp>

#include "app/cli_parts.h"
#include "app/drill.h"

namespace muster::app {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 passed; 1 failed, and what ran before is proven to run again; 2 refused before "
    "anything was "
    "touched;\n3 nothing can be said (somebody else deployed, a lock was busy, the journal could "
    "not be written); 4 "
    "stuck:\nwhat ran before is not proven to run again, a human must look.";

void add_common(CLI::App& command, DrillOptions& options) {
  command.add_option("--path", options.path, "Folder with muster.yaml")->capture_default_str();
  command.add_option("--journal", options.journal,
                     "Journal of drills; default: PATH/.muster/drills.db");
  command.add_flag("--json", options.json, "Print JSON on stdout");
}

void add_plan(CLI::App& drill, Action& action) {
  CLI::App& command = *drill.add_subcommand(
      "plan", "What a drill would do: touches nothing, prints the plan and its id");
  const auto options = on_chosen(command, action, run_drill_plan);
  command.add_option("target", options->target, "Name of the drill in muster.yaml")->required();
  command.add_option("--to", options->to,
                     "Release to roll back to; default: the one that ran before");
  command.add_option("--config", options->config, "Intent file; default: PATH/muster.yaml");
  add_common(command, *options);
  command.footer(
      "Example:\n  muster drill plan counter\n\nExit codes: 0 there is a plan; 2 muster.yaml; 3 no "
      "drill is possible, with the reason.");
}

void add_approve(CLI::App& drill, Action& action) {
  CLI::App& command = *drill.add_subcommand(
      "approve", "Approve a plan with an SSH key, as drills in production need it");
  const auto options = on_chosen(command, action, run_drill_approve);
  command.add_option("plan", options->plan, "Id of the plan, or its beginning")->required();
  command.add_option("--by", options->by, "Who approves, as the file of `approvers` names them")
      ->required();
  command.add_option("--expires", options->expires, "Until when it counts, UTC")->required();
  command.add_option("--signature", options->signature,
                     "The signature; without it what is to be signed is printed");
  add_common(command, *options);
  command.footer(
      "Example:\n  muster drill approve 1f2e3d4c5b6a --by bob@example.com --expires "
      "2026-02-19T16:00:00Z > approval.txt\n"
      "  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n muster-drill approval.txt\n"
      "  muster drill approve 1f2e3d4c5b6a --by bob@example.com --expires 2026-02-19T16:00:00Z "
      "--signature approval.txt.sig");
}

void add_run(CLI::App& drill, Action& action) {
  CLI::App& command =
      *drill.add_subcommand("run", "Carry a plan out: roll back, prove it, roll forward, prove it");
  const auto options = on_chosen(command, action, run_drill_run);
  command.add_option("plan", options->plan, "Id of the plan, or its beginning")->required();
  add_common(command, *options);
  command.footer(std::string("Example:\n  muster drill run 1f2e3d4c5b6a\n\n") + kExitCodes);
}

void add_others(CLI::App& drill, Action& action) {
  CLI::App& resume =
      *drill.add_subcommand("resume", "Put the service back after a drill that did not end");
  add_common(resume, *on_chosen(resume, action, run_drill_resume));
  resume.footer(std::string("Example:\n  muster drill resume\n\n") + kExitCodes);
  CLI::App& status =
      *drill.add_subcommand("status", "One drill, step by step, and whether the journal is whole");
  const auto one = on_chosen(status, action, run_drill_status);
  status.add_option("drill", one->drill, "Id of the drill; default: the last one");
  add_common(status, *one);
  status.footer(
      "Example:\n  muster drill status --json\n\nExit codes: 0; 3 the journal was tampered with; 2 "
      "there is no such drill.");
  CLI::App& list = *drill.add_subcommand("list", "All drills, the newest first");
  add_common(list, *on_chosen(list, action, run_drill_list));
  list.footer("Example:\n  muster drill list");
}

/// For the watchdog alone: not shown.
void add_watch(CLI::App& drill, Action& action) {
  CLI::App& command = *drill.add_subcommand("watch", "")->group("");
  const auto options = on_chosen(command, action, run_drill_watch);
  command.add_option("--journal", options->journal)->required();
  command.add_option("--id", options->drill)->required();
  command.add_option("--lock", options->lock)->required();
  command.add_option("--ready", options->ready)->required();
}

}  // namespace

void add_drill(CLI::App& cli, Action& action) {
  CLI::App& drill = *cli.add_subcommand("drill", "Rehearse the rollback of a service, and time it");
  drill.require_subcommand(1);
  add_plan(drill, action);
  add_approve(drill, action);
  add_run(drill, action);
  add_others(drill, action);
  add_watch(drill, action);
}

}  // namespace muster::app
