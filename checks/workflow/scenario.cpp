// Jobs are done in an order in which all that a job waits for is over before it begins. A called
// workflow none of whose looked-at jobs failed counts as a success.
#include "checks/workflow/scenario.h"

#include <algorithm>
#include <iterator>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Jobs, steps and parts of conditions that one rule looks at for one graph: less than a second.
constexpr std::size_t kMostLooks = 300'000;

std::string_view word_of(Ending ending) {
  switch (ending) {
    case Ending::Skipped:
      return "skipped";
    case Ending::Success:
      return "success";
    case Ending::Failure:
      return "failure";
    case Ending::Cancelled:
      break;
  }
  return "cancelled";
}

/// `steps.<id>` that a condition reads; `*` for any.
void add_mentioned(const OpenCondition& condition, std::set<std::string>& ids) {
  for (const ConditionPart& part : condition.parts()) {
    for (const std::string& name : part.names) {
      if (name == "steps" || name.starts_with("steps.")) {
        const std::string rest = name.substr(std::min<std::size_t>(6, name.size()));
        const std::string id = rest.substr(0, rest.find('.'));
        ids.insert(id.empty() || id == "?" ? "*" : id);
      }
    }
  }
}

bool is_mentioned(const Step& step, const std::set<std::string>& ids) {
  return step.id && (ids.contains("*") || ids.contains(text::lower(step.id->value)));
}

}  // namespace

Ending Course::ending(const RunPlace& place) const {
  if (place.step == nullptr) {
    return jobs_[place.job];
  }
  const auto found = steps_.find(place);
  return found == steps_.end() ? Ending::Skipped : found->second;
}

Simulation::Simulation(const RunGraph& graph, const Intent& intent, std::string event,
                       std::vector<RunPlace> asked)
    : graph_(graph),
      intent_(intent),
      event_(std::move(event)),
      asked_(std::move(asked)),
      plan_(graph.jobs().size()) {
  for (const RunPlace& place : asked_) {
    mark_relevant(place.job);
  }
  for (std::size_t job = 0; job < plan_.size(); ++job) {
    if (plan_[job].relevant) {
      plan_steps(job);
    }
  }
}

/// The job, the jobs that call it, and all that these wait for.
void Simulation::mark_relevant(std::size_t job) {
  for (std::optional<std::size_t> at = job; at; at = graph_.jobs()[*at].caller) {
    plan_[*at].relevant = true;
    for (const std::size_t before : graph_.jobs()[*at].ancestors) {
      plan_[before].relevant = true;
    }
    looks_ += 1 + graph_.jobs()[*at].ancestors.size() / 16;
  }
}

/// The steps asked about, the composite actions around them, and those whose outcome their
/// conditions read.
void Simulation::plan_steps(std::size_t job) {
  const RunJob& here = graph_.jobs()[job];
  looks_ += here.steps.size() + asked_.size() / 8;
  std::set<const Step*> wanted;
  for (const RunPlace& place : asked_) {
    if (place.job == job && place.step != nullptr) {
      wanted.insert(place.step);
    }
  }
  std::set<std::string> ids;
  for (std::size_t before = 0; before != wanted.size() + ids.size();) {
    before = wanted.size() + ids.size();
    for (const RunStep& one : here.steps) {
      if (!wanted.contains(one.step) && !is_mentioned(*one.step, ids)) {
        continue;
      }
      wanted.insert(one.step);
      add_mentioned(*one.condition, ids);
      for (const ActionCall& call : here.run->script->calls_of(one.step)) {
        wanted.insert(call.step);
      }
    }
  }
  for (const RunStep& one : here.steps) {
    if (wanted.contains(one.step)) {
      plan_[job].steps.push_back(&one);
    }
  }
}

/// The steps of a job, or those of one composite action in it, as far as they are done.
struct Simulation::Frame {
  /// The step that uses the action; null for the job.
  const Step* step = nullptr;
  /// Nothing in it runs.
  bool dead = false;
  RunStatus status = RunStatus::Success;
  /// By id in lower case: outcome and conclusion.
  std::map<std::string, std::pair<Ending, Ending>> done{};
};

