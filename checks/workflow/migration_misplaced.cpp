// A database migration at the wrong place of a deploy: behind the switch to the new version, which
// until then runs on the old schema; from the sources on the runner in place of the image that is
// deployed; or before a rollback that leaves the schema as it is. Commands: `migrations` in
// rules/data/workflow-recognition.json.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/sent_commands.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

struct MigrationTable {
  std::vector<std::string> commands;
  /// Words with which such a command changes nothing, or goes back.
  std::vector<std::string> other_words;
  /// Programs that call something by its name: `npm run migrate`.
  std::vector<std::string> callers;
  std::vector<std::string> names;
  /// Kinds of deploys that switch to a new version.
  std::vector<std::string> switches;
  /// Kinds of deploys that run an image.
  std::vector<std::string> images;
  /// Names of what holds data.
  std::vector<std::string> stores;
  /// Words that say that the old version can live with the schema, or that it goes back too.
  std::vector<std::string> compatible;
};

const MigrationTable& migration_table() {
  static const MigrationTable kTable = [] {
    const text::Node root = *recognition_data().root().find("migrations");
    return MigrationTable{root.texts_under("commands"),    root.texts_under("other_words"),
                          root.texts_under("callers"),     root.texts_under("names"),
                          root.texts_under("switches"),    root.texts_under("images"),
                          root.texts_under("data_stores"), root.texts_under("compatible")};
  }();
  return kTable;
}

/// Whether a name has one of the words, cut at anything but letters.
bool has_name(std::string_view name, const std::vector<std::string>& list) {
  std::string word;
  for (const char c : text::lower(name) + " ") {
    if (c >= 'a' && c <= 'z') {
      word += c;
    } else if (text::one_of(word, list)) {
      return true;
    } else {
      word.clear();
    }
  }
  return false;
}

/// The words behind ` -- `: what `kubectl exec pod -- rails db:migrate` runs.
Command behind_dashes(const Command& command) {
  const auto dashes = std::find(command.words.begin(), command.words.end(), "--");
  Command inner = command;
  inner.words.assign(dashes == command.words.end() ? dashes : dashes + 1, command.words.end());
  return inner;
}

bool migrates_itself(const Command& command) {
  const MigrationTable& table = migration_table();
  if (command.words.empty()) {
    return false;
  }
  const bool other = std::any_of(
      command.words.begin(), command.words.end(),
      [&](const std::string& word) { return text::one_of(text::lower(word), table.other_words); });
  if (other) {
    return false;
  }
  if (command.starts_with_any(table.commands)) {
    return true;
  }
  const std::string_view program = program_name(command.words[0]);
  const bool script = program.ends_with(".sh") || program.ends_with(".py");
  if (!text::one_of(program, table.callers)) {
    return script && has_name(program, table.names) && !has_name(program, table.other_words);
  }
  const std::size_t looked = std::min<std::size_t>(command.words.size(), 4);
  return std::any_of(command.words.begin() + 1,
                     command.words.begin() + static_cast<std::ptrdiff_t>(looked),
                     [&](const std::string& word) {
                       return !word.starts_with('-') && has_name(program_name(word), table.names) &&
                              !has_name(program_name(word), table.other_words);
                     });
}

/// How a migration is run.
enum class MigrationHome { None, Runner, Elsewhere };

/// Whether the command starts a task, function or pod.
bool starts_task(const Command& command) {
  return command.starts_with_any({"aws ecs run-task", "aws lambda invoke", "kubectl run"});
}

/// Whether what it starts is called a migration.
bool starts_migration(const Command& command) {
  return starts_task(command) &&
         std::any_of(command.words.begin(), command.words.end(),
                     [](const auto& word) { return has_name(word, migration_table().names); });
}

MigrationHome migration_home(const Command& command, std::string_view raw) {
  const bool boxed =
      raw.find("docker") != std::string_view::npos || raw.find("podman") != std::string_view::npos;
  if (migrates_itself(command)) {
    return command.remote || boxed ? MigrationHome::Elsewhere : MigrationHome::Runner;
  }
  const bool inside = migrates_itself(behind_dashes(command));
  return inside || starts_migration(command) ? MigrationHome::Elsewhere : MigrationHome::None;
}

/// Whether a command on a host starts a new version of the service, and not only its data store.
bool switches_on_host(const Command& command) {
  const bool starts =
      command.starts_with_any({"docker compose up", "docker-compose up", "docker stack deploy",
                               "docker run", "systemctl restart", "systemctl start", "pm2 restart",
                               "pm2 reload", "supervisorctl restart"});
  return starts &&
         std::none_of(command.words.begin() + 1, command.words.end(), [](const auto& word) {
           return word == "--no-start" || word == "--rm" ||
                  has_name(word, migration_table().stores);
         });
}

