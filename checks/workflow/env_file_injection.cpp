// A made-up value written into `$GITHUB_ENV` or `$GITHUB_PATH`: a line break in it sets any
// variable of the steps behind (`LD_PRELOAD`, `NODE_OPTIONS`), or adds a folder of programs.
#include <algorithm>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/shaped.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

/// A line that appends to one of the files.
struct FileWrite {
  const Step* step = nullptr;
  std::string_view piece;
  /// `GITHUB_ENV`, `GITHUB_PATH`
  std::string_view file;
  SourceRef where;
};

struct WorstWrite {
  Shaped value;
  Start start;
  const JobRun* run = nullptr;
};

/// Texts in which a line break can stand. Titles and names are one line.
bool may_hold_lines(const Shaped& value) {
  const bool long_text = value.name.ends_with(".body") || value.name.ends_with(".message") ||
                         value.name.find("client_payload") != std::string::npos ||
                         value.name.find("diff_hunk") != std::string::npos;
  return value.form == Form::Text && (long_text || value.hand == Hand::Dispatcher);
}

/// Lines that write a variable of the shell; a spliced expression is another rule's matter.
std::vector<FileWrite> file_writes(const Step& step) {
  std::vector<FileWrite> found;
  const std::string_view script = step.run.value;
  for (std::size_t begin = 0; step.run_node && begin < script.size();) {
    const std::size_t end = std::min(script.find('\n', begin), script.size());
    const std::string_view line = script.substr(begin, end - begin);
    const std::size_t sign = line.find(">>");
    for (const std::string_view file : {"GITHUB_ENV", "GITHUB_PATH"}) {
      if (sign != std::string_view::npos && line.find(file, sign) != std::string_view::npos &&
          line.find("${{") == std::string_view::npos && !text::trim(line).starts_with('#')) {
        found.push_back({&step, line.substr(0, sign), file, step.run_node->where(begin, end)});
      }
    }
    begin = end + 1;
  }
  return found;
}

std::optional<WorstWrite> worst_write(const FileWrite& write,
                                      const std::vector<const JobRun*>& runs,
                                      const AuditInput& input) {
  std::optional<WorstWrite> worst;
  for (const JobRun* run : runs) {
    Scope scope = run->scope(input.intent(), write.step);
    for (Start start :
         starts_of(up_to(*run, *write.step), input.intent(), input.model<Workflows>())) {
      scope.event = start.trigger->event.value;
      for (const Shaped& value : shaped_in_script(write.piece, scope)) {
        start.by = value.hand == Hand::Outsider ? start.by : value.hand;
        if (may_hold_lines(value) && !value.unknown_caller &&
            (!worst || worst->start.by < start.by)) {
          worst = WorstWrite{value, start, run};
        }
      }
    }
  }
  return worst;
}

void report_write(const FileWrite& write, const WorstWrite& found, Outcomes& out) {
  const JobRun& run = *found.run;
  const bool path = write.file == "GITHUB_PATH";
  const Stake stake = stake_of(run);
  const std::string held = stake.in_words();
  out.fail(run.workflow->asset(*run.job, *write.step), write.where,
           {WitnessKind::Text,
            {{"event", {found.start.trigger->event.value}},
             {"context", {found.value.name}},
             {"value", {path ? "x\\n/tmp/attacker" : "x\\nLD_PRELOAD=/tmp/attacker.so"}}}})
      .arg("job", run.job->id.value)
      .arg("context", found.value.name)
      .arg("file", "$" + std::string(write.file))
      .severity(severity_by_hand(found.start.by, found.start.held_back, stake))
      .anchor(std::string(write.file) + ":" + found.value.name)
      .because(held.empty() ? "" : "the job holds " + held);
}

void env_file_injection(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    std::set<std::string> seen;
    const JobRun& run = *runs.front();
    for (const Step* step : run.script->steps) {
      for (const FileWrite& write : file_writes(*step)) {
        const auto worst = worst_write(write, runs, input);
        if (worst &&
            seen.insert(step->anchor() + std::string(write.file) + worst->value.name).second) {
          report_write(write, *worst, out);
        }
      }
    }
    if (seen.empty()) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kEnvFileInjectionCheck{
    "workflow-env-file-injection", env_file_injection, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
