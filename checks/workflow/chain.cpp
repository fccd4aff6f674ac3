// A part is known by what it runs; by its name only where what it runs cannot be read.
#include "checks/workflow/chain.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/publications.h"
#include "checks/workflow/sent_commands.h"
#include "checks/workflow/shell_wrap.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

using ChainWords = std::vector<std::string>;

struct ChainTable {
  ChainWords smoke_names;
  ChainWords tests;
  ChainWords test_callers;
  ChainWords test_names;
  ChainWords test_skips;
  ChainWords rollbacks;
  ChainWords rollback_words;
  ChainWords deploy_words;
};

const ChainTable& chain_table() {
  static const ChainTable kTable = [] {
    const text::Node root = recognition_data().root();
    const text::Node tests = *root.find("tests");
    const text::Node rollback = *root.find("rollback");
    return ChainTable{root.texts_under("smoke_names"), tests.texts_under("commands"),
                      tests.texts_under("callers"),    tests.texts_under("names"),
                      tests.texts_under("skips"),      rollback.texts_under("commands"),
                      rollback.texts_under("words"),   rollback.texts_under("deploy_words")};
  }();
  return kTable;
}

/// Whether one of the words of a name, cut at anything but letters and digits, is in the list.
bool has_word(std::string_view name, const ChainWords& list) {
  std::string word;
  for (const char c : text::lower(name) + " ") {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter) {
      word += c;
      continue;
    }
    if (text::one_of(word, list)) {
      return true;
    }
    word.clear();
  }
  return false;
}

std::string in_one(const Command& command) {
  return text::shortened(text::joined(command.words), 60);
}

/// All that a step or job is called: id, name, what it uses.
std::string names_of(const Step& step) {
  return (step.id ? step.id->value + " " : "") + (step.name ? step.name->value + " " : "") +
         std::string(action_name(step));
}

std::string names_of(const Job& job) {
  return job.id.value + (job.name ? " " + job.name->value : "") + " " + job.uses.value;
}

/// Whether the command only calls something by a name that says rollback: `./rollback.sh`,
/// `make rollback`, `python deploy.py rollback`.
bool calls_rollback(const Command& command) {
  const std::size_t looked = std::min<std::size_t>(command.words.size(), 3);
  const bool git =
      program_name(command.words[0]) == "git" || program_name(command.words[0]) == "gh";
  return !git && std::any_of(command.words.begin(),
                             command.words.begin() + static_cast<std::ptrdiff_t>(looked),
                             [](const std::string& word) {
                               return !word.starts_with('-') && names_rollback(program_name(word));
                             });
}

/// Whether the commands that it sends to a host ask the service there.
bool sends_smoke(const Command& command, const Sources& sources) {
  const auto sent = host_commands(command, sources);
  return std::any_of(sent.begin(), sent.end(),
                     [](const HostCommand& one) { return is_smoke(one.command.words, true); });
}

/// Collects the parts of one job.
class PartFinder {
 public:
  PartFinder(RunParts& parts, std::size_t job, const Sources& sources)
      : parts_(parts), job_(job), sources_(sources) {}

  void find();

 private:
  [[nodiscard]] const RunJob& here() const { return parts_.graph.jobs()[job_]; }

  void find_closed_job();
  void find_in_step(const Step& step);
  void find_rollback(const Step& step);
  [[nodiscard]] bool is_for_failure(const Step* step) const;
  [[nodiscard]] bool is_called_rollback(const Step& step) const;

  void add(std::vector<ChainPart>& list, const Step* step, const SourceRef& where,
           std::string what) {
    list.push_back({{job_, step}, where, std::move(what), false});
  }

  void add_rollback(const Step* step, const SourceRef& where, std::string what);

  RunParts& parts_;
  std::size_t job_;
  const Sources& sources_;
  std::span<const Deploy> deploys_;
};

/// Whether the step, an action around it, its job or a calling job waits for a failure.
bool PartFinder::is_for_failure(const Step* step) const {
  if (step != nullptr) {
    return here().run->is_for_failure(*step);
  }
  bool found = false;
  for (std::optional<std::size_t> at = job_; at && !found; at = parts_.graph.jobs()[*at].caller) {
    found = only_after_failure(*parts_.graph.jobs()[*at].condition);
  }
  return found;
}

void PartFinder::add_rollback(const Step* step, const SourceRef& where, std::string what) {
  const bool behind = std::any_of(deploys_.begin(), deploys_.end(), [&](const Deploy& deploy) {
    return step != nullptr && deploy.step != step && !parts_.is_rollback({job_, deploy.step}) &&
           parts_.comes_before({job_, deploy.step}, {job_, step});
  });
  add(parts_.rollbacks, step, where, std::move(what));
  parts_.rollback_places.insert({job_, step});
  parts_.rollbacks.back().automatic = behind || is_for_failure(step);
}

