// Credentials and deploys, by the dated table.
#include <algorithm>
#include <iterator>

#include "checks/text/tree.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/open_condition.h"

namespace muster::workflow {
namespace {

constexpr std::string_view kConfigure = "aws-actions/configure-aws-credentials";

/// One row of the recognition table.
struct Sign {
  std::string kind;
  std::string name;
  std::vector<std::string> needs;
  /// How a place outside begins; a command that copies from there to here deploys nothing.
  std::string remote;
};

struct Table {
  std::vector<Sign> commands;
  /// Commands that deploy when they run on another machine.
  std::vector<Sign> host_commands;
  std::vector<Sign> actions;
  /// Options with which no command deploys.
  std::vector<std::string> rehearsals;
  /// Inputs of actions that take an access key id.
  std::vector<std::string> key_inputs;
};

std::vector<Sign> read_signs(const text::Node& list, std::string_view name_key,
                             std::string_view needs_key) {
  std::vector<Sign> signs;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const text::Node row = list.at(i);
    const auto remote = row.find("remote");
    signs.push_back({std::string(row.find("kind")->text()), std::string(row.find(name_key)->text()),
                     words_under(row, needs_key), std::string(remote ? remote->text() : "")});
  }
  return signs;
}

const Table& table() {
  static const Table kTable = [] {
    const text::Node root = recognition_data().root();
    return Table{read_signs(*root.find("deploy_commands"), "command", "needs_option"),
                 read_signs(*root.find("host_commands"), "command", "needs_option"),
                 read_signs(*root.find("deploy_actions"), "action", "needs_input"),
                 words_under(root, "rehearsal_options"), words_under(root, "key_inputs")};
  }();
  return kTable;
}

const Text* find_entry(const std::vector<Entry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.name.value == name; });
  return found == entries.end() ? nullptr : &found->value;
}

/// Adds an access key id that is an expression, or written out; `test` and the like are for
/// emulators. A key that goes with a session token, or that a step has made, is temporary.
void add_key(const Step* step, const Text& key, bool session, std::vector<Credential>& found) {
  const std::string& id = key.value;
  if (id.starts_with("AKIA") || has_expression(id)) {
    const bool temporary = session || id.find("steps.") != std::string::npos;
    found.push_back({temporary ? CredentialKind::Chained : CredentialKind::StaticKeys,
                     step,
                     key.where,
                     {},
                     {},
                     "",
                     id});
  }
}

/// Keys in an `env` block.
void add_env_keys(const std::vector<Entry>& env, const Step* step, std::vector<Credential>& found) {
  if (const Text* key = find_entry(env, "AWS_ACCESS_KEY_ID")) {
    add_key(step, *key, find_entry(env, "AWS_SESSION_TOKEN") != nullptr, found);
  }
}

/// Keys that an action is given.
void add_input_keys(const Step& step, std::vector<Credential>& found) {
  for (const std::string& name : table().key_inputs) {
    if (const Text* key = step.input(name)) {
      add_key(&step, *key, step.input("aws-session-token") != nullptr, found);
    }
  }
}

/// A registry of AWS takes an access key id as the user name (`docker/login-action`). One that
/// comes from `env` may be that of a role.
void add_registry_key(const Step& step, std::vector<Credential>& found) {
  const Text* registry = step.input("registry");
  const Text* user = step.input("username");
  const bool is_aws = registry != nullptr && registry->value.find(".dkr.ecr.") != std::string::npos;
  if (is_aws && user != nullptr && user->value.find("env.") == std::string::npos) {
    add_key(&step, *user, false, found);
  }
}

void add_configured_role(const JobRun& run, const Step& step, const Intent& intent,
                         std::vector<Credential>& found) {
  const Text* role = step.input("role-to-assume");
  const Text* key = step.input("aws-access-key-id");
  const Text* chaining = step.input("role-chaining");
  const Text* audience = step.input("audience");
  if (role != nullptr && (key == nullptr || key->value.empty())) {
    const bool chained = chaining != nullptr && chaining->value == "true";
    found.push_back({chained ? CredentialKind::Chained : CredentialKind::Oidc, &step, role->where,
                     *role, resolve(role->value, run.scope(intent, &step)),
                     audience != nullptr ? audience->value : "sts.amazonaws.com", ""});
  }
}

