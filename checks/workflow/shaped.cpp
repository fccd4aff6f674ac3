// Names are followed by recursion whose depth is bounded, as in expression.cpp.
#include "checks/workflow/shaped.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/grammar.h"
#include "checks/workflow/written_values.h"

namespace muster::workflow {
namespace {

constexpr int kMaxShapedDepth = 12;
constexpr std::size_t kMaxShapedSteps = 2'000;

using ShapedList = std::vector<Shaped>;

void add_shaped(ShapedList& to, const ShapedList& from) {
  for (const Shaped& one : from) {
    const auto same = std::find_if(to.begin(), to.end(),
                                   [&](const Shaped& other) { return other.name == one.name; });
    if (same == to.end()) {
      to.push_back(one);
    } else if (same->hand < one.hand) {
      *same = one;
    }
  }
}

std::string joined_path(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    all += (all.empty() ? "" : ".") + part;
  }
  return all;
}

/// Whether the value lies at this path or under it.
bool lies_under(const ShapedValue& value, const std::vector<std::string>& path) {
  if (path.size() > value.path.size()) {
    // Below a value that is a document of its own, as `client_payload` is.
    return value.path.back() == "client_payload" &&
           std::equal(value.path.begin(), value.path.end(), path.begin());
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != value.path[i] && path[i] != "*" && value.path[i] != "*") {
      return false;
    }
  }
  return true;
}

/// A value on the stack: a name that may still be extended, or what has become of names.
struct Traced {
  std::vector<std::string> path;
  /// A string literal: the name of a property.
  std::optional<std::string> literal;
  ShapedList shaped;
};

class Tracer {
 public:
  /// `heads`: what leads to code is looked for, not text.
  Tracer(const Scope& scope, std::size_t& budget, bool heads, int depth = 0)
      : scope_(scope), budget_(budget), heads_(heads), depth_(depth) {}

  [[nodiscard]] ShapedList text(std::string_view text) const;
  [[nodiscard]] ShapedList expression(std::string_view expression) const;
  [[nodiscard]] ShapedList script(std::string_view piece) const;

 private:
  [[nodiscard]] ShapedList run(const ParsedExpression& program) const;
  [[nodiscard]] Traced step(const ExpressionStep& step, std::vector<Traced>& operands) const;
  [[nodiscard]] Traced index(Traced& value, const Traced& index) const;
  [[nodiscard]] ShapedList final(const Traced& value) const;
  [[nodiscard]] ShapedList name(const std::vector<std::string>& path) const;
  [[nodiscard]] ShapedList github(const std::vector<std::string>& path) const;
  [[nodiscard]] ShapedList ref(std::string_view name) const;
  [[nodiscard]] ShapedList input(const std::string& name) const;
  [[nodiscard]] ShapedList dispatch_input(const std::string& name) const;
  [[nodiscard]] ShapedList variable(const std::string& name) const;
  [[nodiscard]] ShapedList exported(const std::string& name) const;
  [[nodiscard]] ShapedList step_output(const std::string& id, const std::string& name) const;
  [[nodiscard]] ShapedList job_output(const std::string& id, const std::string& name) const;
  [[nodiscard]] ShapedList shell_variable(const std::string& name) const;

  [[nodiscard]] ShapedList in(const Scope& scope, std::string_view text) const {
    return Tracer(scope, budget_, heads_, depth_ + 1).text(text);
  }

  /// The scope of another step of the same list.
  [[nodiscard]] Scope beside(const Step& step) const;
  /// The steps that stand beside the scope's own.
  [[nodiscard]] std::vector<const Step*> steps() const;

  const Scope& scope_;
  std::size_t& budget_;
  bool heads_;
  int depth_;
};

ShapedList Tracer::text(std::string_view text) const {
  ShapedList all;
  for (const std::string_view one : expressions_of(text)) {
    add_shaped(all, expression(one));
  }
  return all;
}

ShapedList Tracer::expression(std::string_view expression) const {
  if (depth_ > kMaxShapedDepth || budget_ == 0) {
    return {};
  }
  --budget_;
  const auto parsed = parse_expression(expression, whole_vocabulary());
  return parsed.ok() ? run(parsed.value()) : ShapedList();
}

