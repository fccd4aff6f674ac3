// The families of findings, one file each, and what they share. Not for use outside checks/lint.
#pragma once

#include <string>
#include <string_view>

#include "checks/lint/document.h"
#include "checks/policy/glob.h"

namespace muster::lint {

/// What every family gets: the document, what AWS has, and where to report.
struct Subject {
  const Document& document;
  const policy::Catalogue& catalogue;
  Report& out;
};

/// Elements that are missing or exclude each other, version, Sids, empty lists.
void judge_grammar(const Subject& subject);
/// Quotas of the kind of policy. `characters` are those that AWS counts: no white space.
void judge_size(const Subject& subject, std::size_t characters);
/// Names of actions and services in `Action`.
void judge_actions(const Subject& subject);
/// Entries of a list that another entry covers; equal statements.
void judge_redundancy(const Subject& subject);
/// iam:PassRole and iam:CreateServiceLinkedRole on too much.
void judge_role_actions(const Subject& subject);
/// The fields of ARNs in `Resource`.
void judge_arns(const Subject& subject);
/// Operators and keys of conditions, and whether they fit each other.
void judge_condition_keys(const Subject& subject);
/// Values of conditions against their operator and key.
void judge_condition_values(const Subject& subject);
/// Conditions that are always or never true, or ask only whether a key is there.
void judge_vacuous_conditions(const Subject& subject);
/// Keys that are safe only together with another key, or not at all.
void judge_risky_keys(const Subject& subject);
/// IP ranges.
void judge_addresses(const Subject& subject);
/// `${…}`.
void judge_variables(const Subject& subject);
/// `Principal` in policies on resources and roles.
void judge_principals(const Subject& subject);
/// Trust policies: actions, providers, OIDC conditions.
void judge_trust(const Subject& subject);
/// What AWS Organizations demands of its policies.
void judge_organisation(const Subject& subject);
/// Actions that no statement grants although one names them. Ours alone.
void judge_unscopable(const Subject& subject);

/// Statements and entries without which the policy allows and refuses the same; those that Access
/// Analyzer's codes report are left out. After all others. Returns how many were not decided. Ours
/// alone.
std::size_t judge_needless(const Subject& subject);

/// The text without control characters, which would break a message into lines.
[[nodiscard]] std::string one_line(std::string text);

/// User input for a message: in backticks, on one line, cut when it is long.
[[nodiscard]] std::string quoted(std::string_view text);

using policy::has_wildcard;

[[nodiscard]] inline bool has_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

/// Whether a region could be called so: `eu-west-1`, `us-gov-east-1`. By form, so that a region
/// that opens tomorrow passes.
[[nodiscard]] bool may_be_region(std::string_view text);

/// `String…`: equals or like, negated or not.
[[nodiscard]] bool is_string_operator(const policy::Operator& op);
/// `Arn…`.
[[nodiscard]] bool is_arn_operator(const policy::Operator& op);

/// Whether something retired had been gone for a year when the catalogue was made, so that the
/// service calls it unknown; names that left later are spared, they were right not long ago.
[[nodiscard]] bool long_retired(const policy::Catalogue& catalogue, std::uint8_t last_edition);

}  // namespace muster::lint
