// The lenient reader: takes what has the right JSON type and reports the rest.
#include "checks/lint/document.h"

#include <algorithm>
#include <array>

#include "checks/lint/families.h"
#include "checks/policy/operators.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"

namespace muster::lint {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 3> kPolicyElements = {"Version", "Id", "Statement"};
constexpr std::array<std::string_view, 9> kStatementElements = {
    "Sid",       "Effect",   "Principal",   "NotPrincipal", "Action",
    "NotAction", "Resource", "NotResource", "Condition"};
constexpr std::array<std::string_view, 4> kPrincipalKeys = {"AWS", "CanonicalUser", "Federated",
                                                            "Service"};

std::string mismatch(std::string_view what, std::string_view expected, const Node& found) {
  return quoted(what) + " must be " + std::string(expected) + ", not " +
         text::to_string(found.type());
}

class Reader {
 public:
  Reader(const Node& root, DocumentType type, Report& out)
      : out_(out), document_{type, root, false, {}} {}

  Document read();

 private:
  void policy_keys();
  void version();
  void statements();
  void statement(const Node& node, std::optional<std::size_t> index);
  void element(Statement& statement, const Node& key, const Node& value);
  void sid(const Statement& statement, const Node& value);
  void effect(Statement& statement, const Node& value);
  [[nodiscard]] Element strings(const Statement& statement, const Node& key, const Node& value);
  void principal(Statement& statement, const Node& key, const Node& value);
  void principal_group(Statement& statement, const PrincipalGroup& empty);
  void conditions(Statement& statement, const Node& value);
  void clauses(Statement& statement, const Node& op_key, const Node& block);
  void clause_values(const Statement& statement, Clause& clause);

  Report& out_;
  Document document_;
};

Document Reader::read() {
  if (!document_.root.is(Type::Mapping)) {
    out_.add(Code::DataTypeMismatch, mismatch("policy", "an object", document_.root), out_.whole());
    return std::move(document_);
  }
  policy_keys();
  version();
  statements();
  return std::move(document_);
}

void Reader::policy_keys() {
  for (std::size_t i = 0; i < document_.root.size(); ++i) {
    const Node key = document_.root.key_at(i);
    if (!text::one_of(key.text(), kPolicyElements)) {
      out_.add(Code::InvalidPolicyElement,
               "a policy has no element " + quoted(key.text()) +
                   text::did_you_mean(key.text(), kPolicyElements),
               out_.at({step_to_key(key.text())}, key));
    }
  }
  const auto id = document_.root.find("Id");
  if (id && !id->is(Type::String)) {
    out_.add(Code::DataTypeMismatch, mismatch("Id", "text", *id), out_.at({step_into("Id")}, *id));
  }
}

void Reader::version() {
  const auto version = document_.root.find("Version");
  if (!version) {
    return;
  }
  const auto place = [&] { return out_.at({step_into("Version")}, *version); };
  if (!version->is(Type::String)) {
    out_.add(Code::DataTypeMismatch, mismatch("Version", "text", *version), place());
  } else if (version->text() == "2012-10-17") {
    document_.variables = true;
  } else if (version->text() != "2008-10-17") {
    out_.add(Code::InvalidVersion,
             "there is no version " + quoted(version->text()) + ", only `2012-10-17` and the old " +
                 "`2008-10-17`",
             place());
  }
}

void Reader::statements() {
  const auto found = document_.root.find("Statement");
  if (!found) {
    return;
  }
  if (found->is(Type::Mapping)) {
    statement(*found, std::nullopt);
    return;
  }
  if (!found->is(Type::Sequence)) {
    out_.add(Code::DataTypeMismatch,
             mismatch("Statement", "an object or a list of objects", *found),
             out_.at({step_into("Statement")}, *found));
    return;
  }
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (found->at(i).is(Type::Mapping)) {
      statement(found->at(i), i);
    } else {
      out_.add(Code::DataTypeMismatch, mismatch("Statement", "a list of objects", found->at(i)),
               out_.at({step_into("Statement"), step_to(i)}, found->at(i)));
    }
  }
}

void Reader::statement(const Node& node, std::optional<std::size_t> index) {
  Statement statement{node, index, {}, {}, {}, {}, {}, {}};
  for (std::size_t i = 0; i < node.size(); ++i) {
    element(statement, node.key_at(i), node.at(i));
  }
  document_.statements.push_back(std::move(statement));
}

void Reader::element(Statement& statement, const Node& key, const Node& value) {
  const std::string_view name = key.text();
  if (name == "Sid") {
    sid(statement, value);
  } else if (name == "Effect") {
    effect(statement, value);
  } else if (name == "Action" || name == "NotAction") {
    statement.actions.push_back(strings(statement, key, value));
  } else if (name == "Resource" || name == "NotResource") {
    statement.resources.push_back(strings(statement, key, value));
  } else if (name == "Principal" || name == "NotPrincipal") {
    principal(statement, key, value);
  } else if (name == "Condition") {
    conditions(statement, value);
  } else {
    out_.add(
        Code::InvalidPolicyElement,
        "a statement has no element " + quoted(name) + text::did_you_mean(name, kStatementElements),
        out_.at(statement, {step_to_key(name)}, key));
  }
}

void Reader::sid(const Statement& statement, const Node& value) {
  if (!value.is(Type::String)) {
    out_.add(Code::DataTypeMismatch, mismatch("Sid", "text", value),
             out_.at(statement, {step_into("Sid")}, value));
  }
}

