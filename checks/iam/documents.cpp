// Reading is lenient about what surrounds a policy (unknown keys are AWS's business) and strict
// about the policy itself.
#include "checks/iam/documents.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// A file of the largest size that the repository reader lets through has at most this many nodes.
constexpr std::size_t kAccountNodes = 5'000'000;

std::string text_of(const Node& object, std::string_view key) {
  const auto value = object.find(key);
  return value && value->is(Type::String) ? std::string(value->text()) : std::string();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char folded = static_cast<char>(c | 0x20);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

/// RFC 3986, as IAM encodes policy texts: `+` stays a plus.
std::string url_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

void move_to(std::vector<policy::Text>& texts, const SourceRef& where) {
  for (policy::Text& text : texts) {
    text.where = where;
  }
}

void move_to(std::vector<policy::Condition>& conditions, const SourceRef& where) {
  for (policy::Condition& condition : conditions) {
    condition.where = where;
    condition.op.name.where = where;
    condition.key.where = where;
    move_to(condition.values, where);
  }
}

void move_to(std::optional<policy::Text>& text, const SourceRef& where) {
  if (text) {
    text->where = where;
  }
}

/// Offsets inside an encoded string mean nothing to a reader: every place becomes the string's.
void move_to(policy::Policy& policy, const SourceRef& where) {
  policy.where = where;
  move_to(policy.id, where);
  for (policy::Statement& statement : policy.statements) {
    statement.where = where;
    move_to(statement.sid, where);
    move_to(statement.conditions, where);
    for (auto* texts : {&statement.actions, &statement.not_actions, &statement.resources,
                        &statement.not_resources}) {
      if (*texts) {
        move_to(**texts, where);
      }
    }
    for (auto* principals : {&statement.principals, &statement.not_principals}) {
      if (*principals) {
        for (policy::Principal& principal : **principals) {
          principal.value.where = where;
        }
      }
    }
  }
}

/// Children of a list, or the node itself when AWS's "single or list" shape has a single one.
std::vector<Node> items_of(const std::optional<Node>& node) {
  std::vector<Node> items;
  if (node && node->is(Type::Sequence)) {
    for (std::size_t i = 0; i < node->size(); ++i) {
      items.push_back(node->at(i));
    }
  } else if (node) {
    items.push_back(*node);
  }
  return items;
}

/// The value of an element whose name may be misspelt in case: the reader reports that, here it
/// only must not hide the document.
std::optional<Node> find_folded(const Node& object, std::string_view lower_name) {
  for (std::size_t i = 0; object.is(Type::Mapping) && i < object.size(); ++i) {
    if (policy::lower(object.key_at(i).text()) == lower_name) {
      return object.at(i);
    }
  }
  return std::nullopt;
}

bool is_trust_statement(const Node& statement) {
  const std::vector<Node> actions = items_of(find_folded(statement, "action"));
  const bool assumes = std::any_of(actions.begin(), actions.end(), [](const Node& action) {
    return policy::lower(action.text()).starts_with("sts:");
  });
  const auto principal = find_folded(statement, "principal");
  const bool federated = principal && find_folded(*principal, "federated").has_value();
  const bool has_resource =
      find_folded(statement, "resource") || find_folded(statement, "notresource");
  return assumes && (!has_resource || federated);
}

IdentityPolicy inline_policy(const Node& entry) {
  IdentityPolicy found{text_of(entry, "PolicyName"), {}, {}, "the account facts hold no text"};
  const auto document = entry.find("PolicyDocument");
  if (!document) {
    return found;
  }
  auto policy = nested_policy(*document, policy::PolicyType::Identity);
  if (policy) {
    found.policy = std::move(policy).value();
    found.missing.clear();
  } else {
    found.missing = policy.error().message;
  }
  return found;
}

/// The default version's text of a managed policy in the list `Policies` of the account details.
std::optional<Node> managed_text(const Node& root, const std::string& arn) {
  for (const Node& policy : items_of(root.find("Policies"))) {
    if (text_of(policy, "Arn") != arn) {
      continue;
    }
    for (const Node& version : items_of(policy.find("PolicyVersionList"))) {
      const auto is_default = version.find("IsDefaultVersion");
      if (is_default && is_default->boolean().value_or(false)) {
        return version.find("Document");
      }
    }
  }
  return std::nullopt;
}

IdentityPolicy attached_policy(const Node& root, const Node& entry) {
  IdentityPolicy found{text_of(entry, "PolicyName"), text_of(entry, "PolicyArn"), {}, {}};
  const auto document = managed_text(root, found.arn);
  if (!document) {
    found.missing = "the account facts hold no text of it";
    return found;
  }
  auto policy = nested_policy(*document, policy::PolicyType::Identity);
  if (policy) {
    found.policy = std::move(policy).value();
  } else {
    found.missing = policy.error().message;
  }
  return found;
}

RoleDocument role_document(const Node& root, const Node& role) {
  const auto trust = role.find("AssumeRolePolicyDocument");
  RoleDocument found{
      text_of(role, "Arn"),
      text_of(role, "RoleName"),
      trust ? trust->where() : role.where(),
      trust ? nested_policy(*trust, policy::PolicyType::Trust)
            : Result<policy::Policy>(Error{ErrorCode::Invalid,
                                           "role has no `AssumeRolePolicyDocument`", role.where()}),
      {}};
  if (found.arn.empty()) {
    found.trust = Error{ErrorCode::Invalid, "role has no `Arn`", role.where()};
  }
  for (const Node& entry : items_of(role.find("RolePolicyList"))) {
    found.identity.push_back(inline_policy(entry));
  }
  for (const Node& entry : items_of(role.find("AttachedManagedPolicies"))) {
    found.identity.push_back(attached_policy(root, entry));
  }
  return found;
}

}  // namespace

Result<text::Tree> parse_account_json(const Document& document) {
  text::Limits limits;
  limits.bytes = std::max(limits.bytes, document.bytes.size());
  limits.expanded_nodes = kAccountNodes;
  return text::parse_json(document.bytes, document.source, limits);
}

std::vector<RoleDocument> role_documents(const Node& root) {
  std::vector<RoleDocument> found;
  if (const auto role = root.find("Role")) {
    found.push_back(role_document(root, *role));
  }
  for (const Node& role : items_of(root.find("RoleDetailList"))) {
    found.push_back(role_document(root, role));
  }
  return found;
}

Result<policy::Policy> nested_policy(const Node& node, policy::PolicyType type) {
  if (!node.is(Type::String)) {
    return policy::read_policy(node, type);
  }
  const std::size_t first = node.text().find_first_not_of(" \t\r\n");
  const bool plain = first != std::string_view::npos && node.text()[first] == '{';
  const SourceRef where = node.where();
  auto policy = policy::parse_policy(plain ? std::string(node.text()) : url_decoded(node.text()),
                                     where.source, type);
  if (!policy) {
    return Error{policy.error().code, "policy text inside the string: " + policy.error().message,
                 where};
  }
  policy::Policy moved = std::move(policy).value();
  move_to(moved, where);
  return moved;
}

bool is_trust_policy(const Node& root) {
  const std::vector<Node> statements = items_of(find_folded(root, "statement"));
  return std::any_of(statements.begin(), statements.end(), is_trust_statement);
}

}  // namespace muster::iam