class Simulation::Runner {
 public:
  Runner(Simulation& plan, const Fault* fault, Assumptions& world)
      : plan_(plan), fault_(fault), world_(world), allowed_(plan.plan_.size()) {
    course_.jobs_.assign(plan.plan_.size(), Ending::Skipped);
  }

  Course run();

 private:
  [[nodiscard]] const RunJob& here(std::size_t job) const { return plan_.graph_.jobs()[job]; }

  [[nodiscard]] RunStatus status_before(std::size_t job) const;

  [[nodiscard]] RunStatus status_at(std::size_t job, const Frame* frame) const {
    return frame != nullptr ? frame->status : status_before(job);
  }

  void do_job(std::size_t job);
  void end_call(std::size_t job);
  void finish_job(std::size_t job, Ending ending);
  [[nodiscard]] Ending do_steps(std::size_t job);
  void do_step(std::size_t job, const RunStep& step, bool opens, std::vector<Frame>& frames);
  void finish_step(std::size_t job, const Step& step, Ending ending, Frame& frame);
  void close_frames(std::size_t job, std::size_t depth, std::vector<Frame>& frames);
  bool holds(const OpenCondition& condition, const RunPlace& place, const Frame* frame);
  bool part(const ConditionPart& part, const RunPlace& place, const Frame* frame);
  [[nodiscard]] bool is_known(const std::string& name, std::size_t job, const Frame* frame) const;
  [[nodiscard]] bool reads_failed(const ConditionPart& part, std::size_t job,
                                  const Frame* frame) const;
  [[nodiscard]] Scope scope_at(const RunPlace& place) const;
  [[nodiscard]] std::optional<bool> settled(const ConditionPart& part, const RunPlace& place);
  bool open(const ConditionPart& part, const RunPlace& place, const Frame* frame);
  bool is_allowed(const std::optional<Text>& flag, const RunPlace& place);
  Datum contexts(const ConditionPart& part, std::size_t job, const Frame* frame, DataPool& pool);
  std::string_view result_of(std::size_t job);

  Simulation& plan_;
  const Fault* fault_;
  Assumptions& world_;
  Course course_;
  /// Jobs that failed with `continue-on-error`.
  std::vector<bool> allowed_;
};

/// Names for the conditions of a step, or of the job itself.
Scope Simulation::Runner::scope_at(const RunPlace& place) const {
  const RunJob& job = here(place.job);
  if (place.step != nullptr) {
    return job.run->scope(plan_.intent_, place.step, {plan_.event_, "", {}, false});
  }
  Scope scope;
  scope.intent = &plan_.intent_;
  scope.workflow = job.workflow;
  scope.job = job.job;
  scope.entry = plan_.graph_.entry();
  scope.callers = &job.callers;
  scope.calls = job.callers.size();
  scope.event = plan_.event_;
  return scope;
}

/// What status functions answer for a job: all that it waits for counts.
RunStatus Simulation::Runner::status_before(std::size_t job) const {
  plan_.looks_ += here(job).ancestors.size() / 16;
  RunStatus status = RunStatus::Success;
  for (const std::size_t before : here(job).ancestors) {
    const Ending ending = course_.jobs_[before];
    const RunStatus one = ending == Ending::Cancelled ? RunStatus::Cancelled
                          : ending == Ending::Failure ? RunStatus::Failure
                          : ending == Ending::Skipped ? RunStatus::Skipped
                                                      : RunStatus::Success;
    status = std::max(status, one);
  }
  return status;
}

/// Whether it reads outputs of something that did not end well: they are not those of a good run.
bool Simulation::Runner::reads_failed(const ConditionPart& part, std::size_t job,
                                      const Frame* frame) const {
  return std::any_of(part.names.begin(), part.names.end(), [&](const std::string& name) {
    const std::size_t end = std::min(name.find('.', 6), name.size());
    const std::string id = end > 6 ? name.substr(6, end - 6) : "";
    if (name.starts_with("steps.") && frame != nullptr) {
      const auto done = frame->done.find(id);
      return done != frame->done.end() && done->second.first != Ending::Success;
    }
    const auto& needs = here(job).needs;
    return name.starts_with("needs.") &&
           std::any_of(needs.begin(), needs.end(), [&](std::size_t need) {
             return text::lower(here(need).job->id.value) == id &&
                    (course_.jobs_[need] != Ending::Success || allowed_[need]);
           });
  });
}

