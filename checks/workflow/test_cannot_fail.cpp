// A job whose tests cannot fail it: the script of each ends with 0 however the test ends, or its
// step has `continue-on-error`. A job is judged by all its tests together: one that can fail it is
// enough. Beside test commands, a step counts that starts the image which the job has built. What
// is deployed or published without any test is judged by workflow-deploy-without-tests and
// workflow-publish-untested, and smoke tests by workflow-smoke-cannot-fail. Source: GitHub Docs,
// "Workflow syntax", `jobs.<job_id>.steps[*].continue-on-error` and `shell`.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "checks/text/ascii.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/publications.h"
#include "checks/workflow/run_images.h"
#include "checks/workflow/smoke.h"
#include "checks/workflow/test_worth.h"

namespace muster::workflow {
namespace {

struct JobTest {
  enum class Worth { Mute, Unknown, Loud };

  SourceRef where;
  std::string what;
  Worth worth = Worth::Loud;
  /// Why it cannot fail its job, or why that is not known; empty for a test in a file that the step
  /// runs: such a job is not judged.
  std::string because;
};

/// Whether a script without `shell` is one for PowerShell: on Windows.
bool is_for_windows(const JobRun& run, const Step& step) {
  return shell_text(*run.workflow, *run.job, step).empty() &&
         std::ranges::any_of(run.job->runs_on, [](const Text& label) {
           return text::lower(label.value).find("windows") != std::string::npos;
         });
}

/// The files that a script writes what it says into: behind `>` and `tee`.
std::vector<std::string> written_files(const std::string& script) {
  std::vector<std::string> files;
  std::istringstream words(script);
  std::string word;
  bool next = false;
  while (words >> word) {
    const std::size_t arrow = word.rfind('>');
    const std::string rest = arrow != std::string::npos ? word.substr(arrow + 1)
                             : next                     ? word
                                                        : std::string();
    const bool names = !rest.empty() && rest[0] != '&' && rest[0] != '-' && rest != "/dev/null";
    if (names) {
      files.push_back(rest);
    }
    next = (arrow != std::string::npos && rest.empty()) || word == "tee" ||
           (next && word.starts_with('-'));
  }
  return files;
}

/// Whether something may look at how the test ended: by the outcome of its step, by an output or
/// variable, or by a report or file that it has written.
bool is_looked_at(const JobRun& run, const Step& test) {
  const std::string outcome =
      test.id ? "steps." + text::lower(test.id->value) : std::string("steps.*");
  const std::vector<std::string> files = written_files(test.run.value);
  const bool reads_itself = std::ranges::any_of(files, [&](const std::string& file) {
    return test.run.value.find(file) != test.run.value.rfind(file);
  });
  if (reads_itself || test.run.value.find("GITHUB_OUTPUT") != std::string::npos ||
      test.run.value.find("GITHUB_ENV") != std::string::npos) {
    return true;
  }
  const auto& steps = run.script->steps;
  return std::any_of(std::ranges::find(steps, &test) + 1, steps.end(), [&](const Step* step) {
    const std::string name = text::lower(action_name(*step));
    const bool report = name.find("report") != std::string::npos ||
                        name.find("result") != std::string::npos ||
                        name.find("junit") != std::string::npos;
    const std::string texts = step_texts(*step);
    const bool file = std::ranges::any_of(
        files, [&](const std::string& one) { return texts.find(one) != std::string::npos; });
    return report || file || reads(names_read(texts, false), outcome) ||
           (step->condition && reads(names_read(step->condition->value, true), outcome));
  });
}

/// Whether `continue-on-error` hides a failure of the step in every combination of the matrix.
std::optional<bool> is_tolerated(const JobRun& run, const Step& step, const Intent& intent) {
  if (!step.continue_on_error) {
    return false;
  }
  const Values values = resolve(step.continue_on_error->value, run.scope(intent, &step));
  const bool always =
      std::ranges::all_of(values.values, [](const auto& one) { return one == "true"; });
  return values.known ? std::optional(always) : std::nullopt;
}

/// Whether the command stands in the step itself, not in a file that it runs.
bool is_written_in(const JobRun& run, const Step& step, const SourceRef& where) {
  return std::ranges::any_of(run.script->commands_of(step), [&](const StepCommand& item) {
    return item.where == where && item.via.size() == run.script->calls_of(&step).size();
  });
}

/// The steps that start an image which the run builds; each run is looked at once.
class Trials {
 public:
  Trials(const JobRuns& runs, const Intent& intent) : runs_(runs), intent_(intent) {}

