// The two actions whose danger lies in the resource: passing a role to a service, and creating a
// service-linked role. Access Analyzer has one set of codes for each.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/lint/families.h"
#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

/// One of the two actions with its codes.
struct Watched {
  std::string_view action;
  /// Lower case; the condition key that restricts it.
  std::string_view guard;
  std::string_view written_guard;
  /// Whether a guard that admits values beginning with `*` counts.
  bool open_guard_counts;
  Code star_resource;
  Code star_action_star_resource;
  Code not_resource;
  Code star_action_not_resource;
  Code not_action_star_resource;
  Code not_action_not_resource;
};

constexpr std::array kWatched = {
    Watched{"iam:passrole", "iam:passedtoservice", "iam:PassedToService", true,
            Code::PassRoleWithStarInResource, Code::PassRoleWithStarInActionAndResource,
            Code::PassRoleWithNotResource, Code::PassRoleWithStarInActionAndNotResource,
            Code::PassRoleWithStarInResourceAndNotAction,
            Code::PassRoleWithNotActionAndNotResource},
    Watched{"iam:createservicelinkedrole", "iam:awsservicename", "iam:AWSServiceName", false,
            Code::CreateSlrWithStarInResource, Code::CreateSlrWithStarInActionAndResource,
            Code::CreateSlrWithNotResource, Code::CreateSlrWithStarInActionAndNotResource,
            Code::CreateSlrWithStarInResourceAndNotAction,
            Code::CreateSlrWithNotActionAndNotResource}};

/// How a statement includes the action.
enum class By { Name, Pattern, NotAction };

struct Granted {
  By by = By::Name;
  std::vector<Location> places;
};

bool matches(std::string_view pattern, std::string_view action) {
  return policy::glob_match(policy::lower(pattern), action, {});
}

/// Whether the guard is there; one whose value begins with `*` may not count.
bool is_guarded(const Statement& statement, const Watched& watched) {
  const Clause* guard = statement.find_clause(watched.guard);
  if (guard == nullptr) {
    return false;
  }
  return watched.open_guard_counts || std::ranges::none_of(guard->entries, [](const Entry& entry) {
           return entry.text().starts_with('*');
         });
}

/// The ways in which the statement names the action, each with its places.
std::vector<Granted> ways(const Subject& subject, const Statement& statement,
                          const Watched& watched) {
  Granted named{By::Name, {}};
  Granted pattern{By::Pattern, {}};
  std::vector<Granted> out;
  for (const Element& element : statement.actions) {
    bool listed = false;
    for (const Entry& entry : element.entries) {
      if (!matches(entry.text(), watched.action)) {
        continue;
      }
      listed = true;
      Granted& way = has_wildcard(entry.text()) ? pattern : named;
      if (!element.negated()) {
        way.places.push_back(subject.out.at(statement, element, entry));
      }
    }
    if (element.negated() && !listed && !element.entries.empty()) {
      out.push_back({By::NotAction, {subject.out.at(statement, element)}});
    }
  }
  for (Granted* way : {&named, &pattern}) {
    if (!way->places.empty()) {
      out.push_back(std::move(*way));
    }
  }
  return out;
}

Code code_of(const Watched& watched, By by, bool not_resource) {
  switch (by) {
    case By::Name:
      return not_resource ? watched.not_resource : watched.star_resource;
    case By::Pattern:
      return not_resource ? watched.star_action_not_resource : watched.star_action_star_resource;
    case By::NotAction:
      return not_resource ? watched.not_action_not_resource : watched.not_action_star_resource;
  }
  return watched.star_resource;
}

/// Where the statement's resources are everything: each `*`, or `NotResource`.
std::vector<Location> wide_resources(const Subject& subject, const Statement& statement,
                                     const Element& element) {
  std::vector<Location> places;
  if (element.negated()) {
    places.push_back(subject.out.at(statement, element));
    return places;
  }
  for (const Entry& entry : element.entries) {
    if (entry.text() == "*") {
      places.push_back(subject.out.at(statement, element, entry));
    }
  }
  return places;
}

void judge_watched(const Subject& subject, const Statement& statement, const Watched& watched) {
  if (is_guarded(statement, watched)) {
    return;
  }
  for (const Granted& way : ways(subject, statement, watched)) {
    for (const Element& element : statement.resources) {
      std::vector<Location> places = way.places;
      const std::vector<Location> wide = wide_resources(subject, statement, element);
      if (wide.empty()) {
        continue;
      }
      places.insert(places.end(), wide.begin(), wide.end());
      const bool pass_role = &watched == &kWatched.front();
      const Code code = code_of(watched, way.by, element.negated());
      subject.out.add(code,
                      std::string(info(code).title) + ", without a condition on `" +
                          std::string(watched.written_guard) + "`" +
                          (pass_role ? "" : " that names services"),
                      std::move(places));
    }
  }
}

/// `*`, or the ARN of roles whose name is left open: `arn:aws:iam::111122223333:role/app-*`.
bool is_role_pattern(std::string_view resource) {
  const std::size_t role = resource.find(":role/");
  return resource == "*" || (resource.starts_with("arn:") && role != std::string_view::npos &&
                             has_wildcard(resource.substr(role)));
}

/// A statement that names iam:PassRole, with the places that count.
struct PassRole {
  const Subject& subject;
  const Statement& statement;
  Location action;

  void judge(const Clause* guard, const Element& resources, const Entry& resource) const {
    Report& out = subject.out;
    Location place = out.at(statement, resources, resource);
    if (guard != nullptr) {
      out.add(Code::MusterPassRoleWeakGuard,
              "`iam:PassedToService` stands under " + quoted(guard->op_key.text()) +
                  ", which is true when the key is absent",
              {out.at_operator(statement, *guard), action, std::move(place)});
    } else if (resource.text() != "*") {
      out.add(Code::MusterPassRolePrefix,
              "every role that matches " + quoted(resource.text()) +
                  " can be passed to any service that it trusts",
              {std::move(place), action});
    }
  }
};

std::optional<Location> find_pass_role(const Subject& subject, const Statement& statement) {
  for (const Element& element : statement.actions) {
    for (const Entry& entry : element.entries) {
      if (!element.negated() && policy::lower(entry.text()) == kWatched.front().action) {
        return subject.out.at(statement, element, entry);
      }
    }
  }
  return std::nullopt;
}

/// Our own: what Access Analyzer leaves out about iam:PassRole.
void judge_pass_role(const Subject& subject, const Statement& statement) {
  const Clause* guard = statement.find_clause(kWatched.front().guard);
  auto action = find_pass_role(subject, statement);
  if (!action || (guard != nullptr && !guard->op.if_exists)) {
    return;
  }
  const PassRole pass_role{subject, statement, *std::move(action)};
  for (const Element& resources : statement.resources) {
    for (const Entry& resource : resources.entries) {
      if (!resources.negated() && is_role_pattern(resource.text())) {
        pass_role.judge(guard, resources, resource);
      }
    }
  }
}

}  // namespace

void judge_role_actions(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    if (!statement.allows() || subject.document.type != DocumentType::Identity) {
      continue;
    }
    for (const Watched& watched : kWatched) {
      judge_watched(subject, statement, watched);
    }
    judge_pass_role(subject, statement);
  }
}

}  // namespace muster::lint
