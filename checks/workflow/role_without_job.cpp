// A role that lets in this repository alone, and that none of its jobs takes: a right that nobody
// needs and that the next job may find. A job counts as one that may take it as long as it gets a
// token and what it does with it is not known. When the role was used is AWS's word. Source: IAM
// API Reference, RoleLastUsed.
#include <algorithm>

#include "checks/core/run.h"
#include "checks/oidc/trusts.h"
#include "checks/text/ascii.h"
#include "checks/workflow/takes_role.h"

namespace muster::workflow {
namespace {

/// Whether every token that the role admits is one of the audited repository.
bool is_for_repository_alone(const oidc::Trust& trust, const std::string& repository) {
  oidc::Scope own;
  own.repository = oidc::ValueRule::exactly(repository);
  oidc::Scope others;
  others.repository = oidc::ValueRule::outside({repository});
  return trust.search.admits(own).is_yes() && trust.search.admits(others).is_no();
}

bool is_name_char(char c) {
  return text::is_word_char(c) || c == '-';
}

/// Whether the name stands in the text, not as a part of a longer one.
bool names(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !is_name_char(text[at - 1])) &&
        (end == text.size() || !is_name_char(text[end]))) {
      return true;
    }
  }
  return false;
}

/// The first file of workflows and scripts that names the role; empty when none does.
std::string file_with(const std::string& name, const Facts& facts) {
  const auto found = std::ranges::find_if(facts.documents, [&](const Document& one) {
    return (one.kind == DocumentKind::GithubWorkflow || one.kind == DocumentKind::GithubAction ||
            one.kind == DocumentKind::Script) &&
           names(one.bytes, name);
  });
  return found == facts.documents.end() ? "" : found->source.path();
}

/// A job with a token that calls a workflow of another repository, or one that is missing; null
/// when there is none.
const Job* unread_call(const Workflows& workflows) {
  for (const Workflow& workflow : workflows.all()) {
    for (const Job& job : workflow.jobs) {
      const std::string& uses = job.uses.value;
      const bool here = uses.starts_with("./") && workflows.find(uses.substr(2)) != nullptr;
      const JobRun run{&workflow, &workflow, &job, nullptr, nullptr, {}, nullptr};
      if (job.calls_workflow() && !here && !is_tokenless(run)) {
        return &job;
      }
    }
  }
  return nullptr;
}

/// Why a job might take the role although none is known to; empty when none does.
std::string doubt(const iam::Role& role, const AuditInput& input) {
  if (!input.model<Workflows>().unreadable().empty()) {
    return "a workflow file cannot be read";
  }
  for (const JobRun& run : input.model<JobRuns>().all()) {
    const auto& credentials = run.recognised->credentials;
    const bool known = std::ranges::any_of(
        credentials, [](const Credential& one) { return one.kind == CredentialKind::Oidc; });
    if (!is_tokenless(run) && (!known || takes_role(run, role, input) == TakesRole::Maybe)) {
      return "job `" + run.job->id.value + "` of `" + run.workflow->display_name() +
             "` gets a token, and which role it takes with it is not known";
    }
  }
  if (const Job* called = unread_call(input.model<Workflows>())) {
    return "job `" + called->id.value + "` hands its token to `" + called->uses.value +
           "`, which is not among the audited files";
  }
  const std::string file = file_with(role.name, input.facts());
  return file.empty() ? "" : "`" + file + "` names it";
}

std::string use_in_words(const iam::Role& role) {
  if (!role.last_used) {
    return "";
  }
  return role.last_used->at ? "AWS saw it used last on " + to_utc(*role.last_used->at).substr(0, 10)
                            : "AWS did not see it used in the last 400 days";
}

void judge(const oidc::Trust& trust, const AuditInput& input, Outcomes& out) {
  const iam::Role& role = *trust.role;
  const bool taken = std::ranges::any_of(input.model<JobRuns>().all(), [&](const JobRun& run) {
    return takes_role(run, role, input) == TakesRole::Yes;
  });
  if (taken) {
    out.pass(trust.asset(), role.where).anchor(trust.anchor());
    return;
  }
  if (const std::string why = doubt(role, input); !why.empty()) {
    out.undecided(trust.asset(), role.where, "whether a job takes the role is open: " + why)
        .anchor(trust.anchor());
    return;
  }
  const std::string& repository = input.intent().repository;
  out.fail(trust.asset(), role.where,
           {WitnessKind::Text, {{"repository", {repository}}, {"jobs that take it", {"none"}}}})
      .arg("repository", repository)
      .because(use_in_words(role))
      .anchor(trust.anchor());
}

void role_without_job(const AuditInput& input, Outcomes& out) {
  const std::string& repository = input.intent().repository;
  if (repository.empty() || input.model<Workflows>().all().empty()) {
    return;
  }
  for (const oidc::Trust* trust : input.model<oidc::Trusts>().github()) {
    if (!trust->role->proposed && is_for_repository_alone(*trust, repository)) {
      judge(*trust, input, out);
    }
  }
}

const Register kRoleWithoutJobCheck{
    "workflow-role-without-job", role_without_job, {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
