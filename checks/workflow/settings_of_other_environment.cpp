// A job of one environment that deploys with the settings of another: `-var-file=prod.tfvars`, the
// state or workspace of production, production's cluster in a job for dev. The environment is the
// job's `environment`; settings count by their names, and instances by the environments of the
// roles that muster.yaml declares for them. Source: Terraform CLI documentation, "Command: init",
// "Command: apply"; AWS CLI Command Reference.
#include <algorithm>
#include <array>
#include <set>

#include "checks/policy/glob.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/sent_commands.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

/// A setting as it is at one start.
struct Setting {
  /// `-var-file`, `--cluster`, `workspace`
  std::string option;
  std::string value;
  SourceRef where;
  EnvironmentClass kind = EnvironmentClass::Unknown;
  /// Instances: the environments whose roles muster.yaml lets reach it, and those whose roles may.
  std::set<std::string> owners = {};
  std::set<std::string> may_own = {};
  bool open = false;
};

/// How a capability speaks of an instance.
enum class Reach { None, Maybe, Named };

Reach reach_of(const IntentCapability& capability, const std::string& instance) {
  if (!capability.name.starts_with("ssm-")) {
    return Reach::None;
  }
  Reach reach = Reach::Maybe;
  for (const IntentArgument& argument : capability.arguments) {
    for (const Variable& entry : argument.entries) {
      if (argument.name != "instance") {
        continue;
      }
      if (policy::glob_match(entry.value, instance, policy::Wildcards{})) {
        return Reach::Named;
      }
      reach = Reach::None;
    }
  }
  return reach;
}

/// Adds what muster.yaml says of the instance. Roles that find their instances by a tag may reach
/// any; one without environments may be any environment's.
void add_owners(Setting& instance, const Intent& intent) {
  for (const IntentRole& role : intent.roles) {
    for (const IntentCapability& one :
         role.capabilities.value_or(std::vector<IntentCapability>())) {
      const Reach reach = reach_of(one, instance.value);
      auto& environments = reach == Reach::Named ? instance.owners : instance.may_own;
      if (reach != Reach::None) {
        environments.insert(role.environments.begin(), role.environments.end());
        instance.open = instance.open || role.environments.empty();
      }
    }
  }
}

/// The class of a name in which words that services are called by as well do not count.
EnvironmentClass class_of_setting(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kAlsoNames = {"live",   "test", "testing",
                                                                 "review", "qa",   "sandbox"};
  std::string kept;
  std::string word;
  for (const char c : std::string(name) + "-") {
    if (text::is_word_char(c) && c != '_') {
      word += c;
      continue;
    }
    kept += text::one_of(text::lower(word), kAlsoNames) ? "" : word;
    kept += '-';
    word.clear();
  }
  return class_of_name(kept);
}

/// By the last part of a path that tells.
EnvironmentClass class_of_path(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
    const EnvironmentClass kind = class_of_setting(path.substr(begin));
    if (kind != EnvironmentClass::Unknown) {
      return kind;
    }
    path = path.substr(0, begin == 0 ? 0 : slash);
  }
  return EnvironmentClass::Unknown;
}

/// Of `-backend-config`: a file, or `key=…`. Buckets and tables are shared.
EnvironmentClass class_of_backend(std::string_view value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) {
    return class_of_path(value);
  }
  static constexpr std::array<std::string_view, 4> kKeys = {"key", "prefix", "path",
                                                            "workspace_key_prefix"};
  return text::one_of(value.substr(0, equals), kKeys) ? class_of_path(value.substr(equals + 1))
                                                      : EnvironmentClass::Unknown;
}

bool is_terraform(const Command& command) {
  static constexpr std::array<std::string_view, 3> kPrograms = {"terraform", "tofu", "terragrunt"};
  return !command.words.empty() && text::one_of(program_name(command.words[0]), kPrograms);
}

/// The number of an argument, `$1` or `${1}`; 0 for any other word.
std::size_t argument_number(std::string_view word) {
  const std::string_view digit = word.starts_with("${") && word.size() == 4 && word.ends_with('}')
                                     ? word.substr(2, 1)
                                 : word.starts_with('$') && word.size() == 2 ? word.substr(1)
                                                                             : "";
  return !digit.empty() && digit[0] >= '1' && digit[0] <= '9'
             ? static_cast<std::size_t>(digit[0] - '0')
             : 0;
}

