// A job whose token the trust policy of its role refuses: the deploy fails at its first AWS step,
// and AWS does not say which clause it was. The other direction is in uninvited_job.cpp. A job that
// gets in under some events only is told apart. Every way in which the job can come to run counts.
#include <algorithm>
#include <map>

#include "checks/iam/model.h"
#include "checks/oidc/trusts.h"
#include "checks/workflow/received.h"

namespace muster::workflow {
namespace {

using Trusts = std::vector<const oidc::Trust*>;

/// What the trust policies of one role say to one set of tokens.
Proof admits(const Trusts& trusts, const JobRun& run, const Intent& intent, const Presented& set) {
  Proof answer = Proof::no();
  for (const oidc::Trust* trust : trusts) {
    Proof proof = admits(trust->search, run, intent, set);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? std::move(proof) : std::move(answer);
  }
  return answer;
}

/// One way in which the job runs, taking one role.
struct Attempt {
  JobRun run;
  Credential credential;
  /// Null when the facts do not hold the role's trust policy.
  const iam::Role* role = nullptr;
  Trusts trusts;
  /// Why the question cannot be asked or answered; empty when it can.
  std::string missing;
  /// Sets that are refused although they are all that their event gives. Empty for a run that
  /// nothing starts.
  std::vector<Presented> refused;
  bool admitted = false;