/// What the contexts say of a part, whatever the run does; nothing when it may be both.
std::optional<bool> Simulation::Runner::settled(const ConditionPart& part, const RunPlace& place) {
  const auto [known, first] = plan_.settled_.try_emplace({&part, place});
  if (first) {
    const Scope scope = scope_at(place);
    const bool may = may_hold(part.text, scope);
    if (may != may_hold("!(" + part.text + ")", scope)) {
      known->second = may;
    }
  }
  return known->second;
}

/// A condition that nothing decides but the run itself.
bool Simulation::Runner::open(const ConditionPart& part, const RunPlace& place,
                              const Frame* frame) {
  if (const auto known = settled(part, place)) {
    return *known;
  }
  bool of_run = !part.names.empty();
  bool of_workflow = of_run;
  bool of_environment = false;
  for (const std::string& name : part.names) {
    of_run = of_run && name.starts_with("github.");
    of_workflow = of_workflow && !name.starts_with("steps") && !name.starts_with("matrix") &&
                  !name.starts_with("strategy") && !name.starts_with("job.") &&
                  !name.starts_with("runner") && !name.starts_with("env");
    of_environment = of_environment || name.starts_with("vars") || name.starts_with("secrets");
  }
  const RunJob& job = here(place.job);
  std::string where =
      of_run ? "" : "call " + std::to_string(job.caller.value_or(plan_.plan_.size()));
  where += !of_run && !of_workflow ? " job " + std::to_string(place.job) : "";
  where += of_environment && job.job->environment ? " in " + job.job->environment->name.value : "";
  where += reads_failed(part, place.job, frame) ? " after failure" : "";
  if (!of_workflow && frame != nullptr && frame->step != nullptr) {
    where += " action " + std::to_string(frame->step->index) + frame->step->anchor();
  }
  return world_.ask(where + "|" + part.text, where + "|", part);
}

std::string_view Simulation::Runner::result_of(std::size_t job) {
  if (!allowed_[job]) {
    return word_of(course_.jobs_[job]);
  }
  ConditionPart part;
  part.text = "needs." + here(job).job->id.value + ".result == 'failure'";
  return world_.ask("result of " + std::to_string(job), "", part) ? "failure" : "success";
}

/// The values of all names of a calculable part.
Datum Simulation::Runner::contexts(const ConditionPart& part, std::size_t job, const Frame* frame,
                                   DataPool& pool) {
  const auto reads = [&](std::string_view context) {
    return std::any_of(part.names.begin(), part.names.end(),
                       [&](const std::string& name) { return name.starts_with(context); });
  };
  Collection all;
  if (reads("needs")) {
    Collection needs;
    for (const std::size_t need : here(job).needs) {
      needs.add(here(need).job->id.value,
                pool.object({{"result"}, {string_datum(result_of(need))}}));
    }
    all.add("needs", pool.object(std::move(needs)));
  }
  if (reads("steps") && frame != nullptr) {
    Collection steps;
    for (const auto& [id, endings] : frame->done) {
      steps.add(id, pool.object({{"outcome", "conclusion"},
                                 {string_datum(word_of(endings.first)),
                                  string_datum(word_of(endings.second))}}));
    }
    all.add("steps", pool.object(std::move(steps)));
  }
  if (reads("job")) {
    const RunStatus status = status_at(job, frame);
    const Ending ending = status == RunStatus::Failure     ? Ending::Failure
                          : status == RunStatus::Cancelled ? Ending::Cancelled
                                                           : Ending::Success;
    all.add("job", pool.object({{"status"}, {string_datum(word_of(ending))}}));
  }
  if (reads("github")) {
    all.add("github", pool.object({{"event_name"}, {string_datum(plan_.event_)}}));
  }
  return pool.object(std::move(all));
}

