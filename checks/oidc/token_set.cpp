// Names of contexts.
#include "checks/oidc/token_set.h"

namespace muster::oidc {

const char* to_string(ContextKind context) {
  switch (context) {
    case ContextKind::Environment:
      return "environment";
    case ContextKind::PullRequest:
      return "pull_request";
    case ContextKind::Branch:
      return "branch";
    case ContextKind::Tag:
      return "tag";
  }
  return "";
}

}  // namespace muster::oidc