  [[nodiscard]] std::string anchor() const {
    return "role:" + (role != nullptr ? role->name : credential.role.value);
  }
};

/// Why the question cannot be asked at all; empty when it can.
std::string missing_facts(const Credential& credential, const iam::Role* role) {
  if (credential.role_arns.known && credential.role_arns.values.size() > 1) {
    return "the role `" + credential.role.value + "` can be `" + credential.role_arns.values[0] +
           "` or `" + credential.role_arns.values[1] + "`, and which run takes which is not known";
  }
  if (credential.role_arns.only() == nullptr) {
    return "the role `" + credential.role.value + "` is not known here: give `" +
           (credential.role_arns.missing.empty() ? credential.role.value
                                                 : credential.role_arns.missing) +
           "` a value under `variables` in muster.yaml";
  }
  if (role == nullptr || !role->trust) {
    return "the trust policy of `" + *credential.role_arns.only() +
           "` is not among the facts: name its file as `trust` of the role in muster.yaml, or add "
           "account facts with --facts";
  }
  return "";
}

/// Judges the sets of an event and environment together: a role that admits branches but no tags
/// does not refuse a `push`.
void judge_sets(Attempt& attempt, const std::vector<Presented>& sets, const Intent& intent) {
  std::vector<const Presented*> refused;
  std::vector<const Presented*> others;
  for (const Presented& set : sets) {
    const Proof proof = admits(attempt.trusts, attempt.run, intent, set);
    attempt.admitted = attempt.admitted || proof.is_yes();
    attempt.missing = proof.is_undecided() ? proof.reason() : attempt.missing;
    (proof.is_no() ? refused : others).push_back(&set);
  }
  for (const Presented* set : refused) {
    const bool other_way = std::any_of(others.begin(), others.end(), [&](const Presented* other) {
      return other->event == set->event && other->tokens.environment == set->tokens.environment;
    });
    if (!other_way) {
      attempt.refused.push_back(*set);
    }
  }
}

Attempt attempt_of(const JobRun& run, const Credential& credential, const AuditInput& input) {
  const std::string* arn = credential.role_arns.only();
  return {run, credential, arn != nullptr ? input.model<iam::Roles>().find(*arn) : nullptr, {}, {},
          {},  false};
}

/// One attempt for each role that the credential can be.
std::vector<Attempt> attempts_of(const JobRun& job_run, Credential credential,
                                 const AuditInput& input) {
  JobRun run = job_run;
  run.asked = credential.step;
  std::map<std::vector<std::string>, std::pair<Values, std::vector<Presented>>> by_role;
  for (Presented& set : presented(run, input.intent())) {
    const Values role = role_at(run, credential, set, input.intent());
    set.tokens.audience = credential.audience;
    auto& [values, sets] = by_role[role.known ? role.values : std::vector<std::string>()];
    values = role;
    sets.push_back(std::move(set));
  }
  std::vector<Attempt> attempts;
  for (auto& [key, entry] : by_role) {
    credential.role_arns = entry.first;
    Attempt attempt = attempt_of(run, credential, input);
    attempt.missing = missing_facts(credential, attempt.role);
    if (attempt.missing.empty()) {
      attempt.trusts = input.model<oidc::Trusts>().github_of(*attempt.role);
      judge_sets(attempt, entry.second, input.intent());
    }
    attempts.push_back(std::move(attempt));
  }
  if (attempts.empty()) {
    attempts.push_back(attempt_of(run, credential, input));
    attempts.back().missing =
        run.entry == nullptr ? "nothing here calls this workflow, so its events are unknown" : "";
  }
  return attempts;
}

std::string clause_words(const oidc::RefusingClause& clause) {
  return clause.deny ? "a Deny hits: " + oidc::in_words(clause) : oidc::in_words(clause);
}

void explain(const Attempt& attempt, const Presented& set,
             const std::optional<oidc::Refusal>& refusal, OutcomeDraft& draft) {
  if (attempt.trusts.empty()) {
    draft.because("its trust policy names no OIDC provider of GitHub")
        .related(attempt.role->where, "the trust policy that refuses it");
    return;
  }
  if (!refusal || refusal->clauses.empty()) {
    draft.related(attempt.role->where, "the trust policy that refuses it");
    return;
  }
  const oidc::RefusingClause& clause = refusal->clauses.front();
  const bool environment = set.tokens.context == oidc::ContextKind::Environment &&
                           clause.wanted_part.starts_with("ref") && clause.key.ends_with(":sub");
  draft
      .because(clause_words(clause) +
               (environment
                    ? "; a job with `environment:` presents the environment in place of the ref"
                    : ""))
      .related(clause.where, "the clause that refuses it");
}

/// What tells the refused set from those that are admitted.
std::string condition_of(const Presented& set) {
  const auto& environment = set.tokens.environment;
  return " when started by `" + set.event + "`" +
         (environment && !environment->empty() ? " for environment `" + *environment + "`" : "");
}

void report_refusal(const Attempt& attempt, Outcomes& out) {
  const Presented& set = attempt.refused.front();
  const auto refusal = attempt.trusts.empty()
                           ? std::nullopt
                           : attempt.trusts.front()->search.explain_refusal(set.tokens);
  auto draft = out.fail(attempt.run.asset(), set.where,
                        refusal ? refusal->token : text_witness("sub", subject_of(set.tokens)));
  draft.arg("job", attempt.run.job->id.value)
      .arg("role", attempt.role->arn)
      .arg("subject", subject_of(set.tokens))
      .arg("when", attempt.admitted ? condition_of(set) : "")
      .anchor(attempt.anchor())
      .severity(attempt.admitted ? Severity::Medium : Severity::High);
  explain(attempt, set, refusal, draft);
}

/// Refused outright, refused under some events, unknown, admitted.
int rank(const Attempt& attempt) {
  if (!attempt.refused.empty()) {
    return attempt.admitted ? 2 : 3;
  }
  return attempt.missing.empty() ? 0 : 1;
}

void report(const Attempt& attempt, Outcomes& out) {
  if (!attempt.refused.empty()) {
    report_refusal(attempt, out);
  } else if (!attempt.missing.empty()) {
    out.undecided(attempt.run.asset(), attempt.credential.where, attempt.missing)
        .anchor(attempt.anchor());
  } else {
    out.pass(attempt.run.asset(), attempt.credential.where).anchor(attempt.anchor());
  }
}

void job_cannot_assume(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    std::map<std::string, Attempt> worst;
    for (const JobRun* run : runs) {
      for (const Credential& credential : run->recognised->credentials) {
        if (credential.kind != CredentialKind::Oidc) {
          continue;
        }
        for (Attempt& attempt : attempts_of(*run, credential, input)) {
          const auto known = worst.find(attempt.anchor());
          if (known == worst.end() || rank(known->second) < rank(attempt)) {
            worst.insert_or_assign(attempt.anchor(), std::move(attempt));
          }
        }
      }
    }
    for (const auto& [anchor, attempt] : worst) {
      report(attempt, out);
    }
  }
}

const Register kJobCannotAssumeCheck{"workflow-job-cannot-assume",
                                     job_cannot_assume,
                                     {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
