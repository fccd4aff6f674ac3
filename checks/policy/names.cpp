// Words of the policy language: ASCII case folding and the anchors of statements.
#include "checks/policy/model.h"

namespace muster::policy {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

std::string Statement::anchor() const {
  return sid && !sid->value.empty() ? "stmt:" + sid->value : "stmt:" + std::to_string(index);
}

}  // namespace muster::policy
