// A ref of which only the beginning is known stands for all refs that begin so and that no
// condition names; the named ones are asked for one by one.
#include "checks/workflow/reach.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/policy/glob.h"
#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

/// Refs that the conditions of one job may name before all of them together are taken as one.
constexpr std::size_t kMaxParts = 32;

/// Whether the condition may hold although a job in front of it was skipped. That takes a status
/// function; `success()` joined by `&&` says no more than what holds without it.
bool asks_for_status(const std::optional<Text>& condition) {
  static constexpr std::array<std::string_view, 3> kFunctions = {"always(", "failure(",
                                                                 "cancelled("};
  const std::string text = condition ? text::lower(condition->value) : "";
  const bool success = text.find("success(") != std::string::npos;
  return (success && text.find_first_of("|!") != std::string::npos) ||
         std::any_of(kFunctions.begin(), kFunctions.end(), [&](std::string_view function) {
           return text.find(function) != std::string::npos;
         });
}

/// Some refs and what is true on all of them.
struct Part {
  std::string glob;
  bool runs = false;
  Values environments;

  [[nodiscard]] bool has(const std::optional<std::string>& environment) const {
    return runs && (environment ? environments.contains(*environment) : !environments.known);
  }
};

bool is_literal(const std::string& glob) {
  return glob.find_first_of("*?") == std::string::npos;
}

/// The parts that one glob falls into: itself first, then what conditions name inside it.
class Splitter {
 public:
  Splitter(const JobRun& run, const Intent& intent, const Moment& start, std::string glob)
      : run_(run), intent_(intent), start_(start), root_(std::move(glob)) {}

  std::vector<Part> split();

 private:
  void ask(const std::string& glob, const std::string& ref);
  void follow(const std::string& ref, const RefTest& test);
  void add(const std::string& full, bool prefix);

  const JobRun& run_;
  const Intent& intent_;
  const Moment& start_;
  std::string root_;
  std::vector<std::string> waiting_;
  std::set<std::string> seen_;
  std::vector<Part> parts_;
};

/// Judges the refs of one glob; `ref` is what the conditions see.
void Splitter::ask(const std::string& glob, const std::string& ref) {
  std::vector<RefTest> tests;
  const Moment moment{start_.event, ref, start_.choices};
  Part part{glob, can_run(run_, intent_, moment, &tests), {}};
  part.environments = environment_at(run_, intent_, moment, &tests);
  parts_.push_back(std::move(part));
  for (const RefTest& test : tests) {
    if (test.kind != RefTest::Kind::Other) {
      follow(ref, test);
    }
  }
}

/// Puts what a condition names on the list. Comparisons ignore case, refs do not: the text as
/// written and in lower case.
void Splitter::follow(const std::string& ref, const RefTest& test) {
  const std::string base = ref.substr(0, ref.size() - test.ref.size());
  const std::size_t kind = std::min(root_.find('/', 5), root_.size() - 1) + 1;
  const std::string full = base + test.text;
  if (full.size() < kind || text::lower(full.substr(0, kind)) != root_.substr(0, kind)) {
    return;
  }
  for (const std::string& name : {full.substr(kind), text::lower(full.substr(kind))}) {
    add(root_.substr(0, kind) + name, test.kind == RefTest::Kind::Prefix);
  }
}

void Splitter::add(const std::string& full, bool prefix) {
  const std::string sure = root_.substr(0, root_.find_first_of("*?"));
  const bool inside = prefix ? full.starts_with(sure) : policy::glob_match(root_, full, {});
  const std::string glob = full + (prefix ? "*" : "");
  if (inside && is_literal(full) && glob != root_ && seen_.insert(glob).second) {
    waiting_.push_back(glob);
  }
}

std::vector<Part> Splitter::split() {
  const std::size_t open = root_.find_first_of("*?");
  ask(root_, open == std::string::npos ? root_ : root_.substr(0, open) + kRest);
  for (std::size_t i = 0; i < waiting_.size() && i < kMaxParts; ++i) {
    const std::string glob = waiting_[i];
    ask(glob, is_literal(glob) ? glob : glob.substr(0, glob.size() - 1) + kRest);
  }
  if (waiting_.size() > kMaxParts) {
    return {{root_, true, {{}, false, "github.ref"}}};
  }
  return std::move(parts_);
}

/// All environments that some part has.
std::vector<std::optional<std::string>> environments_of(const std::vector<Part>& parts) {
  std::vector<std::optional<std::string>> found;
  const auto add = [&](const std::optional<std::string>& environment) {
    if (std::find(found.begin(), found.end(), environment) == found.end()) {
      found.push_back(environment);
    }
  };
  for (const Part& part : parts) {
    if (part.runs && !part.environments.known) {
      add(std::nullopt);
    }
    for (std::size_t i = 0; part.runs && i < part.environments.values.size(); ++i) {
      add(part.environments.values[i]);
    }
  }
  return found;
}

/// Whether a part inside this one has the environment although this one has not.
bool holds_exception(const std::vector<Part>& all, const Part& outer,
                     const std::optional<std::string>& environment) {
  const std::string sure = outer.glob.substr(0, outer.glob.find('*'));
  return std::any_of(all.begin(), all.end(), [&](const Part& part) {
    return part.has(environment) && !is_literal(outer.glob) && part.glob.starts_with(sure);
  });
}

