// Jobs are done in an order in which all that a job waits for is over before it begins. A called
// workflow none of whose looked-at jobs failed counts as a success.
#include "checks/workflow/scenario.h"

#include <algorithm>
#include <iterator>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMostWorlds = 512;

/// The jobs of a workflow, each behind those that it waits for.
std::vector<const Job*> in_order(const Workflow& workflow) {
  std::vector<const Job*> order;
  const auto placed = [&](std::string_view id) {
    return workflow.find_job(id) == nullptr ||
           std::any_of(order.begin(), order.end(),
                       [&](const Job* job) { return job->id.value == id; });
  };
  for (bool more = true; more;) {
    more = false;
    for (const Job& job : workflow.jobs) {
      const bool ready = std::all_of(job.needs.begin(), job.needs.end(),
                                     [&](const Text& need) { return placed(need.value); });
      if (ready && !placed(job.id.value)) {
        order.push_back(&job);
        more = true;
      }
    }
  }
  return order;
}

/// The workflow that a call job of a run leads to, or null: seen by what runs inside it.
const Workflow* called_by(const JobRuns& runs, const JobRun& part, const RunJob& caller) {
  const std::size_t depth = caller.callers.size();
  for (const JobRun& run : runs.all()) {
    if (run.entry == part.entry && run.callers.size() > depth &&
        run.callers[depth] == std::pair(caller.workflow, caller.job) &&
        std::equal(caller.callers.begin(), caller.callers.end(), run.callers.begin())) {
      return depth + 1 < run.callers.size() ? run.callers[depth + 1].first : run.workflow;
    }
  }
  return nullptr;
}

const JobRun* run_of_job(const JobRuns& runs, const JobRun& part, const RunJob& place) {
  for (const JobRun* run : runs.in(*place.workflow)) {
    if (run->job == place.job && run->entry == part.entry && run->callers == place.callers) {
      return run;
    }
  }
  return nullptr;
}

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

/// `needs.<any>.result`: one property of one job or step, or of all (`*`).
bool is_ending(std::string_view name, std::string_view context, std::string_view property) {
  const std::size_t first = name.find('.');
  const std::size_t last = name.rfind('.');
  return first != std::string_view::npos && name.substr(0, first) == context &&
         name.find('.', first + 1) == last && name.substr(last + 1) == property;
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

RunGraph RunGraph::build(const JobRuns& runs, const JobRun& part) {
  struct Pending {
    const Workflow* workflow = nullptr;
    const Job* job = nullptr;
    std::optional<std::size_t> caller;
  };

  RunGraph graph;
  graph.entry_ = part.entry;
  std::vector<Pending> pending;
  const auto enter = [&](const Workflow& workflow, std::optional<std::size_t> caller) {
    const std::vector<const Job*> order = in_order(workflow);
    for (auto job = order.rbegin(); job != order.rend(); ++job) {
      pending.push_back({&workflow, *job, caller});
    }
  };
  enter(part.callers.empty() ? *part.workflow : *part.callers.front().first, std::nullopt);
  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const std::size_t index = graph.add(*next.workflow, *next.job, next.caller);
    RunJob& added = graph.jobs_[index];
    if (!next.job->calls_workflow()) {
      added.run = run_of_job(runs, part, added);
    } else if (const Workflow* inner = called_by(runs, part, added)) {
      enter(*inner, index);
    }
  }
  return graph;
}

/// Adds a job behind all that it waits for.
std::size_t RunGraph::add(const Workflow& workflow, const Job& job,
                          std::optional<std::size_t> caller) {
  RunJob added{&workflow, &job, {}, nullptr, {}, {}, caller, {}};
  if (caller) {
    added.callers = jobs_[*caller].callers;
    added.callers.emplace_back(jobs_[*caller].workflow, jobs_[*caller].job);
    jobs_[*caller].inside.push_back(jobs_.size());
  }
  std::set<std::size_t> ancestors;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    const bool needed = jobs_[i].caller == caller &&
                        std::any_of(job.needs.begin(), job.needs.end(), [&](const Text& need) {
                          return need.value == jobs_[i].job->id.value;
                        });
    if (needed) {
      added.needs.push_back(i);
      ancestors.insert(i);
      ancestors.insert(jobs_[i].ancestors.begin(), jobs_[i].ancestors.end());
    }
  }
  added.ancestors.assign(ancestors.begin(), ancestors.end());
  jobs_.push_back(std::move(added));
  return jobs_.size() - 1;
}

std::size_t RunGraph::index_of(const JobRun& run) const {
  const auto found =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const RunJob& job) { return job.run == &run; });
  return static_cast<std::size_t>(found - jobs_.begin());
}

