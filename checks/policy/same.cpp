// Equality of policies without their places.
#include <algorithm>

#include "checks/policy/model.h"

namespace muster::policy {
namespace {

bool same_text(const Text& a, const Text& b) {
  return a.value == b.value;
}

bool same_principal(const Principal& a, const Principal& b) {
  return a.type == b.type && same_text(a.value, b.value);
}

template <class T, class Same>
bool same_list(const std::vector<T>& a, const std::vector<T>& b, Same same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

template <class T, class Same>
bool same_element(const std::optional<std::vector<T>>& a, const std::optional<std::vector<T>>& b,
                  Same same) {
  return a.has_value() == b.has_value() && (!a || same_list(*a, *b, same));
}

bool same_clause(const Condition& a, const Condition& b) {
  return lower(a.op.name.value) == lower(b.op.name.value) &&
         lower(a.key.value) == lower(b.key.value) && same_list(a.values, b.values, same_text);
}

bool same_statement(const Statement& a, const Statement& b) {
  return a.effect == b.effect && same_element(a.principals, b.principals, same_principal) &&
         same_element(a.not_principals, b.not_principals, same_principal) &&
         same_element(a.actions, b.actions, same_text) &&
         same_element(a.not_actions, b.not_actions, same_text) &&
         same_element(a.resources, b.resources, same_text) &&
         same_element(a.not_resources, b.not_resources, same_text) &&
         same_list(a.conditions, b.conditions, same_clause);
}

}  // namespace

bool same_policy(const Policy& a, const Policy& b) {
  return a.version == b.version && same_list(a.statements, b.statements, same_statement);
}

}  // namespace muster::policy
