// What a contributor can change himself, such as a filter in a workflow file on his own branch, is
// asked elsewhere: there the trust policy decides (path_openings.cpp).
#include "checks/workflow/path_starts.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/oidc/scope.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {

const char* to_string(Actor actor) {
  switch (actor) {
    case Actor::Outsider:
      return "outsider";
    case Actor::Contributor:
      return "contributor";
    case Actor::Maintainer:
      return "maintainer";
    case Actor::Approver:
      return "approver";
  }
  return "contributor";
}

namespace {

/// Workflows that wait for workflows: GitHub starts no more than three in a row.
constexpr std::size_t kMaxParents = 3;
constexpr std::size_t kMaxStarts = 32;
constexpr std::size_t kRefsNamed = 3;

bool is_pull_event(std::string_view event) {
  return event.starts_with("pull_request") && event != "pull_request_target";
}

/// Events that somebody brings about at will and that say nothing about the code.
bool is_started_by_hand(std::string_view event) {
  static constexpr std::array<std::string_view, 6> kCounted = {"push",    "schedule", "merge_group",
                                                               "release", "create",   "delete"};
  return !is_pull_event(event) && !text::one_of(event, kCounted);
}

bool takes_any_ref(const std::vector<std::string>& refs) {
  return refs.empty() || std::any_of(refs.begin(), refs.end(), [](const std::string& ref) {
           return ref == "refs/heads/*" || ref == "refs/tags/*" || ref == "*";
         });
}

/// `` `refs/heads/main` or `refs/heads/next` ``
std::string ref_words(const std::vector<std::string>& refs) {
  std::string words;
  for (std::size_t i = 0; i < std::min(refs.size(), kRefsNamed); ++i) {
    words += (i == 0 ? "`" : " or `") + refs[i] + "`";
  }
  return words + (refs.size() > kRefsNamed ? " or others" : "");
}

std::string protection_of(const std::string& ref) {
  const bool tag = ref.starts_with("refs/tags/");
  return (tag ? "only maintainers can make tags like `" : "only maintainers get commits onto `") +
         ref + "`";
}

/// Whether branches of such names are nobody's in particular: a pattern that no release has.
bool is_anybodys(const std::string& ref) {
  static constexpr std::array<std::string_view, 7> kKept = {
      "release", "hotfix", "stable", "prod", "main", "master", "gh-readonly"};
  return ref.starts_with("refs/heads/") && ref.find_first_of("*?") != std::string::npos &&
         !text::contains_any(text::lower(ref), kKept);
}

/// What GitHub's settings say about the refs that a gate rests on.
void settle(Gate& gate, const std::vector<std::string>& refs, const Intent& intent) {
  if (!gate.counts || !intent.settings) {
    return;
  }
  std::string by;
  std::string assumption;
  const auto join = [](std::string& all, const std::string& one) {
    if (!one.empty() && all.find(one) == std::string::npos) {
      all += (all.empty() ? "" : " and ") + one;
    }
  };
  for (const std::string& ref : refs) {
    const RefAnswer answer = intent.settings->guard_of(ref);
    if (answer.guard == RefGuard::Unknown) {
      return;
    }
    if (answer.guard == RefGuard::Open) {
      gate.words += ref.starts_with("refs/tags/")
                        ? ", and anybody with write access makes such tags"
                        : ", and anybody with write access gets commits onto `" + ref + "` alone";
      gate.where = answer.where;
      gate.assumption.clear();
      gate.counts = false;
      gate.open = false;
      return;
    }
    join(by, answer.by);
    join(assumption, answer.assumption);
  }
  gate.words += ", and somebody else is needed there: " + by;
  gate.assumption = assumption;
  gate.open = false;
}

/// The gate that an environment is which takes protected branches, or refs that cannot be named
/// here.
Gate environment_gate(const IntentEnvironment& environment) {
  const bool guarded = environment.settings->refs == EnvironmentRefs::Protected;
  return {GateKind::EnvironmentRule,
          "environment `" + environment.name + "` takes " +
              (guarded ? "protected branches only" : "branches and tags of its own rules only"),
          environment.where,
          guarded ? "only maintainers get commits onto protected branches"
                  : "only maintainers get commits onto those branches and make those tags",
          true,
          false};
}

Gate ref_gate(const std::vector<std::string>& refs, const std::string& by, const SourceRef& where,
              bool counts) {
  return {GateKind::Ref,
          (counts ? "only " : "it runs the code of ") + ref_words(refs) +
              (counts ? " starts it" : " only, whoever starts it") + by,
          where,
          counts ? protection_of(refs.front()) : "",
          counts,
          std::any_of(refs.begin(), refs.end(), is_anybodys)};
}

PathStep event_step(const Workflow& workflow, const Trigger& trigger, const std::string& who) {
  return {"event",
          "`" + trigger.event.value + "` of workflow `" + workflow.display_name() + "`: " + who,
          trigger.event.where};
}

/// What somebody with rights does to start an event.
std::string writer_words(std::string_view event) {
  if (event == "workflow_dispatch") {
    return "anybody with write access starts it by hand";
  }
  if (event == "schedule") {
    return "the clock starts it, with the code of the default branch";
  }
  if (is_pull_event(event)) {
    return "anybody with write access opens a pull request from a branch of the repository";
  }
  if (event == "push") {
    return "anybody who may push there";
  }
  return "anybody with write access";
}

std::string outsider_words(std::string_view event) {
  const std::string_view act = act_of(event);
  return "an outsider " + (act.empty() ? std::string("starts it") : std::string(act));
}

/// An event in front of `workflow_run`, with the workflow that it starts.
struct ParentStart {
  const Workflow* workflow = nullptr;
  const Trigger* trigger = nullptr;
  /// The triggers from the first event to the one in front of the last.
  std::vector<std::pair<const Workflow*, const Trigger*>> chain;
};

std::vector<const Workflow*> parents_of(const Trigger& trigger, const Workflows& workflows) {
  std::vector<const Workflow*> found;
  for (const Workflow& one : workflows.all()) {
    const bool named = std::any_of(trigger.workflows.begin(), trigger.workflows.end(),
                                   [&](const Text& name) { return one.goes_by(name.value); });
    if (named) {
      found.push_back(&one);
    }
  }
  return found;
}

class StartFinder {
 public:
  StartFinder(const CredentialUse& use, const AuditInput& input, Admissions& admissions)
      : use_(use), input_(input), intent_(input.intent()), admissions_(admissions) {}

