// No default subject of GitHub gets in, but one of a customised template of a trusted owner would.
// Whether the repository has that template is a setting on GitHub: a note when it is not among the
// facts, a role that nobody can assume when it says no.
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

Proof custom_only(const Trust& trust) {
  const Proof plain = trust.search.admits_anything();
  if (!plain.is_no()) {
    return plain.is_yes() ? Proof::no() : plain;
  }
  Scope own;
  own.templates = Templates::Forged;
  if (!trust.owners.empty()) {
    own.owner = ValueRule::one_of(trust.owners);
  }
  return trust.search.admits(own);
}

void custom_subject_only(const AuditInput& input, Outcomes& out) {
  for (const Trust* trust : input.model<Trusts>().github()) {
    const Proof only = custom_only(*trust);
    OutcomeDraft draft = out.fail_if(only, trust->asset(), trust->role->where);
    if (only.is_yes()) {
      draft.arg("sub", only.witness().fields.front().values.front());
      const auto& settings = input.intent().settings;
      if (settings && settings->subject && settings->subject->use_default) {
        draft.severity(Severity::Medium)
            .because("GitHub says that the repository has the default one, so nothing gets in")
            .related(settings->subject->where, "the setting");
      }
    }
    draft.anchor(trust->anchor());
  }
}

const Register kCustomSubjectOnlyCheck{
    "oidc-custom-subject-only", custom_subject_only, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
