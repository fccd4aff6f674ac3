// One `add_…` function per subcommand: it fills the options struct of its file and remembers what
// to run. The header of CLI11 costs seconds, so it stays here.
#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "app/audit.h"
#include "app/cli_parts.h"
#include "app/collect_aws.h"
#include "app/collect_github.h"
#include "app/docs.h"
#include "app/escalations.h"
#include "app/fix.h"
#include "app/gate.h"
#include "app/history.h"
#include "app/init.h"
#include "app/paths.h"
#include "app/policy_compare.h"
#include "app/policy_eval.h"
#include "app/policy_generate.h"
#include "app/policy_lint.h"
#include "app/rules.h"
#include "app/trust_explain.h"
#include "app/trust_test.h"
#include "app/who_can.h"
#include "app/workflow_eval.h"
#include "app/workflow_show.h"
#include "checks/policy/catalogue.h"

namespace muster::app {
namespace {

constexpr const char* kOtherCatalogue =
    "Catalogue of AWS actions to use instead of the one in the program";

void add_audit(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "audit", "Judge a repository: workflows, trust policies and account facts under PATH");
  const auto options = on_chosen(command, action, run_audit);
  command.add_option("path", options->path, "Folder to audit")->capture_default_str();
  command.add_option("--config", options->config,
                     "Intent file; default: PATH/muster.yaml if it is there");
  command.add_option("--facts", options->facts, "Folder with account facts (repeatable)");
  command.add_option("--history", options->history,
                     "History file; default: PATH/.muster/history.db");
  command.add_option("--out", options->out, "Folder for the reports")->capture_default_str();
  command.add_option("--format", options->formats, "Reports to write: html, json")
      ->delimiter(',')
      ->check(CLI::IsMember({"html", "json"}))
      ->capture_default_str();
  command
      .add_option("--fail-on", options->fail_on,
                  "Fail at this severity and above; default: medium, or as muster.yaml says")
      ->check(CLI::IsMember({"critical", "high", "medium", "low"}));
  command.add_option("--as-of", options->as_of, "Time to take as now, e.g. 2026-02-19T06:00:00Z");
  command.add_option("--catalogue", options->catalogue, kOtherCatalogue)->type_name("FILE");
  command.add_flag("--json", options->json, "Print report.json on stdout instead of the summary");
  command.footer(
      "Examples:\n  muster audit\n  muster audit examples/sandbox-ecs/flawed --out /tmp/report\n"
      "  muster audit . --facts facts/ --fail-on high --json | jq .summary");
}

void add_gate(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "gate", "Does this change allow anything that was not allowed before? Against a commit");
  const auto options = on_chosen(command, action, run_gate);
  command.add_option("path", options->path, "Folder of the checkout")->capture_default_str();
  command
      .add_option("--base", options->base,
                  "Commit, branch or tag to compare with; default: where the branch left the one "
                  "that it will be merged into")
      ->type_name("REF");
  command.add_option("--catalogue", options->catalogue, kOtherCatalogue)->type_name("FILE");
  command.add_flag("--json", options->json, "Machine-readable");
  command.footer(
      "Compares policy files, trust policies, account documents, CloudFormation templates and "
      "Terraform plans of the\nfolder with those of the commit, for all requests at once. Needs "
      "git "
      "and the history, no network. The base is, in\nthis order: --base; GITHUB_BASE_REF (a pull "
      "request); GITHUB_EVENT_BEFORE; the default branch.\n\n"
      "Examples:\n  muster gate\n  muster gate --base origin/main\n"
      "  muster gate --json | jq '.subjects[] | select(.new_access) | .witness'\n\n"
      "Exit codes: 0 no new access; 1 new access; 3 undecided, or something could not be read; 2 "
      "there is nothing to\ncompare with.");
}

void add_init(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "init", "Write PATH/muster.yaml from what the repository shows, to be corrected by hand");
  const auto options = on_chosen(command, action, run_init);
  command.add_option("path", options->path, "Folder of the repository")->capture_default_str();
  command.add_flag("--force", options->force, "Overwrite a muster.yaml that is there");
  CLI::Option* print =
      command.add_flag("--stdout", options->to_stdout, "Print the file instead of writing it");
  command.add_flag("--json", options->json, "Write the file and print what was inferred as JSON")
      ->excludes(print);
  command.footer(
      "Examples:\n  muster init && muster audit\n"
      "  muster init --stdout | diff muster.yaml -\n"
      "  muster init --json | jq '.open_questions[].question'");
}