/// A word of a command, where it is an argument of its script the word that the script is called
/// with: `./on_host.sh "$HOST"` for `--instance-ids "$1"`.
std::string called_with(std::string word, const StepCommand& command, const JobScript& script) {
  const StepCommand* inner = &command;
  for (std::size_t number = argument_number(word); number > 0; number = argument_number(word)) {
    const std::string_view file = program_name(inner->where.source.path());
    const auto commands = script.commands_of(*command.step);
    const auto call = std::find_if(commands.begin(), commands.end(), [&](const StepCommand& one) {
      return !inner->via.empty() && one.where == inner->via.back() &&
             one.via.size() + 1 == inner->via.size() && one.command.words.size() > number &&
             program_name(one.command.words[0]) == file;
    });
    if (call == commands.end()) {
      break;
    }
    word = call->command.words[number];
    inner = &*call;
  }
  return word;
}

/// What a job's settings are at one start.
class SettingReader {
 public:
  SettingReader(const DeployingRun& deploying, const Presented& start, const Intent& intent)
      : deploying_(deploying), start_(start), intent_(intent) {}

  std::vector<Setting> all() {
    const JobRun& run = *deploying_.run;
    for (const TimedDeploy& deploy : deploying_.deploys) {
      terraform_ = terraform_ || deploy.deploy.kind == "terraform";
    }
    for (const StepCommand& item : run.script->commands) {
      const bool terraform = terraform_ && is_terraform(item.command);
      if (terraform && may_run(*item.step)) {
        read_terraform(item);
      }
    }
    for (const TimedDeploy& deploy : deploying_.deploys) {
      if (may_run(*deploy.deploy.step)) {
        read_target(deploy.deploy);
      }
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] Scope scope_in(const Step& step) const {
    return scope_at(*deploying_.run, &step, start_, start_.moment_on_ref(), intent_);
  }

  [[nodiscard]] bool may_run(const Step& step) const {
    return !step.condition || may_hold(step.condition->value, scope_in(step));
  }

  template <class Classify>
  void add(std::string option, const std::string& word, const Step& step, const SourceRef& where,
           Classify&& classify) {
    const Values values = resolve_word(word, scope_in(step));
    if (values.only() != nullptr && !values.only()->empty()) {
      found_.push_back({std::move(option), *values.only(), where, classify(*values.only())});
    }
  }

  void read_terraform(const StepCommand& item) {
    for (const std::string option : {"-var-file", "-backend-config"}) {
      for (const std::string& written : {option, "-" + option}) {
        for (const std::string& value : item.command.options(written)) {
          add(option, value, *item.step, item.where,
              option == "-var-file" ? class_of_path : class_of_backend);
        }
      }
    }
    static constexpr std::array<std::string_view, 2> kSelect = {"workspace", "select"};
    const auto& words = item.command.words;
    const auto select = std::search(words.begin(), words.end(), kSelect.begin(), kSelect.end());
    if (words.end() - select > 2) {
      add("workspace", words.back(), *item.step, item.where, class_of_setting);
    }
  }

  void read_target(const Deploy& deploy) {
    for (const std::string_view name : {"cluster", "service", "function-name", "stack-name"}) {
      const std::string option = "--" + std::string(name);
      if (deploy.command != nullptr) {
        const std::string value = deploy.command->command.option(option);
        add(option, value, *deploy.step, deploy.where, class_of_setting);
      } else if (const Text* input = deploy.step->input(name)) {
        const Values values = resolve(input->value, scope_in(*deploy.step));
        if (values.only() != nullptr) {
          found_.push_back(
              {std::string(name), *values.only(), input->where, class_of_setting(*values.only())});
        }
      }
    }
    for (const std::string& written : deploy.command != nullptr
                                          ? named_instances(deploy.command->command)
                                          : std::vector<std::string>()) {
      const Values values = resolve_word(
          called_with(written, *deploy.command, *deploying_.run->script), scope_in(*deploy.step));
      if (values.only() != nullptr) {
        add_owners(found_.emplace_back(Setting{"--instance-ids", *values.only(), deploy.where}),
                   intent_);
      }
    }
  }

  const DeployingRun& deploying_;
  const Presented& start_;
  const Intent& intent_;
  bool terraform_ = false;
  std::vector<Setting> found_;
};

bool contradict(EnvironmentClass a, EnvironmentClass b) {
  return (a == EnvironmentClass::Production && is_below_production(b)) ||
         (b == EnvironmentClass::Production && is_below_production(a));
}

/// Whether the settings are for production and for what is not: a shell's `if` may choose.
bool are_mixed(const std::vector<Setting>& settings) {
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& one) {
    return std::any_of(settings.begin(), settings.end(),
                       [&](const Setting& other) { return contradict(one.kind, other.kind); });
  });
}

