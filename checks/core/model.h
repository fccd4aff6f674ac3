// Included by the .cpp of an area model `M`, which ends with the one definition that links:
// `template std::shared_ptr<const void> muster::built<M>(const AuditInput&);`
#pragma once

#include <memory>

#include "checks/core/check.h"

template <class M>
std::shared_ptr<const void> muster::built(const AuditInput& input) {
  return std::make_shared<const M>(M::build(input));
}