void add_fix(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "fix", "Repair findings in workflow files that have one right answer, as a unified diff");
  const auto options = on_chosen(command, action, run_fix);
  command
      .add_option("path", options->paths,
                  "Folders of repositories, or files in `.github/workflows` of one")
      ->capture_default_str();
  command.add_flag("--dry-run", options->dry_run, "Print the diff, write nothing");
  command.add_option("--rule", options->rules, "Repair findings of this rule only (repeatable)")
      ->type_name("ID")
      ->allow_extra_args(false);
  command.add_flag("--json", options->json, "Machine-readable");
  command.footer(
      "Examples:\n  muster fix --dry-run\n"
      "  muster fix --rule workflow-oidc-without-id-token .github/workflows/deploy.yml\n"
      "Exit codes: 0 nothing to repair, or repaired; 1 with --dry-run when there is something to "
      "repair;\n2 no such path or rule; 3 a workflow that cannot be read or written.");
}

void add_history(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand("history", "Past runs: list them, show one, compare two");
  command.require_subcommand(1);
  const auto common = [](CLI::App& sub, HistoryOptions& options) {
    sub.add_option("--history", options.history, "History file")->capture_default_str();
    sub.add_flag("--json", options.json, "Machine-readable");
  };
  CLI::App& list = *command.add_subcommand("list", "The newest runs first");
  const auto list_options = on_chosen(list, action, run_history_list);
  common(list, *list_options);
  list.add_option("--limit", list_options->limit, "How many")->capture_default_str();
  list.footer("Example:\n  muster history list --limit 5");
  CLI::App& show = *command.add_subcommand("show", "What was open in a run");
  const auto show_options = on_chosen(show, action, run_history_show);
  common(show, *show_options);
  show.add_option("run", show_options->run, "Run id, the beginning of one, last, last~1")
      ->capture_default_str();
  show.footer("Example:\n  muster history show last");
  CLI::App& diff =
      *command.add_subcommand("diff", "What appeared and disappeared between two runs");
  const auto diff_options = on_chosen(diff, action, run_history_diff);
  common(diff, *diff_options);
  diff.add_option("before", diff_options->before, "Earlier run")->capture_default_str();
  diff.add_option("after", diff_options->after, "Later run")->capture_default_str();
  diff.footer("Example:\n  muster history diff last~1 last");
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

void add_arn_mode(CLI::App& command, std::string& mode) {
  command
      .add_option("--arn-mode", mode,
                  "How ARN patterns of resources are read: field by field (segment); likewise, but "
                  "with colons under a `*` that ends a field (trail); or as one text (string)")
      ->check(CLI::IsMember({"segment", "trail", "string"}))
      ->capture_default_str();
}

void add_policy_eval(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand("eval", "Decide requests against policies");
  const auto options = on_chosen(command, action, policy_eval);
  command
      .add_option("--request", options->request_file,
                  "Requests with their policies, one JSON object per line")
      ->required()
      ->type_name("FILE.jsonl");
  add_arn_mode(command, options->arn_mode);
  const std::string note = "JSON lines on standard output (always so for this command)";
  command.add_flag("--json", note);
  command.footer(R"(Example: requests.jsonl holds, on one line,
  {"policies":{"identity":[{"Version":"2012-10-17","Statement":[
     {"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}]},
   "request":{"principal":"arn:aws:iam::111122223333:user/ann",
     "action":"s3:GetObject","resource":"arn:aws:s3:::art/app"}}
and `muster policy eval --request requests.jsonl` prints {"decision":"allowed",…}

Layers under "policies", each may be left out: identity, resource (also a trust or key policy), boundary,
session: a policy or a list; scp, rcp: a list of levels, root first, each a list of policies. "unknown" in
the place of a layer, level or policy: it could not be read, or there may be none.
The answer has decision, because, layer (which decided), statements (those that decided, each with its
layer and location) and layers (what each one allows and denies); docs/policy-semantics.md has them all.

Exit codes: 0 every line decided; 3 some undecided; 2 a line that cannot be read.)");
}

void add_policy_compare(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand(
      "compare",
      "Does policy B allow more or less than policy A? For all requests, with a witness");
  const auto options = on_chosen(command, action, policy_compare);
  command.add_option("a", options->a, "Policy or object of layers, or - for standard input")
      ->required()
      ->type_name("A");
  command.add_option("b", options->b, "What to compare it with")->required()->type_name("B");
  add_arn_mode(command, options->arn_mode);
  command.add_flag("--json", options->json, "Machine-readable");
  command
      .add_option("--catalogue", options->catalogue,
                  "Name actions of this catalogue in witnesses (default: the program's own)")
      ->type_name("FILE");
  command
      .add_option("--budget", options->budget,
                  "Search this many times as far before giving up as undecided")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command.footer(
      "Answers equal, widened (B allows more), narrowed or incomparable. Each difference comes "
      "with "
      "a request that one\npolicy allows and the other does not; such a request is what `muster "
      "policy eval` takes. Then every statement that\ngrants more, with its actions and a request "
      "for each respect in which it does.\n\n"
      "Each side is a policy, or an object of layers as in `muster policy eval`: "
      "{\"identity\":[…],\"boundary\":…,\"session\":…,\n\"scp\":[[…]]}. It stands for what its "
      "layers allow together.\n\n"
      "Examples:\n  muster policy compare iam/deploy.json iam/deploy-new.json\n"
      "  git show main:iam/deploy.json | muster policy compare - iam/deploy.json\n"
      "  muster policy compare a.json b.json --json | jq -e .b_within_a   # no new access\n\n"
      "Exit codes: 0 both questions answered; 3 one is undecided, or a file cannot be read; 2 a "
      "file is not there.");
}

void add_policy_lint(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand(
      "lint", "What is wrong with a policy: the findings of AWS's own validator, offline");
  const auto options = on_chosen(command, action, policy_lint);
  command.add_option("files", options->files, "Policy documents, or - for standard input")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--type", options->type,
                  "What the policy is attached to; default: taken from its elements")
      ->check(CLI::IsMember({"identity", "resource", "trust", "scp", "rcp"}));
  command
      .add_option("--fail-on", options->fail_on,
                  "Fail at this kind of finding and those worse than it")
      ->check(CLI::IsMember({"error", "security-warning", "warning", "suggestion"}))
      ->capture_default_str();
  command.add_option("--catalogue", options->catalogue, kOtherCatalogue)->type_name("FILE");
  command.add_flag("--redundant", options->redundant,
                   "Also look for statements and entries that change nothing; slower");
  command.add_flag("--json", options->json, "Machine-readable, in the shape of Access Analyzer");
  command.footer(
      "Codes are those of IAM Access Analyzer (ValidatePolicy), at the same places; those that "
      "begin with MUSTER_ are\nours. docs/policy-lint.md explains each.\n\n"
      "Examples:\n  muster policy lint iam/*.json\n"
      "  muster policy lint --type scp guardrail.json --fail-on suggestion\n"
      "  muster policy lint role.json --json | jq -r '.findings[] | .code'\n\n"
      "Exit codes: 0 nothing at or above --fail-on; 1 such a finding; 2 a file is not there; 3 a "
      "file cannot be read.");
}

void add_policy_generate(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand(
      "generate", "The policy that a role's declared capabilities need, and no more");
  const auto options = on_chosen(command, action, policy_generate);
  command.add_option("path", options->path, "Folder with muster.yaml")->capture_default_str();
  command.add_option("--config", options->config, "Intent file; default: PATH/muster.yaml");
  command.add_option("--role", options->role,
                     "Name in muster.yaml or ARN; default: every role that declares capabilities");
  command.add_option("--format", options->format, "json, terraform or cloudformation")
      ->check(CLI::IsMember({"json", "terraform", "cloudformation"}))
      ->capture_default_str();
  command.add_flag("--json", options->json, "Machine-readable: names, sizes and documents");
  command.footer(
      "One document for one policy; an object from policy name to document for several. A policy "
      "that would be larger\nthan IAM takes (6,144 characters) is split, and standard error says "
      "so.\n\n"
      "Examples:\n  muster policy generate --role deploy > iam/deploy-permissions.json\n"
      "  muster policy generate --format terraform > policies.tf\n"
      "  muster policy generate --role deploy | muster policy compare iam/deploy-permissions.json "
      "-\n\n"
      "Exit codes: 0 printed; 2 no muster.yaml, no such role, or nothing declared.");
}

/// The facts that a question about an account is put to.
void add_account_options(CLI::App& command, AccountOptions& options) {
  command.add_option("--facts", options.facts, "Folder with account facts (repeatable)");
  command.add_option("--config", options.config,
                     "Intent file; default: PATH/muster.yaml if it is there");
  command.add_option("--as-of", options.as_of, "Time to take as now, e.g. 2026-02-19T06:00:00Z");
  command.add_flag("--json", options.json, "Machine-readable");
}

void add_policy_who_can(CLI::App& policy, Action& action) {
  CLI::App& command = *policy.add_subcommand(
      "who-can", "Who may do something: users and roles of an account, and outsiders");
  const auto options = on_chosen(command, action, who_can);
  command.add_option("action", options->action, "Action, e.g. s3:PutObject")
      ->required()
      ->type_name("ACTION");
  command.add_option("resource", options->resource,
                     "ARN; default: anything of the account that their policies name");
  command.add_option("--path", options->path, "Folder to read as well")->capture_default_str();
  add_account_options(command, *options);
  command.footer(
      "Groups, permissions boundaries and policies of the organisation count, and the resource's "
      "own policy: the trust\npolicy of a role, and what the facts hold of buckets, keys, secrets, "
      "repositories and the like. Outsiders that it\nlets in are listed too; where it is not known "
      "the answer says so.\n\n"
      "Examples:\n  muster policy who-can iam:PassRole arn:aws:iam::111122223333:role/admin "
      "--facts facts/\n"
      "  muster policy who-can s3:PutObject 'arn:aws:s3:::acme-bundles/prod/app.tar.gz' --facts "
      "facts/ --json\n\n"
      "Exit codes: 0 answered; 3 something could not be read; 2 usage.");
}

void add_policy(CLI::App& cli, Action& action) {
  CLI::App& policy = *cli.add_subcommand("policy", "Questions about IAM policies");
  policy.require_subcommand(1);
  add_policy_compare(policy, action);
  add_policy_eval(policy, action);
  add_policy_who_can(policy, action);
  add_policy_generate(policy, action);
  add_policy_lint(policy, action);
}

void add_trust_test(CLI::App& trust, Action& action) {
  CLI::App& command = *trust.add_subcommand("test", "Does a trust policy admit these tokens?");
  const auto options = on_chosen(command, action, trust_test);
  command
      .add_option("file", options->file,
                  "Trust policy, output of `aws iam get-role`, or - for standard input")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--claims", options->claims_file, "Claims of tokens, one JSON object per line")
      ->required()
      ->type_name("FILE.jsonl");
  command.add_option("--role", options->role, "Which role, when FILE describes several");
  const std::string note = "JSON lines on standard output (always so for this command)";
  command.add_flag("--json", note);
  command.footer(R"(Example: claims.jsonl holds
  {"iss":"https://token.actions.githubusercontent.com","aud":"sts.amazonaws.com",
   "sub":"repo:acme/shop:environment:live","repository":"acme/shop","environment":"live"}
on one line, and `muster trust test deploy-trust.json --claims claims.jsonl` prints
  {"admitted":false,"because":"`StringEquals` on `sub` wants …, the token carries …",…}
A line may also hold "provider" (ARN of the IAM OIDC provider) and "request" (keys beside the token).

Exit codes: 0 every line decided; 3 some undecided, or FILE cannot be read; 2 a line that cannot be read.)");
}

void add_trust_explain(CLI::App& trust, Action& action) {
  CLI::App& command =
      *trust.add_subcommand("explain", "Which tokens a trust policy admits, with examples");
  const auto options = on_chosen(command, action, trust_explain);
  command
      .add_option("files", options->files,
                  "Trust policies, role descriptions as AWS prints them, or -")
      ->required()
      ->type_name("FILE");
  command.add_option("--role", options->role, "Only this role: name or ARN");
  command.add_option("--provider", options->provider,
                     "ARN of an OIDC provider: only its tokens, named in the policy or not");
  command.add_option("--config", options->config,
                     "muster.yaml with the repository, its ids and its subject format");
  command.add_flag("--json", options->json, "Machine-readable");
  command.footer(
      "Examples:\n  muster trust explain iam/deploy-trust.json\n"
      "  aws iam get-role --role-name deploy | muster trust explain -\n"
      "  muster trust explain trust.json --json | jq '.trusts[].providers[].kinds'\n\n"
      "Exit codes: 0 every question decided; 3 some undecided, or a file that cannot be read;\n"
      "2 a file that is not there.");
}

void add_workflow_eval(CLI::App& workflow, Action& action) {
  CLI::App& command = *workflow.add_subcommand(
      "eval", "What GitHub makes of expressions, when all contexts are known");
  const auto options = on_chosen(command, action, workflow_eval);
  command.add_option("file", options->file, "Expressions, one JSON object per line")
      ->required()
      ->type_name("FILE.jsonl");
  const std::string note = "JSON lines on standard output (always so for this command)";
  command.add_flag("--json", note);
  command.footer(R"(Example: a line
  {"expression":"github.ref == 'REFS/heads/main' && inputs.target || 'dev'",
   "contexts":{"github":{"ref":"refs/heads/main"},"inputs":{"target":"prod"}}}
gives {"type":"string","text":"prod","json":"\"prod\"","truthy":true}. What fails at run time gives
{"error":"…"}, what is no expression {"invalid":"…"}. `status` (success, failure, cancelled) is what
success() and its like are asked about.

Exit codes: 0 every line answered; 2 a line that cannot be read.)");
}

void add_workflow_show(CLI::App& workflow, Action& action) {
  CLI::App& command = *workflow.add_subcommand(
      "show", "What muster reads out of workflow files: jobs, needs, completed conditions, steps");
  const auto options = on_chosen(command, action, workflow_show);
  command.add_option("files", options->files, "Workflow files, or - for standard input")
      ->required()
      ->type_name("FILE");
  command.add_flag("--json", options->json, "One JSON object per file and line");
  command.footer(
      "Examples:\n  muster workflow show .github/workflows/deploy.yml\n"
      "  muster workflow show --json .github/workflows/*.yml | jq -r '.jobs[] | .id + \": \" + "
      ".if'\n\n"
      "Exit codes: 0 all files are workflows; 3 some are not; 2 a file that is not there.");
}

void add_workflow(CLI::App& cli, Action& action) {
  CLI::App& workflow = *cli.add_subcommand("workflow", "Questions about GitHub workflow files");
  workflow.require_subcommand(1);
  add_workflow_show(workflow, action);
  add_workflow_eval(workflow, action);
}

void add_trust(CLI::App& cli, Action& action) {
  CLI::App& trust = *cli.add_subcommand("trust", "Questions about who may assume a role");
  trust.require_subcommand(1);
  add_trust_explain(trust, action);
  add_trust_test(trust, action);
}

void add_escalations(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "escalations",
      "Ways from the principals of an account to more power, with a request per step");
  const auto options = on_chosen(command, action, run_escalations);
  command.add_option("path", options->path, "Folder to read")->capture_default_str();
  add_account_options(command, *options);
  command.add_option("--from", options->from,
                     "ARN or name of one user or role: everything that it reaches; default: who "
                     "reaches rights of an administrator");
  command.add_flag("--blocked", options->blocked,
                   "Also what comes close, with the policy, boundary or trust that stops it");
  command.footer(
      "Verdicts: proven (every request is allowed), possible (it depends on what no fact tells: "
      "that "
      "is named),\nblocked. docs/escalations.md has the ways and what they need.\n\n"
      "Examples:\n  muster escalations --facts facts/\n"
      "  muster escalations --facts facts/ --from deploy --blocked\n"
      "  muster escalations --facts facts/ --json | jq '.paths[] | select(.verdict == "
      "\"proven\")'\n\n"
      "Exit codes: 1 a path to rights of an administrator; 0 none; 3 something could not be read; "
      "2 "
      "usage.");
}

void add_paths(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand(
      "paths", "Every path from an event through workflow, job and role to what it may change");
  const auto options = on_chosen(command, action, run_paths);
  command.add_option("path", options->path, "Folder to read")->capture_default_str();
  add_account_options(command, *options);
  command.add_option("--to", options->to,
                     "Only paths there: prod, the name of an environment, a role, or the ARN of a "
                     "resource");
  command.footer(
      "Verdicts: open-to-outsiders, open (whoever has write access goes it alone), undecided,\n"
      "presumed (held if the environment has reviewers), held, harmless (the role may change "
      "nothing), elsewhere\n(not to production). docs/paths.md has the rules.\n\n"
      "Examples:\n  muster paths --to prod\n"
      "  muster paths examples/sandbox-ecs/flawed\n"
      "  muster paths --to arn:aws:ecs:eu-central-1:111122223333:service/shop/web --json \\\n"
      "    | jq -r '.paths[] | .verdict + \": \" + .event + \" by \" + .actor'\n\n"
      "Exit codes: 1 a path to production is open; 3 something could not be read, or a path to "
      "production\nis undecided; 0 neither; 2 usage.");
}

void add_collect_github(CLI::App& collect, Action& action) {
  CLI::App& command = *collect.add_subcommand(
      "github",
      "The settings of GitHub repositories: environments, protection of branches and tags, "
      "Actions, OIDC subjects, roles");
  const auto options = on_chosen(command, action, collect_github);
  command
      .add_option("--out", options->out,
                  "Folder to write into; its `github/` must be missing, empty or of an earlier "
                  "collection")
      ->required();
  command
      .add_option("--repo", options->repositories,
                  "OWNER/NAME (repeatable); default: `origin` of the checkout")
      ->delimiter(',');
  command.add_option("--org", options->organisation,
                     "All repositories of an organisation that are not archived");
  command.add_option("--api-url", options->api_url,
                     "Address of the API, https://HOST/api/v3 for a GitHub Enterprise Server; "
                     "default: GITHUB_API_URL, github.com's");
  command.add_option("--checkout", options->checkout, "The checkout whose `origin` counts")
      ->capture_default_str();
  command
      .add_option("--wait", options->wait,
                  "For how many seconds in all it waits when GitHub limits requests")
      ->capture_default_str();
  command.add_flag("--verbose", options->verbose,
                   "One line for each request on stderr, without headers and bodies");
  command.add_flag("--json", options->json, "Print the manifest on stdout");
  command.footer(
      "Only reads, with the token of GH_TOKEN or GITHUB_TOKEN. A second run into the same folder "
      "asks only for\nwhat has changed. docs/github-facts.md has the files, the permissions and "
      "what "
      "becomes of what could not be read.\n\n"
      "Examples:\n  muster collect github --out facts/\n"
      "  muster collect github --repo acme/shop --repo acme/web --out facts/\n"
      "  muster collect github --org acme --api-url https://git.example.com/api/v3 --out facts/\n"
      "  muster paths . --facts facts/\n\n"
      "Exit codes: 0 everything was read that the token may see (the manifest lists what it may "
      "not); 3\nsomething failed; 2 usage or settings.");
}

void add_collect(CLI::App& cli, Action& action) {
  CLI::App& collect = *cli.add_subcommand("collect", "Write a folder of facts for the audit");
  collect.require_subcommand(1);
  add_collect_github(collect, action);
  CLI::App& command = *collect.add_subcommand("aws",
                                              "The facts of one AWS account or several: who may do "
                                              "what, what is deployed where, and what it rests on");
  const auto options = on_chosen(command, action, collect_aws);
  command
      .add_option("--out", options->out,
                  "Folder to write: missing or empty, or one whose collection was "
                  "interrupted, which is finished then")
      ->required();
  command.add_option("--profile", options->profile,
                     "Profile of ~/.aws; keys of the environment do "
                     "not count then");
  command
      .add_option("--region,--regions", options->regions,
                  "Region to visit (repeatable), or `all` that the account may use; default: "
                  "AWS_REGION, AWS_DEFAULT_REGION, the profile's")
      ->delimiter(',');
  command.add_option("--account", options->account,
                     "The account that must answer: another one is not collected");
  command
      .add_option("--accounts", options->accounts,
                  "Several accounts (repeatable), each into a folder of its own below `--out`; the "
                  "caller's own is read with the caller's credentials")
      ->delimiter(',');
  command.add_flag("--org", options->organization,
                   "All active accounts of the organisation, as its management account or a "
                   "delegated administrator lists them");
  command.add_option("--role", options->role,
                     "Name of the role to assume in each of several accounts");
  command.add_option("--external-id", options->external_id,
                     "What the trust policies of these roles ask for");
  command.add_flag("--verbose", options->verbose,
                   "One line for each request on stderr, without headers and bodies");
  command.add_flag("--json", options->json, "Print the manifest on stdout");
  command.footer(
      "Only reads; credentials as the AWS CLI finds them. docs/account-facts.md has the files, "
      "the "
      "permissions and\nwhat becomes of what could not be read.\n\n"
      "Examples:\n  muster collect aws --out facts/\n"
      "  muster collect aws --profile audit --account 111122223333 --region eu-central-1,us-east-1 "
      "--out facts/\n"
      "  muster collect aws --region all --out facts/\n"
      "  muster collect aws --org --role muster-audit --external-id acme --out facts/\n"
      "  muster audit . --facts facts/\n\n"
      "Exit codes: 0 everything was read; 3 something was not (the manifest says what); 2 usage or "
      "settings.");
}

/// The help of every command, as one Markdown page.
std::string command_reference(const CLI::App& cli) {
  std::string page = "<!-- Generated by `scripts/docs`. -->\n# Commands\n";
  std::vector<const CLI::App*> pending{&cli};
  while (!pending.empty()) {
    const CLI::App& command = *pending.back();
    pending.pop_back();
    std::string name = command.get_name();
    for (const CLI::App* parent = command.get_parent(); parent != nullptr;
         parent = parent->get_parent()) {
      name = parent->get_name() + " " + name;
    }
    const std::string prefix =
        name.substr(0, name.rfind(' ') == std::string::npos ? 0 : name.rfind(' '));
    page += "\n## " + name + "\n\n```text\n" +
            command.get_formatter()->make_help(&command, prefix, CLI::AppFormatMode::Normal) +
            "```\n";
    const auto children =
        command.get_subcommands([](const CLI::App* child) { return !child->get_group().empty(); });
    pending.insert(pending.end(), children.rbegin(), children.rend());
  }
  return page;
}

void add_docs(CLI::App& cli, Action& action) {
  CLI::App& command = *cli.add_subcommand("docs", "Write the documents that come from the source");
  const auto options = std::make_shared<DocsOptions>();
  command.callback([options, &action, &cli] {
    options->command_reference = command_reference(cli);
    action = [options](const Console& console) { return run_docs(*options, console); };
  });
  command.add_option("--out", options->out, "Folder to write into")->capture_default_str();
  command.add_option("--examples", options->examples, "Folder with the golden cases of the rules")
      ->capture_default_str();
  command.footer("Example:\n  muster docs --out /tmp/muster-docs");
}

}  // namespace

int run(int argc, char** argv, const Console& console) {
  CLI::App cli("muster: policy and audit checks for teams that ship software to AWS", "muster");
  cli.set_version_flag("--version", [] {
    return "muster " MUSTER_VERSION "\nAWS action catalogue of " +
           policy::embedded_catalogue_edition();
  });
  cli.require_subcommand(1);
  cli.footer(
      "Exit codes: 0 nothing at or above the gate; 1 findings at or above it; 2 usage or "
      "configuration error;\n"
      "3 the audit could not be completed; 70 a bug in muster. When 1 and 3 both apply, 1 wins.");
  Action action;
  add_audit(cli, action);
  add_collect(cli, action);
  add_gate(cli, action);
  add_init(cli, action);
  add_fix(cli, action);
  add_history(cli, action);
  add_policy(cli, action);
  add_trust(cli, action);
  add_workflow(cli, action);
  add_escalations(cli, action);
  add_paths(cli, action);
  add_rules(cli, action);
  add_drill(cli, action);
  add_docs(cli, action);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.exit(error, console.out, console.err);
    return code == 0 ? kClean : kUsage;
  }
  return action ? action(console) : kUsage;
}

}  // namespace muster::app
