// A job whose token the trust policy of its role refuses: the deploy fails at its first AWS step,
// and AWS does not say which clause it was. The other direction is in uninvited_job.cpp. A job that
// gets in under some events only is told apart.
#include <algorithm>

#include "checks/iam/model.h"
#include "checks/workflow/presented.h"

namespace muster::workflow {
namespace {

enum class Answer { Admitted, Refused, Unknown };

/// What one trust policy says to one set of tokens.
Answer ask(const std::vector<const RoleTrusts::Entry*>& trusts, const oidc::TokenSet& tokens,
           std::string& reason) {
  Answer answer = Answer::Refused;
  for (const RoleTrusts::Entry* trust : trusts) {
    const Proof proof = trust->search.admits_some(tokens);
    if (proof.is_yes()) {
      return Answer::Admitted;
    }
    if (proof.is_undecided()) {
      answer = Answer::Unknown;
      reason = proof.reason();
    }
  }
  return answer;
}

/// The sets that are refused although they are all that their event gives.
struct Verdicts {
  std::vector<const Presented*> refused;
  bool admitted = false;
  bool unknown = false;
  std::string reason;
};

Verdicts judge(const std::vector<Presented>& sets,
               const std::vector<const RoleTrusts::Entry*>& trusts) {
  Verdicts verdicts;
  std::vector<std::string> admitted_events;
  std::vector<const Presented*> refused;
  for (const Presented& set : sets) {
    const Answer answer = ask(trusts, set.tokens, verdicts.reason);
    verdicts.unknown = verdicts.unknown || answer == Answer::Unknown;
    if (answer == Answer::Admitted) {
      verdicts.admitted = true;
      admitted_events.push_back(set.event);
    } else if (answer == Answer::Refused) {
      refused.push_back(&set);
    }
  }
  for (const Presented* set : refused) {
    const bool other_way = std::find(admitted_events.begin(), admitted_events.end(), set->event) !=
                           admitted_events.end();
    if (!other_way) {
      verdicts.refused.push_back(set);
    }
  }
  return verdicts;
}

std::string clause_words(const oidc::RefusingClause& clause) {
  std::string values;
  for (const std::string& value : clause.values) {
    values += (values.empty() ? "`" : ", `") + value + "`";
  }
  return (clause.deny ? "a Deny on `" : "`") + clause.op + "` on `" + clause.key + "` wants " +
         values;
}

void report_refusal(const JobRun& run, const Credential& credential,
                    const std::vector<const RoleTrusts::Entry*>& trusts, const Verdicts& verdicts,
                    Outcomes& out) {
  const Presented& set = *verdicts.refused.front();
  const auto refusal = trusts.front()->search.explain_refusal(set.tokens);
  auto draft = out.fail(run.asset(), set.where,
                        refusal ? refusal->token : text_witness("sub", subject_of(set.tokens)));
  draft.arg("job", run.job->id.value)
      .arg("role", credential.role.value)
      .arg("subject", subject_of(set.tokens))
      .arg("when", verdicts.admitted ? " when started by `" + set.event + "`" : "")
      .anchor("role:" + trusts.front()->name)
      .severity(verdicts.admitted ? Severity::Medium : Severity::High);
  if (refusal && !refusal->clauses.empty()) {
    const oidc::RefusingClause& clause = refusal->clauses.front();
    const bool environment = set.tokens.context == oidc::ContextKind::Environment &&
                             clause.wanted_part.starts_with("ref") && clause.key.ends_with(":sub");
    draft
        .because(clause_words(clause) +
                 (environment
                      ? "; a job with `environment:` presents the environment in place of the ref"
                      : ""))
        .related(clause.where, "the clause that refuses it");
  } else {
    draft.related(trusts.front()->where, "the trust policy that refuses it");
  }
}

/// Why the question cannot be asked at all; empty when it can.
std::string missing_facts(const Credential& credential,
                          const std::vector<const RoleTrusts::Entry*>& trusts,
                          const std::vector<Presented>& sets) {
  if (credential.role_arns.only() == nullptr) {
    return "the role `" + credential.role.value + "` is not known here: give `" +
           (credential.role_arns.missing.empty() ? credential.role.value
                                                 : credential.role_arns.missing) +
           "` a value under `variables` in muster.yaml";
  }
  if (trusts.empty()) {
    return "the trust policy of `" + *credential.role_arns.only() +
           "` is not among the facts: name its file as `trust` of the role in muster.yaml, or add "
           "account facts with --facts";
  }
  return sets.empty() ? "nothing here calls this workflow, so its events are unknown" : "";
}

void judge_credential(const JobRun& run, const Credential& credential, const AuditInput& input,
                      Outcomes& out) {
  const std::string* arn = credential.role_arns.only();
  const auto trusts =
      arn != nullptr ? input.model<RoleTrusts>().of(*arn) : std::vector<const RoleTrusts::Entry*>();
  std::vector<Presented> sets = presented(run, input.intent());
  for (Presented& set : sets) {
    set.tokens.audience = credential.audience;
  }
  const std::string missing = missing_facts(credential, trusts, sets);
  if (!missing.empty()) {
    out.undecided(run.asset(), credential.where, missing).anchor("role:" + credential.role.value);
    return;
  }
  const Verdicts verdicts = judge(sets, trusts);
  if (!verdicts.refused.empty()) {
    report_refusal(run, credential, trusts, verdicts, out);
  } else if (verdicts.unknown) {
    out.undecided(run.asset(), credential.where, verdicts.reason)
        .anchor("role:" + trusts.front()->name);
  } else {
    out.pass(run.asset(), credential.where).anchor("role:" + trusts.front()->name);
  }
}

void job_cannot_assume(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    for (const Credential& credential : credentials(*runs.front(), input.intent())) {
      if (credential.kind == CredentialKind::Oidc) {
        judge_credential(*runs.front(), credential, input, out);
      }
    }
  }
}

const Register kRegister{"workflow-job-cannot-assume",
                         job_cannot_assume,
                         {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