/// Whether a command points a web server at another version: `ln -sf upstream.green.conf …`.
bool points_elsewhere(const Command& command) {
  return command.starts_with_any({"ln", "cp", "mv", "sed", "tee", "install"}) &&
         std::any_of(command.words.begin() + 1, command.words.end(), [](const auto& word) {
           return text::contains_any(word, {"upstream", "nginx", "haproxy", "caddy"});
         });
}

/// Whether a command makes a web server read where it points.
bool reloads_server(const Command& command) {
  return command.starts_with_any({"nginx", "systemctl reload", "service nginx", "caddy reload"}) &&
         std::any_of(command.words.begin() + 1, command.words.end(),
                     [](const auto& word) { return word == "reload"; });
}

/// What the commands that go to a host do, in their order.
struct SentOrder {
  bool switches = false;
  bool migrates = false;
  bool migrates_behind = false;
  /// In the file of the repository that the host runs, if it is there that it migrates behind.
  std::optional<SourceRef> where;
};

SentOrder order_of(const Command& command, const Sources& sources) {
  SentOrder order;
  bool points = false;
  for (const HostCommand& sent : host_commands(command, sources)) {
    points = points || points_elsewhere(sent.command);
    if (migration_home(sent.command, "") != MigrationHome::None) {
      order.migrates_behind = order.switches && !order.migrates;
      order.migrates = true;
      order.where = sent.file != nullptr ? std::optional(sent.where()) : std::nullopt;
    }
    if (switches_on_host(sent.command) || (points && reloads_server(sent.command))) {
      order.switches = true;
      order.migrates_behind = false;
    }
  }
  return order;
}

struct Migration {
  RunPlace place;
  SourceRef where;
  std::string what;
  MigrationHome home = MigrationHome::Elsewhere;
  const StepCommand* command = nullptr;
};

/// The text of a command as it stands in the step's own script; empty elsewhere.
std::string_view raw_text(const StepCommand& item) {
  if (!item.via.empty()) {
    return {};
  }
  const std::string_view script = item.step->run.value;
  const std::size_t begin = std::min(item.command.begin, script.size());
  return script.substr(begin, item.command.end - begin);
}

/// Whether the step can reach a database that counts: it holds a credential or a secret, or runs on
/// another machine. Tests migrate a database of their own.
bool reaches_database(const JobRun& run, const StepCommand& item) {
  const Step& step = *item.step;
  const auto tells = [](const std::vector<Entry>& entries, std::string_view sign) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return entry.value.value.find(sign) != std::string::npos;
    });
  };
  const auto anywhere = [&](std::string_view sign) {
    return step.run.value.find(sign) != std::string::npos || tells(step.env, sign) ||
           tells(run.job->env, sign) || tells(run.workflow->env, sign);
  };
  if (anywhere("localhost") || anywhere("127.0.0.1")) {
    return item.command.remote;
  }
  const auto& held = run.recognised->credentials;
  return item.command.remote || anywhere("secrets.") ||
         std::any_of(held.begin(), held.end(), [&](const Credential& credential) {
           return credential.step == nullptr || credential.step->index <= step.index;
         });
}

std::string short_text(const Command& command) {
  return text::shortened(text::joined(command.words), 60);
}

/// What a script of the repository that is called by this command does, where it can be read.
std::vector<const StepCommand*> inside_of(const JobRun& run, const StepCommand& call) {
  std::vector<const StepCommand*> found;
  for (const StepCommand& item : run.script->commands_of(*call.step)) {
    if (std::find(item.via.begin(), item.via.end(), call.where) != item.via.end()) {
      found.push_back(&item);
    }
  }
  return found;
}

/// Where a command migrates. A script that can be read is what it does, whatever its name.
MigrationHome home_of(const JobRun& run, const StepCommand& item) {
  const MigrationHome home = migration_home(item.command, raw_text(item));
  if (home != MigrationHome::Runner) {
    return home;
  }
  const auto inside = inside_of(run, item);
  const auto any = [&](auto&& is) {
    return std::any_of(inside.begin(), inside.end(),
                       [&](const StepCommand* one) { return is(*one); });
  };
  if (any([](const StepCommand& one) {
        return migration_home(one.command, "") != MigrationHome::None;
      })) {
    return MigrationHome::None;
  }
  const bool starts = any([](const StepCommand& one) { return starts_task(one.command); });
  return starts ? MigrationHome::Elsewhere : home;
}

/// The first migration of each step that is no rollback.
std::vector<Migration> migrations_of(const RunParts& parts) {
  std::vector<Migration> found;
  for (std::size_t i = 0; i < parts.graph.jobs().size(); ++i) {
    const JobRun* run = parts.graph.jobs()[i].run;
    const Step* last = nullptr;
    for (std::size_t k = 0; run != nullptr && k < run->script->commands.size(); ++k) {
      const StepCommand& item = run->script->commands[k];
      const RunPlace place{i, item.step};
      const MigrationHome home = home_of(*run, item);
      if (home != MigrationHome::None && item.step != last && !parts.is_rollback(place) &&
          !run->is_for_failure(*item.step) && reaches_database(*run, item)) {
        found.push_back({place, item.where, short_text(item.command), home, &item});
        last = item.step;
      }
    }
  }
  return found;
}