/// Whether the value of a name is certain here. Outputs of what did not run are null.
bool Simulation::Runner::is_known(const std::string& name, std::size_t job,
                                  const Frame* frame) const {
  if (is_ending(name)) {
    return true;
  }
  if (name == "github.event_name") {
    return !plan_.event_.empty();
  }
  const std::size_t end = std::min(name.find('.', 6), name.size());
  const bool outputs = name.substr(end).starts_with(".outputs.");
  const std::string id = outputs ? name.substr(6, end - 6) : "";
  if (!outputs || id == "*" || id == "?") {
    return false;
  }
  if (name.starts_with("steps.") && frame != nullptr) {
    const auto done = frame->done.find(id);
    return done == frame->done.end() || done->second.first == Ending::Skipped;
  }
  const auto& needs = here(job).needs;
  return name.starts_with("needs.") &&
         std::all_of(needs.begin(), needs.end(), [&](std::size_t need) {
           return text::lower(here(need).job->id.value) != id ||
                  course_.jobs_[need] == Ending::Skipped;
         });
}

bool Simulation::Runner::part(const ConditionPart& part, const RunPlace& place,
                              const Frame* frame) {
  ++plan_.looks_;
  const bool known = !part.expression.steps.empty() && !part.reads_files &&
                     std::all_of(part.names.begin(), part.names.end(), [&](const auto& name) {
                       return is_known(name, place.job, frame);
                     });
  if (known) {
    DataPool pool;
    const Datum names = contexts(part, place.job, frame, pool);
    const RunStatus status =
        part.expression.asks_for_status ? status_at(place.job, frame) : RunStatus::Success;
    const auto value = calculate(part.expression, names, status, pool);
    if (value) {
      return is_truthy(value.value());
    }
  }
  return open(part, place, frame);
}

bool Simulation::Runner::holds(const OpenCondition& condition, const RunPlace& place,
                               const Frame* frame) {
  return condition.holds([&](const ConditionPart& one) { return part(one, place, frame); });
}

/// `continue-on-error`
bool Simulation::Runner::is_allowed(const std::optional<Text>& flag, const RunPlace& place) {
  if (!flag) {
    return false;
  }
  const auto set = is_set(&*flag, scope_at(place));
  ConditionPart part;
  part.text = "continue-on-error: " + flag->value;
  return set ? *set : world_.ask("allowed " + std::to_string(place.job) + part.text, "", part);
}

void Simulation::Runner::finish_step(std::size_t job, const Step& step, Ending ending,
                                     Frame& frame) {
  const bool passes = ending == Ending::Failure && is_allowed(step.continue_on_error, {job, &step});
  const Ending conclusion = passes ? Ending::Success : ending;
  course_.steps_[{job, &step}] = ending;
  if (step.id) {
    frame.done[text::lower(step.id->value)] = {ending, conclusion};
  }
  if (conclusion == Ending::Failure && frame.status == RunStatus::Success) {
    frame.status = RunStatus::Failure;
  } else if (conclusion == Ending::Cancelled) {
    frame.status = RunStatus::Cancelled;
  }
}

/// Ends the composite actions that are deeper.
void Simulation::Runner::close_frames(std::size_t job, std::size_t depth,
                                      std::vector<Frame>& frames) {
  while (frames.size() > depth + 1) {
    const Frame inner = std::move(frames.back());
    frames.pop_back();
    const Ending ending = inner.dead                             ? Ending::Skipped
                          : inner.status == RunStatus::Failure   ? Ending::Failure
                          : inner.status == RunStatus::Cancelled ? Ending::Cancelled
                                                                 : Ending::Success;
    finish_step(job, *inner.step, ending, frames.back());
  }
}

/// `opens`: it uses a composite action, whose steps come next. One that fails as a whole leaves
/// them dead.
void Simulation::Runner::do_step(std::size_t job, const RunStep& planned, bool opens,
                                 std::vector<Frame>& frames) {
  close_frames(job, planned.depth, frames);
  const RunPlace place{job, planned.step};
  const bool runs = !frames.back().dead && holds(*planned.condition, place, &frames.back());
  const bool fails = fault_ != nullptr && fault_->place == place;
  if (!opens || fails) {
    const Ending ending = !runs ? Ending::Skipped : fails ? fault_->ending : Ending::Success;
    finish_step(job, *planned.step, ending, frames.back());
  }
  if (opens) {
    Frame inner;
    inner.step = planned.step;
    inner.dead = !runs || fails;
    frames.push_back(std::move(inner));
  }
}

