// Repairs inside a job: the concurrency group of a deploy, the credential that checkout leaves, and
// expressions in scripts, which become variables.
#include <algorithm>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/repairs.h"
#include "checks/workflow/splice_place.h"
#include "checks/workflow/token_need.h"

namespace muster::workflow {
namespace {

/// Whether another deploying job has, or may have, the same environment: then the name alone would
/// let one job's deploy take the place of another's.
bool shares_environment(const RepairDesk& desk, const JobRun& run) {
  const std::string& mine = run.job->environment->name.value;
  for (const auto& [asset, runs] : desk.jobs) {
    const JobRun& other = *runs->front();
    const bool named = other.job != run.job && other.job->environment;
    if (named &&
        (has_expression(mine) || has_expression(other.job->environment->name.value) ||
         text::lower(mine) == text::lower(other.job->environment->name.value)) &&
        !deploying(*runs).empty()) {
      return true;
    }
  }
  return false;
}

/// `deploy` of `.github/workflows/deploy.yml`.
std::string file_stem(const std::string& path) {
  const std::string name =
      path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

/// Why no group can be written for the job, or an empty text.
std::string concurrency_doubt(const std::vector<const JobRun*>& runs) {
  const Job& job = *runs.front()->job;
  if (!job.environment || job.environment->name.value.empty()) {
    return "the job has no `environment` to name the group after: name the one that it deploys to";
  }
  if (!job.matrix.empty() || !job.combinations.empty() || job.matrix_open) {
    return "its matrix runs several at once, which one group would let take each other's place: "
           "name what tells them apart";
  }
  const Callers& callers = runs.front()->callers;
  const bool repeats = std::any_of(callers.begin(), callers.end(), [](const auto& caller) {
    return !caller.second->matrix.empty() || caller.second->matrix_open;
  });
  if (runs.size() > 1 || runs.front()->entry == nullptr || repeats) {
    return "its workflow may be called several times in one run: name what tells the calls apart";
  }
  return "";
}

/// The steps of a job that stand in the workflow file itself and that the asset names.
std::vector<const Step*> steps_of(const JobRun& run, const Asset& asset) {
  std::vector<const Step*> found;
  for (const Step& step : run.job->steps) {
    if (run.workflow->asset(*run.job, step) == asset) {
      found.push_back(&step);
    }
  }
  return found;
}

/// The variable that a finding's expression becomes: `github.event.issue.title` is `ISSUE_TITLE`.
std::string variable_base(const std::string& expression) {
  std::vector<std::string> parts;
  std::string word;
  for (const char c : expression + ".") {
    if (text::is_word_char(c) || c == '-') {
      word += c == '-' ? '_' : c;
    } else if (c == '.' && !word.empty()) {
      parts.push_back(std::move(word));
      word.clear();
    } else {
      return "VALUE";
    }
  }
  const std::size_t first = parts.size() > 2 ? parts.size() - 2 : 0;
  std::string name;
  for (std::size_t i = first; i < parts.size(); ++i) {
    const bool context = i == first && (parts[i] == "github" || parts[i] == "event");
    name += context ? "" : (name.empty() ? "" : "_") + parts[i];
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const bool fit = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0;
  return fit && name != "PATH" && name != "HOME" && name != "ENV" && name != "IFS" ? name : "VALUE";
}

bool mentions_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !text::is_word_char(text[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (end == text.size() || !text::is_word_char(text[end]))) {
      return true;
    }
  }
  return false;
}

/// A step whose script gets variables.
struct StepRepair {
  const JobRun* run = nullptr;
  const Step* step = nullptr;
  ShellKind shell = ShellKind::Posix;
  std::vector<SplicePlace> places;
  std::vector<Outcome> findings;
  std::vector<NewEntry> entries;
  std::vector<std::string> names;
  /// Replacements in the script's text.
  std::vector<text::Edit> edits;
};

/// The script as the shell sees it, with a blank for each expression.
std::string without_expressions(std::string script) {
  for (std::size_t at = script.find("${{"); at != std::string::npos; at = script.find("${{", at)) {
    const std::size_t end = script.find("}}", at);
    script.replace(at, end == std::string::npos ? end : end + 2 - at, " ");
  }
  return script;
}

bool is_taken(const StepRepair& repair, const std::string& name) {
  const auto named = [&](const std::vector<Entry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return text::lower(entry.name.value) == text::lower(name);
    });
  };
  return named(repair.step->env) || named(repair.run->job->env) ||
         named(repair.run->workflow->env) || text::one_of(name, repair.names) ||
         mentions_word(text::lower(without_expressions(repair.step->run.value)), text::lower(name));
}

/// A variable of the step that holds the expression already, else a name for a new one.
std::string variable_for(const StepRepair& repair, const std::string& expression, bool& is_new) {
  for (const Entry& entry : repair.step->env) {
    const auto inside = expressions_of(entry.value.value);
    if (inside.size() == 1 && inside.front() == expression &&
        entry.value.value.starts_with("${{") && entry.value.value.ends_with("}}")) {
      is_new = false;
      return entry.name.value;
    }
  }
  is_new = true;
  const std::string base = variable_base(expression);
  std::string name = base;
  for (int i = 2; is_taken(repair, name); ++i) {
    name = base + "_" + std::to_string(i);
  }
  return name;
}

std::string reference_to(const std::string& name, SplicePlace::Kind kind, ShellKind shell) {
  if (shell == ShellKind::PowerShell) {
    return kind == SplicePlace::Kind::Quoted ? "${env:" + name + "}" : "$env:" + name;
  }
  return kind == SplicePlace::Kind::Word ? "\"$" + name + "\"" : "${" + name + "}";
}

/// What reads the step's script; nothing when that depends on the runner.
Result<ShellKind> shell_of(const JobRun& run, const Step& step) {
  const std::string shell = text::lower(shell_text(*run.workflow, *run.job, step));
  const std::string program = shell.substr(0, shell.find(' '));
  if (program == "bash" || program == "sh") {
    return ShellKind::Posix;
  }
  if (program == "pwsh" || program == "powershell") {
    return ShellKind::PowerShell;
  }
  if (!shell.empty()) {
    return no_repair("the script is read by `" + program + "`");
  }
  for (const Text& label : run.job->runs_on) {
    const std::string name = text::lower(label.value);
    if (name.starts_with("ubuntu-") || name.starts_with("macos-") || name == "linux" ||
        name == "macos") {
      return ShellKind::Posix;
    }
    if (name.starts_with("windows-") || name == "windows") {
      return ShellKind::PowerShell;
    }
  }
  return no_repair("which shell reads the script depends on the runner: name it with `shell`");
}

/// Whether somebody types the value in, perhaps as several words.
bool is_typed_in(const std::string& expression) {
  return expression.find("inputs") != std::string::npos ||
         expression.find("client_payload") != std::string::npos;
}

/// Adds the repair of one expression.
Status add_expression(StepRepair& repair, const Outcome& finding) {
  const std::string& expression = finding.anchor;
  if (expression.find('\n') != std::string::npos) {
    return no_repair("the expression spans lines");
  }
  const std::string_view script = repair.step->run.value;
  std::vector<const SplicePlace*> places;
  for (const SplicePlace& place : repair.places) {
    const auto inside = expressions_of(script.substr(place.begin, place.end - place.begin));
    if (inside.size() == 1 && inside.front() == expression) {
      places.push_back(&place);
    }
  }
  for (const SplicePlace* place : places) {
    if (place->kind == SplicePlace::Kind::Closed) {
      return no_repair(place->because);
    }
    if (place->splits && is_typed_in(expression)) {
      return no_repair("it stands without quotes, where its value may be meant as several words");
    }
  }
  if (places.empty()) {
    return no_repair("the expression is not found in the step's own script");
  }
  bool is_new = true;
  const std::string name = variable_for(repair, expression, is_new);
  for (const SplicePlace* place : places) {
    repair.edits.push_back(
        {place->begin, place->end, reference_to(name, place->kind, repair.shell)});
  }
  if (is_new) {
    repair.entries.push_back(text_entry(name, "${{ " + expression + " }}"));
  }
  repair.names.push_back(name);
  repair.findings.push_back(finding);
  return Done{};
}

/// The replacements in the script, as they stand in the file.
Status write_script(const StepRepair& repair, const FilePen& pen, const text::Node& node,
                    FileChange& change) {
  const std::string_view value = repair.step->run.value;
  const bool block = node.style() == text::Style::Literal || node.style() == text::Style::Folded;
  const bool quoted =
      node.style() == text::Style::DoubleQuoted || node.style() == text::Style::SingleQuoted;
  const text::Edit whole = pen.stretch(node.where(), "");
  const std::size_t inside = whole.begin + (quoted ? 1 : 0);
  const std::string_view bytes = pen.bytes();
  if (!block && bytes.substr(inside, value.size()) != value) {
    return no_repair("the script is written with escapes or over several lines: use `run: |`");
  }
  for (const text::Edit& edit : repair.edits) {
    text::Edit there{inside + edit.begin, inside + edit.end, edit.text};
    if (block) {
      there = pen.stretch(node.where(edit.begin, edit.end), edit.text);
    }
    if (bytes.substr(there.begin, there.end - there.begin) !=
        value.substr(edit.begin, edit.end - edit.begin)) {
      return no_repair("the script's place in the file is not certain");
    }
    for (std::size_t at = 0; node.style() == text::Style::DoubleQuoted &&
                             (at = there.text.find('"', at)) != std::string::npos;
         at += 2) {
      there.text.insert(at, 1, '\\');
    }
    change.edits.push_back(std::move(there));
  }
  return Done{};
}

Status write_step(const StepRepair& repair, const RepairDesk& desk, FileChange& change) {
  const Workflow& workflow = *repair.run->workflow;
  const FilePen& pen = desk.pen(workflow);
  const auto node = node_of(workflow, *repair.run->job, *repair.step);
  const auto script = node ? node->find("run") : std::nullopt;
  if (!script) {
    return no_repair("it stands in a `parallel` group");
  }
  change.source = workflow.source;
  std::vector<std::string> path = path_of(*repair.run->job, *repair.step);
  MUSTER_CHECK_OK(write_script(repair, pen, *script, change));
  MUSTER_TRY(const std::string says, text::apply_edits(repair.step->run.value, repair.edits));
  std::vector<std::string> run_path = path;
  run_path.emplace_back("run");
  change.says[text::leaf_path(run_path)] = text::leaf(text::Type::String, says);
  if (repair.entries.empty()) {
    return Done{};
  }
  const auto env = node->find("env");
  if (!env) {
    return pen.add_mapping(*node, path, "run", "env", repair.entries, change);
  }
  path.emplace_back("env");
  for (const NewEntry& entry : repair.entries) {
    MUSTER_CHECK_OK(pen.add_entry(*env, path, entry, change));
  }
  return Done{};
}

std::string listed_names(const std::vector<std::string>& names) {
  std::string words;
  for (const std::string& name : names) {
    words += (words.empty() ? "`" : ", `") + name + "`";
  }
  return words;
}

/// All findings of one step.
void repair_script(const JobRun& run, const Step& step, const std::vector<Outcome>& findings,
                   RepairDesk& desk) {
  StepRepair repair{&run, &step, ShellKind::Posix, {}, {}, {}, {}, {}};
  const auto shell = shell_of(run, step);
  if (shell) {
    repair.shell = shell.value();
    repair.places = splice_places(step.run.value, repair.shell);
  }
  for (const Outcome& finding : findings) {
    const Status done = !shell ? Status(shell.error()) : add_expression(repair, finding);
    if (!done) {
      desk.leave(finding, done.error().message);
    }
  }
  FileChange change;
  const Status written =
      repair.findings.empty() ? Status(Done{}) : write_step(repair, desk, change);
  if (!written) {
    for (const Outcome& finding : repair.findings) {
      desk.leave(finding, written.error().message);
    }
  } else if (!repair.findings.empty()) {
    desk.plan.repairs.push_back({repair.findings,
                                 "passes the value to the script as " + listed_names(repair.names) +
                                     " instead of writing it into it",
                                 {std::move(change)}});
  }
}

/// Why an injection is not in a script of the workflow file.
std::string where_else(const JobRun& run, const Outcome& finding) {
  for (const Step* step : run.script->steps) {
    if (run.workflow->asset(*run.job, *step) == finding.asset) {
      return !run.script->calls_of(step).empty()
                 ? "it stands in a local action, not in the workflow"
             : step->kind != Step::Kind::Run
                 ? "it is no `run` script: pass the value through `env` and read it there"
                 : "it stands in a `parallel` group";
    }
  }
  return "the step is not found in the file";
}

}  // namespace

