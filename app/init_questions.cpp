// What a human is asked about one role.
#include "app/init_taken.h"

namespace muster::app {

void ask_about(const DraftRole& role, Draft& draft) {
  const SourceRef where = role.used.empty() ? SourceRef{} : role.used.front();
  const std::string name = "role `" + role.name + "`";
  if (role.arn.empty()) {
    draft.questions.push_back({name + ": which ARN is " + role.written + "?", where});
  } else if (role.trust.value.empty() && role.facts.empty()) {
    draft.questions.push_back(
        {name + ": its trust policy is not here" +
             (role.trust_candidates.empty() ? "; add it, or the output of `aws iam get-role`"
                                            : ", or it is one of the candidates in the file"),
         where});
  }
  if (role.privilege == Privilege::Unknown && role.is_known()) {
    draft.questions.push_back(
        {name + ": its privilege is not known (" + role.privilege_from + "); it counts as write",
         where});
  }
  for (const DraftSubject& subject : role.subjects) {
    if (!subject.warning.empty()) {
      draft.questions.push_back(
          {name + ": is this meant? " + subject.from.front() + ": " + subject.warning, where});
    }
  }
  for (const std::string& repository : role.other_repositories) {
    draft.questions.push_back(
        {name + ": its trust policy also names `" + repository + "`; is that meant?", where});
  }
}

}  // namespace muster::app
