// What the names in expressions stand for. `env` entries, inputs and secrets may hold expressions
// themselves; how deep is bounded in expression.cpp.
#include <algorithm>
#include <utility>

#include "checks/text/ascii.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

/// What follows the prefix in `text`; nothing when it begins otherwise or names a property of a
/// property.
std::optional<std::string_view> member(std::string_view text, std::string_view prefix) {
  const bool begins = text.size() > prefix.size() &&
                      text::equals_ignoring_case(text.substr(0, prefix.size()), prefix);
  const std::string_view rest = begins ? text.substr(prefix.size()) : std::string_view();
  const bool plain = !rest.empty() && rest.find_first_of(".[*") == std::string_view::npos;
  return plain ? std::optional<std::string_view>(rest) : std::nullopt;
}

ValueSet texts(const Values& values) {
  ValueSet set{{}, values.known, values.missing};
  for (const std::string& value : values.values) {
    add_values(set, {{scalar(value)}, true, {}});
  }
  return set;
}

ValueSet one(std::string_view text) {
  return {{{Value::Type::Text, std::string(text)}}, true, {}};
}

ValueSet null() {
  return {{Value{}}, true, {}};
}

const Variable* find(const std::vector<Variable>& variables, std::string_view name) {
  const auto found = std::find_if(
      variables.begin(), variables.end(),
      [&](const Variable& variable) { return text::equals_ignoring_case(variable.name, name); });
  return found == variables.end() ? nullptr : &*found;
}

const Choice* find(const Choices& choices, const Job* job, std::string_view name) {
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) {
    return choice.job == job && text::equals_ignoring_case(choice.name, name);
  });
  return found == choices.end() ? nullptr : &*found;
}

/// Whether a script of the job writes this variable into `$GITHUB_ENV`: later steps then see
/// another value.
bool is_written_by_a_step(const Job& job, std::string_view name) {
  return std::any_of(job.steps.begin(), job.steps.end(), [&](const Step& step) {
    return step.run.value.find("GITHUB_ENV") != std::string::npos &&
           step.run.value.find(name) != std::string::npos;
  });
}

/// What one value of a dispatch input is: a boolean under `inputs`, always a text under
/// `github.event.inputs`.
Value typed(const Input* input, std::string_view value, std::string_view shown) {
  const bool boolean = input != nullptr && input->type == "boolean";
  const bool of_event = text::lower(shown).starts_with("github.");
  return boolean ? Value{of_event ? Value::Type::Text : Value::Type::Bool, std::string(value)}
                 : scalar(value);
}

/// What a dispatch input can be when somebody starts the workflow.
ValueSet choices_of(const Input& input, std::string_view shown) {
  if (input.type == "boolean") {
    return {{typed(&input, "false", shown), typed(&input, "true", shown)}, true, {}};
  }
  if (input.type != "choice") {
    return unknown_value(shown);
  }
  ValueSet choices;
  for (const Text& option : input.options) {
    add_values(choices, {{scalar(option.value)}, true, {}});
  }
  return choices;
}

}  // namespace

ValueSet Resolver::deeper(std::string_view text) const {
  return texts(Resolver(scope_, work_, depth_ + 1).text(text));
}

/// An input of the composite action around the step: what its user gives, else the default, else an
/// empty text.
ValueSet Resolver::action_input(std::string_view name) const {
  const Scope outer = scope_.action_user();
  if (const Text* given = outer.step->input(name)) {
    return texts(Resolver(outer, work_, depth_ + 1).text(given->value));
  }
  const Input* input = find_input((*scope_.actions)[outer.action_depth].action->inputs, name);
  return input != nullptr && input->default_value ? deeper(input->default_value->value) : one("");
}

/// A declared variable: that of the job's environment, else the general one. Several environments
/// give several values.
ValueSet Resolver::declared(std::string_view name, std::string_view shown) const {
  if (scope_.intent == nullptr) {
    return unknown_value(shown);
  }
  const Variable* general = find(scope_.intent->variables, name);
  const ValueSet fallback = general != nullptr ? one(general->value) : unknown_value(shown);
  ValueSet result;
  bool in_some = false;
  std::size_t own = 0;
  for (const IntentEnvironment& environment : scope_.intent->environments) {
    const Variable* found = find(environment.variables, name);
    in_some = in_some || found != nullptr;
    if (found != nullptr && scope_.environments.contains(environment.name)) {
      add_values(result, one(found->value));
      ++own;
    }
  }
  if (!scope_.environments.known && in_some) {
    return unknown_value(shown);
  }
  if (own < scope_.environments.values.size() || own == 0) {
    add_values(result, fallback);
  }
  return result;
}

