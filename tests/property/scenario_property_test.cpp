// Random workflows against a second simulator, which knows every variable and follows GitHub's
// description word by word: in every world of ours, all endings must be those of each run that
// fits what the world assumes, and every run must fit one world.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <vector>

#include "checks/workflow/scenario.h"

namespace muster::workflow {
namespace {

/// A condition: written out for ours, evaluated here by its own rules.
struct Formula {
  enum class Kind { And, Or, Not, Success, Failure, Always, Cancelled, Result, Anyone, Var, Event };

  Kind kind = Kind::Always;
  std::vector<Formula> kids;
  /// `Result`: the job or step. `Var`: `A`, `B`, `C`.
  std::string name;
  std::string word;
};

struct PlainStep {
  std::string id;
  std::optional<Formula> condition;
  bool allowed = false;
};

struct PlainJob {
  std::string id;
  std::vector<std::string> needs;
  std::optional<Formula> condition;
  bool allowed = false;
  std::vector<PlainStep> steps;
  /// Calls the workflow with these jobs.
  std::vector<PlainJob> inside;
};

using Kind = Formula::Kind;

Formula random_leaf(const std::vector<std::string>& names) {
  const int roll = *rc::gen::inRange(0, 11);
  if (roll < 4) {
    return {std::vector{Kind::Success, Kind::Failure, Kind::Always,
                        Kind::Cancelled}[static_cast<std::size_t>(roll)],
            {},
            "",
            ""};
  }
  if (roll < 7 && !names.empty()) {
    return {Kind::Result,
            {},
            *rc::gen::elementOf(names),
            *rc::gen::element<std::string>("success", "failure", "skipped", "cancelled")};
  }
  if (roll == 7) {
    return {Kind::Anyone, {}, "", "failure"};
  }
  if (roll == 8) {
    return {Kind::Event, {}, "", *rc::gen::element<std::string>("push", "schedule")};
  }
  return {Kind::Var, {}, *rc::gen::element<std::string>("a", "b", "c"), ""};
}

Formula random_formula(const std::vector<std::string>& names, int depth) {
  const int roll = depth == 0 ? 9 : *rc::gen::inRange(0, 8);
  if (roll < 3) {
    return {
        Kind::And, {random_formula(names, depth - 1), random_formula(names, depth - 1)}, "", ""};
  }
  if (roll < 4) {
    return {Kind::Or, {random_formula(names, depth - 1), random_formula(names, depth - 1)}, "", ""};
  }
  if (roll < 5) {
    return {Kind::Not, {random_formula(names, depth - 1)}, "", ""};
  }
  return random_leaf(names);
}

std::optional<Formula> random_condition(const std::vector<std::string>& names) {
  return *rc::gen::inRange(0, 3) == 0 ? std::nullopt : std::optional(random_formula(names, 2));
}

std::vector<PlainJob> random_level(const std::string& prefix, bool may_call) {
  std::vector<PlainJob> jobs;
  const int count = *rc::gen::inRange(1, may_call ? 5 : 3);
  for (int i = 0; i < count; ++i) {
    PlainJob job;
    job.id = prefix + std::to_string(i);
    for (const PlainJob& before : jobs) {
      if (*rc::gen::inRange(0, 2) == 0) {
        job.needs.push_back(before.id);
      }
    }
    job.condition = random_condition(job.needs);
    if (may_call && *rc::gen::inRange(0, 4) == 0) {
      job.inside = random_level(job.id + "x", false);
    } else {
      job.allowed = *rc::gen::inRange(0, 4) == 0;
      std::vector<std::string> ids;
      for (int k = *rc::gen::inRange(1, 4); k > 0; --k) {
        const std::string id = "s" + std::to_string(ids.size());
        job.steps.push_back({id, random_condition(ids), *rc::gen::inRange(0, 4) == 0});
        ids.push_back(id);
      }
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::string written(const Formula& formula, bool of_job) {
  const std::string context = of_job ? "needs" : "steps";
  const std::string property = of_job ? "result" : "outcome";
  switch (formula.kind) {
    case Kind::And:
    case Kind::Or:
      return "(" + written(formula.kids[0], of_job) +
             (formula.kind == Kind::And ? " && " : " || ") + written(formula.kids[1], of_job) + ")";
    case Kind::Not:
      return "!(" + written(formula.kids[0], of_job) + ")";
    case Kind::Success:
      return "success()";
    case Kind::Failure:
      return "failure()";
    case Kind::Always:
      return "always()";
    case Kind::Cancelled:
      return "cancelled()";
    case Kind::Result:
      return context + "." + formula.name + "." + property + " == '" + formula.word + "'";
    case Kind::Anyone:
      return "contains(" + context + ".*." + property + ", '" + formula.word + "')";
    case Kind::Var:
      return "vars." + formula.name + " == 'on'";
    case Kind::Event:
      break;
  }
  return "github.event_name == '" + formula.word + "'";
}

std::string condition_line(const std::optional<Formula>& condition, bool of_job,
                           const std::string& indent) {
  return condition ? indent + "if: ${{ " + written(*condition, of_job) + " }}\n" : "";
}

/// The jobs as YAML; called workflows are added to `files`.
std::string written_jobs(const std::vector<PlainJob>& jobs, std::vector<Document>& files) {
  std::string text = "jobs:\n";
  for (const PlainJob& job : jobs) {
    text += "  " + job.id + ":\n" + condition_line(job.condition, true, "    ");
    std::string needs;
    for (const std::string& need : job.needs) {
      needs += (needs.empty() ? "" : ", ") + need;
    }
    text += needs.empty() ? "" : "    needs: [" + needs + "]\n";
    if (!job.inside.empty()) {
      const std::string path = ".github/workflows/" + job.id + ".yml";
      text += "    uses: ./" + path + "\n";
      files.push_back({DocumentKind::GithubWorkflow, SourceId(path),
                       "on: workflow_call\n" + written_jobs(job.inside, files)});
      continue;
    }
    text += "    runs-on: ubuntu-24.04\n";
    text += job.allowed ? "    continue-on-error: true\n" : "";
    text += "    steps:\n";
    for (const PlainStep& step : job.steps) {
      text += "      - id: " + step.id + "\n        run: make " + step.id + "\n";
      text += condition_line(step.condition, false, "        ");
      text += step.allowed ? "        continue-on-error: true\n" : "";
    }
  }
  return text;
}

using Assignment = std::map<std::string, bool>;
/// Endings by `job` and `job.step`.
using Endings = std::map<std::string, Ending>;

/// The second simulator: one run in which everything is known.
class PlainRun {
 public:
  PlainRun(const Assignment& values, std::string fault, Ending how)
      : values_(values), fault_(std::move(fault)), how_(how) {}

  void level(const std::vector<PlainJob>& jobs, bool started);

  Endings endings;

 private:
  struct Status {
    bool success = true;
    bool failure = false;
    bool cancelled = false;
  };

  [[nodiscard]] bool holds(const Formula& formula, const Status& status,
                           const std::map<std::string, std::string>& results) const;
  [[nodiscard]] bool starts(const std::optional<Formula>& condition, const Status& status,
                            const std::map<std::string, std::string>& results) const;
  Ending steps(const PlainJob& job);
  Ending body(const PlainJob& job);

  const Assignment& values_;
  std::string fault_;
  Ending how_;
};

std::string named(Ending ending) {
  return ending == Ending::Skipped   ? "skipped"
         : ending == Ending::Success ? "success"
         : ending == Ending::Failure ? "failure"
                                     : "cancelled";
}

bool PlainRun::holds(const Formula& formula, const Status& status,
                     const std::map<std::string, std::string>& results) const {
  const auto kid = [&](std::size_t i) { return holds(formula.kids[i], status, results); };
  switch (formula.kind) {
    case Kind::And:
      return kid(0) && kid(1);
    case Kind::Or:
      return kid(0) || kid(1);
    case Kind::Not:
      return !kid(0);
    case Kind::Success:
      return status.success;
    case Kind::Failure:
      return status.failure;
    case Kind::Always:
      return true;
    case Kind::Cancelled:
      return status.cancelled;
    case Kind::Result: {
      const auto found = results.find(formula.name);
      return found != results.end() && found->second == formula.word;
    }
    case Kind::Anyone:
      for (const auto& [name, result] : results) {
        if (result == formula.word) {
          return true;
        }
      }
      return false;
    case Kind::Var:
      return values_.at("vars." + formula.name + " == 'on'");
    case Kind::Event:
      break;
  }
  return formula.word == "push";
}

bool asks_status(const Formula& formula) {
  bool asks = formula.kind == Kind::Success || formula.kind == Kind::Failure ||
              formula.kind == Kind::Always || formula.kind == Kind::Cancelled;
  for (const Formula& kid : formula.kids) {
    asks = asks || asks_status(kid);
  }
  return asks;
}

bool PlainRun::starts(const std::optional<Formula>& condition, const Status& status,
                      const std::map<std::string, std::string>& results) const {
  if (!condition) {
    return status.success;
  }
  return (asks_status(*condition) || status.success) && holds(*condition, status, results);
}

Ending PlainRun::steps(const PlainJob& job) {
  Status status;
  std::map<std::string, std::string> outcomes;
  for (const PlainStep& step : job.steps) {
    const std::string name = job.id + "." + step.id;
    Ending ending = Ending::Skipped;
    if (starts(step.condition, status, outcomes)) {
      ending = name == fault_ ? how_ : Ending::Success;
    }
    endings[name] = ending;
    outcomes[step.id] = named(ending);
    if (ending == Ending::Cancelled) {
      status = {false, false, true};
    } else if (ending == Ending::Failure && !step.allowed && !status.cancelled) {
      status = {false, true, false};
    }
  }
  return status.cancelled ? Ending::Cancelled : status.failure ? Ending::Failure : Ending::Success;
}

Ending PlainRun::body(const PlainJob& job) {
  if (job.inside.empty()) {
    return steps(job);
  }
  level(job.inside, true);
  Ending worst = Ending::Success;
  for (const PlainJob& inner : job.inside) {
    const Ending one = endings.at(inner.id);
    if (one == Ending::Cancelled || (one == Ending::Failure && worst != Ending::Cancelled)) {
      worst = one;
    }
  }
  return worst;
}

void PlainRun::level(const std::vector<PlainJob>& jobs, bool started) {
  std::map<std::string, std::vector<std::string>> above;
  std::map<std::string, std::string> told;
  for (const PlainJob& job : jobs) {
    std::vector<std::string>& all = above[job.id];
    std::map<std::string, std::string> results;
    for (const std::string& need : job.needs) {
      all.push_back(need);
      all.insert(all.end(), above[need].begin(), above[need].end());
      results[need] = told[need];
    }
    Status status;
    for (const std::string& one : all) {
      const Ending ending = endings.at(one);
      status.success = status.success && ending == Ending::Success;
      status.failure = status.failure || ending == Ending::Failure;
      status.cancelled = status.cancelled || ending == Ending::Cancelled;
    }
    status.failure = status.failure && !status.cancelled;
    Ending ending = Ending::Skipped;
    if (started && starts(job.condition, status, results)) {
      ending = body(job);
    } else {
      level(job.inside, false);
      for (const PlainStep& step : job.steps) {
        endings[job.id + "." + step.id] = Ending::Skipped;
      }
    }
    told[job.id] = named(ending);
    if (ending == Ending::Failure && job.allowed) {
      told[job.id] = values_.at("needs." + job.id + ".result == 'failure'") ? "failure" : "success";
      ending = Ending::Success;
    }
    endings[job.id] = ending;
  }
}

/// Everything that can be asked about, by name.
std::map<std::string, RunPlace> places_of(const RunGraph& graph) {
  std::map<std::string, RunPlace> places;
  for (std::size_t i = 0; i < graph.jobs().size(); ++i) {
    const RunJob& job = graph.jobs()[i];
    places[job.job->id.value] = {i, nullptr};
    for (const Step& step : job.job->steps) {
      places[job.job->id.value + "." + step.id->value] = {i, &step};
    }
  }
  return places;
}

std::vector<Assignment> assignments_of(const RunGraph& graph,
                                       const std::map<std::string, RunPlace>& places) {
  std::vector<std::string> names = {"vars.a == 'on'", "vars.b == 'on'", "vars.c == 'on'"};
  for (const auto& [name, place] : places) {
    if (place.step == nullptr && graph.jobs()[place.job].job->continue_on_error) {
      names.push_back("needs." + name + ".result == 'failure'");
    }
  }
  std::vector<Assignment> all;
  for (std::size_t bits = 0; bits < (std::size_t{1} << names.size()); ++bits) {
    Assignment one;
    for (std::size_t i = 0; i < names.size(); ++i) {
      one[names[i]] = ((bits >> i) & 1U) != 0;
    }
    all.push_back(std::move(one));
  }
  return all;
}

bool fits(const Assignment& run, const std::vector<std::string>& assumed) {
  for (const std::string& word : assumed) {
    const bool negated = word.starts_with("not ");
    if (run.at(negated ? word.substr(4) : word) == negated) {
      return false;
    }
  }
  return true;
}

TEST_CASE("a simulated run ends as every real run that fits its assumptions") {
  const bool ok = rc::check("scenario", [] {
    const std::vector<PlainJob> plain = random_level("j", true);
    Facts facts;
    std::vector<Document> files;
    const std::string text = "on: push\n" + written_jobs(plain, files);
    facts.documents = files;
    facts.documents.push_back(
        {DocumentKind::GithubWorkflow, SourceId(".github/workflows/main.yml"), text});
    const Intent intent;
    const AuditInput input(facts, intent, TimePoint{});
    RC_ASSERT(input.model<Workflows>().unreadable().empty());
    const JobRuns& runs = input.model<JobRuns>();
    const RunGraph graph = RunGraph::build(runs, runs.all().front());
    const std::map<std::string, RunPlace> places = places_of(graph);
    std::vector<std::pair<std::string, RunPlace>> named_places(places.begin(), places.end());
    const auto some = *rc::gen::container<std::vector<std::pair<std::string, RunPlace>>>(
        rc::gen::elementOf(named_places));
    const std::vector<Assignment> all = assignments_of(graph, places);
    const auto [fault_name, fault_place] = *rc::gen::elementOf(named_places);
    const Ending how = *rc::gen::element(Ending::Failure, Ending::Cancelled, Ending::Success);
    if (fault_place.step == nullptr) {
      RC_DISCARD("faults of this test are steps");
    }
    const Fault fault{fault_place, how};
    std::vector<std::pair<std::string, RunPlace>> asked{{fault_name, fault_place}};
    asked.insert(asked.end(), some.begin(), some.end());
    std::vector<RunPlace> asked_places;
    for (const auto& [name, place] : asked) {
      asked_places.push_back(place);
    }
    Simulation simulation(graph, intent, "push", asked_places);
    std::size_t covered = 0;
    Assumptions world;
    do {
      const Course course = simulation.run(how == Ending::Success ? nullptr : &fault, world);
      for (const Assignment& one : all) {
        if (!fits(one, world.in_words())) {
          continue;
        }
        ++covered;
        PlainRun run(one, how == Ending::Success ? "" : fault_name, how);
        run.level(plain, true);
        for (const auto& [name, place] : asked) {
          RC_LOG() << text << "\nfault: " << fault_name << " place: " << name << "\n";
          RC_ASSERT(course.ending(place) == run.endings.at(name));
        }
      }
    } while (world.next());
    RC_ASSERT(!world.gave_up());
    RC_ASSERT(covered == all.size());
  });
  CHECK(ok);
}

}  // namespace
}  // namespace muster::workflow