/// Whether the step, its job or its workflow says that it goes back.
bool PartFinder::is_called_rollback(const Step& step) const {
  const RunJob& job = here();
  const bool by_name = (step.name && names_rollback(step.name->value)) ||
                       (step.id && names_rollback(step.id->value));
  const bool by_job =
      names_rollback(job.job->id.value) || (job.job->name && names_rollback(job.job->name->value));
  return by_name || by_job || is_rollback_workflow(*job.workflow);
}

/// A job that calls a workflow which is not here: known by its name alone.
void PartFinder::find_closed_job() {
  const Job& job = *here().job;
  const std::string names = names_of(job);
  if (text::contains_any(text::lower(names), chain_table().rollback_words) ||
      is_for_failure(nullptr)) {
    if (text::contains_any(text::lower(names), chain_table().rollback_words)) {
      add_rollback(nullptr, job.id.where, job.uses.value);
    }
  } else if (text::contains_any(text::lower(names), chain_table().smoke_names)) {
    add(parts_.smokes, nullptr, job.id.where, job.uses.value);
    add(parts_.tests, nullptr, job.id.where, job.uses.value);
  } else if (has_word(names, chain_table().test_names)) {
    add(parts_.tests, nullptr, job.id.where, job.uses.value);
  }
  add(parts_.closed, nullptr, job.id.where,
      "`" + job.uses.value + "`, which is not in this repository");
}

void PartFinder::find_rollback(const Step& step) {
  const JobScript& script = *here().run->script;
  for (const StepCommand& item : script.commands_of(step)) {
    if (item.command.starts_with_any(chain_table().rollbacks) || calls_rollback(item.command)) {
      add_rollback(&step, item.where, in_one(item.command));
      return;
    }
  }
  const bool named = is_called_rollback(step);
  const auto deploy = std::find_if(deploys_.begin(), deploys_.end(),
                                   [&](const Deploy& one) { return one.step == &step; });
  if (deploy != deploys_.end() && (named || is_for_failure(&step))) {
    add_rollback(&step, deploy->where, deploy->verb);
    return;
  }
  const bool outside =
      step.kind == Step::Kind::Uses &&
      text::contains_any(text::lower(action_name(step)), chain_table().rollback_words);
  const auto open = std::find_if(script.open.begin(), script.open.end(),
                                 [&](const OpenRun& one) { return one.step == &step; });
  if (outside || (named && open != script.open.end())) {
    add_rollback(&step, outside ? step.uses.where : open->where, names_of(step));
  }
}

void PartFinder::find_in_step(const Step& step) {
  const JobScript& script = *here().run->script;
  const StepCommand* test = nullptr;
  const StepCommand* smoke = nullptr;
  for (const StepCommand& item : script.commands_of(step)) {
    test = test == nullptr && !item.command.remote && is_test(item.command) ? &item : test;
    const bool asks =
        is_smoke(item.command.words, item.command.remote) || sends_smoke(item.command, sources_);
    smoke = smoke == nullptr && asks ? &item : smoke;
  }
  if (test != nullptr) {
    add(parts_.tests, &step, test->where, in_one(test->command));
  }
  if (smoke != nullptr) {
    add(parts_.smokes, &step, smoke->where, in_one(smoke->command));
  } else if (step.kind == Step::Kind::Uses &&
             text::contains_any(text::lower(names_of(step)), chain_table().smoke_names)) {
    add(parts_.smokes, &step, step.uses.where, step.uses.value);
  }
}

void PartFinder::find() {
  if (here().run == nullptr) {
    if (here().inside.empty()) {
      find_closed_job();
    }
    return;
  }
  deploys_ = here().run->recognised->verbs;
  for (const Step* step : here().run->script->steps) {
    find_in_step(*step);
    find_rollback(*step);
  }
  for (const Deploy& deploy : deploys_) {
    const auto* words = deploy.command != nullptr ? &deploy.command->command.words : nullptr;
    if (deploy.kind == "ssm" && words != nullptr &&
        std::any_of(words->begin(), words->end(), [](const std::string& word) {
          return word.find("file://") != std::string::npos;
        })) {
      add(parts_.closed, deploy.step, deploy.where, "what it runs on the host stands in a file");
    }
  }
  for (const OpenRun& open : here().run->script->open) {
    if (!open.remote) {
      add(parts_.closed, open.step, open.where, open.what);
    }
  }
}

std::vector<std::string> events_of(const std::vector<const TimedDeploy*>& deploys) {
  std::set<std::string> events;
  for (const TimedDeploy* deploy : deploys) {
    for (const Presented& start : deploy->starts) {
      events.insert(start.event);
    }
  }
  if (events.empty()) {
    events.insert("");
  }
  return {events.begin(), events.end()};
}

/// What of the run is no rollback.
Chain chain_of(const DeployingRun& deploying, const RunParts& parts) {
  Chain chain{&deploying, &parts, parts.graph.index_of(*deploying.run), {}, {}};
  for (const TimedDeploy& deploy : deploying.deploys) {
    if (!parts.is_rollback(chain.place(deploy))) {
      chain.deploys.push_back(&deploy);
    }
  }
  chain.events = events_of(chain.deploys);
  return chain;
}

}  // namespace