/// Whether one of the job's environments has a variable of this name.
bool Resolver::has_own(std::string_view name) const {
  return scope_.intent != nullptr &&
         std::any_of(scope_.intent->environments.begin(), scope_.intent->environments.end(),
                     [&](const IntentEnvironment& environment) {
                       return scope_.environments.contains(environment.name) &&
                              find(environment.variables, name) != nullptr;
                     });
}

/// In a called workflow a secret has the value that the caller passes under this name, unless the
/// job's environment has one.
ValueSet Resolver::secret(std::string_view name, std::string_view shown) const {
  if (scope_.calls == 0 || has_own(name)) {
    return declared(name, shown);
  }
  const Scope outer = scope_.caller();
  const Resolver resolver(outer, work_, depth_ + 1);
  if (outer.job->secrets_inherit) {
    return resolver.secret(name, shown);
  }
  const Text* passed = find_value(outer.job->secrets, name);
  return passed != nullptr ? texts(resolver.text(passed->value)) : unknown_value(shown);
}

ValueSet Resolver::environment_variable(std::string_view name, std::string_view shown) const {
  const Text* own = scope_.step != nullptr ? find_value(scope_.step->env, name) : nullptr;
  if (own != nullptr) {
    return deeper(own->value);
  }
  if (scope_.action_depth > 0) {
    const Scope outer = scope_.action_user();
    return Resolver(outer, work_, depth_ + 1).environment_variable(name, shown);
  }
  if (scope_.job != nullptr && is_written_by_a_step(*scope_.job, name)) {
    return unknown_value(shown);
  }
  const Text* of_job = scope_.job != nullptr ? find_value(scope_.job->env, name) : nullptr;
  if (of_job != nullptr) {
    return deeper(of_job->value);
  }
  const Text* general =
      scope_.workflow != nullptr ? find_value(scope_.workflow->env, name) : nullptr;
  return general != nullptr ? deeper(general->value) : declared(name, shown);
}

/// An input of the event that started the run: null when the event has none.
ValueSet Resolver::dispatch_input(std::string_view name, std::string_view shown) const {
  const Workflow* entry = scope_.entry != nullptr ? scope_.entry : scope_.workflow;
  if (entry == nullptr) {
    return unknown_value(shown);
  }
  if (!scope_.event.empty() && scope_.event != "workflow_dispatch") {
    return null();
  }
  const Input* input = find_input(entry->dispatch_inputs, name);
  if (const Choice* choice = find(scope_.choices, nullptr, name)) {
    return {{typed(input, choice->value, shown)}, true, {}};
  }
  ValueSet result;
  const bool other_events =
      std::any_of(entry->triggers.begin(), entry->triggers.end(), [](const Trigger& trigger) {
        return trigger.event.value != "workflow_dispatch" && trigger.event.value != "workflow_call";
      });
  if (scope_.event.empty() && other_events) {
    result = null();
  }
  add_values(result, input != nullptr ? choices_of(*input, shown) : unknown_value(shown));
  return result;
}

/// `inputs.X`: what the caller passes, else the default, else nothing; without a caller the input
/// of the event.
ValueSet Resolver::input(std::string_view name, std::string_view shown) const {
  if (scope_.action_depth > 0) {
    return action_input(name);
  }
  if (scope_.calls == 0) {
    return dispatch_input(name, shown);
  }
  const Scope outer = scope_.caller();
  if (const Text* passed = find_value(outer.job->with, name)) {
    return texts(Resolver(outer, work_, depth_ + 1).text(passed->value));
  }
  const Input* input = find_input(scope_.workflow->call_inputs, name);
  if (input == nullptr) {
    return unknown_value(shown);
  }
  return input->default_value
             ? deeper(input->default_value->value)
             : ValueSet{{scalar(input->type == "string" ? "" : "false")}, true, {}};
}

ValueSet Resolver::matrix(std::string_view name, std::string_view shown) const {
  if (scope_.job == nullptr || scope_.job->matrix_open) {
    return unknown_value(shown);
  }
  if (const Choice* choice = find(scope_.choices, scope_.job, name)) {
    return deeper(choice->value);
  }
  for (const auto& [key, items] : scope_.job->matrix) {
    if (!text::equals_ignoring_case(key, name)) {
      continue;
    }
    ValueSet values;
    for (const Text& item : items) {
      add_values(values, deeper(item.value));
    }
    return values;
  }
  return unknown_value(shown);
}

/// `github.ref`, or `github.ref_name` when `prefix` is taken off.
ValueSet Resolver::ref(std::string_view prefix) const {
  const std::string text = scope_.ref.substr(prefix.size());
  return {{{Value::Type::Text, text, text.ends_with(kRest)}}, true, {}};
}