const std::vector<const JobRun*>* runs_of(const RepairDesk& desk, const Asset& asset) {
  const std::size_t job = asset.id.find("#jobs.");
  const std::size_t step = asset.id.find(".steps[", job == std::string::npos ? 0 : job);
  const auto found = desk.jobs.find(asset.id.substr(0, step));
  return found == desk.jobs.end() ? nullptr : found->second;
}

void repair_concurrency(const Outcome& finding, RepairDesk& desk) {
  const auto* runs = runs_of(desk, finding.asset);
  const auto problem = finding.args.find("problem");
  if (runs == nullptr || problem == finding.args.end() ||
      problem->second != "has no concurrency group") {
    desk.leave(finding, "its group is there, and which one is meant is for you to say");
    return;
  }
  const JobRun& run = *runs->front();
  const std::string doubt = concurrency_doubt(*runs);
  if (!doubt.empty()) {
    desk.leave(finding, doubt);
    return;
  }
  const std::string prefix = shares_environment(desk, run)
                                 ? file_stem(run.workflow->source.path()) + "-" + run.job->id.value
                                 : "deploy";
  const std::string group = prefix + "-" + run.job->environment->name.value;
  FileChange change;
  change.source = run.workflow->source;
  const Status done =
      group.find('\n') != std::string::npos
          ? Status(no_repair("the environment's name is not of one line"))
          : desk.pen(*run.workflow)
                .add_mapping(node_of(*run.workflow, *run.job), path_of(*run.job), "environment",
                             "concurrency",
                             {text_entry("group", group), flag_entry("cancel-in-progress", false)},
                             change);
  if (done) {
    desk.repair(finding,
                "gives job `" + run.job->id.value + "` the concurrency group `" + group + "`",
                {std::move(change)});
  } else {
    desk.leave(finding, done.error().message);
  }
}

