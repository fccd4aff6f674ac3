// The trust admits the repository's subject with names but not the one with ids. Repositories that
// are created, renamed or transferred since 2026-07-15 present the latter and would be refused. A
// note, unless muster.yaml says that the repository already does.
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

bool concerns(const Trust& trust, const Intent& intent, const std::string& repository) {
  const bool declared_classic =
      intent.repository == repository && intent.subject_format == SubjectFormat::Classic;
  return trust.issuer().kind == IssuerKind::Github && !declared_classic;
}

void classic_subject(const AuditInput& input, Outcomes& out) {
  const Intent& intent = input.intent();
  for (const Trust* trust : input.model<Trusts>().github()) {
    for (const std::string& repository : trust->repositories) {
      const std::string anchor = "repo:" + repository;
      if (!concerns(*trust, intent, repository)) {
        out.pass(trust->asset(), trust->role->where).anchor(anchor);
        continue;
      }
      const bool now =
          intent.repository == repository && intent.subject_format == SubjectFormat::Immutable;
      out.fail_if(trust->search.only_classic(repository), trust->asset(), trust->role->where)
          .arg("repository", repository)
          .arg("when", now ? "which it presents" : "which it presents once it is renamed or moved")
          .severity(now ? Severity::Medium : Severity::Info)
          .anchor(anchor);
    }
  }
}

const Register kClassicSubjectCheck{
    "oidc-classic-subject", classic_subject, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