/// Keys that a script hands on: `export AWS_ACCESS_KEY_ID=${{ secrets.X }}`, or the same written to
/// `$GITHUB_ENV`.
void add_assigned_keys(const Step& step, std::vector<Credential>& found) {
  constexpr std::string_view kSign = "AWS_ACCESS_KEY_ID=";
  const std::string_view script = step.run.value;
  const bool session = script.find("AWS_SESSION_TOKEN=") != std::string_view::npos;
  for (std::size_t at = script.find(kSign); at != std::string_view::npos;
       at = script.find(kSign, at + 1)) {
    const std::string_view before = script.substr(0, at);
    const std::string_view line = before.substr(before.rfind('\n') + 1);
    std::string_view value = script.substr(at + kSign.size());
    value.remove_prefix(value.starts_with('"') || value.starts_with('\'') ? 1 : 0);
    const std::size_t close = value.starts_with("${{") ? value.find("}}") : std::string_view::npos;
    value = value.substr(
        0, close != std::string_view::npos ? close + 2 : value.find_first_of(" \t\r\n\"';"));
    if (line.find('#') == std::string_view::npos) {
      add_key(&step, {std::string(value), step.run_node->where(at, at + kSign.size())}, session,
              found);
    }
  }
}

/// `aws sts assume-role-with-web-identity --role-arn X`, `aws configure set aws_access_key_id X`.
void add_command_credentials(const JobRun& run, const Step& step, const Intent& intent,
                             std::vector<Credential>& found) {
  const auto all = run.script->commands_of(step);
  const bool temporary = std::any_of(all.begin(), all.end(), [&](const StepCommand& item) {
    return item.command.starts_with("aws configure set aws_session_token");
  });
  for (const StepCommand& item : all) {
    const Command& command = item.command;
    if (command.remote) {
      continue;
    }
    if (command.starts_with("aws sts assume-role-with-web-identity")) {
      const std::string role = command.option("--role-arn");
      found.push_back({CredentialKind::Oidc,
                       &step,
                       item.where,
                       {role, item.where},
                       resolve_word(role, run.scope(intent, &step)),
                       "sts.amazonaws.com",
                       ""});
    } else if (command.starts_with("aws configure set aws_access_key_id") && !temporary &&
               command.words.size() > 4) {
      found.push_back(
          {CredentialKind::StaticKeys, &step, item.where, {}, {}, "", command.words[4]});
    }
  }
}

bool has_any(const Command& command, const std::vector<std::string>& options) {
  return std::any_of(options.begin(), options.end(),
                     [&](const std::string& option) { return command.has_option(option); });
}

/// Whether the command only shows what it would do. `--dry-run=none` asks for the real thing.
bool is_rehearsal(const Command& command) {
  const bool off = command.has_option("--dry-run=none") || command.has_option("--dry-run=false");
  return !off && has_any(command, table().rehearsals);
}

/// Whether the command copies from outside to here: a place outside is followed by one that is not.
bool reads_only(const Command& command, const std::string& remote) {
  const auto& words = command.words;
  for (std::size_t i = 0; !remote.empty() && i + 1 < words.size(); ++i) {
    if (words[i].starts_with(remote) && !words[i + 1].starts_with(remote) &&
        !words[i + 1].starts_with('-')) {
      return true;
    }
  }
  return false;
}

bool deploys_by(const Sign& sign, const Command& command) {
  return command.starts_with(sign.name) && (sign.needs.empty() || has_any(command, sign.needs)) &&
         !is_rehearsal(command) && !reads_only(command, sign.remote);
}

/// The row of the table by which the command deploys; null when it does not.
const Sign* deploy_sign(const Command& command) {
  const auto find_in = [&](const std::vector<Sign>& signs) -> const Sign* {
    const auto found = std::find_if(signs.begin(), signs.end(),
                                    [&](const Sign& sign) { return deploys_by(sign, command); });
    return found == signs.end() ? nullptr : &*found;
  };
  const Sign* sign = find_in(table().commands);
  return sign == nullptr && command.remote ? find_in(table().host_commands) : sign;
}

/// The deploy that a step with an action is, if any.
std::optional<Deploy> action_deploy(const Step& step) {
  for (const Sign& sign : table().actions) {
    const bool complete = sign.needs.empty() || step.input(sign.needs.front()) != nullptr;
    if (action_name(step) == sign.name && complete) {
      return Deploy{&step, step.uses.where, sign.kind, sign.name, {}, nullptr};
    }
  }
  return std::nullopt;
}

