// The search gives a token; whether the job can have it is asked of the filters and conditions.
#include "checks/workflow/received.h"

#include <algorithm>

#include "checks/policy/glob.h"
#include "checks/workflow/filter.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {
namespace {

/// A claim of the witness; empty when it has none.
std::string claim(const Witness& witness, std::string_view name) {
  const auto found = std::find_if(witness.fields.begin(), witness.fields.end(),
                                  [&](const WitnessField& field) { return field.name == name; });
  return found == witness.fields.end() || found->values.empty() ? "" : found->values.front();
}

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
  const std::string ref = claim(witness, "ref");
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
  return "the role admits `" + claim(witness, "ref") + "`, and whether the filters of `" +
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

}  // namespace

Proof admits(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
             const Presented& set, std::vector<oidc::TokenSet> except) {
  const bool anywhere = except.empty();
  const oidc::Scope scope = oidc::scope_of(set.tokens);
  if (!set.never.empty()) {
    except.push_back(set.tokens);
    except.back().refs = set.never;
  }
  Proof proof = search.admits(scope, except);
  if (!proof.is_yes() || presents(run, intent, set, proof.witness())) {
    return proof;
  }
  return anywhere && admits_all(search, scope)
             ? proof
             : Proof::undecided(open_question(run, set, proof.witness()));
}

}  // namespace muster::workflow