  std::vector<RunStart> all();

 private:
  [[nodiscard]] bool takes_strangers() const {
    return can_run(use_.run, intent_, use_.set->moment(true));
  }

  RunStart plain();
  void ref_gates(RunStart& start);
  void named_actors(RunStart& start) const;
  std::vector<RunStart> chained();
  [[nodiscard]] std::vector<ParentStart> parent_starts() const;
  [[nodiscard]] RunStart after(const ParentStart& parent) const;
  [[nodiscard]] bool is_limited(const ParentStart& parent) const;

  [[nodiscard]] const Trigger& trigger() const { return *use_.set->trigger; }

  const CredentialUse& use_;
  const AuditInput& input_;
  const Intent& intent_;
  Admissions& admissions_;
};

/// Gates that the ref of the run is.
void StartFinder::ref_gates(RunStart& start) {
  const Presented& set = *use_.set;
  const auto& name = set.tokens.environment;
  const IntentEnvironment* environment = name ? intent_.environment(*name) : nullptr;
  const std::string& event = set.event;
  if (environment != nullptr && !environment->branches.empty() && start.actor != Actor::Outsider &&
      !takes_any_ref(set.tokens.refs)) {
    Gate gate{
        GateKind::EnvironmentRule,
        "environment `" + environment->name + "` takes " + ref_words(set.tokens.refs) + " only",
        environment->where,
        protection_of(set.tokens.refs.front()),
        true,
        false};
    settle(gate, set.tokens.refs, intent_);
    start.gates.push_back(std::move(gate));
    return;
  }
  if (environment != nullptr && environment->branches.empty() && environment->limits_refs() &&
      start.actor != Actor::Outsider) {
    start.gates.push_back(environment_gate(*environment));
  }
  if (start.actor == Actor::Outsider || is_pull_event(event) || event == "workflow_run") {
    return;
  }
  const bool counts = !is_started_by_hand(event);
  if (!takes_any_ref(set.tokens.refs)) {
    Gate gate = ref_gate(set.tokens.refs, "", trigger().event.where, counts);
    settle(gate, set.tokens.refs, intent_);
    start.gates.push_back(std::move(gate));
    return;
  }
  const std::string pinned = ref_pinned_by_trust(use_, admissions_);
  if (!pinned.empty()) {
    const bool several = pinned.ends_with("…");
    Gate gate = ref_gate({pinned}, several ? "" : ": the role admits no other",
                         use_.trusts.front()->role->where, counts);
    if (!several) {
      settle(gate, {pinned}, intent_);
    }
    start.gates.push_back(std::move(gate));
  }
}

/// For events that say who started them: a condition that only named people meet.
void StartFinder::named_actors(RunStart& start) const {
  const std::string& event = use_.set->event;
  const bool by_person = event == "workflow_dispatch" || event == "push" || event == "release" ||
                         event == "repository_dispatch";
  if (!by_person || takes_strangers()) {
    return;
  }
  const std::vector<const Text*> conditions = conditions_of(use_.run);
  const auto names = std::find_if(conditions.begin(), conditions.end(), [](const Text* condition) {
    const std::string lower = text::lower(condition->value);
    return lower.find("actor") != std::string::npos || lower.find("sender") != std::string::npos;
  });
  if (names != conditions.end()) {
    start.gates.push_back({GateKind::NamedActor, "a condition names who may start it",
                           (*names)->where, "", true, false});
  }
}

RunStart StartFinder::plain() {
  RunStart start{use_.set->event, Actor::Contributor, {}, {}, ""};
  const Hand by = starter_of(trigger(), input_.model<Workflows>());
  if (by == Hand::Outsider && takes_strangers()) {
    start.actor = Actor::Outsider;
  }
  const bool outside = start.actor == Actor::Outsider;
  start.steps = {event_step(*use_.run.entry, trigger(),
                            outside ? outsider_words(start.event) : writer_words(start.event))};
  if (by == Hand::Outsider && waits_for_label(use_.run, trigger())) {
    start.gates.push_back({GateKind::Label, "somebody with rights puts on a label first",
                           trigger().event.where, "", true, false});
  }
  ref_gates(start);
  named_actors(start);
  return start;
}

/// All events that lead here, through up to three workflows.
std::vector<ParentStart> StartFinder::parent_starts() const {
  std::vector<ParentStart> found;
  std::vector<ParentStart> waiting{{use_.run.entry, &trigger(), {}}};
  while (!waiting.empty() && found.size() < kMaxStarts) {
    const ParentStart next = waiting.back();
    waiting.pop_back();
    for (const Workflow* parent : parents_of(*next.trigger, input_.model<Workflows>())) {
      for (const Trigger& before : parent->triggers) {
        ParentStart one{parent, &before, next.chain};
        one.chain.insert(one.chain.begin(), {parent, &before});
        if (before.event.value == "workflow_run" && one.chain.size() < kMaxParents) {
          waiting.push_back(std::move(one));
        } else if (before.event.value != "workflow_call" && before.event.value != "workflow_run") {
          found.push_back(std::move(one));
        }
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const ParentStart& a, const ParentStart& b) {
    return std::pair(a.workflow->source.path(), a.trigger->event.where.span.line) <
           std::pair(b.workflow->source.path(), b.trigger->event.where.span.line);
  });
  return found;
}

/// The refs of the filter of a push in front, when it names branches alone; `…` otherwise, of which
/// nothing is known.
std::vector<std::string> branches_before(const ParentStart& parent) {
  const Trigger& trigger = *parent.trigger;
  const bool plain = trigger.event.value == "push" && trigger.tags.empty() &&
                     std::none_of(trigger.branches.begin(), trigger.branches.end(),
                                  [](const Text& one) { return one.value.starts_with("!"); });
  std::vector<std::string> refs;
  for (const Text& branch : plain ? trigger.branches : std::vector<Text>()) {
    refs.push_back("refs/heads/" + branch.value);
  }
  return refs.empty() ? std::vector<std::string>{"…"} : refs;
}

/// Whether the run before can only be of a branch that a filter or condition names.
bool StartFinder::is_limited(const ParentStart& parent) const {
  const std::string& event = parent.trigger->event.value;
  if (event == "schedule") {
    return true;
  }
  const auto narrow = [](const std::vector<Text>& filters) {
    return !filters.empty() && std::none_of(filters.begin(), filters.end(), [](const Text& one) {
      return one.value == "*" || one.value == "**";
    });
  };
  const bool condition =
      refused_by(use_.run, {{"github.event.workflow_run.head_branch", "any-other"},
                            {"github.event.workflow_run.event", event}}) != nullptr;
  const bool own_filter =
      event == "push" && (narrow(parent.trigger->branches) || (narrow(parent.trigger->tags)));
  return !is_started_by_hand(event) && (condition || own_filter || narrow(trigger().branches));
}

/// The start by one event in front.
RunStart StartFinder::after(const ParentStart& parent) const {
  const std::string& event = parent.trigger->event.value;
  RunStart start{"", Actor::Contributor, {}, {}, ""};
  for (const auto& [workflow, trigger] : parent.chain) {
    start.event += trigger->event.value + " > ";
  }
  start.event += "workflow_run";
  const Hand by = starter_of(*parent.trigger, input_.model<Workflows>());
  if (by != Hand::Writer && by != Hand::Dispatcher && takes_strangers()) {
    start.actor = Actor::Outsider;
  }
  const bool outside = start.actor == Actor::Outsider;
  for (std::size_t i = 0; i < parent.chain.size(); ++i) {
    start.steps.push_back(event_step(*parent.chain[i].first, *parent.chain[i].second,
                                     i > 0     ? "it follows"
                                     : outside ? outsider_words(event)
                                               : writer_words(event)));
  }
  start.steps.push_back(
      event_step(*use_.run.entry, trigger(), "it follows, on the default branch"));
  const KnownFacts failed{{"github.event.workflow_run.conclusion", "failure"},
                          {"github.event.workflow_run.event", event}};
  if (const Text* condition = refused_by(use_.run, failed)) {
    start.gates.push_back({GateKind::Conclusion,
                           "it goes on only when the workflow before did not fail",
                           condition->where, "", true, false});
  }
  if (!outside && is_limited(parent)) {
    Gate gate{GateKind::Ref,
              "only commits of named branches lead here",
              parent.trigger->event.where,
              "only maintainers get commits onto those branches",
              true,
              false};
    settle(gate, branches_before(parent), intent_);
    start.gates.push_back(std::move(gate));
  }
  return start;
}

std::vector<RunStart> StartFinder::chained() {
  std::vector<RunStart> starts;
  for (const ParentStart& parent : parent_starts()) {
    const std::string& event = parent.trigger->event.value;
    if (refused_by(use_.run, {{"github.event.workflow_run.event", event}}) == nullptr) {
      starts.push_back(after(parent));
    }
  }
  const auto missing = [&](const Text& name) {
    const auto& all = input_.model<Workflows>().all();
    return std::none_of(all.begin(), all.end(),
                        [&](const Workflow& one) { return one.goes_by(name.value); });
  };
  const auto& names = trigger().workflows;
  const auto unknown = std::find_if(names.begin(), names.end(), missing);
  if (unknown != names.end() || names.empty()) {
    RunStart start{"workflow_run", Actor::Contributor, {}, {}, ""};
    start.steps = {event_step(*use_.run.entry, trigger(), "it follows another workflow")};
    start.doubt = "the workflow `" + (names.empty() ? std::string("…") : unknown->value) +
                  "` that it follows is not here, so what starts that is not known";
    starts.push_back(std::move(start));
  }
  return starts;
}

std::vector<RunStart> StartFinder::all() {
  if (use_.set->event == "workflow_run") {
    return chained();
  }
  return {plain()};
}

}  // namespace

std::string ref_pinned_by_trust(const CredentialUse& use, Admissions& admissions) {
  std::string pinned;
  for (const oidc::Trust* trust : use.trusts) {
    oidc::Scope scope = oidc::scope_of(use.set->tokens);
    const Proof& some = admissions.ask(trust->search, scope);
    scope.ref = oidc::ValueRule::fresh();
    if (!admissions.ask(trust->search, scope).is_no()) {
      return "";
    }
    const std::string ref = some.is_yes() ? some.witness().first("ref") : "";
    pinned = ref.empty() ? pinned : ref;
    scope.ref = oidc::ValueRule::outside({pinned});
    if (!pinned.empty() && !admissions.ask(trust->search, scope).is_no()) {
      pinned += "…";
    }
  }
  return pinned;
}

std::vector<RunStart> run_starts(const CredentialUse& use, const AuditInput& input,
                                 Admissions& admissions) {
  return StartFinder(use, input, admissions).all();
}

}  // namespace muster::workflow
