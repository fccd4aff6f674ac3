// Statement templates, one by one: left out, filled, or filled as another way to the same grant.
#include "checks/capability/expand.h"

#include <algorithm>
#include <array>

#include "checks/capability/bindings.h"
#include "checks/policy/operators.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/quoted.h"

namespace muster::capability {
namespace {

using policy::Statement;
using policy::Text;

using text::quoted;

std::vector<Text> texts_at(const std::vector<std::string>& values, const SourceRef& where) {
  std::vector<Text> texts;
  std::ranges::transform(values, std::back_inserter(texts),
                         [&](const std::string& value) { return Text{value, where}; });
  return texts;
}

/// Statements of capabilities, filled.
class Expander {
 public:
  explicit Expander(SourceRef where) : where_(std::move(where)) {}

  Result<Statement> statement(const StatementTemplate& entry, const Bindings& bindings) const;

  [[nodiscard]] Statement bare(const std::string& sid) const {
    Statement statement;
    statement.effect = policy::Effect::Allow;
    statement.where = where_;
    if (!sid.empty()) {
      statement.sid = Text{sid, where_};
    }
    return statement;
  }

  [[nodiscard]] policy::Condition clause(const std::string& op, const std::string& key,
                                         const std::vector<std::string>& values) const {
    policy::Condition condition;
    condition.op = policy::parse_operator(Text{op, where_});
    condition.key = Text{key, where_};
    condition.values = texts_at(values, where_);
    condition.where = where_;
    return condition;
  }

 private:
  Result<std::vector<std::string>> fill_all(const std::vector<std::string>& templates,
                                            const Bindings& bindings) const;
  Status add_clauses(const ClauseTemplate& entry, const Bindings& bindings, Statement& out) const;

