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

/// What stands in the place of documents that nobody could read.
bool is_unknown(const Node& node) {
  return node.is(Type::String) && node.text() == "unknown";
}

/// One layer while it is read: its documents, and whether some of them are not known.
struct Reading {
  PolicyType type = PolicyType::Identity;
  bool open = false;
};

Status read_document(const Node& node, Reading& reading, std::vector<Policy>& out) {
  if (is_unknown(node)) {
    reading.open = true;
    return Done{};
  }
  MUSTER_TRY(Policy policy, read_policy(node, reading.type));
  out.push_back(std::move(policy));
  return Done{};
}

Result<std::vector<Policy>> read_documents(const Node& node, Reading& reading) {
  std::vector<Policy> policies;
  if (!node.is(Type::Sequence)) {
    MUSTER_CHECK_OK(read_document(node, reading, policies));
    return policies;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_CHECK_OK(read_document(node.at(i), reading, policies));
  }
  return policies;
}

Result<std::vector<std::vector<Policy>>> read_levels(const Node& node, std::string_view name,
                                                     Reading& reading) {
  std::vector<std::vector<Policy>> levels;
  if (is_unknown(node)) {
    reading.open = true;
    return levels;
  }
  if (!node.is(Type::Sequence)) {
    return invalid(node,
                   "`" + std::string(name) + "` must be a list of levels, found " + kind_of(node));
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!node.at(i).is(Type::Sequence) && !is_unknown(node.at(i))) {
      return invalid(node.at(i), "a level of `" + std::string(name) +
                                     "` must be a list of policies, found " + kind_of(node.at(i)));
    }
    MUSTER_TRY(auto level, read_documents(node.at(i), reading));
    levels.push_back(std::move(level));
  }
  return levels;
}

/// Where the documents of one layer go.
struct Place {
  Layer layer;
  PolicyType type;
  std::optional<std::vector<Policy>> Stack::* policies = nullptr;
  /// For the layers that have levels.
  std::optional<std::vector<std::vector<Policy>>> Stack::* levels = nullptr;
};

constexpr std::array<Place, 6> kPlaces = {{
    {Layer::Identity, PolicyType::Identity, &Stack::identity, nullptr},
    {Layer::Resource, PolicyType::Resource, &Stack::resource, nullptr},
    {Layer::Boundary, PolicyType::Identity, &Stack::boundary, nullptr},
    {Layer::Session, PolicyType::Identity, &Stack::session, nullptr},
    {Layer::Scp, PolicyType::Identity, nullptr, &Stack::scp},
    {Layer::Rcp, PolicyType::Resource, nullptr, &Stack::rcp},
}};

Status read_layer(const Node& policies, const Place& place, Stack& stack) {
  const auto node = policies.find(to_string(place.layer));
  if (!node) {
    return Done{};
  }
  Reading reading{place.type, false};
  if (place.policies != nullptr) {
    MUSTER_TRY(stack.*place.policies, read_documents(*node, reading));
  } else {
    MUSTER_TRY(stack.*place.levels, read_levels(*node, to_string(place.layer), reading));
  }
  if (reading.open) {
    stack.open.insert(place.layer);
  }
  return Done{};
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

Result<Stack> read_stack(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "`policies` must be an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kLayers, "policies"));
  Stack stack;
  for (const Place& place : kPlaces) {
    MUSTER_CHECK_OK(read_layer(node, place, stack));
  }
  return stack;
}

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
