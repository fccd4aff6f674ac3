// ASCII case folding for names that IAM compares without case.
#include "checks/policy/model.h"

namespace muster::policy {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

}  // namespace muster::policy