  /// Those in the job itself.
  [[nodiscard]] std::vector<ImageTrial> in(const JobRun& run) {
    const Workflow* root = run.callers.empty() ? run.workflow : run.callers.front().first;
    const auto [known, is_new] = by_root_.try_emplace({run.entry, root});
    Known& one = known->second;
    if (is_new) {
      one.parts.graph = RunGraph::build(runs_, run);
      one.trials = RunImages::of(one.parts, intent_).trials();
    }
    const std::size_t job = one.parts.graph.index_of(run);
    std::vector<ImageTrial> own;
    std::ranges::copy_if(one.trials, std::back_inserter(own), [&](const ImageTrial& trial) {
      return trial.place.job == job && trial.place.step != nullptr;
    });
    return own;
  }

 private:
  struct Known {
    RunParts parts;
    std::vector<ImageTrial> trials;
  };

  const JobRuns& runs_;
  const Intent& intent_;
  std::map<std::pair<const Workflow*, const Workflow*>, Known> by_root_;
};

class TestedJob {
 public:
  TestedJob(const JobRun& run, const Intent& intent, Trials& trials) : run_(run), intent_(intent) {
    find_commands();
    find_trials(trials);
  }

  /// The first of the best; null without tests.
  [[nodiscard]] const JobTest* best() const {
    const auto best = std::ranges::max_element(
        tests_, [](const JobTest& a, const JobTest& b) { return a.worth < b.worth; });
    return best == tests_.end() ? nullptr : &*best;
  }

  [[nodiscard]] bool can_fail() const {
    return best() != nullptr && best()->worth == JobTest::Worth::Loud;
  }

 private:
  void find_commands();
  void find_trials(Trials& trials);
  void judge(const Step& step, JobTest& test) const;
  void add(const Step& step, const SourceRef& where, std::string what);

  const JobRun& run_;
  const Intent& intent_;
  std::vector<JobTest> tests_;
};

/// The tested jobs of all runs, each looked at once.
class TestedJobs {
 public:
  TestedJobs(const JobRuns& runs, const Intent& intent) : intent_(intent), trials_(runs, intent) {}

  [[nodiscard]] const TestedJob& of(const JobRun& run) {
    const auto known = by_run_.find(&run);
    return known != by_run_.end()
               ? known->second
               : by_run_.emplace(&run, TestedJob(run, intent_, trials_)).first->second;
  }