bool RunGraph::comes_before(std::size_t a, std::size_t b) const {
  for (std::optional<std::size_t> later = b; later; later = jobs_[*later].caller) {
    for (std::optional<std::size_t> earlier = a; earlier; earlier = jobs_[*earlier].caller) {
      if (std::binary_search(jobs_[*later].ancestors.begin(), jobs_[*later].ancestors.end(),
                             *earlier)) {
        return true;
      }
    }
  }
  return false;
}

bool RunGraph::is_inside(std::size_t job, std::size_t call) const {
  auto caller = jobs_[job].caller;
  while (caller && *caller != call) {
    caller = jobs_[*caller].caller;
  }
  return caller.has_value();
}

bool Assumptions::ask(const std::string& key, const std::string& scope, const ConditionPart& part) {
  const std::string name = part.name.empty() ? "" : scope + part.name;
  for (const Choice& choice : choices_) {
    if (choice.key == key) {
      return choice.value;
    }
    if (choice.value && !name.empty() && choice.name == name && choice.literal != part.literal) {
      return false;
    }
  }
  choices_.push_back({key, name, part.literal, part.text, true});
  return true;
}

bool Assumptions::next() {
  while (!choices_.empty() && !choices_.back().value) {
    choices_.pop_back();
  }
  if (choices_.empty()) {
    return false;
  }
  choices_.back().value = false;
  gave_up_ = ++worlds_ >= kMostWorlds;
  return !gave_up_;
}

bool Assumptions::takes_as_empty(std::string_view output) const {
  return std::any_of(choices_.begin(), choices_.end(), [&](const Choice& choice) {
    const bool compared = choice.literal.empty() && choice.name.ends_with(output);
    return choice.value ? compared : choice.text == output;
  });
}

std::vector<std::string> Assumptions::in_words() const {
  std::vector<std::string> words;
  for (const Choice& choice : choices_) {
    words.push_back((choice.value ? "" : "not ") + choice.text);
  }
  return words;
}

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
      const auto& condition = graph_.jobs()[job].job->condition;
      plan_[job].condition = OpenCondition::parse(condition ? &condition->value : nullptr);
      plan_steps(job);
    }
  }
}

/// The job, all that it waits for, and the jobs that call them.
void Simulation::mark_relevant(std::size_t job) {
  std::vector<std::size_t> todo{job};
  while (!todo.empty()) {
    const std::size_t next = todo.back();
    todo.pop_back();
    if (plan_[next].relevant) {
      continue;
    }
    plan_[next].relevant = true;
    const RunJob& here = graph_.jobs()[next];
    todo.insert(todo.end(), here.ancestors.begin(), here.ancestors.end());
    if (here.caller) {
      todo.push_back(*here.caller);
    }
  }
}

