// `Principal` and `NotPrincipal`: `"*"`, or an object from kind of principal to names.
#include <algorithm>
#include <array>

#include "checks/policy/read.h"

namespace muster::policy {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 4> kNames = {"AWS", "Federated", "Service", "CanonicalUser"};
constexpr std::array kTypes = {PrincipalType::Aws, PrincipalType::Federated, PrincipalType::Service,
                               PrincipalType::CanonicalUser};

Result<std::vector<Principal>> read_any(const Node& node, std::string_view element) {
  if (node.text() != "*") {
    return invalid(node, "`" + std::string(element) + "` must be `*` or an object such as " +
                             "`{\"AWS\": …}`, found `" + std::string(node.text()) + "`");
  }
  return std::vector<Principal>{{PrincipalType::Any, text_of(node)}};
}

/// IAM refuses to save a principal with a wildcard in it; only `*` alone stands for everybody.
/// Source: IAM User Guide, "AWS JSON policy elements: Principal".
Status check_wildcards(const std::vector<Text>& names) {
  for (const Text& name : names) {
    if (name.value != "*" && name.value.find_first_of("*?") != std::string::npos) {
      return Error{ErrorCode::Invalid,
                   "`" + name.value + "`" +
                       " is no principal: IAM takes `*` or a whole name there, a pattern goes into "
                       "a condition on `aws:PrincipalArn`",
                   name.where};
    }
  }
  return Done{};
}

}  // namespace

Result<std::vector<Principal>> read_principals(const Node& node, std::string_view element) {
  if (node.is(Type::String)) {
    return read_any(node, element);
  }
  if (!node.is(Type::Mapping)) {
    return invalid(
        node, "`" + std::string(element) + "` must be `*` or an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kNames, "principal"));
  std::vector<Principal> result;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string_view name = node.key_at(i).text();
    const auto position = std::ranges::find(kNames, name) - kNames.begin();
    MUSTER_TRY(auto values, read_strings(node.at(i), name));
    if (name == "AWS") {
      MUSTER_CHECK_OK(check_wildcards(values));
    }
    for (Text& value : values) {
      result.push_back({kTypes.at(static_cast<std::size_t>(position)), std::move(value)});
    }
  }
  return result;
}

}  // namespace muster::policy
