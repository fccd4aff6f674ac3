// Words of the policy language: the anchors of statements.
#include "checks/policy/model.h"

namespace muster::policy {

std::string Statement::anchor() const {
  return sid && !sid->value.empty() ? "stmt:" + sid->value : "stmt:" + std::to_string(index);
}

}  // namespace muster::policy
