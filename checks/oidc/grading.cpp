// The severity table of docs/oidc-trust.md.
#include "checks/oidc/grading.h"

namespace muster::oidc {

Severity grade(Exposure exposure, Privilege privilege) {
  const bool admin = privilege == Privilege::Admin;
  const bool read = privilege == Privilege::Read;
  switch (exposure) {
    case Exposure::Outsiders:
      return Severity::Critical;
    case Exposure::WholeOwner:
      return admin ? Severity::Critical : Severity::High;
    case Exposure::OtherRepositories:
      return Severity::High;
    case Exposure::PullRequests:
      return read ? Severity::Medium : Severity::High;
    case Exposure::MoreRefs:
      return admin ? Severity::High : Severity::Medium;
    case Exposure::Vacuous:
      return read ? Severity::Low : Severity::Medium;
    case Exposure::Dead:
      return Severity::Medium;
    case Exposure::Hygiene:
      return Severity::Low;
    case Exposure::Note:
      return Severity::Info;
  }
  return Severity::Medium;
}

}  // namespace muster::oidc