/// The steps asked about, the composite actions around them, and those whose outcome their
/// conditions read.
void Simulation::plan_steps(std::size_t job) {
  const JobRun* run = graph_.jobs()[job].run;
  if (run == nullptr) {
    return;
  }
  std::set<const Step*> wanted;
  for (const RunPlace& place : asked_) {
    if (place.job == job && place.step != nullptr) {
      wanted.insert(place.step);
    }
  }
  std::set<std::string> ids;
  for (std::size_t before = 0; before != wanted.size() + ids.size();) {
    before = wanted.size() + ids.size();
    for (const Step* step : run->script->steps) {
      if (!wanted.contains(step) && !is_mentioned(*step, ids)) {
        continue;
      }
      wanted.insert(step);
      const auto& condition = step->condition;
      add_mentioned(OpenCondition::parse(condition ? &condition->value : nullptr), ids);
      for (const ActionCall& call : run->script->calls_of(step)) {
        wanted.insert(call.step);
      }
    }
  }
  for (const Step* step : run->script->steps) {
    if (wanted.contains(step)) {
      const auto& condition = step->condition;
      plan_[job].steps.push_back({step, run->script->calls_of(step).size(),
                                  OpenCondition::parse(condition ? &condition->value : nullptr)});
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
  Runner(const Simulation& plan, const Fault* fault, Assumptions& world)
      : plan_(plan), fault_(fault), world_(world), allowed_(plan.plan_.size()) {
    course_.jobs_.assign(plan.plan_.size(), Ending::Skipped);
  }

  Course run();

 private:
  [[nodiscard]] const RunJob& here(std::size_t job) const { return plan_.graph_.jobs()[job]; }

  [[nodiscard]] Scope job_scope(std::size_t job) const;
  [[nodiscard]] RunStatus status_before(std::size_t job) const;
  void do_job(std::size_t job);
  void end_call(std::size_t job);
  void finish_job(std::size_t job, Ending ending);
  [[nodiscard]] Ending do_steps(std::size_t job);
  void do_step(std::size_t job, const PlannedStep& step, bool opens, std::vector<Frame>& frames);
  void finish_step(std::size_t job, const Step& step, Ending ending, Frame& frame);
  void close_frames(std::size_t job, std::size_t depth, std::vector<Frame>& frames);
  bool holds(const OpenCondition& condition, std::size_t job, const Step* step, RunStatus status,
             const Frame* frame);
  bool part(const ConditionPart& part, std::size_t job, const Step* step, RunStatus status,
            const Frame* frame);
  [[nodiscard]] bool is_known(const std::string& name, std::size_t job, const Frame* frame) const;
  [[nodiscard]] bool reads_failed(const ConditionPart& part, std::size_t job,
                                  const Frame* frame) const;
  bool open(const ConditionPart& part, const Scope& scope, std::size_t job, const Frame* frame);
  bool is_allowed(const std::optional<Text>& flag, const Scope& scope, const RunPlace& place);
  std::string contexts(const ConditionPart& part, std::size_t job, RunStatus status,
                       const Frame* frame);
  std::string result_of(std::size_t job);

  const Simulation& plan_;
  const Fault* fault_;
  Assumptions& world_;
  Course course_;
  /// Jobs that failed with `continue-on-error`.
  std::vector<bool> allowed_;
};

/// Names for the conditions of the job itself.
Scope Simulation::Runner::job_scope(std::size_t job) const {
  const RunJob& place = here(job);
  Scope scope;
  scope.intent = &plan_.intent_;
  scope.workflow = place.workflow;
  scope.job = place.job;
  scope.entry = plan_.graph_.entry();
  scope.callers = &place.callers;
  scope.calls = place.callers.size();
  scope.event = plan_.event_;
  return scope;
}

/// What status functions answer for a job: all that it waits for counts.
RunStatus Simulation::Runner::status_before(std::size_t job) const {
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

/// A condition that nothing decides but the run itself.
bool Simulation::Runner::open(const ConditionPart& part, const Scope& scope, std::size_t job,
                              const Frame* frame) {
  const bool may = may_hold(part.text, scope);
  if (may != may_hold("!(" + part.text + ")", scope)) {
    return may;
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
  const RunJob& place = here(job);
  std::string where =
      of_run ? "" : "call " + std::to_string(place.caller.value_or(plan_.plan_.size()));
  where += !of_run && !of_workflow ? " job " + std::to_string(job) : "";
  where +=
      of_environment && place.job->environment ? " in " + place.job->environment->name.value : "";
  where += reads_failed(part, job, frame) ? " after failure" : "";
  if (!of_workflow && frame != nullptr && frame->step != nullptr) {
    where += " action " + std::to_string(frame->step->index) + frame->step->anchor();
  }
  return world_.ask(where + "|" + part.text, where + "|", part);
}

std::string Simulation::Runner::result_of(std::size_t job) {
  if (!allowed_[job]) {
    return std::string(word_of(course_.jobs_[job]));
  }
  ConditionPart part;
  part.text = "needs." + here(job).job->id.value + ".result == 'failure'";
  return world_.ask("result of " + std::to_string(job), "", part) ? "failure" : "success";
}

/// The values of all names of a calculable part, as JSON.
std::string Simulation::Runner::contexts(const ConditionPart& part, std::size_t job,
                                         RunStatus status, const Frame* frame) {
  std::string needs;
  const bool reads_needs =
      std::any_of(part.names.begin(), part.names.end(),
                  [](const std::string& name) { return name.starts_with("needs"); });
  for (std::size_t i = 0; reads_needs && i < here(job).needs.size(); ++i) {
    const std::size_t need = here(job).needs[i];
    needs += (needs.empty() ? "\"" : ",\"") + here(need).job->id.value + "\":{\"result\":\"" +
             result_of(need) + "\"}";
  }
  std::string steps;
  if (frame != nullptr) {
    for (const auto& [id, endings] : frame->done) {
      steps += (steps.empty() ? "\"" : ",\"") + id + "\":{\"outcome\":\"" +
               std::string(word_of(endings.first)) + "\",\"conclusion\":\"" +
               std::string(word_of(endings.second)) + "\"}";
    }
  }
  const std::string job_status = status == RunStatus::Failure     ? "failure"
                                 : status == RunStatus::Cancelled ? "cancelled"
                                                                  : "success";
  return R"({"needs":{)" + needs + R"(},"steps":{)" + steps + R"(},"job":{"status":")" +
         job_status + R"("},"github":{"event_name":")" + plan_.event_ + R"("}})";
}

