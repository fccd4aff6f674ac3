// The request line is input of ours, not of AWS: names are checked strictly so that a typing error
// is never an absent layer.
#include "checks/policy/request.h"

#include <array>

#include "checks/policy/read.h"

namespace muster::policy {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 6> kLayers = {"identity", "resource", "boundary",
                                                     "session",  "scp",      "rcp"};
constexpr std::array<std::string_view, 5> kMembers = {"principal", "action", "resource",
                                                      "resource_account", "context"};

Result<std::vector<Policy>> read_documents(const Node& node, PolicyType type) {
  std::vector<Policy> policies;
  if (!node.is(Type::Sequence)) {
    MUSTER_TRY(Policy only, read_policy(node, type));
    policies.push_back(std::move(only));
    return policies;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_TRY(Policy policy, read_policy(node.at(i), type));
    policies.push_back(std::move(policy));
  }
  return policies;
}

Status read_layer(const Node& policies, std::string_view name, PolicyType type,
                  std::optional<std::vector<Policy>>& out) {
  if (const auto node = policies.find(name)) {
    MUSTER_TRY(out, read_documents(*node, type));
  }
  return Done{};
}

Status read_levels(const Node& policies, std::string_view name, PolicyType type,
                   std::optional<std::vector<std::vector<Policy>>>& out) {
  const auto node = policies.find(name);
  if (!node) {
    return Done{};
  }
  if (!node->is(Type::Sequence)) {
    return invalid(*node,
                   "`" + std::string(name) + "` must be a list of levels, found " + kind_of(*node));
  }
  out.emplace();
  for (std::size_t i = 0; i < node->size(); ++i) {
    if (!node->at(i).is(Type::Sequence)) {
      return invalid(node->at(i), "a level of `" + std::string(name) +
                                      "` must be a list of policies, found " +
                                      kind_of(node->at(i)));
    }
    MUSTER_TRY(auto level, read_documents(node->at(i), type));
    out->push_back(std::move(level));
  }
  return Done{};
}

Result<Stack> read_stack(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "`policies` must be an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kLayers, "policies"));
  Stack stack;
  MUSTER_CHECK_OK(read_layer(node, "identity", PolicyType::Identity, stack.identity));
  MUSTER_CHECK_OK(read_layer(node, "resource", PolicyType::Resource, stack.resource));
  MUSTER_CHECK_OK(read_layer(node, "boundary", PolicyType::Identity, stack.boundary));
  MUSTER_CHECK_OK(read_layer(node, "session", PolicyType::Identity, stack.session));
  MUSTER_CHECK_OK(read_levels(node, "scp", PolicyType::Identity, stack.scp));
  MUSTER_CHECK_OK(read_levels(node, "rcp", PolicyType::Resource, stack.rcp));
  return stack;
}

Status read_member(const Node& node, std::string_view name, std::string& out) {
  if (const auto member = node.find(name)) {
    MUSTER_TRY(Text text, read_string(*member, name));
    out = std::move(text.value);
  }
  return Done{};
}

bool is_scalar(const Node& node) {
  return node.is(Type::String) || node.is(Type::Number) || node.is(Type::Bool);
}

Result<ContextValue> read_context_value(const Node& node, std::string_view key) {
  ContextValue value;
  if (is_scalar(node)) {
    value.values.emplace_back(node.text());
    return value;
  }
  if (!node.is(Type::Sequence)) {
    return invalid(node, "the value of `" + std::string(key) +
                             "` must be a string or a list of strings, found " + kind_of(node));
  }
  value.multivalued = true;
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!is_scalar(node.at(i))) {
      return invalid(node.at(i), "a value of `" + std::string(key) + "` must be a string, found " +
                                     kind_of(node.at(i)));
    }
    value.values.emplace_back(node.at(i).text());
  }
  return value;
}

bool is_service_action(std::string_view action) {
  const std::size_t colon = action.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < action.size() &&
         action.find_first_of("*?") == std::string_view::npos;
}

Status check_request(const Node& node, const Request& request) {
  if (!node.find("principal")) {
    return invalid(node, "the request has no `principal`");
  }
  const auto action = node.find("action");
  if (!action) {
    return invalid(node, "the request has no `action`");
  }
  if (!is_service_action(request.action)) {
    return invalid(*action, "`" + request.action + "` is no action: expected one `service:Name`");
  }
  return Done{};
}

Result<Request> read_request(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "`request` must be an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kMembers, "request"));
  Request request;
  request.resource = "*";
  MUSTER_CHECK_OK(read_member(node, "principal", request.principal));
  MUSTER_CHECK_OK(read_member(node, "action", request.action));
  MUSTER_CHECK_OK(read_member(node, "resource", request.resource));
  MUSTER_CHECK_OK(read_member(node, "resource_account", request.resource_account));
  MUSTER_CHECK_OK(check_request(node, request));
  if (const auto context = node.find("context")) {
    MUSTER_TRY(request.context, read_context(*context));
  }
  return request;
}

}  // namespace

Result<std::map<std::string, ContextValue>> read_context(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "`context` must be an object, found " + kind_of(node));
  }
  std::map<std::string, ContextValue> context;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node key = node.key_at(i);
    MUSTER_TRY(auto value, read_context_value(node.at(i), key.text()));
    if (!context.emplace(lower(key.text()), std::move(value)).second) {
      return invalid(key, "context key `" + std::string(key.text()) +
                              "` stands twice: keys compare without case");
    }
  }
  return context;
}

Result<Case> read_case(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "a request line must be an object, found " + kind_of(node));
  }
  const auto policies = node.find("policies");
  const auto request = node.find("request");
  if (!policies || !request) {
    return invalid(
        node, std::string("the request line has no `") + (policies ? "request" : "policies") + "`");
  }
  Case result;
  MUSTER_TRY(result.stack, read_stack(*policies));
  MUSTER_TRY(result.request, read_request(*request));
  return result;
}

}  // namespace muster::policy