ShapedList Tracer::run(const ParsedExpression& program) const {
  std::vector<Traced> stack;
  for (const ExpressionStep& one : program.steps) {
    std::vector<Traced> operands(stack.end() - static_cast<std::ptrdiff_t>(one.operands),
                                 stack.end());
    stack.resize(stack.size() - one.operands);
    stack.push_back(step(one, operands));
  }
  return stack.empty() ? ShapedList() : final(stack.back());
}

Traced Tracer::index(Traced& value, const Traced& index) const {
  if (!value.path.empty()) {
    value.path.push_back(index.literal ? text::lower(*index.literal) : "*");
  }
  return std::move(value);
}

/// Comparisons give booleans. `a && b` is `b`, or something false and so harmless; `a || b` is
/// either.
Traced Tracer::step(const ExpressionStep& step, std::vector<Traced>& operands) const {
  using Kind = ExpressionStep::Kind;
  Traced result;
  const auto add_all = [&](std::size_t first, std::size_t stride) {
    for (std::size_t i = first; i < operands.size(); i += stride) {
      add_shaped(result.shaped, final(operands[i]));
    }
  };
  if (step.kind == Kind::Context) {
    result.path = {step.text};
  } else if (step.kind == Kind::String) {
    result.literal = step.text;
  } else if (step.kind == Kind::Index) {
    return index(operands[0], operands[1]);
  } else if (step.kind == Kind::Star) {
    return index(operands[0], Traced{});
  } else if (step.kind == Kind::Or) {
    add_all(0, 1);
  } else if (step.kind == Kind::And) {
    add_all(operands.size() - 1, 1);
  } else if (step.kind == Kind::Call && step.text == "case") {
    add_all(1, 2);
    add_shaped(result.shaped, final(operands.back()));
  } else if (step.kind == Kind::Call) {
    static constexpr std::array<std::string_view, 4> kPassOn = {"format", "fromjson", "join",
                                                                "tojson"};
    if (text::one_of(step.text, kPassOn)) {
      add_all(0, 1);
    }
  }
  return result;
}

ShapedList Tracer::final(const Traced& value) const {
  return value.path.empty() ? value.shaped : name(value.path);
}

ShapedList Tracer::name(const std::vector<std::string>& path) const {
  const std::string& context = path.front();
  if (context == "github") {
    return github(path);
  }
  if (context == "inputs") {
    return input(path.size() > 1 ? path[1] : "*");
  }
  if (context == "env" && path.size() == 2) {
    return variable(path[1]);
  }
  const bool output = path.size() >= 4 && path[2] == "outputs";
  if (context == "steps" && output) {
    return step_output(path[1], path[3]);
  }
  return context == "needs" && output ? job_output(path[1], path[3]) : ShapedList();
}

ShapedList Tracer::github(const std::vector<std::string>& path) const {
  if (path.size() >= 3 && path[1] == "event" && path[2] == "inputs") {
    return dispatch_input(path.size() > 3 ? path[3] : "*");
  }
  if (path.size() == 2 && (path[1] == "ref" || path[1] == "ref_name")) {
    return ref(path[1]);
  }
  ShapedList found;
  for (const ShapedValue& value : shaped_by_event(scope_.event)) {
    if (value.leads_to_code() == heads_ && lies_under(value, path)) {
      const bool whole = path.size() < value.path.size();
      add_shaped(found, {{joined_path(whole ? value.path : path), value.hand, value.form, false}});
    }
  }
  return found;
}

/// A branch or tag by whose name the run goes. Filters without `*` leave nothing to make up.
ShapedList Tracer::ref(std::string_view name) const {
  const Trigger* trigger =
      scope_.entry != nullptr ? scope_.entry->find_trigger(scope_.event) : nullptr;
  const auto open = [](const std::vector<Text>& filters) {
    return std::any_of(filters.begin(), filters.end(), [](const Text& filter) {
      return !filter.value.starts_with('!') && filter.value.find('*') != std::string::npos;
    });
  };
  const bool named = trigger != nullptr && trigger->event.value == "push" &&
                     !(trigger->branches.empty() && trigger->tags.empty());
  const bool free = trigger != nullptr &&
                    (named ? open(trigger->branches) || open(trigger->tags)
                           : scope_.event == "push" || scope_.event == "workflow_dispatch" ||
                                 scope_.event == "release" || scope_.event == "create");
  const bool fixed = !scope_.ref.empty() && scope_.ref.find(kRest) == std::string::npos;
  return free && !fixed && !heads_
             ? ShapedList{{"github." + std::string(name), Hand::Writer, Form::Ref, false}}
             : ShapedList();
}

