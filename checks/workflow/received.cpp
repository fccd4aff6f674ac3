// The search gives a token; whether the job can have it is asked of the filters and conditions.
#include "checks/workflow/received.h"

#include <algorithm>

#include "checks/policy/glob.h"
#include "checks/workflow/filter.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {
namespace {

bool event_starts_on(const Trigger& trigger, const std::string& ref) {
  constexpr std::string_view kHeads = "refs/heads/";
  constexpr std::string_view kTags = "refs/tags/";
  if (ref.starts_with(kHeads)) {
    return filters_admit(trigger.branches, trigger.branches_ignore, ref.substr(kHeads.size()));
  }
  return !ref.starts_with(kTags) ||
         filters_admit(trigger.tags, trigger.tags_ignore, ref.substr(kTags.size()));
}

/// Whether the run can present this very token.
bool presents(const JobRun& run, const Intent& intent, const Presented& set,
              const Witness& witness) {
  const bool environment = set.tokens.context == oidc::ContextKind::Environment;
  const std::string ref = witness.first("ref");
  if (ref.empty() || (environment && !set.tokens.environment)) {
    return false;
  }
  if (set.event == "push" && !event_starts_on(*set.trigger, ref)) {
    return false;
  }
  const Moment moment{set.event, ref, set.choices};
  const Values names = environment_at(run, intent, moment);
  return names.known && names.contains(set.tokens.environment.value_or("")) &&
         can_run(run, intent, moment);
}

std::string open_question(const JobRun& run, const Presented& set, const Witness& witness) {
  if (set.tokens.context == oidc::ContextKind::Environment && !set.tokens.environment) {
    return "the role admits some environments, and which one `" + run.job->environment->name.value +
           "` gives is not known here";
  }
  return "the role admits `" + witness.first("ref") + "`, and whether the filters of `" +
         set.event + "` and the conditions let the job run there is not decided";
}

/// Whether every token of the scope is admitted, in one of the two forms of the subject.
bool admits_all(const oidc::TrustSearch& search, oidc::Scope scope) {
  for (const oidc::SubjectForm form : {oidc::SubjectForm::Classic, oidc::SubjectForm::Immutable}) {
    scope.form = form;
    if (search.refuses(scope).is_no() && search.admits(scope).is_yes()) {
      return true;
    }
  }
  return false;
}

/// The question about one job, as far as it is the same for all jobs with such tokens.
struct TokenQuestion {
  oidc::Scope scope;
  std::vector<oidc::TokenSet> except;
};

TokenQuestion question_about(const Presented& set, std::vector<oidc::TokenSet> except) {
  TokenQuestion question{oidc::scope_of(set.tokens), std::move(except)};
  if (!set.never.empty()) {
    question.except.push_back(set.tokens);
    question.except.back().refs = set.never;
    question.except.back().label.clear();
  }
  return question;
}

/// The trust's word on a set, if the run can present the token that it is about.
Proof as_presented(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
                   const Presented& set, const oidc::Scope& scope, bool anywhere, Proof proof) {
  if (!proof.is_yes() || presents(run, intent, set, proof.witness())) {
    return proof;
  }
  return anywhere && admits_all(search, scope)
             ? proof
             : Proof::undecided(open_question(run, set, proof.witness()));
}

/// Whether some clause, or the declared subject, tells workflows apart.
bool tells_workflows(const oidc::TrustSearch& search) {
  const auto& statements = search.policy().statements;
  return !search.universe().subject_claim_keys.empty() ||
         std::any_of(statements.begin(), statements.end(), [](const policy::Statement& statement) {
           return std::any_of(statement.conditions.begin(), statement.conditions.end(),
                              [](const policy::Condition& clause) {
                                return clause.key.value.find("orkflow") != std::string::npos;
                              });
         });
}

}  // namespace

Proof admits(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
             const Presented& set, std::vector<oidc::TokenSet> except) {
  const bool anywhere = except.empty();
  const TokenQuestion question = question_about(set, std::move(except));
  return as_presented(search, run, intent, set, question.scope, anywhere,
                      search.admits(question.scope, question.except));
}

const Proof& Admissions::ask(const oidc::TrustSearch& search, const oidc::Scope& scope,
                             const std::vector<oidc::TokenSet>& except) {
  Question question{&search, scope, except};
  auto known = known_.find(question);
  if (known == known_.end()) {
    known = known_.emplace(std::move(question), search.admits(scope, except)).first;
  }
  return known->second;
}

Proof Admissions::admits(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
                         const Presented& set) {
  Presented asked = set;
  if (!tells_workflows(search)) {
    asked.tokens.workflow.reset();
  }
  const TokenQuestion question = question_about(asked, {});
  return as_presented(search, run, intent, asked, question.scope, true,
                      ask(search, question.scope, question.except));
}

Values role_at(const JobRun& run, const Credential& credential, const Presented& set,
               const Intent& intent) {
  if (credential.role_arns.only() != nullptr) {
    return credential.role_arns;
  }
  const Scope scope = scope_at(run, credential.step, set, set.moment(), intent);
  return credential.step->kind == Step::Kind::Run ? resolve_word(credential.role.value, scope)
                                                  : resolve(credential.role.value, scope);
}

}  // namespace muster::workflow
