// One `add_…` function per subcommand: it fills the options struct of its file and remembers what
// to run. The header of CLI11 costs seconds, so it stays here.
#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

#include "app/policy_eval.h"
#include "app/rules.h"

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

void add_rules(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand("rules", "The catalogue of rules");
  command.require_subcommand(1);
  CLI::App& list = *command.add_subcommand("list", "All rules: id, severity, title");
  const auto list_options = on_chosen(list, action, run_rules);
  list.add_flag("--json", list_options->json, "Machine-readable");
  list.footer("Example:\n  muster rules list --json | jq -r '.rules[].id'");
  CLI::App& show =
      *command.add_subcommand("show", "One rule: what it finds, why it matters, how to fix it");
  const auto show_options = on_chosen(show, action, run_rules);
  show.add_option("id", show_options->id, "Rule id")->required();
  show.add_flag("--json", show_options->json, "Machine-readable");
  show.footer("Example:\n  muster rules show workflow-action-unpinned");
}

void add_policy_eval(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand("eval", "Decide requests against policies");
  const auto options = on_chosen(command, action, policy_eval);
  command
      .add_option("--request", options->request_file,
                  "Requests with their policies, one JSON object per line")
      ->required()
      ->type_name("FILE.jsonl");
  const std::string note = "JSON lines on standard output (always so for this command)";
  command.add_flag("--json", note);
  command.footer(R"(Example: requests.jsonl holds, on one line,
  {"policies":{"identity":[{"Version":"2012-10-17","Statement":[
     {"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}]},
   "request":{"principal":"arn:aws:iam::111122223333:user/ann",
     "action":"s3:GetObject","resource":"arn:aws:s3:::art/app"}}
and `muster policy eval --request requests.jsonl` prints {"decision":"allowed",…}

Exit codes: 0 every line decided; 3 some undecided; 2 a line that cannot be read.)");
}

void add_policy(CLI::App& cli, Action& action) {
  CLI::App& policy = *cli.add_subcommand("policy", "Questions about IAM policies");
  policy.require_subcommand(1);
  add_policy_eval(policy, action);
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
  add_policy(cli, action);
  add_rules(cli, action);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.exit(error, console.out, console.err);
    return code == 0 ? kClean : kUsage;
  }
  return action ? action(console) : kUsage;
}

}  // namespace muster::app