Scope Tracer::beside(const Step& step) const {
  Scope other = scope_;
  other.step = &step;
  return other;
}

std::vector<const Step*> Tracer::steps() const {
  if (scope_.action_depth == 0) {
    return scope_.job != nullptr ? all_steps(*scope_.job) : std::vector<const Step*>();
  }
  std::vector<const Step*> found;
  for (const Step& step : (*scope_.actions)[scope_.action_depth - 1].action->steps) {
    found.push_back(&step);
  }
  return found;
}

/// `inputs.X`: in an action what its user gives, in a called workflow what the caller passes, else
/// what somebody fills in.
ShapedList Tracer::input(const std::string& name) const {
  if (scope_.action_depth > 0) {
    const Scope outer = scope_.action_user();
    const Text* given = outer.step->input(name);
    const Input* input = find_input((*scope_.actions)[outer.action_depth].action->inputs, name);
    return given != nullptr                           ? in(outer, given->value)
           : input != nullptr && input->default_value ? in(scope_, input->default_value->value)
                                                      : ShapedList();
  }
  if (scope_.calls > 0) {
    const Scope outer = scope_.caller();
    const Text* passed = find_value(outer.job->with, name);
    const Input* input = find_input(scope_.workflow->call_inputs, name);
    const bool is_text = input == nullptr || input->type == "string";
    return passed != nullptr && is_text ? in(outer, passed->value) : ShapedList();
  }
  if (scope_.entry == nullptr && scope_.workflow != nullptr) {
    const Input* input = find_input(scope_.workflow->call_inputs, name);
    return input != nullptr && input->type == "string" && !heads_
               ? ShapedList{{"inputs." + input->name.value, Hand::Outsider, Form::Text, true}}
               : ShapedList();
  }
  return dispatch_input(name);
}

/// An input that is filled in by hand; one with a type other than text cannot hold commands.
ShapedList Tracer::dispatch_input(const std::string& name) const {
  ShapedList found;
  if (heads_ || scope_.event != "workflow_dispatch" || scope_.entry == nullptr) {
    return found;
  }
  for (const Input& input : scope_.entry->dispatch_inputs) {
    if (input.type == "string" &&
        (name == "*" || text::equals_ignoring_case(input.name.value, name))) {
      add_shaped(found, {{"inputs." + input.name.value, Hand::Dispatcher, Form::Text, false}});
    }
  }
  return found;
}

ShapedList Tracer::variable(const std::string& name) const {
  if (scope_.step != nullptr) {
    if (const Text* own = find_value(scope_.step->env, name)) {
      Scope outside = scope_;
      outside.step = nullptr;
      return in(own->value.find("env.") != std::string::npos ? outside : scope_, own->value);
    }
  }
  if (scope_.action_depth > 0) {
    const Scope outer = scope_.action_user();
    return depth_ > kMaxShapedDepth ? ShapedList()
                                    : Tracer(outer, budget_, heads_, depth_ + 1).variable(name);
  }
  ShapedList found = exported(name);
  const Text* of_job = scope_.job != nullptr ? find_value(scope_.job->env, name) : nullptr;
  const Text* general =
      scope_.workflow != nullptr ? find_value(scope_.workflow->env, name) : nullptr;
  if (of_job != nullptr || general != nullptr) {
    Scope outside = scope_;
    outside.step = nullptr;
    add_shaped(found, in(outside, of_job != nullptr ? of_job->value : general->value));
  }
  return found;
}

/// What steps before the scope's own write into `$GITHUB_ENV`.
ShapedList Tracer::exported(const std::string& name) const {
  ShapedList found;
  for (const Step* one : steps()) {
    if (scope_.step != nullptr && one->index >= scope_.step->index) {
      continue;
    }
    const Scope there = beside(*one);
    for (const std::string_view piece : written_values(one->run.value, "GITHUB_ENV", name)) {
      add_shaped(found, Tracer(there, budget_, heads_, depth_ + 1).script(piece));
    }
  }
  return found;
}