/// Whether the deploy switches a service to the new version.
bool is_switch(const Deploy& deploy, const Sources& sources) {
  if (!text::one_of(deploy.kind, migration_table().switches)) {
    return false;
  }
  if (deploy.command == nullptr) {
    return true;
  }
  const Command& command = deploy.command->command;
  if (deploy.kind == "ssm") {
    const SentOrder order = order_of(command, sources);
    return order.switches && !order.migrates;
  }
  if (deploy.kind == "host") {
    return switches_on_host(command);
  }
  return deploy.kind != "kubernetes" || !command.starts_with("kubectl apply");
}

/// Whether `deploy` is over before the migration begins.
bool is_before(const Chain& chain, const TimedDeploy& deploy, const Migration& migration) {
  const RunPlace place = chain.place(deploy);
  if (place != migration.place) {
    return chain.parts->comes_before(place, migration.place);
  }
  const StepCommand* command = deploy.deploy.command;
  return command != nullptr && command < migration.command;
}

/// Whether one follows the other, whichever it is.
bool is_after(const Chain& chain, const TimedDeploy& deploy, const Migration& migration) {
  const RunPlace place = chain.place(deploy);
  if (place != migration.place) {
    return chain.parts->comes_before(migration.place, place);
  }
  const StepCommand* command = deploy.deploy.command;
  return command != nullptr && migration.command < command;
}

/// The names and texts of a place: where a remark about the schema may stand.
std::string words_of(const RunParts& parts, const RunPlace& place) {
  const Job& job = *parts.graph.jobs()[place.job].job;
  std::string words = job.id.value + " " + (job.name ? job.name->value : "");
  if (place.step != nullptr) {
    words += " " + (place.step->name ? place.step->name->value : "") + " " + place.step->run.value;
  }
  return words;
}

bool speaks_of_schema(const RunParts& parts, const RunPlace& place) {
  return text::contains_any(text::lower(words_of(parts, place)), migration_table().compatible);
}

struct Misplacement {
  Severity severity = Severity::Info;
  std::string what;
  const TimedDeploy* deploy = nullptr;
};

class MigrationJudge {
 public:
  MigrationJudge(const std::vector<const Chain*>& chains, const Migration& migration,
                 const Sources& sources)
      : chains_(chains), migration_(migration), sources_(sources) {}

  /// The worst that is wrong; nothing when its place is right.
  [[nodiscard]] std::optional<Misplacement> judge() const {
    const bool remarked = speaks_of_schema(parts(), migration_.place);
    if (auto behind = remarked ? std::nullopt : behind_switch()) {
      return behind;
    }
    if (auto sources = from_sources()) {
      return sources;
    }
    return remarked ? std::nullopt : without_way_back();
  }

 private:
  [[nodiscard]] const RunParts& parts() const { return *chains_.front()->parts; }

  /// Whether job of the chain and of the migration may be for the same environment.
  [[nodiscard]] bool same_environment(const Chain& chain) const {
    const EnvironmentClass here =
        parts().graph.jobs()[migration_.place.job].run->recognised->environment.kind;
    const EnvironmentClass there = chain.deploying->guess.kind;
    return here == there || here == EnvironmentClass::Unknown || there == EnvironmentClass::Unknown;
  }

  [[nodiscard]] std::optional<Misplacement> behind_switch() const {
    const TimedDeploy* before = nullptr;
    const Chain* of = nullptr;
    for (const Chain* chain : chains_) {
      for (const TimedDeploy* deploy : chain->deploys) {
        if (is_after(*chain, *deploy, migration_) || waits_inside(*chain, *deploy)) {
          return std::nullopt;
        }
        if (is_switch(deploy->deploy, sources_) && same_environment(*chain) &&
            is_before(*chain, *deploy, migration_)) {
          before = deploy;
          of = chain;
        }
      }
    }
    if (before == nullptr) {
      return std::nullopt;
    }
    return Misplacement{graded(Severity::Medium, of->deploying->guess.kind),
                        "runs behind the switch to the new version, which meets the old schema",
                        before};
  }

  /// Whether the deploy is the migration itself: it sends it to a host.
  [[nodiscard]] bool waits_inside(const Chain& chain, const TimedDeploy& deploy) const {
    return chain.place(deploy) == migration_.place && deploy.deploy.command == migration_.command;
  }