void repair_checkout(const Outcome& finding, RepairDesk& desk) {
  const auto* runs = runs_of(desk, finding.asset);
  std::vector<const Step*> steps;
  for (std::size_t i = 0; runs != nullptr && i < runs->front()->job->steps.size(); ++i) {
    const Step& step = runs->front()->job->steps[i];
    if (step.uses.where == finding.where) {
      steps.push_back(&step);
    }
  }
  if (steps.empty()) {
    desk.leave(finding, "the step stands in a local action, not in the workflow");
    return;
  }
  const JobRun& run = *runs->front();
  std::string because;
  const auto node = node_of(*run.workflow, *run.job, *steps.front());
  FileChange change;
  change.source = run.workflow->source;
  std::vector<std::string> path = path_of(*run.job, *steps.front());
  Status done = Done{};
  if (!node) {
    done = no_repair("it stands in a `parallel` group");
  } else if (!git_credential_unused(run, *steps.front(), because)) {
    done = no_repair(because);
  } else if (steps.front()->input("persist-credentials") != nullptr) {
    done = no_repair("`persist-credentials` is written there, which somebody decided");
  } else if (const auto with = node->find("with")) {
    path.emplace_back("with");
    done = desk.pen(*run.workflow)
               .add_entry(*with, path, flag_entry("persist-credentials", false), change);
  } else {
    done = desk.pen(*run.workflow)
               .add_mapping(*node, path, "uses", "with", {flag_entry("persist-credentials", false)},
                            change);
  }
  if (done) {
    desk.repair(finding, "sets `persist-credentials: false`", {std::move(change)});
  } else {
    desk.leave(finding, done.error().message);
  }
}

void repair_injections(const std::vector<Outcome>& findings, RepairDesk& desk) {
  std::map<std::pair<const JobRun*, const Step*>, std::vector<Outcome>> by_step;
  for (const Outcome& finding : findings) {
    const auto* runs = runs_of(desk, finding.asset);
    const std::vector<const Step*> steps =
        runs == nullptr ? std::vector<const Step*>() : steps_of(*runs->front(), finding.asset);
    if (steps.size() == 1 && steps.front()->kind == Step::Kind::Run) {
      by_step[{runs->front(), steps.front()}].push_back(finding);
    } else {
      desk.leave(finding, runs == nullptr    ? "the job is not found in the file"
                          : steps.size() > 1 ? "several steps of the job have this name: give "
                                               "them an `id`"
                                             : where_else(*runs->front(), finding));
    }
  }
  for (const auto& [place, found] : by_step) {
    repair_script(*place.first, *place.second, found, desk);
  }
}

}  // namespace muster::workflow