bool is_test(const Command& command) {
  const ChainTable& table = chain_table();
  // Only their names say test: `docker build -t shop:test .`
  if (command.starts_with_any({"docker build", "docker buildx", "docker push", "docker pull",
                               "docker tag", "docker compose build", "docker compose pull",
                               "docker compose push", "docker-compose build", "docker-compose pull",
                               "docker-compose push"})) {
    return false;
  }
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const bool excluded = command.words[i] == "test" && command.words[i - 1] == "-x";
    if (text::one_of(command.words[i], table.test_skips) &&
        (command.words[i] != "test" || excluded)) {
      return false;
    }
  }
  if (command.starts_with_any(table.tests)) {
    return true;
  }
  const std::string_view program = command.words.empty() ? "" : program_name(command.words[0]);
  const bool calls = text::one_of(program, table.test_callers);
  const bool script = program.ends_with(".sh") || program.ends_with(".py");
  const std::size_t looked = std::min<std::size_t>(command.words.size(), calls    ? 6
                                                                         : script ? 1
                                                                                  : 0);
  for (std::size_t i = calls ? 1 : 0; i < looked; ++i) {
    if (!command.words[i].starts_with('-') &&
        has_word(program_name(command.words[i]), table.test_names)) {
      return true;
    }
  }
  return false;
}

bool names_rollback(std::string_view name) {
  const std::string folded = text::lower(name);
  std::size_t found = std::string::npos;
  for (const std::string& word : chain_table().rollback_words) {
    found = std::min(found, folded.find(word));
  }
  if (found == std::string::npos) {
    return false;
  }
  const std::string before = folded.substr(0, found);
  return !text::contains_any(text::lower(before), chain_table().deploy_words);
}

bool is_rollback_workflow(const Workflow& workflow) {
  const auto says = [](std::string_view name) {
    const std::string folded = text::lower(name);
    return names_rollback(folded) &&
           std::any_of(chain_table().rollback_words.begin(), chain_table().rollback_words.end(),
                       [&](const std::string& word) {
                         return folded.starts_with(word) || folded.ends_with(word);
                       });
  };
  const std::string& path = workflow.source.path();
  const std::string file = path.substr(path.rfind('/') + 1);
  return workflow.find_trigger("push") == nullptr &&
         (says(file.substr(0, file.rfind('.'))) || (workflow.name && says(workflow.name->value)));
}

bool RunParts::comes_before(const RunPlace& a, const RunPlace& b) const {
  if (a.job != b.job) {
    return graph.comes_before(a.job, b.job);
  }
  const JobRun* run = graph.jobs()[a.job].run;
  if (run == nullptr || a.step == nullptr || b.step == nullptr) {
    return false;
  }
  const RunJob& job = graph.jobs()[a.job];
  return job.places.at(a.step) < job.places.at(b.step);
}

std::string RunParts::named(const RunPlace& place) const {
  if (place.step == nullptr) {
    return "job `" + graph.jobs()[place.job].job->id.value + "`";
  }
  const Step& step = *place.step;
  return "step `" + (step.name ? step.name->value : step.id ? step.id->value : step.anchor()) + "`";
}

const RunParts& Chains::take_in(const JobRuns& runs, const Sources& sources, const JobRun& run) {
  const Workflow* root = run.callers.empty() ? run.workflow : run.callers.front().first;
  const RunParts*& parts = by_root_[{run.entry, root}];
  if (parts == nullptr) {
    RunParts& made = runs_.emplace_back();
    made.graph = RunGraph::build(runs, run);
    for (std::size_t i = 0; i < made.graph.jobs().size(); ++i) {
      PartFinder(made, i, sources).find();
    }
    for (const ChainPart& rollback : made.rollbacks) {
      if (rollback.automatic && rollback.place.step != nullptr) {
        automatic_.insert(rollback.place.step);
      }
    }
    parts = &made;
  }
  parts_.emplace(&run, parts);
  return *parts;
}

Chains Chains::build(const AuditInput& input) {
  Chains result;
  const JobRuns& runs = input.model<JobRuns>();
  const Sources& sources = input.model<Sources>();
  for (const std::vector<DeployingRun>& job : input.model<Deployments>().by_job()) {
    std::vector<Chain> chains;
    for (const DeployingRun& deploying : job) {
      Chain chain = chain_of(deploying, result.take_in(runs, sources, *deploying.run));
      if (!chain.deploys.empty()) {
        chains.push_back(std::move(chain));
      }
    }
    if (!chains.empty()) {
      result.by_job_.push_back(std::move(chains));
    }
  }
  for (const JobRun& run : runs.all()) {
    if (!input.model<Publications>().in(run).empty()) {
      result.take_in(runs, sources, run);
    }
  }
  return result;
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::Chains>(const AuditInput&);