/// Whether the value of a name is certain here. Outputs of what did not run are null.
bool Simulation::Runner::is_known(const std::string& name, std::size_t job,
                                  const Frame* frame) const {
  if (name == "job.status" || is_ending(name, "needs", "result") ||
      is_ending(name, "steps", "outcome") || is_ending(name, "steps", "conclusion")) {
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

bool Simulation::Runner::part(const ConditionPart& part, std::size_t job, const Step* step,
                              RunStatus status, const Frame* frame) {
  const bool known = !part.expression.steps.empty() && !part.reads_files &&
                     std::all_of(part.names.begin(), part.names.end(),
                                 [&](const auto& name) { return is_known(name, job, frame); });
  if (known) {
    DataPool pool;
    const auto tree = text::parse_json(contexts(part, job, status, frame), {});
    const Datum names = tree ? pool.read(tree.value().root()) : Datum{};
    const auto value = calculate(part.expression, names, status, pool);
    if (tree && value) {
      return is_truthy(value.value());
    }
  }
  const RunJob& place = here(job);
  const Moment moment{plan_.event_, "", {}, false};
  if (step != nullptr) {
    return open(part, place.run->scope(plan_.intent_, step, moment), job, frame);
  }
  return open(part, job_scope(job), job, frame);
}

bool Simulation::Runner::holds(const OpenCondition& condition, std::size_t job, const Step* step,
                               RunStatus status, const Frame* frame) {
  return condition.holds(
      [&](const ConditionPart& one) { return part(one, job, step, status, frame); });
}

/// `continue-on-error`
bool Simulation::Runner::is_allowed(const std::optional<Text>& flag, const Scope& scope,
                                    const RunPlace& place) {
  if (!flag) {
    return false;
  }
  const auto set = is_set(&*flag, scope);
  ConditionPart part;
  part.text = "continue-on-error: " + flag->value;
  return set ? *set : world_.ask("allowed " + std::to_string(place.job) + part.text, "", part);
}

void Simulation::Runner::finish_step(std::size_t job, const Step& step, Ending ending,
                                     Frame& frame) {
  const Scope scope = here(job).run->scope(plan_.intent_, &step, {plan_.event_, "", {}, false});
  const bool passes =
      ending == Ending::Failure && is_allowed(step.continue_on_error, scope, {job, &step});
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

void Simulation::Runner::do_step(std::size_t job, const PlannedStep& planned, bool opens,
                                 std::vector<Frame>& frames) {
  close_frames(job, planned.depth, frames);
  Frame& frame = frames.back();
  const bool runs =
      !frame.dead && holds(planned.condition, job, planned.step, frame.status, &frame);
  const bool fails = fault_ != nullptr && fault_->place == RunPlace{job, planned.step};
  if (opens && !fails) {
    Frame inner;
    inner.step = planned.step;
    inner.dead = !runs;
    frames.push_back(std::move(inner));
    return;
  }
  const Ending ending = !runs ? Ending::Skipped : fails ? fault_->ending : Ending::Success;
  finish_step(job, *planned.step, ending, frame);
  if (opens) {
    Frame inner;
    inner.step = planned.step;
    inner.dead = true;
    frames.push_back(std::move(inner));
  }
}

Ending Simulation::Runner::do_steps(std::size_t job) {
  std::vector<Frame> frames(1);
  const auto& steps = plan_.plan_[job].steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool opens = i + 1 < steps.size() && steps[i + 1].depth > steps[i].depth;
    do_step(job, steps[i], opens, frames);
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
    allowed_[job] = is_allowed(place.job->continue_on_error, job_scope(job), {job, nullptr});
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
  const PlannedJob& planned = plan_.plan_[job];
  const auto& caller = here(job).caller;
  const bool starts = (!caller || course_.jobs_[*caller] != Ending::Skipped) &&
                      holds(planned.condition, job, nullptr, status_before(job), nullptr);
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

Course Simulation::run(const Fault* fault, Assumptions& world) const {
  return Runner(*this, fault, world).run();
}

Tally ask_worlds(const Simulation& simulation, const Fault& fault, const AskCourse& ask) {
  Tally tally;
  Assumptions world;
  do {
    const Course good = simulation.run(nullptr, world);
    const Course bad = simulation.run(&fault, world);
    const std::optional<bool> answer = ask(good, bad, world);
    if (!answer) {
      continue;
    }
    std::size_t& count = *answer ? tally.yes : tally.no;
    if (count++ == 0) {
      (*answer ? tally.yes_world : tally.no_world) = world.in_words();
    }
  } while (world.next());
  tally.gave_up = world.gave_up();
  return tally;
}

}  // namespace muster::workflow
