// All secrets at once in one expression: `toJSON(secrets)`, or `secrets[…]` with a name that only
// the run knows. The runner then holds every secret of the repository, and whoever reads the job
// has them.
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

enum class SecretUse { None, Computed, Whole };

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// Texts in quotes struck out.
std::string without_texts(std::string_view expression) {
  std::string plain = text::lower(expression);
  bool quoted = false;
  for (char& c : plain) {
    quoted = c == '\'' ? !quoted : quoted;
    c = quoted && c != '\'' ? '_' : c;
  }
  return plain;
}

SecretUse use_of_secrets(std::string_view expression) {
  constexpr std::string_view kName = "secrets";
  const std::string plain = without_texts(expression);
  SecretUse worst = SecretUse::None;
  for (std::size_t at = plain.find(kName); at != std::string::npos;
       at = plain.find(kName, at + 1)) {
    const bool begins = at == 0 || !is_word_char(plain[at - 1]);
    const std::string_view rest = text::trim(std::string_view(plain).substr(at + kName.size()));
    if (!begins || rest.starts_with('.') || rest.starts_with("['") ||
        (at + kName.size() < plain.size() && is_word_char(plain[at + kName.size()]))) {
      continue;
    }
    worst = rest.starts_with('[') && worst == SecretUse::None ? SecretUse::Computed
            : rest.starts_with('[')                           ? worst
                                                              : SecretUse::Whole;
  }
  return worst;
}

class SecretReader {
 public:
  SecretReader(const Workflow& workflow, const Job& job, Outcomes& out)
      : workflow_(workflow), job_(job), out_(out) {}

  void read() {
    const std::size_t before = out_.items().size();
    for (const std::vector<Entry>* entries : {&job_.env, &job_.with, &job_.secrets}) {
      each(*entries, nullptr);
    }
    for (const Step* step : all_steps(job_)) {
      text(step->run, step);
      each(step->env, step);
      each(step->with, step);
    }
    if (out_.items().size() == before) {
      out_.pass(workflow_.asset(job_), job_.id.where);
    }
  }

 private:
  void each(const std::vector<Entry>& entries, const Step* step) {
    for (const Entry& entry : entries) {
      text(entry.value, step);
    }
  }

  void text(const Text& text, const Step* step) {
    for (const std::string_view expression : expressions_of(text.value)) {
      const SecretUse use = use_of_secrets(expression);
      const Asset asset = step != nullptr ? workflow_.asset(job_, *step) : workflow_.asset(job_);
      if (use == SecretUse::None || !seen_.insert(asset.id + std::string(expression)).second) {
        continue;
      }
      out_.fail(asset, text.where, text_witness("expression", std::string(expression)))
          .arg("job", job_.id.value)
          .arg("expression", expression)
          .severity(use == SecretUse::Whole ? Severity::Medium : Severity::Low)
          .anchor(std::string(expression));
    }
  }

  const Workflow& workflow_;
  const Job& job_;
  Outcomes& out_;
  std::set<std::string> seen_;
};

void secrets_context(const AuditInput& input, Outcomes& out) {
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      SecretReader(workflow, job, out).read();
    }
  }
}

const Register kSecretsContextCheck{
    "workflow-secrets-context", secrets_context, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