Ending Simulation::Runner::do_steps(std::size_t job) {
  std::vector<Frame> frames(1);
  const auto& steps = plan_.plan_[job].steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool opens = i + 1 < steps.size() && steps[i + 1]->depth > steps[i]->depth;
    do_step(job, *steps[i], opens, frames);
  }
  close_frames(job, 0, frames);
  const RunStatus status = frames.front().status;
  return status == RunStatus::Failure     ? Ending::Failure
         : status == RunStatus::Cancelled ? Ending::Cancelled
                                          : Ending::Success;
}

void Simulation::Runner::finish_job(std::size_t job, Ending ending) {
  const RunJob& place = here(job);
  if (ending == Ending::Failure && place.job->continue_on_error) {
    allowed_[job] = is_allowed(place.job->continue_on_error, {job, nullptr});
  }
  course_.jobs_[job] = allowed_[job] ? Ending::Success : ending;
}

/// A called workflow is over: the worst of its jobs.
void Simulation::Runner::end_call(std::size_t job) {
  Ending worst = Ending::Success;
  for (const std::size_t inner : here(job).inside) {
    const Ending ending = course_.jobs_[inner];
    worst = ending == Ending::Skipped ? worst : std::max(worst, ending);
  }
  finish_job(job, worst);
}

void Simulation::Runner::do_job(std::size_t job) {
  const auto& caller = here(job).caller;
  const bool starts = (!caller || course_.jobs_[*caller] != Ending::Skipped) &&
                      holds(*here(job).condition, {job, nullptr}, nullptr);
  if (!starts) {
    return;
  }
  const bool fails = fault_ != nullptr && fault_->place == RunPlace{job, nullptr};
  if (fails || here(job).run == nullptr) {
    finish_job(job, fails ? fault_->ending : Ending::Success);
    return;
  }
  finish_job(job, do_steps(job));
}

Course Simulation::Runner::run() {
  std::vector<std::size_t> calls;
  plan_.looks_ += plan_.plan_.size() / 8;
  for (std::size_t job = 0; job < plan_.plan_.size(); ++job) {
    while (!calls.empty() && !plan_.graph_.is_inside(job, calls.back())) {
      end_call(calls.back());
      calls.pop_back();
    }
    if (plan_.plan_[job].relevant) {
      do_job(job);
    }
    const bool calling = course_.jobs_[job] != Ending::Skipped && !here(job).inside.empty();
    const bool failed = fault_ != nullptr && fault_->place == RunPlace{job, nullptr};
    if (calling && !failed) {
      calls.push_back(job);
    }
  }
  for (; !calls.empty(); calls.pop_back()) {
    end_call(calls.back());
  }
  return std::move(course_);
}

Course Simulation::run(const Fault* fault, Assumptions& world) {
  return Runner(*this, fault, world).run();
}

bool Simulator::is_at_its_end(const RunGraph& graph) const {
  const auto spent = spent_.find(&graph);
  return spent != spent_.end() && spent->second >= kMostLooks;
}

Tally Simulator::ask(const RunGraph& graph, const std::string& event, std::vector<RunPlace> asked,
                     const Fault& fault, const AskCourse& ask) {
  Tally tally;
  if (is_at_its_end(graph)) {
    tally.gave_up = true;
    return tally;
  }
  std::size_t& spent = spent_[&graph];
  Simulation simulation(graph, intent_, event, std::move(asked));
  Assumptions world;
  bool more = true;
  const std::size_t before = spent;
  while (more && spent < kMostLooks) {
    const Course good = simulation.run(nullptr, world);
    const Course bad = simulation.run(&fault, world);
    if (const std::optional<bool> answer = ask(good, bad, world)) {
      std::size_t& count = *answer ? tally.yes : tally.no;
      if (count++ == 0) {
        (*answer ? tally.yes_world : tally.no_world) = world.in_words();
      }
    }
    more = world.next();
    spent = before + simulation.looks();
  }
  tally.gave_up = more || world.gave_up();
  return tally;
}

}  // namespace muster::workflow
