// Elements in their fixed order; what one JSON object cannot hold is spelled differently.
#include "checks/policy/print.h"

#include <algorithm>
#include <array>
#include <set>

namespace muster::policy {
namespace {

using text::JsonWriter;

void print_texts(const std::vector<std::string_view>& texts, JsonWriter& out) {
  if (texts.size() == 1) {
    out.text(texts.front());
    return;
  }
  out.open_list();
  for (const std::string_view text : texts) {
    out.text(text);
  }
  out.close_list();
}

std::vector<std::string_view> views(const std::vector<Text>& texts) {
  std::vector<std::string_view> list;
  std::ranges::transform(texts, std::back_inserter(list),
                         [](const Text& text) { return std::string_view(text.value); });
  return list;
}

void print_list(std::string_view element, const std::optional<std::vector<Text>>& list,
                JsonWriter& out) {
  if (list) {
    out.key(element);
    print_texts(views(*list), out);
  }
}

/// The member under which a principal stands. `*` for everybody has none; beside others it is the
/// `*` of `AWS`.
const char* member_of(PrincipalType type) {
  switch (type) {
    case PrincipalType::Any:
    case PrincipalType::Aws:
      return "AWS";
    case PrincipalType::Federated:
      return "Federated";
    case PrincipalType::Service:
      return "Service";
    case PrincipalType::CanonicalUser:
      return "CanonicalUser";
  }
  return "AWS";
}

/// In the order in which the types come first.
void print_principal_groups(const std::vector<Principal>& principals, JsonWriter& out) {
  std::set<std::string_view> done;
  for (const Principal& first : principals) {
    const std::string_view member = member_of(first.type);
    if (!done.insert(member).second) {
      continue;
    }
    std::vector<std::string_view> names;
    for (const Principal& principal : principals) {
      if (member_of(principal.type) == member) {
        names.push_back(principal.value.value);
      }
    }
    out.key(member);
    print_texts(names, out);
  }
}

void print_principals(std::string_view element,
                      const std::optional<std::vector<Principal>>& principals, JsonWriter& out) {
  if (!principals) {
    return;
  }
  out.key(element);
  if (principals->size() == 1 && principals->front().type == PrincipalType::Any) {
    out.text(principals->front().value.value);
    return;
  }
  out.open_object();
  print_principal_groups(*principals, out);
  out.close_object();
}

/// `name` with the case of some letters changed, so that it is none of `taken`: the variants in the
/// order of binary numbers, of which bit i turns the i-th letter. Unchanged when all are taken.
std::string free_spelling(const std::string& name, const std::set<std::string>& taken) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto letters = std::min<std::ptrdiff_t>(std::ranges::count_if(name, is_letter), 20);
  for (std::size_t bits = 0; bits < std::size_t{1} << static_cast<std::size_t>(letters); ++bits) {
    std::string variant = name;
    std::size_t index = 0;
    for (char& c : variant) {
      if (is_letter(c) && index < 20) {
        c = static_cast<char>(c ^ static_cast<char>(((bits >> index++) & 1U) * 0x20U));
      }
    }
    if (!taken.contains(variant)) {
      return variant;
    }
  }
  return name;
}

/// Opens an object per operator, and a further one where the last cannot take the clause.
void print_conditions(const std::vector<Condition>& conditions, JsonWriter& out) {
  std::set<std::string> operators;
  std::set<std::string_view> keys;
  std::string_view open;
  for (const Condition& condition : conditions) {
    const std::string& name = condition.op.name.value;
    if (operators.empty() || name != open || keys.contains(condition.key.value)) {
      if (!operators.empty()) {
        out.close_object();
      }
      out.key(*operators.insert(free_spelling(name, operators)).first).open_object();
      open = name;
      keys.clear();
    }
    keys.insert(condition.key.value);
    out.key(condition.key.value);
    print_texts(views(condition.values), out);
  }
  if (!operators.empty()) {
    out.close_object();
  }
}

void print_statement(const Statement& statement, JsonWriter& out) {
  out.open_object();
  if (statement.sid) {
    out.key("Sid").text(statement.sid->value);
  }
  out.key("Effect").text(statement.effect == Effect::Allow ? "Allow" : "Deny");
  print_principals("Principal", statement.principals, out);
  print_principals("NotPrincipal", statement.not_principals, out);
  print_list("Action", statement.actions, out);
  print_list("NotAction", statement.not_actions, out);
  print_list("Resource", statement.resources, out);
  print_list("NotResource", statement.not_resources, out);
  if (!statement.conditions.empty()) {
    out.key("Condition").open_object();
    print_conditions(statement.conditions, out);
    out.close_object();
  }
  out.close_object();
}

}  // namespace

void print_policy(const Policy& policy, JsonWriter& out) {
  out.open_object();
  out.key("Version").text(policy.version == Version::V2012_10_17 ? "2012-10-17" : "2008-10-17");
  if (policy.id) {
    out.key("Id").text(policy.id->value);
  }
  out.key("Statement").open_list();
  for (const Statement& statement : policy.statements) {
    print_statement(statement, out);
  }
  out.close_list().close_object();
}

std::string print_policy(const Policy& policy, text::JsonLayout layout) {
  JsonWriter out(layout);
  print_policy(policy, out);
  return out.bytes();
}

}  // namespace muster::policy