void add_step_verbs(const JobRun& run, const Step& step, std::vector<Deploy>& found) {
  if (auto deploy = step.kind == Step::Kind::Uses ? action_deploy(step) : std::nullopt) {
    found.push_back(std::move(*deploy));
    return;
  }
  for (const StepCommand& item : run.script->commands_of(step)) {
    if (const Sign* sign = deploy_sign(item.command)) {
      found.push_back({&step, item.where, sign->kind, sign->name, item.via, &item});
    }
  }
}

bool has_before(const std::vector<Credential>& held, const Step& step) {
  return std::any_of(held.begin(), held.end(), [&](const Credential& credential) {
    return credential.step == nullptr || credential.step->index <= step.index;
  });
}

bool never_runs(const JobRun& run, const Intent& intent) {
  return run.entry != nullptr && presented(run, intent).empty();
}

std::vector<Credential> credentials_of(const JobRun& run, const Intent& intent) {
  std::vector<Credential> found;
  add_env_keys(run.workflow->env, nullptr, found);
  add_env_keys(run.job->env, nullptr, found);
  for (const Step* step : run.script->steps) {
    add_env_keys(step->env, step, found);
    add_input_keys(*step, found);
    add_registry_key(*step, found);
    if (step->kind == Step::Kind::Uses && action_name(*step) == kConfigure) {
      add_configured_role(run, *step, intent, found);
    } else if (step->kind == Step::Kind::Run && step->run_node) {
      add_assigned_keys(*step, found);
      add_command_credentials(run, *step, intent, found);
    }
  }
  return found;
}

std::vector<Deploy> verbs_of(const JobRun& run) {
  std::vector<Deploy> found;
  for (const Step* step : run.script->steps) {
    add_step_verbs(run, *step, found);
  }
  return found;
}

/// Without a credential before it only what runs on another machine deploys: to get there takes one
/// too.
bool is_able(const Deploy& deploy, const std::vector<Credential>& held) {
  return has_before(held, *deploy.step) ||
         (deploy.command != nullptr && deploy.command->command.remote);
}

std::optional<OpenRun> open_deploy(const JobScript& script, const std::vector<Credential>& held) {
  const auto found = std::find_if(script.open.begin(), script.open.end(), [&](const auto& open) {
    return open.remote || has_before(held, *open.step);
  });
  return found == script.open.end() ? std::nullopt : std::optional(*found);
}

bool only_after_failure(const std::optional<Text>& condition) {
  return condition && only_after_failure(OpenCondition::parse(&condition->value));
}

std::set<const Step*> steps_for_failure(const JobRun& run) {
  std::set<const Step*> found;
  const bool all = only_after_failure(run.job->condition) ||
                   std::any_of(run.callers.begin(), run.callers.end(), [](const auto& caller) {
                     return only_after_failure(caller.second->condition);
                   });
  for (const Step* step : run.script->steps) {
    const auto& around = run.script->calls_of(step);
    if (all || only_after_failure(step->condition) ||
        std::any_of(around.begin(), around.end(),
                    [&](const ActionCall& call) { return found.contains(call.step); })) {
      found.insert(step);
    }
  }
  return found;
}

}  // namespace

Recognised Recognised::of(const JobRun& run, const Intent& intent) {
  Recognised result;
  result.credentials = credentials_of(run, intent);
  result.verbs = verbs_of(run);
  std::copy_if(result.verbs.begin(), result.verbs.end(), std::back_inserter(result.deploys),
               [&](const Deploy& deploy) { return is_able(deploy, result.credentials); });
  if (result.deploys.empty()) {
    result.may_deploy = open_deploy(*run.script, result.credentials);
  }
  if ((!result.deploys.empty() || result.may_deploy) && never_runs(run, intent)) {
    result.deploys.clear();
    result.may_deploy.reset();
  }
  result.for_failure = steps_for_failure(run);
  result.environment = environment_class(run, result.credentials, intent);
  return result;
}

std::vector<const JobRun*> deploying(const std::vector<const JobRun*>& runs) {
  std::vector<const JobRun*> found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found),
               [](const JobRun* run) { return !run->recognised->deploys.empty(); });
  return found;
}

}  // namespace muster::workflow
