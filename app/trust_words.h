// What `muster trust explain` prints for people.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "checks/oidc/explanation.h"
#include "checks/policy/model.h"

namespace muster::app {

/// One provider of one trust policy: who gets in with an example each, who is refused by which
/// clause, what AWS's own check says.
void print_explanation(const oidc::Explanation& explanation, std::ostream& out);

/// A trust policy without OIDC provider: whom it names instead.
void print_other_callers(const policy::Policy& policy, std::ostream& out);

/// Whom the Allow statements name: `ec2.amazonaws.com`, `everyone but arn:…`; sorted, no doubles.
[[nodiscard]] std::vector<std::string> allowed_callers(const policy::Policy& policy);

/// No token gets in: under no default or declared subject, and under no custom template.
[[nodiscard]] bool is_dead(const oidc::Explanation& explanation);

}  // namespace muster::app