  SourceRef where_;
};

Result<std::vector<std::string>> Expander::fill_all(const std::vector<std::string>& templates,
                                                    const Bindings& bindings) const {
  std::vector<std::string> all;
  for (const std::string& text : templates) {
    MUSTER_TRY(const auto texts, bindings.fill(text));
    all.insert(all.end(), texts.begin(), texts.end());
  }
  return all;
}

/// A clause on `{tag.key}` stands once for every tag: all of them are demanded.
Status Expander::add_clauses(const ClauseTemplate& entry, const Bindings& bindings,
                             Statement& out) const {
  constexpr std::string_view kTagKey = "{tag.key}";
  const std::size_t at = entry.key.find(kTagKey);
  if (at == std::string::npos) {
    MUSTER_TRY(const auto values, fill_all(entry.values, bindings));
    out.conditions.push_back(clause(entry.op, entry.key, values));
    return Done{};
  }
  for (const auto& [tag, values] : bindings.tags()) {
    out.conditions.push_back(
        clause(entry.op, std::string(entry.key).replace(at, kTagKey.size(), tag), values));
  }
  return Done{};
}

Result<Statement> Expander::statement(const StatementTemplate& entry,
                                      const Bindings& bindings) const {
  Statement out = bare(entry.sid);
  out.actions = texts_at(entry.actions, where_);
  MUSTER_TRY(const auto resources, fill_all(entry.resources, bindings));
  out.resources = texts_at(resources, where_);
  for (const ClauseTemplate& clause : entry.conditions) {
    MUSTER_CHECK_OK(add_clauses(clause, bindings, out));
  }
  return out;
}

bool applies(const StatementTemplate& entry, const Bindings& bindings) {
  const auto given = [&](const std::string& parameter) { return bindings.given(parameter); };
  return std::ranges::all_of(entry.when, given) && std::ranges::none_of(entry.unless, given);
}

Status add_capability(const Intent& intent, const IntentRole& role, const IntentCapability& given,
                      Expansion& out) {
  const Template* entry = find_template(given.name);
  if (entry == nullptr) {
    return Error{ErrorCode::Usage,
                 "unknown capability " + quoted(given.name) +
                     text::did_you_mean(given.name, template_names()),
                 given.where};
  }
  MUSTER_TRY(const Bindings bindings, Bindings::bind(*entry, given, intent, role));
  const Expander expander(given.where);
  const std::size_t first = out.grants.size();
  for (const StatementTemplate& part : entry->statements) {
    if (!applies(part, bindings)) {
      continue;
    }
    MUSTER_TRY(Statement statement, expander.statement(part, bindings));
    out.allowed.statements.push_back(statement);
    if (part.optional) {
      continue;
    }
    if (part.instead_of.empty()) {
      out.grants.push_back({given.name, {std::move(statement)}, given.where});
      continue;
    }
    for (std::size_t i = first; i < out.grants.size(); ++i) {
      if (out.grants[i].ways.front().sid->value == part.instead_of) {
        out.grants[i].ways.push_back(statement);
      }
    }
  }
  return Done{};
}

Status check_actions(const IntentAllow& allow) {
  for (const std::string& action : allow.actions) {
    const std::size_t colon = action.find(':');
    const bool whole = colon != std::string::npos && colon > 0 && colon + 1 < action.size();
    if (!whole && action != "*") {
      return Error{ErrorCode::Usage,
                   quoted(action) + " is no action; expected `service:Name` or `*`", allow.where};
    }
  }
  return Done{};
}

Status check_resources(const IntentAllow& allow) {
  for (const std::string& resource : allow.resources) {
    if (resource != "*" && !resource.starts_with("arn:")) {
      return Error{ErrorCode::Usage, quoted(resource) + " is no ARN and not `*`", allow.where};
    }
  }
  return Done{};
}

Status add_allowed(const IntentAllow& allow, std::size_t number, Expansion& out) {
  MUSTER_CHECK_OK(check_actions(allow));
  MUSTER_CHECK_OK(check_resources(allow));
  if (allow.actions.empty() || allow.resources.empty()) {
    return Error{ErrorCode::Usage, "a statement of `allow` needs `actions` and `resources`",
                 allow.where};
  }
  const Expander expander(allow.where);
  Statement statement = expander.bare("Allow" + std::to_string(number));
  statement.actions = texts_at(allow.actions, allow.where);
  statement.resources = texts_at(allow.resources, allow.where);
  for (const IntentClause& clause : allow.conditions) {
    statement.conditions.push_back(expander.clause(clause.op, clause.key, clause.values));
    if (statement.conditions.back().op.kind == policy::OperatorKind::Unknown) {
      const std::string near = policy::suggest_operator(clause.op);
      return Error{ErrorCode::Usage,
                   "unknown condition operator " + quoted(clause.op) +
                       (near.empty() ? "" : "; did you mean " + quoted(near) + "?"),
                   clause.where};
    }
  }
  out.allowed.statements.push_back(statement);
  out.grants.push_back({"allow", {std::move(statement)}, allow.where});
  return Done{};
}

}  // namespace

bool declares_capabilities(const IntentRole& role) {
  return role.capabilities.has_value() || !role.allow.empty();
}

Result<Expansion> expand(const Intent& intent, const IntentRole& role) {
  Expansion out;
  out.allowed.version = policy::Version::V2012_10_17;
  out.allowed.where = role.where;
  for (const StatementTemplate& always : always_allowed()) {
    MUSTER_TRY(Statement statement, Expander(role.where).statement(always, Bindings()));
    out.allowed.statements.push_back(std::move(statement));
  }
  if (role.capabilities) {
    for (const IntentCapability& given : *role.capabilities) {
      MUSTER_CHECK_OK(add_capability(intent, role, given, out));
    }
  }
  for (std::size_t i = 0; i < role.allow.size(); ++i) {
    MUSTER_CHECK_OK(add_allowed(role.allow[i], i + 1, out));
  }
  for (std::size_t i = 0; i < out.allowed.statements.size(); ++i) {
    out.allowed.statements[i].index = i;
  }
  return out;
}

}  // namespace muster::capability
