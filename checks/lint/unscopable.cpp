// Actions that work on `*` only, named with other resources. Such a statement grants nothing for
// them; it is reported when no other statement of the policy grants the action either.
#include <algorithm>
#include <string>

#include "checks/lint/families.h"
#include "checks/policy/arn.h"
#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

/// Whether the entry names something: more than the type of a resource with `*` behind it. Some
/// services ask about an ARN with an empty name where the catalogue has `*`, and `log-group:*`
/// matches that.
bool is_named(std::string_view resource) {
  const auto arn = policy::split_arn(resource);
  if (!arn || has_variable(resource)) {
    return false;
  }
  std::string_view name = arn->resource;
  if (arn->service != "s3") {
    name = name.substr(std::min(name.find_first_of(":/"), name.size() - 1) + 1);
  }
  return !name.empty() && !has_wildcard(name.substr(0, 1));
}

bool names_resources(const Statement& statement) {
  return !statement.resources.empty() &&
         std::ranges::all_of(statement.resources, [](const Element& element) {
           return !element.negated() && !element.entries.empty() &&
                  std::ranges::all_of(element.entries,
                                      [](const Entry& entry) { return is_named(entry.text()); });
         });
}

/// Whether the statement speaks about everything, so also about requests that name no resource.
bool covers_everything(const Statement& statement) {
  return std::ranges::any_of(statement.resources, [](const Element& element) {
    return element.negated() || std::ranges::any_of(element.entries, [](const Entry& entry) {
             return entry.text().find_first_not_of('*') == std::string_view::npos ||
                    has_variable(entry.text());
           });
  });
}

bool names(const Statement& statement, std::string_view action) {
  return std::ranges::any_of(statement.actions, [&](const Element& element) {
    const bool listed = std::ranges::any_of(element.entries, [&](const Entry& entry) {
      return policy::glob_match(policy::lower(entry.text()), action, {});
    });
    return listed != element.negated();
  });
}

bool granted_elsewhere(const Document& document, std::string_view action) {
  return std::ranges::any_of(document.statements, [&](const Statement& statement) {
    return statement.allows() && covers_everything(statement) && names(statement, action);
  });
}

/// A read without resource types in the newest data. Only reads: a list has no single resource to
/// ask about, while the catalogue lags behind for actions that write.
bool is_unscopable(const policy::Catalogue& catalogue, std::string_view action) {
  const policy::Action* known = catalogue.find_action(action);
  return known != nullptr && known->last_edition == policy::kCurrent &&
         (known->level == policy::AccessLevel::List || known->level == policy::AccessLevel::Read) &&
         !policy::Catalogue::scopable(*known);
}

void judge_statement(const Subject& subject, const Statement& statement) {
  std::vector<Location> places;
  std::string first;
  for (const Element& element : statement.actions) {
    for (const Entry& entry : element.entries) {
      const std::string action = policy::lower(entry.text());
      if (!element.negated() && !has_wildcard(action) && is_unscopable(subject.catalogue, action) &&
          !granted_elsewhere(subject.document, action)) {
        first = first.empty() ? quoted(entry.text()) : first;
        places.push_back(subject.out.at(statement, element, entry));
      }
    }
  }
  if (places.empty()) {
    return;
  }
  const std::string others =
      places.size() == 1 ? " works" : " and " + std::to_string(places.size() - 1) + " more work";
  subject.out.add(Code::MusterResourceNeverMatches,
                  first + others + " on `*` only, so this statement does not grant it",
                  std::move(places));
}

}  // namespace

void judge_unscopable(const Subject& subject) {
  if (subject.document.type != DocumentType::Identity) {
    return;
  }
  for (const Statement& statement : subject.document.statements) {
    if (statement.allows() && names_resources(statement)) {
      judge_statement(subject, statement);
    }
  }
}

}  // namespace muster::lint