 private:
  const Intent& intent_;
  Trials trials_;
  std::map<const JobRun*, TestedJob> by_run_;
};

/// What the end of the test does to its job, when its step tells at all.
void TestedJob::judge(const Step& step, JobTest& test) const {
  using Worth = JobTest::Worth;
  const auto tolerated = is_tolerated(run_, step, intent_);
  auto fails = fails_step(run_, step, test.where);
  if (fails == false && is_for_windows(run_, step)) {
    fails = std::nullopt;
  }
  const bool silent = tolerated == true || fails == false;
  if (!silent) {
    test.worth = tolerated && fails ? Worth::Loud : Worth::Unknown;
    test.because = !tolerated ? "`continue-on-error` depends on a value that is not known"
                   : is_written_in(run_, step, test.where) ? "its script is not followed"
                                                           : "";
  } else if (tolerated == true && fails == true && is_told_later(run_, step) == true) {
    test.worth = Worth::Loud;
  } else if (is_looked_at(run_, step)) {
    test.worth = Worth::Unknown;
    test.because = "what it leaves behind is looked at later, or written down";
  } else {
    test.worth = Worth::Mute;
    test.because = tolerated == true ? "`continue-on-error` lets the job go on"
                                     : "the script ends with 0 however it ends";
  }
}

void TestedJob::add(const Step& step, const SourceRef& where, std::string what) {
  JobTest test{where, std::move(what), JobTest::Worth::Loud, {}};
  judge(step, test);
  tests_.push_back(std::move(test));
}

void TestedJob::find_commands() {
  for (const StepCommand& item : run_.script->commands) {
    if (!item.command.remote && is_test(item.command) && !run_.is_for_failure(*item.step)) {
      add(*item.step, item.where, text::shortened(text::joined(item.command.words), 60));
    }
  }
}

/// Starts of an image that the job builds itself.
void TestedJob::find_trials(Trials& trials) {
  const bool starts = std::ranges::any_of(run_.script->commands, [](const StepCommand& item) {
    return item.command.starts_with_any({"docker run", "podman run"});
  });
  if (!starts) {
    return;
  }
  for (const ImageTrial& trial : trials.in(run_)) {
    add(*trial.place.step, trial.where, trial.what);
  }
}

/// What gives something to the world is judged by other rules.
bool gives_something(const JobRun& run, const Publications& published) {
  return !run.recognised->deploys.empty() || !published.in(run).empty();
}

/// A job that waits for this one, with what it gives to the world.
const Job* held_back(const JobRun& run, const JobRuns& runs, const Publications& published) {
  for (const JobRun* later : runs.in(*run.workflow)) {
    if (later->entry == run.entry && run.workflow->waits_for(*later->job, *run.job) &&
        gives_something(*later, published)) {
      return later->job;
    }
  }
  return nullptr;
}

/// Whether another job in front of `later` has a test that can fail: else other rules tell it.
bool is_told_elsewhere(const JobRun& run, const Job& later, const JobRuns& runs,
                       TestedJobs& tested) {
  return std::ranges::none_of(runs.in(*run.workflow), [&](const JobRun* other) {
    const bool before = other->entry == run.entry && other->job != run.job &&
                        (other->job == &later || run.workflow->waits_for(later, *other->job));
    return before && tested.of(*other).can_fail();
  });
}

void test_cannot_fail(const AuditInput& input, Outcomes& out) {
  const JobRuns& runs = input.model<JobRuns>();
  const Publications& published = input.model<Publications>();
  TestedJobs tested(runs, input.intent());
  for (const auto& job : runs.by_job()) {
    const JobRun& run = *job.front();
    if (gives_something(run, published)) {
      continue;
    }
    const JobTest* best = tested.of(run).best();
    if (best == nullptr || (best->worth == JobTest::Worth::Unknown && best->because.empty())) {
      continue;
    }
    if (best->worth == JobTest::Worth::Loud) {
      out.pass(run.asset(), best->where);
      continue;
    }
    if (best->worth == JobTest::Worth::Unknown) {
      out.undecided(run.asset(), best->where,
                    "whether `" + best->what + "` can fail its job is not known: " + best->because);
      continue;
    }
    const Job* later = held_back(run, runs, published);
    if (later != nullptr && is_told_elsewhere(run, *later, runs, tested)) {
      continue;
    }
    out.fail(run.asset(), best->where,
             text_witness("scenario", "`" + best->what + "` fails, and the job is green"))
        .arg("job", run.job->id.value)
        .arg("test", best->what)
        .severity(later != nullptr ? Severity::Medium : Severity::Low)
        .because(best->because +
                 (later == nullptr ? "" : ", and job `" + later->id.value + "` waits for it"));
  }
}

const Register kTestCannotFailCheck{
    "workflow-test-cannot-fail", test_cannot_fail, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
