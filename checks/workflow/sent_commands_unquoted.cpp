// `--parameters commands=["a","b"]` without quotes around it: the shell takes the quotes away, and
// the CLI cuts the list at every comma, those inside a command too. Source: AWS CLI User Guide,
// "Using shorthand syntax", "Quotation marks and literals with strings".
#include <algorithm>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/jobs.h"
#include "checks/workflow/sent_commands.h"

namespace muster::workflow {
namespace {

/// Where `commands=["` stands outside quotes of the shell; behind the bracket.
std::optional<std::size_t> bare_list(std::string_view raw) {
  constexpr std::string_view kBegin = "commands=[";
  char open = '\0';
  for (std::size_t at = 0; at + kBegin.size() < raw.size(); ++at) {
    const char c = raw[at];
    if (open == '\0' && raw.substr(at).starts_with(kBegin)) {
      const char next = raw[at + kBegin.size()];
      return next == '"' || next == '\'' ? std::optional(at + kBegin.size()) : std::nullopt;
    }
    if (c == '\\' && open != '\'') {
      ++at;
    } else if (open == '\0' && (c == '"' || c == '\'')) {
      open = c;
    } else if (c == open) {
      open = '\0';
    }
  }
  return std::nullopt;
}

/// The first command of the list with a comma in it; empty without one.
std::string cut_command(std::string_view raw, std::size_t at) {
  while (at < raw.size() && raw[at] != ']') {
    const char quote = raw[at];
    const std::size_t end = quote == '"' || quote == '\'' ? raw.find(quote, at + 1) : at;
    if (end == std::string_view::npos) {
      return "";
    }
    const std::string_view inside =
        end > at ? raw.substr(at + 1, end - at - 1) : std::string_view();
    if (inside.find(',') != std::string_view::npos) {
      return std::string(inside);
    }
    at = end + 1;
  }
  return "";
}

void sent_commands_unquoted(const AuditInput& input, Outcomes& out) {
  const Sources& sources = input.model<Sources>();
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    std::optional<SourceRef> sound;
    bool told = false;
    for (const StepCommand& item : run.script->commands) {
      if (!item.command.starts_with("aws ssm send-command")) {
        continue;
      }
      const std::string raw = raw_command(item, sources);
      const auto list = bare_list(raw);
      sound = sound ? sound : item.where;
      if (list && !told) {
        const std::string cut = cut_command(raw, *list);
        auto draft =
            out.fail(run.asset(), item.where, text_witness("raw", text::shortened(raw, 200)));
        draft.arg("job", run.job->id.value);
        if (!cut.empty()) {
          draft.severity(Severity::Medium).because("`" + cut + "` is cut in two");
        }
        told = true;
      }
    }
    if (sound && !told) {
      out.pass(run.asset(), *sound);
    }
  }
}

const Register kSentCommandsUnquotedCheck{
    "workflow-sent-commands-unquoted", sent_commands_unquoted, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
