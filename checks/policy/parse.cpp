// The document around the statements: Version, Id, Statement.
#include <array>

#include "checks/policy/read.h"

namespace muster::policy {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 3> kElements = {"Version", "Id", "Statement"};
constexpr std::string_view kOld = "2008-10-17";
constexpr std::string_view kCurrent = "2012-10-17";

Result<Version> read_version(const Node& policy) {
  const auto node = policy.find("Version");
  if (!node) {
    return Version::V2008_10_17;
  }
  MUSTER_TRY(const Text text, read_string(*node, "Version"));
  if (text.value == kCurrent) {
    return Version::V2012_10_17;
  }
  if (text.value == kOld) {
    return Version::V2008_10_17;
  }
  return invalid(*node,
                 "unknown version `" + text.value + "`: expected `2012-10-17` or `2008-10-17`");
}

Result<std::vector<Statement>> read_statements(const Node& policy, PolicyType type) {
  const auto node = policy.find("Statement");
  if (!node) {
    return invalid(policy, "the policy has no `Statement`");
  }
  std::vector<Statement> statements;
  if (!node->is(Type::Sequence)) {
    MUSTER_TRY(Statement only, read_statement(*node, 0, type));
    statements.push_back(std::move(only));
    return statements;
  }
  statements.reserve(node->size());
  for (std::size_t i = 0; i < node->size(); ++i) {
    MUSTER_TRY(Statement statement, read_statement(node->at(i), i, type));
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace

Result<Policy> read_policy(const Node& node, PolicyType type) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "a policy must be an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kElements, "policy"));
  Policy policy;
  policy.where = node.where();
  MUSTER_TRY(policy.version, read_version(node));
  if (const auto id = node.find("Id")) {
    MUSTER_TRY(policy.id, read_string(*id, "Id"));
  }
  MUSTER_TRY(policy.statements, read_statements(node, type));
  return policy;
}

Result<Policy> parse_policy(std::string bytes, SourceId source, PolicyType type) {
  if (bytes.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Error{ErrorCode::Syntax, "the document is empty: expected a policy with `Statement`",
                 SourceRef{std::move(source), {}}};
  }
  MUSTER_TRY(const auto tree, text::parse_json(std::move(bytes), std::move(source)));
  return read_policy(tree.root(), type);
}

}  // namespace muster::policy