/// The first setting that is for production when the environment is not, or the other way round;
/// null when there is none.
const Setting* wrong_setting(const std::vector<Setting>& settings, EnvironmentClass kind,
                             bool& looked) {
  if (kind == EnvironmentClass::Unknown) {
    return nullptr;
  }
  const auto wrong = std::find_if(settings.begin(), settings.end(), [&](const Setting& one) {
    looked = looked || one.kind != EnvironmentClass::Unknown;
    return contradict(one.kind, kind);
  });
  return wrong == settings.end() || are_mixed(settings) ? nullptr : &*wrong;
}

/// The instance that muster.yaml gives to other environments alone; null when there is none, or
/// when the job names one of its own too: a shell's `if` may choose.
const Setting* foreign_instance(const std::vector<Setting>& settings,
                                const std::string& environment, bool& looked) {
  const Setting* foreign = nullptr;
  for (const Setting& one : settings) {
    looked = looked || !one.owners.empty();
    const bool own = one.owners.contains(environment) || one.may_own.contains(environment);
    if (one.open || (own && !one.owners.empty())) {
      return nullptr;
    }
    foreign = foreign == nullptr && !one.owners.empty() ? &one : foreign;
  }
  return foreign;
}

/// Whose the instance is, and how much that weighs.
void tell_owners(const Setting& instance, const Intent& intent, OutcomeDraft& draft) {
  std::vector<std::string> names;
  bool production = false;
  for (const std::string& owner : instance.owners) {
    names.push_back("`" + owner + "`");
    production = production || class_of_environment(owner, intent) == EnvironmentClass::Production;
  }
  draft.severity(production ? Severity::High : Severity::Medium)
      .arg("kind", text::joined(names, ", "))
      .because("muster.yaml lets the roles of " + text::joined(names, ", ") + " alone reach it");
}

/// Reports the first contradiction of the run; false when there is none. `looked`: an environment
/// and a setting were compared.
bool judge_settings(const DeployingRun& deploying, const Intent& intent, Outcomes& out,
                    bool& looked) {
  for (const TimedDeploy& deploy : deploying.deploys) {
    for (const Presented& start : deploy.starts) {
      if (!start.tokens.environment) {
        continue;
      }
      const std::string& name = *start.tokens.environment;
      const std::vector<Setting> settings = SettingReader(deploying, start, intent).all();
      const Setting* wrong = wrong_setting(settings, class_of_environment(name, intent), looked);
      const Setting* foreign = foreign_instance(settings, name, looked);
      if (wrong == nullptr && foreign == nullptr) {
        continue;
      }
      const Setting& told = foreign != nullptr ? *foreign : *wrong;
      auto draft =
          out.fail(deploying.run->asset(), told.where, text_witness(told.option, told.value));
      draft.environment(name)
          .arg("job", deploying.run->job->id.value)
          .arg("environment", name)
          .arg("option", told.option)
          .arg("value", told.value)
          .related(deploying.run->job->environment->where, "its environment");
      if (foreign != nullptr) {
        tell_owners(*foreign, intent, draft);
      } else {
        draft
            .severity(wrong->kind == EnvironmentClass::Production ? Severity::High
                                                                  : Severity::Medium)
            .arg("kind", to_string(wrong->kind));
      }
      return true;
    }
  }
  return false;
}

void settings_of_other_environment(const AuditInput& input, Outcomes& out) {
  for (const std::vector<DeployingRun>& runs : input.model<Deployments>().by_job()) {
    bool looked = false;
    const bool told = std::any_of(runs.begin(), runs.end(), [&](const DeployingRun& run) {
      return judge_settings(run, input.intent(), out, looked);
    });
    if (!told && looked) {
      out.pass(runs.front().run->asset(), runs.front().deploys.front().deploy.where);
    }
  }
}

const Register kSettingsOfOtherEnvironmentCheck{"workflow-settings-of-other-environment",
                                                settings_of_other_environment,
                                                {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