  [[nodiscard]] std::optional<Misplacement> from_sources() const {
    if (migration_.home != MigrationHome::Runner) {
      return std::nullopt;
    }
    for (const Chain* chain : chains_) {
      for (const TimedDeploy* deploy : chain->deploys) {
        if (text::one_of(deploy->deploy.kind, migration_table().images) &&
            is_after(*chain, *deploy, migration_)) {
          return Misplacement{Severity::Info,
                              "runs on the runner from the sources, and not in the image that is "
                              "deployed behind it",
                              deploy};
        }
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Misplacement> without_way_back() const {
    for (const ChainPart& rollback : parts().rollbacks) {
      if (rollback.automatic && speaks_of_schema(parts(), rollback.place)) {
        return std::nullopt;
      }
    }
    for (const Chain* chain : chains_) {
      for (const TimedDeploy* deploy : chain->deploys) {
        const bool goes_back = std::any_of(
            parts().rollbacks.begin(), parts().rollbacks.end(), [&](const ChainPart& rollback) {
              return rollback.automatic &&
                     parts().comes_before(chain->place(*deploy), rollback.place);
            });
        if (goes_back && is_switch(deploy->deploy, sources_) &&
            is_after(*chain, *deploy, migration_)) {
          return Misplacement{Severity::Info,
                              "has changed the schema when the deploy goes back, and nothing says "
                              "that the version before can live with it",
                              deploy};
        }
      }
    }
    return std::nullopt;
  }

  const std::vector<const Chain*>& chains_;
  const Migration& migration_;
  const Sources& sources_;
};

/// A migration that a deploy sends to a host together with its switch.
void judge_sent(const Chain& chain, const Sources& sources, std::set<const Step*>& told,
                Outcomes& out) {
  for (const TimedDeploy* deploy : chain.deploys) {
    const StepCommand* item = deploy->deploy.command;
    const SentOrder order = deploy->deploy.kind == "ssm" && item != nullptr
                                ? order_of(item->command, sources)
                                : SentOrder();
    if (!order.migrates || !told.insert(deploy->deploy.step).second) {
      continue;
    }
    const RunJob& job = chain.parts->graph.jobs()[chain.job];
    const std::string anchor = deploy->deploy.step->anchor();
    if (!order.migrates_behind || speaks_of_schema(*chain.parts, chain.place(*deploy))) {
      out.pass(job.asset(), deploy->deploy.where).anchor(anchor);
      continue;
    }
    auto draft = out.fail(job.asset(), deploy->deploy.where,
                          text_witness("command", short_text(item->command)));
    draft.severity(graded(Severity::Medium, chain.deploying->guess.kind))
        .arg("job", job.job->id.value)
        .arg("command", deploy->deploy.verb)
        .arg("what", std::string(order.where ? "runs a script on the host that migrates"
                                             : "sends a migration") +
                         " behind the switch to the new version, which meets the old schema")
        .anchor(anchor);
    if (order.where) {
      draft.related(*order.where, "the migration, in the script that the host runs");
    }
  }
}

void report_migration(const std::vector<const Chain*>& chains, const Migration& migration,
                      const Sources& sources, Outcomes& out) {
  const RunJob& job = chains.front()->parts->graph.jobs()[migration.place.job];
  const std::string anchor = migration.place.step->anchor();
  const auto wrong = MigrationJudge(chains, migration, sources).judge();
  if (!wrong) {
    out.pass(job.asset(), migration.where).anchor(anchor);
    return;
  }
  auto draft = out.fail(job.asset(), migration.where, text_witness("command", migration.what));
  draft.severity(wrong->severity)
      .arg("job", job.job->id.value)
      .arg("command", migration.what)
      .arg("what", wrong->what)
      .anchor(anchor)
      .related(wrong->deploy->deploy.where, "the deploy");
  add_calls(draft, migration.command->via);
}

void migration_misplaced(const AuditInput& input, Outcomes& out) {
  std::map<const RunParts*, std::vector<const Chain*>> runs;
  std::vector<const RunParts*> order;
  for (const std::vector<Chain>& chains : input.model<Chains>().by_job()) {
    for (const Chain& chain : chains) {
      std::vector<const Chain*>& of_run = runs[chain.parts];
      if (of_run.empty()) {
        order.push_back(chain.parts);
      }
      of_run.push_back(&chain);
    }
  }
  const Sources& sources = input.model<Sources>();
  std::set<const Step*> told;
  for (const RunParts* parts : order) {
    const std::vector<const Chain*>& chains = runs[parts];
    for (const Migration& migration : migrations_of(*parts)) {
      if (told.insert(migration.place.step).second) {
        report_migration(chains, migration, sources, out);
      }
    }
    for (const Chain* chain : chains) {
      judge_sent(*chain, sources, told, out);
    }
  }
}

const Register kMigrationMisplacedCheck{
    "workflow-migration-misplaced", migration_misplaced, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