/// What the event and the ref of the run tell.
ValueSet Resolver::run_fact(std::string_view name, std::string_view shown) const {
  const std::string& event = scope_.event;
  if (!scope_.per_run.empty() &&
      (text::equals_ignoring_case(name, "sha") || text::equals_ignoring_case(name, "run_id") ||
       text::equals_ignoring_case(name, "run_number"))) {
    return one(scope_.per_run);
  }
  if (text::equals_ignoring_case(name, "event_name") && !event.empty()) {
    return one(event);
  }
  const bool request_ref =
      text::equals_ignoring_case(name, "head_ref") || text::equals_ignoring_case(name, "base_ref");
  if (request_ref && !event.empty() && !event.starts_with("pull_request")) {
    return null();
  }
  if (scope_.ref.empty()) {
    return unknown_value(shown);
  }
  if (text::equals_ignoring_case(name, "ref")) {
    return ref("");
  }
  if (text::equals_ignoring_case(name, "ref_type")) {
    return one(scope_.ref.starts_with("refs/tags/") ? "tag" : "branch");
  }
  const std::size_t kind = scope_.ref.find('/', 5);
  return text::equals_ignoring_case(name, "ref_name") && kind != std::string::npos
             ? ref(std::string_view(scope_.ref).substr(0, kind + 1))
             : unknown_value(shown);
}

/// What a stranger's doing says of its author; nothing for anything else. The issue under a comment
/// may be somebody else's.
std::optional<ValueSet> Resolver::of_stranger(std::string_view name) const {
  const std::string lower = text::lower(name);
  const bool comments = scope_.event.ends_with("_comment") || scope_.event == "pull_request_review";
  const bool of_others =
      comments && (lower.starts_with("event.issue.") || lower.starts_with("event.discussion.") ||
                   lower.starts_with("event.pull_request."));
  if (lower == "actor" || lower == "triggering_actor" || lower == "event.sender.login") {
    return one({&kStranger, 1});
  }
  if (lower.ends_with("head.repo.full_name") || lower.ends_with("head_repository.full_name")) {
    return one(std::string(1, kStranger) + "/fork");
  }
  if (lower.ends_with("head.repo.fork") || lower.ends_with("head_repository.fork")) {
    return ValueSet{{Value{Value::Type::Bool, "true"}}, true, {}};
  }
  if (lower.ends_with("head.repo.owner.login") || lower.ends_with("head_repository.owner.login") ||
      lower.ends_with("head.user.login") || (lower.ends_with(".user.login") && !of_others)) {
    return one({&kStranger, 1});
  }
  if (lower == "event.workflow_run.event") {
    ValueSet events;
    for (const std::string_view event :
         {"issue_comment", "issues", "pull_request", "pull_request_target"}) {
      add_values(events, one(event));
    }
    return events;
  }
  if (!lower.ends_with(".author_association") || of_others) {
    return std::nullopt;
  }
  ValueSet ties;
  for (const std::string_view tie :
       {"CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", "NONE"}) {
    add_values(ties, one(tie));
  }
  return ties;
}

ValueSet Resolver::github(std::string_view name) const {
  if (scope_.stranger) {
    if (auto known = of_stranger(name)) {
      return std::move(*known);
    }
  }
  const std::string repository = scope_.intent != nullptr ? scope_.intent->repository : "";
  if (text::equals_ignoring_case(name, "repository") && !repository.empty()) {
    return one(repository);
  }
  if (text::equals_ignoring_case(name, "repository_owner") && !repository.empty()) {
    return one(repository.substr(0, repository.find('/')));
  }
  if (text::equals_ignoring_case(name, "event.repository.default_branch") &&
      scope_.intent != nullptr) {
    return one(scope_.intent->default_branch);
  }
  return run_fact(name, "github." + std::string(name));
}

ValueSet Resolver::name(std::string_view name) const {
  if (const auto rest = member(name, "github.event.inputs.")) {
    return dispatch_input(*rest, name);
  }
  if (const auto rest = member(name, "vars.")) {
    return declared(*rest, name);
  }
  if (const auto rest = member(name, "secrets.")) {
    return secret(*rest, name);
  }
  if (const auto rest = member(name, "env.")) {
    return environment_variable(*rest, name);
  }
  if (const auto rest = member(name, "inputs.")) {
    return input(*rest, name);
  }
  if (const auto rest = member(name, "matrix.")) {
    return matrix(*rest, name);
  }
  const bool is_github =
      name.size() > 7 && text::equals_ignoring_case(name.substr(0, 7), "github.");
  return is_github ? github(name.substr(7)) : unknown_value(name);
}

}  // namespace muster::workflow