void Reader::effect(Statement& statement, const Node& value) {
  const auto place = [&] { return out_.at(statement, {step_into("Effect")}, value); };
  if (!value.is(Type::String)) {
    out_.add(Code::DataTypeMismatch, mismatch("Effect", "text", value), place());
  } else if (value.text() == "Allow") {
    statement.effect = policy::Effect::Allow;
  } else if (value.text() == "Deny") {
    statement.effect = policy::Effect::Deny;
  } else {
    out_.add(Code::InvalidEffect, "the effect is `Allow` or `Deny`, not " + quoted(value.text()),
             place());
  }
}

Element Reader::strings(const Statement& statement, const Node& key, const Node& value) {
  Element element{key, value, {}};
  const bool list = value.is(Type::Sequence);
  for (std::size_t i = 0; i < (list ? value.size() : 1); ++i) {
    const Node node = list ? value.at(i) : value;
    Entry entry{node, list ? std::optional(i) : std::nullopt};
    if (node.is(Type::String)) {
      element.entries.push_back(std::move(entry));
    } else {
      out_.add(Code::DataTypeMismatch, mismatch(key.text(), "text or a list of texts", node),
               out_.at(statement, element, entry));
    }
  }
  return element;
}

void Reader::principal(Statement& statement, const Node& key, const Node& value) {
  statement.principals.push_back({key, value, {}});
  const Element& element = statement.principals.back();
  if (value.is(Type::String) && value.text() == "*") {
    return;
  }
  if (!value.is(Type::Mapping)) {
    out_.add(Code::InvalidPrincipalFormat,
             quoted(key.text()) + " is `*` or an object such as `{\"AWS\": \"111122223333\"}`",
             out_.at(statement, element));
    return;
  }
  if (value.size() == 0) {
    out_.add(Code::EmptyObjectPrincipal, quoted(key.text()) + " names nobody",
             out_.at(statement, element));
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    principal_group(statement, {key, value.key_at(i), value.at(i), {}});
  }
}

void Reader::principal_group(Statement& statement, const PrincipalGroup& empty) {
  PrincipalGroup group = empty;
  const std::string_view kind = group.key.text();
  if (!text::one_of(kind, kPrincipalKeys)) {
    out_.add(
        Code::InvalidPrincipalKey,
        "there is no kind of principal " + quoted(kind) + text::did_you_mean(kind, kPrincipalKeys),
        out_.at(statement, {step_into(group.element.text()), step_to_key(kind)}, group.key));
    return;
  }
  const bool list = group.value.is(Type::Sequence);
  if (list && group.value.size() == 0) {
    out_.add(Code::EmptyArrayPrincipal, quoted(kind) + " names nobody", out_.at(statement, group));
  }
  for (std::size_t i = 0; i < (list ? group.value.size() : 1); ++i) {
    Entry entry{list ? group.value.at(i) : group.value, list ? std::optional(i) : std::nullopt};
    if (entry.node.is(Type::String)) {
      group.entries.push_back(std::move(entry));
    } else {
      out_.add(Code::DataTypeMismatch, mismatch(kind, "text or a list of texts", entry.node),
               out_.at(statement, group, entry));
    }
  }
  statement.principal_groups.push_back(std::move(group));
}

void Reader::conditions(Statement& statement, const Node& value) {
  if (!value.is(Type::Mapping)) {
    out_.add(Code::DataTypeMismatch, mismatch("Condition", "an object", value),
             out_.at(statement, {step_into("Condition")}, value));
    return;
  }
  if (value.size() == 0) {
    out_.add(Code::EmptyObjectCondition, "`Condition` is empty",
             out_.at(statement, {step_into("Condition")}, value));
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Node op = value.key_at(i);
    if (value.at(i).is(Type::Mapping)) {
      clauses(statement, op, value.at(i));
    } else {
      out_.add(Code::DataTypeMismatch,
               mismatch(op.text(), "an object of keys and values", value.at(i)),
               out_.at(statement, {step_into("Condition"), step_into(op.text())}, value.at(i)));
    }
  }
}

void Reader::clauses(Statement& statement, const Node& op_key, const Node& block) {
  const policy::Operator op = policy::parse_operator({std::string(op_key.text()), {}});
  for (std::size_t i = 0; i < block.size(); ++i) {
    Clause clause{op,          op_key, block.key_at(i), policy::lower(block.key_at(i).text()),
                  block.at(i), {}};
    clause_values(statement, clause);
    statement.clauses.push_back(std::move(clause));
  }
}

void Reader::clause_values(const Statement& statement, Clause& clause) {
  const bool list = clause.value.is(Type::Sequence);
  for (std::size_t i = 0; i < (list ? clause.value.size() : 1); ++i) {
    Entry entry{list ? clause.value.at(i) : clause.value, list ? std::optional(i) : std::nullopt};
    const Type type = entry.node.type();
    if (type == Type::String || type == Type::Bool || type == Type::Number) {
      clause.entries.push_back(std::move(entry));
    } else {
      out_.add(Code::DataTypeMismatch,
               mismatch(clause.key.text(), "text, a number, true or false, or a list of them",
                        entry.node),
               out_.at(statement, clause, entry));
    }
  }
}

}  // namespace

const Clause* Statement::find_clause(std::string_view name) const {
  const auto found = std::ranges::find_if(clauses, [&](const Clause& c) { return c.name == name; });
  return found == clauses.end() ? nullptr : &*found;
}

Document read_document(const text::Node& root, DocumentType type, Report& out) {
  return Reader(root, type, out).read();
}

}  // namespace muster::lint
