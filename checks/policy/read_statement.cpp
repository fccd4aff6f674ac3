// One statement: which elements must, may and must not be there depends on what the policy is
// attached to.
#include <array>

#include "checks/policy/read.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/quoted.h"

namespace muster::policy {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 9> kElements = {"Sid",          "Effect",      "Principal",
                                                       "NotPrincipal", "Action",      "NotAction",
                                                       "Resource",     "NotResource", "Condition"};

/// `X` and `NotX` of one statement.
struct Pair {
  std::string_view plain;
  std::string_view negated;
};

constexpr Pair kPrincipal{"Principal", "NotPrincipal"};
constexpr Pair kAction{"Action", "NotAction"};
constexpr Pair kResource{"Resource", "NotResource"};

enum class Demand { ExactlyOne, AtMostOne, None };

const char* describe(PolicyType type) {
  switch (type) {
    case PolicyType::Identity:
      return "an identity policy";
    case PolicyType::Resource:
      return "a resource policy";
    case PolicyType::Trust:
      return "a trust policy";
  }
  return "a policy";
}

using text::quoted;

Status check_pair(const Node& statement, Pair pair, Demand demand, PolicyType type) {
  const auto plain = key_of(statement, pair.plain);
  const auto negated = key_of(statement, pair.negated);
  if (demand == Demand::None && (plain || negated)) {
    const Node& key = plain ? *plain : *negated;
    return invalid(key, quoted(key.text()) + " is not allowed in " + describe(type));
  }
  if (plain && negated) {
    return invalid(*negated, quoted(pair.plain) + " and " + quoted(pair.negated) +
                                 " exclude each other in one statement");
  }
  if (demand == Demand::ExactlyOne && !plain && !negated) {
    return invalid(statement, "the statement has neither " + quoted(pair.plain) + " nor " +
                                  quoted(pair.negated));
  }
  return Done{};
}

Result<Effect> read_effect(const Node& statement) {
  const auto node = statement.find("Effect");
  if (!node) {
    return invalid(statement, "the statement has no `Effect`");
  }
  MUSTER_TRY(const Text text, read_string(*node, "Effect"));
  if (text.value == "Allow") {
    return Effect::Allow;
  }
  if (text.value == "Deny") {
    return Effect::Deny;
  }
  static constexpr std::array<std::string_view, 2> kEffects = {"Allow", "Deny"};
  const std::string hint = text::did_you_mean(text.value, kEffects);
  return invalid(*node, "unknown effect " + quoted(text.value) +
                            (hint.empty() ? "; expected `Allow` or `Deny`" : hint));
}

Status check_actions(const std::vector<Text>& actions, std::string_view element) {
  for (const Text& action : actions) {
    const std::size_t colon = action.value.find(':');
    const bool both_parts =
        colon != std::string::npos && colon > 0 && colon + 1 < action.value.size();
    if (!both_parts && action.value != "*") {
      return Error{ErrorCode::Invalid,
                   quoted(action.value) + " is no action: " + quoted(element) +
                       " takes `service:Name` or `*`",
                   action.where};
    }
  }
  return Done{};
}

Status read_list(const Node& statement, std::string_view element,
                 std::optional<std::vector<Text>>& out) {
  if (const auto node = statement.find(element)) {
    MUSTER_TRY(out, read_strings(*node, element));
  }
  return Done{};
}

Status read_principal_element(const Node& statement, std::string_view element,
                              std::optional<std::vector<Principal>>& out) {
  if (const auto node = statement.find(element)) {
    MUSTER_TRY(out, read_principals(*node, element));
  }
  return Done{};
}

Status read_actions(const Node& node, Statement& out) {
  MUSTER_CHECK_OK(read_list(node, kAction.plain, out.actions));
  MUSTER_CHECK_OK(read_list(node, kAction.negated, out.not_actions));
  return out.actions ? check_actions(*out.actions, kAction.plain)
                     : check_actions(*out.not_actions, kAction.negated);
}

Status check_pairs(const Node& node, PolicyType type) {
  const bool identity = type == PolicyType::Identity;
  const Demand resource = identity                    ? Demand::ExactlyOne
                          : type == PolicyType::Trust ? Demand::None
                                                      : Demand::AtMostOne;
  MUSTER_CHECK_OK(check_pair(node, kPrincipal, identity ? Demand::None : Demand::ExactlyOne, type));
  MUSTER_CHECK_OK(check_pair(node, kAction, Demand::ExactlyOne, type));
  return check_pair(node, kResource, resource, type);
}

Status read_elements(const Node& node, Statement& out) {
  if (const auto sid = node.find("Sid")) {
    MUSTER_TRY(out.sid, read_string(*sid, "Sid"));
  }
  MUSTER_TRY(out.effect, read_effect(node));
  MUSTER_CHECK_OK(read_principal_element(node, kPrincipal.plain, out.principals));
  MUSTER_CHECK_OK(read_principal_element(node, kPrincipal.negated, out.not_principals));
  MUSTER_CHECK_OK(read_actions(node, out));
  MUSTER_CHECK_OK(read_list(node, kResource.plain, out.resources));
  MUSTER_CHECK_OK(read_list(node, kResource.negated, out.not_resources));
  if (const auto condition = node.find("Condition")) {
    MUSTER_TRY(out.conditions, read_conditions(*condition));
  }
  return Done{};
}

}  // namespace

Result<Statement> read_statement(const Node& node, std::size_t index, PolicyType type) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "a statement must be an object, found " + kind_of(node));
  }
  MUSTER_CHECK_OK(check_keys(node, kElements, "statement"));
  MUSTER_CHECK_OK(check_pairs(node, type));
  Statement statement;
  statement.index = index;
  statement.where = node.where();
  MUSTER_CHECK_OK(read_elements(node, statement));
  return statement;
}

}  // namespace muster::policy
