// Policies and requests out of the bytes of a fuzzer, over an alphabet in which they often meet,
// and the requests that the text of policies suggests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/stack.h"

namespace muster::fuzz {

/// Reads choices off the input; an input that has ended chooses the first.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  /// From 0 up to but not including `end`. REQUIRES: 0 < end <= 256.
  [[nodiscard]] std::size_t below(std::size_t end);

 private:
  std::string_view bytes_;
};

/// One to three statements with every operator. `with_principal`: as the policy of a resource.
[[nodiscard]] policy::Policy small_policy(Choices& choices, bool with_principal);

/// Every layer there is, or is not, or is not known.
[[nodiscard]] policy::Stack small_stack(Choices& choices);

[[nodiscard]] policy::Request small_request(Choices& choices);

/// Requests made of what the policies name: their patterns with the wildcards replaced, their
/// values and one beside them, keys absent. Only such as occur: actions with a service and a name,
/// whole ARNs, lists where a clause looks at lists. At most `most`, spread over all.
[[nodiscard]] std::vector<policy::Request> suggested_requests(
    const std::vector<const policy::Policy*>& policies, std::size_t most);

}  // namespace muster::fuzz
