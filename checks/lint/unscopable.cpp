// Actions that work on `*` only, named with other resources. Such a statement grants nothing for
// them; it is reported when no other statement of the policy grants the action either.
#include <algorithm>
#include <string>
#include <unordered_set>

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

/// What the statements about everything allow, to be asked often.
class Elsewhere {
 public:
  explicit Elsewhere(const Document& document) {
    for (const Statement& statement : document.statements) {
      if (statement.allows() && !names_resources(statement)) {
        for (const Element& element : statement.actions) {
          add(element);
        }
      }
    }
  }

  /// Whether the action, in lower case, may be granted by one of them.
  [[nodiscard]] bool grants(const std::string& action) const {
    return names_.contains(action) ||
           std::ranges::any_of(patterns_, [&](const std::string& pattern) {
             return policy::glob_match(pattern, action, {});
           });
  }

 private:
  void add(const Element& element) {
    // What NotAction leaves in is nearly everything.
    if (element.negated()) {
      patterns_.emplace_back("*");
      return;
    }
    for (const Entry& entry : element.entries) {
      std::string action = policy::lower(entry.text());
      if (has_wildcard(action)) {
        patterns_.push_back(std::move(action));
      } else {
        names_.insert(std::move(action));
      }
    }
  }

  std::unordered_set<std::string> names_;
  std::vector<std::string> patterns_;
};

/// A read without resource types in the newest data. Only reads: a list has no single resource to
/// ask about, while the catalogue lags behind for actions that write.
bool is_unscopable(const policy::Catalogue& catalogue, std::string_view action) {
  const policy::Action* known = catalogue.find_action(action);
  return known != nullptr && known->last_edition == policy::kCurrent &&
         (known->level == policy::AccessLevel::List || known->level == policy::AccessLevel::Read) &&
         !policy::Catalogue::scopable(*known);
}

void judge_statement(const Subject& subject, const Statement& statement,
                     const Elsewhere& elsewhere) {
  std::vector<Location> places;
  std::string first;
  for (const Element& element : statement.actions) {
    for (const Entry& entry : element.entries) {
      const std::string action = policy::lower(entry.text());
      if (!element.negated() && !has_wildcard(action) && is_unscopable(subject.catalogue, action) &&
          !elsewhere.grants(action)) {
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
  const Elsewhere elsewhere(subject.document);
  for (const Statement& statement : subject.document.statements) {
    if (statement.allows() && names_resources(statement)) {
      judge_statement(subject, statement, elsewhere);
    }
  }
}

}  // namespace muster::lint