ShapedList Tracer::step_output(const std::string& id, const std::string& name) const {
  ShapedList found;
  for (const Step* one : steps()) {
    if (!one->id || !text::equals_ignoring_case(one->id->value, id)) {
      continue;
    }
    for (const ShapedValue& made : shaped_by_action(*one, name)) {
      if (made.leads_to_code() == heads_) {
        found.push_back({"steps." + id + ".outputs." + name, made.hand, made.form, false});
      }
    }
    const Scope there = beside(*one);
    for (const std::string_view piece : written_values(one->run.value, "GITHUB_OUTPUT", name)) {
      add_shaped(found, Tracer(there, budget_, heads_, depth_ + 1).script(piece));
    }
  }
  return found;
}

/// An output of a job that this one waits for, as it is declared there.
ShapedList Tracer::job_output(const std::string& id, const std::string& name) const {
  const auto same = [&](const Job& job) { return text::equals_ignoring_case(job.id.value, id); };
  const auto& jobs = scope_.workflow->jobs;
  const auto job = std::find_if(jobs.begin(), jobs.end(), same);
  const Text* declared = job != jobs.end() ? find_value(job->outputs, name) : nullptr;
  if (declared == nullptr) {
    return {};
  }
  Scope there = scope_;
  there.job = &*job;
  there.step = nullptr;
  there.actions = nullptr;
  there.action_depth = 0;
  return in(there, declared->value);
}

/// The name behind a `$`; empty when the shell expands something else there.
std::string shell_name(std::string_view rest) {
  rest.remove_prefix(rest.starts_with('{') ? 1 : 0);
  const auto* const end =
      std::find_if(rest.begin(), rest.end(), [](char c) { return !text::is_word_char(c); });
  return {rest.begin(), end};
}

/// Variables of the runner, what the script assigns from texts it can see, and the environment.
ShapedList Tracer::shell_variable(const std::string& name) const {
  if (name == "GITHUB_HEAD_REF" || name == "GITHUB_REF_NAME" || name == "GITHUB_REF") {
    return github({"github", text::lower(name.substr(7))});
  }
  const std::string_view script =
      scope_.step != nullptr ? std::string_view(scope_.step->run.value) : std::string_view();
  const std::string sign = name + "=";
  ShapedList found;
  for (std::size_t at = script.find(sign); at != std::string_view::npos;
       at = script.find(sign, at + 1)) {
    const std::string_view before =
        text::trim(script.substr(0, at).substr(script.substr(0, at).rfind('\n') + 1));
    const std::string_view line =
        script.substr(at + sign.size(), script.find('\n', at) - at - sign.size());
    if (before.empty() || before == "export" || before == "local") {
      add_shaped(found, Tracer(scope_, budget_, heads_, depth_ + 1).script(line));
    }
  }
  add_shaped(found, variable(name));
  return found;
}

ShapedList Tracer::script(std::string_view piece) const {
  if (depth_ > kMaxShapedDepth || budget_ == 0 || piece.find("$(") != std::string_view::npos ||
      piece.find('`') != std::string_view::npos) {
    return {};
  }
  --budget_;
  ShapedList found = text(piece);
  for (std::size_t at = piece.find('$'); at != std::string_view::npos;
       at = piece.find('$', at + 1)) {
    const std::string name = shell_name(piece.substr(at + 1));
    if (!name.empty()) {
      add_shaped(found, shell_variable(name));
    }
  }
  return found;
}

ShapedList sorted(ShapedList list) {
  std::sort(list.begin(), list.end(),
            [](const Shaped& a, const Shaped& b) { return a.name < b.name; });
  return list;
}

}  // namespace

std::vector<Shaped> shaped_in_text(std::string_view text, const Scope& scope) {
  std::size_t budget = kMaxShapedSteps;
  return sorted(Tracer(scope, budget, false).text(text));
}

std::vector<Shaped> shaped_in_expression(std::string_view expression, const Scope& scope) {
  std::size_t budget = kMaxShapedSteps;
  return sorted(Tracer(scope, budget, false).expression(expression));
}

std::vector<Shaped> shaped_in_script(std::string_view piece, const Scope& scope) {
  std::size_t budget = kMaxShapedSteps;
  return sorted(Tracer(scope, budget, false).script(piece));
}

std::vector<Shaped> heads_in_text(std::string_view text, const Scope& scope) {
  std::size_t budget = kMaxShapedSteps;
  return sorted(Tracer(scope, budget, true).text(text));
}

std::vector<Shaped> heads_in_script(std::string_view piece, const Scope& scope) {
  std::size_t budget = kMaxShapedSteps;
  return sorted(Tracer(scope, budget, true).script(piece));
}

}  // namespace muster::workflow
