// A secret written into the parameters of a command for hosts: AWS keeps them in the history of
// commands for a month, for everybody who may list it, and in its logs.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/jobs.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/sent_commands.h"

namespace muster::workflow {
namespace {

/// The first secret that the expressions of a text read; empty for none.
std::string secret_in(std::string_view text) {
  for (const std::string& name : names_read(text, false)) {
    // As it is written, when it is written so.
    const std::size_t at = text::lower(text).find(name);
    if (name.starts_with("secrets.")) {
      return at == std::string::npos ? name : std::string(text.substr(at, name.size()));
    }
  }
  return "";
}

/// Whether the shell here, and not the one on the host, puts the variable's value in: outside
/// single quotes and not behind a backslash.
bool is_expanded(std::string_view raw, std::string_view name) {
  bool single = false;
  bool doubled = false;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const char c = raw[at];
    if (c == '\\' && !single) {
      ++at;
    } else if (c == '\'' && !doubled) {
      single = !single;
    } else if (c == '"' && !single) {
      doubled = !doubled;
    } else if (c == '$' && !single) {
      std::string_view rest = raw.substr(at + 1);
      rest.remove_prefix(rest.starts_with('{') ? 1 : 0);
      if (rest.starts_with(name) &&
          (rest.size() == name.size() || !text::is_word_char(rest[name.size()]))) {
        return true;
      }
    }
  }
  return false;
}

/// The env entries that hold for a step, innermost first.
std::vector<Entry> variables_of(const JobRun& run, const Step& step) {
  std::vector<Entry> all = step.env;
  all.insert(all.end(), run.job->env.begin(), run.job->env.end());
  all.insert(all.end(), run.workflow->env.begin(), run.workflow->env.end());
  return all;
}

/// The secret that a command sends; empty for none.
std::string sent_secret(const JobRun& run, const StepCommand& item, const Sources& sources) {
  const auto kept = kept_words(item.command);
  for (const std::string& word : kept) {
    if (const std::string secret = secret_in(word); !secret.empty()) {
      return secret;
    }
  }
  const std::string raw = raw_command(item, sources);
  for (const Entry& entry : variables_of(run, *item.step)) {
    const std::string secret = secret_in(entry.value.value);
    const bool kept_here = std::any_of(kept.begin(), kept.end(), [&](const std::string& word) {
      return word.find(entry.name.value) != std::string::npos;
    });
    if (!secret.empty() && kept_here && is_expanded(raw, entry.name.value)) {
      return secret;
    }
  }
  return "";
}

/// Names of secrets that hold what everybody may know.
bool is_harmless(std::string_view name) {
  static constexpr std::array<std::string_view, 15> kEnds = {
      "_id",   "_ids",   "_arn",  "region", "account",  "bucket", "_host",   "_url",
      "_repo", "_image", "_name", "_path",  "registry", "_user",  "username"};
  const std::string lower = text::lower(name);
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

void report_secret(const JobRun& run, const StepCommand& item, const std::string& secret,
                   Outcomes& out) {
  auto draft = out.fail(run.asset(), item.where, text_witness("secret", secret));
  draft.arg("job", run.job->id.value).arg("secret", secret).anchor(item.step->anchor());
  if (is_harmless(secret)) {
    draft.severity(Severity::Low).because("its name suggests that it is no secret");
  }
}

void secrets_in_command(const AuditInput& input, Outcomes& out) {
  const Sources& sources = input.model<Sources>();
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    bool sends = false;
    bool clean = true;
    const Step* last = nullptr;
    for (const StepCommand& item : run.script->commands) {
      if (!item.command.starts_with("aws ssm send-command")) {
        continue;
      }
      sends = true;
      const std::string secret = sent_secret(run, item, sources);
      if (!secret.empty() && item.step != last) {
        report_secret(run, item, secret, out);
        clean = false;
        last = item.step;
      }
    }
    if (sends && clean) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kSecretsInCommandCheck{
    "workflow-secrets-in-command", secrets_in_command, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
