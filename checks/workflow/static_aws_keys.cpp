// A job that uses long-lived AWS access keys: whoever reads the secret once can deploy until
// somebody rotates it.
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// An access key id written into the file. Shown with its tail masked.
bool is_literal_key(const std::string& text) {
  return text.size() >= 16 && text.starts_with("AKIA");
}

std::string shown(const std::string& text) {
  return is_literal_key(text) ? text.substr(0, 8) + "…" : text;
}

void static_aws_keys(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    bool found = false;
    for (const Credential& credential : run.recognised->credentials) {
      if (credential.kind != CredentialKind::StaticKeys) {
        continue;
      }
      found = true;
      auto draft = out.fail(run.asset(), credential.where,
                            text_witness("aws-access-key-id", shown(credential.key_text)));
      draft.arg("job", run.job->id.value)
          .arg("workflow", run.workflow->source.path())
          .arg("key", shown(credential.key_text))
          .anchor(credential.step != nullptr ? credential.step->anchor() : "env");
      if (is_literal_key(credential.key_text)) {
        draft.severity(Severity::Critical).because("the key id stands in the file itself");
      }
    }
    if (!found) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kStaticAwsKeysCheck{
    "workflow-static-aws-keys", static_aws_keys, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
