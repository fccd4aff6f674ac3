// The evaluator: one request against policies, three-valued. Rules: docs/policy-semantics.md (IAM
// User Guide, "Policy evaluation logic" and "Condition operators"). Written for clarity: it is the
// oracle of every search.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"

namespace muster::policy {

enum class Truth { No, Unknown, Yes };

/// The values of one context key. `multivalued`: the request carries a list (set operators apply).
struct ContextValue {
  std::vector<std::string> values;
  bool multivalued = false;

  friend bool operator==(const ContextValue&, const ContextValue&) = default;
};

/// How an ARN pattern of `Resource` or `NotResource` is read. AWS documents more than one way;
/// docs/policy-semantics.md compares them.
enum class ArnMode {
  /// Field by field: a wildcard of the first five fields stops at a colon.
  Segment,
  /// The same, but a `*` that ends a field runs over colons.
  Trail,
  /// One pattern over the whole text.
  String,
};

struct Request {
  /// ARN, service name, account id, provider ARN, `*` = anonymous.
  std::string principal;
  /// `s3:GetObject`
  std::string action;
  /// ARN or `*`. Ignored for trust policies.
  std::string resource;
  /// 12 digits; empty = the principal's own account.
  std::string resource_account;
  /// Keys in lower case. A key that is not listed is absent.
  std::map<std::string, ContextValue> context;
  ArnMode arn_mode = ArnMode::Segment;
};

enum class DecisionKind { Allowed, ExplicitDeny, ImplicitDeny, Undecided };

/// `allowed`, `explicitDeny`, `implicitDeny`, `undecided`.
[[nodiscard]] const char* to_string(DecisionKind kind);

/// The parts of a statement, in the order in which they are looked at.
enum class StatementPart { All, Action, Principal, Resource, Condition };

/// Why one statement does not apply, or that it does.
struct StatementTrace {
  /// Position of its policy in the list that was evaluated; 0 for a single policy.
  std::size_t policy = 0;
  std::size_t index = 0;
  Effect effect = Effect::Deny;
  Truth truth = Truth::No;
  /// Which part decided; `All` when the statement applies.
  StatementPart part = StatementPart::All;
  /// In words: principal, action, resource, or a clause (``clause `StringEquals` on
  /// `…:sub` is false``).
  std::string because;
  /// The clause or element that decided; the statement when it applies.
  SourceRef where;
};

/// What the statements of one effect say together: the loudest of them.
struct EffectResult {
  Truth truth = Truth::No;
  /// Which statement, in words; empty when none speaks.
  std::string because;
};

struct Decision {
  DecisionKind kind = DecisionKind::ImplicitDeny;
  /// One sentence: the statement that decided, or what was missing.
  std::string because;
  EffectResult allow;
  EffectResult deny;
  /// One entry per statement, in order.
  std::vector<StatementTrace> statements;
};

/// One clause against the request's context, with the variables of `version` resolved. The tables:
/// docs/policy-semantics.md.
[[nodiscard]] Truth evaluate_condition(const Condition& condition, Version version,
                                       const Request& request);

/// Principal, action, resource (a statement without resources, as in trust policies, matches any)
/// and all clauses.
[[nodiscard]] StatementTrace evaluate_statement(const Statement& statement, Version version,
                                                const Request& request);

/// One policy alone: Deny beats Allow; unknown stays unknown. A caller that is named only by its
/// account counts as named; whether that suffices depends on other layers (stack.h).
[[nodiscard]] Decision evaluate_policy(const Policy& policy, const Request& request);

/// What the statements of each effect say together.
struct EffectTruths {
  Truth allow = Truth::No;
  Truth deny = Truth::No;
};

/// The same as `evaluate_policy`, without the words. `action`: that of the request in lower case,
/// which callers with many policies make once.
[[nodiscard]] EffectTruths policy_truths(const Policy& policy, const Request& request,
                                         std::string_view action);

/// Several policies of one layer, united.
[[nodiscard]] Decision evaluate_policies(std::span<const Policy> policies, const Request& request);

/// Keeps in `loudest` what this statement says, if it is louder: `yes` over `unknown` over `no`.
void strengthen(EffectResult& loudest, const Statement& statement, const StatementTrace& trace);

/// IAM glob: `*` any run, `?` one character (code point). O(|pattern| * |text|), no recursion.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace muster::policy