/// Adds the refs of one glob's parts that have the environment.
void collect(const std::vector<Part>& parts, const std::vector<Part>& all, Reach& reach) {
  const bool most = parts.front().has(reach.environment);
  for (const Part& part : parts) {
    const bool has = part.has(reach.environment);
    const bool whole = &part == &parts.front();
    if (has && (whole || !most)) {
      reach.refs.push_back(part.glob);
    } else if (!has && most && !holds_exception(all, part, reach.environment)) {
      reach.never.push_back(part.glob);
    }
  }
}

}  // namespace

std::vector<const Job*> job_chain(const Workflow& workflow, const Job& job) {
  std::vector<const Job*> chain{&job};
  if (!asks_for_status(job.condition)) {
    const auto needed = workflow.needed_by(job);
    chain.insert(chain.end(), needed.begin(), needed.end());
  }
  return chain;
}

bool can_run(const JobRun& run, const Intent& intent, const Moment& moment,
             std::vector<RefTest>* tests) {
  const Callers levels = run.levels();
  for (std::size_t calls = 0; calls < levels.size(); ++calls) {
    for (const Job* job : job_chain(*levels[calls].first, *levels[calls].second)) {
      const Scope scope = run.outer_scope(intent, *job, calls, moment);
      if (job->condition && !may_hold(job->condition->value, scope, tests)) {
        return false;
      }
    }
  }
  if (run.asked == nullptr) {
    return true;
  }
  std::vector<const Step*> steps{run.asked};
  for (const ActionCall& call : run.script->calls_of(run.asked)) {
    steps.push_back(call.step);
  }
  return std::all_of(steps.begin(), steps.end(), [&](const Step* step) {
    return !step->condition ||
           may_hold(step->condition->value, run.scope(intent, step, moment), tests);
  });
}

Values environment_at(const JobRun& run, const Intent& intent, const Moment& moment,
                      std::vector<RefTest>* tests) {
  if (!run.job->environment) {
    return {{""}, true, {}};
  }
  const Scope scope = run.outer_scope(intent, *run.job, run.callers.size(), moment);
  return resolve(run.job->environment->name.value, scope, tests);
}

std::vector<Reach> reaches(const JobRun& run, const Intent& intent, const Moment& start,
                           const std::vector<std::string>& refs) {
  std::vector<std::vector<Part>> split;
  std::vector<Part> all;
  for (const std::string& glob : refs) {
    split.push_back(Splitter(run, intent, start, glob).split());
    all.insert(all.end(), split.back().begin(), split.back().end());
  }
  std::vector<Reach> found;
  for (const std::optional<std::string>& environment : environments_of(all)) {
    Reach reach{environment, {}, {}};
    for (const std::vector<Part>& parts : split) {
      collect(parts, all, reach);
    }
    found.push_back(std::move(reach));
  }
  return found;
}

namespace {

/// Whether the condition can hold when these facts are so and nothing else is known.
bool may_hold_with(const std::string& condition, const KnownFacts& facts) {
  const auto expression = whole_expression(text::trim(condition));
  const auto look_up = [&](std::string_view name) {
    const auto known = facts.find(text::lower(name));
    return known == facts.end() ? unknown_value(name) : ValueSet{{scalar(known->second)}, true, {}};
  };
  return !expression || expression->empty() || evaluate(*expression, look_up).may_be_true();
}

}  // namespace

std::vector<const Text*> conditions_of(const JobRun& run) {
  std::vector<const Text*> found;
  const auto add = [&](const std::optional<Text>& condition) {
    if (condition) {
      found.push_back(&*condition);
    }
  };
  for (const auto& [workflow, asked] : run.levels()) {
    for (const Job* job : job_chain(*workflow, *asked)) {
      add(job->condition);
    }
  }
  if (run.asked != nullptr) {
    add(run.asked->condition);
  }
  return found;
}

const Text* refused_by(const JobRun& run, KnownFacts facts) {
  facts.emplace("github.event_name", "workflow_run");
  for (const Text* condition : conditions_of(run)) {
    if (!may_hold_with(condition->value, facts)) {
      return condition;
    }
  }
  return nullptr;
}

bool runs_after_failure(const JobRun& run) {
  if (refused_by(run, {{"github.event.workflow_run.conclusion", "failure"}}) != nullptr) {
    return false;
  }
  // A script that looks may stop the run: what it does then is not followed.
  const auto looks = [](const std::string& text) {
    return text.find("workflow_run.conclusion") != std::string::npos;
  };
  const auto given = [&](const std::vector<Entry>& entries) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& one) { return looks(one.value.value); });
  };
  for (const auto& [workflow, asked] : run.levels()) {
    for (const Job* job : job_chain(*workflow, *asked)) {
      if (given(workflow->env) || given(job->env)) {
        return false;
      }
      for (const Step* step : all_steps(*job)) {
        if (looks(step->run.value) || given(step->env) || given(step->with)) {
          return false;
        }
      }
    }
  }
  return true;
}

}  // namespace muster::workflow
