// The data of the templates against the catalogue: no action, resource type or condition key that
// AWS does not have, and no placeholder without a value.
#include "checks/capability/templates.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "checks/policy/catalogue.h"
#include "checks/policy/glob.h"
#include "checks/policy/operators.h"

using namespace muster;
using namespace muster::capability;

namespace {

/// The text with every `{…}` that is no variable replaced by a name.
std::string sample(std::string text) {
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    if (at == 0 || text[at - 1] != '$') {
      text.replace(at, text.find('}', at) - at + 1, "x");
    }
  }
  return text;
}

std::set<std::string> placeholders(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    if (at == 0 || text[at - 1] != '$') {
      const std::string name = text.substr(at + 1, text.find('}', at) - at - 1);
      names.insert(name.substr(0, name.find('.')));
    }
  }
  return names;
}

/// Spellings under which a policy may name a resource: as it is, with an end that the pattern
/// leaves open, or without the revision that a task definition has in the catalogue.
std::vector<std::string> spellings(const std::string& resource) {
  const std::string text = sample(resource);
  std::vector<std::string> all = {text, text + ":x"};
  if (text.ends_with(":*")) {
    all.push_back(text.substr(0, text.size() - 2));
    all.push_back(text.substr(0, text.size() - 1) + "log-stream:x");
  }
  return all;
}

bool fits(const policy::Action& action, const std::string& resource) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  if (!policy::Catalogue::scopable(action)) {
    return resource == "*";
  }
  const std::vector<std::string> texts = spellings(resource);
  return std::ranges::any_of(catalogue.uses(action), [&](const policy::ResourceUse& use) {
    return std::ranges::any_of(policy::arn_patterns(catalogue.type_of(use)),
                               [&](const std::string& pattern) {
                                 return std::ranges::any_of(texts, [&](const std::string& text) {
                                   return policy::glob_match(pattern, text, policy::Wildcards{});
                                 });
                               });
  });
}

}  // namespace

TEST_CASE("every action of a template exists, and its resources are of a type that it takes") {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  for (const Template& entry : templates()) {
    for (const StatementTemplate& statement : entry.statements) {
      for (const std::string& name : statement.actions) {
        CAPTURE(entry.name);
        CAPTURE(name);
        const policy::Action* action = catalogue.find_action(name);
        REQUIRE(action != nullptr);
        CHECK(catalogue.action_standing(name) == policy::Standing::Known);
        CHECK(catalogue.full_name(*action) == name);
        for (const std::string& resource : statement.resources) {
          CAPTURE(resource);
          CHECK((resource == "{key}" || fits(*action, resource)));
        }
      }
    }
  }
}

TEST_CASE("every condition key of a template is one that its actions have") {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  for (const Template& entry : templates()) {
    for (const StatementTemplate& statement : entry.statements) {
      for (const ClauseTemplate& clause : statement.conditions) {
        CAPTURE(entry.name);
        CAPTURE(clause.key);
        CHECK(policy::parse_operator({clause.op, {}}).kind != policy::OperatorKind::Unknown);
        for (const std::string& name : statement.actions) {
          CAPTURE(name);
          const auto keys = catalogue.usable_keys(*catalogue.find_action(name));
          const bool known = clause.key.starts_with("aws:") ||
                             std::ranges::any_of(keys, [&](const policy::ConditionKey* key) {
                               return policy::is_key(key->name, sample(clause.key));
                             });
          CHECK(known);
        }
      }
    }
  }
}

TEST_CASE("every placeholder of a template has a value whenever its statement applies") {
  const std::set<std::string> built_in = {"partition", "region", "account"};
  for (const Template& entry : templates()) {
    std::set<std::string> sids;
    for (const StatementTemplate& statement : entry.statements) {
      CAPTURE(entry.name);
      CAPTURE(statement.sid);
      CHECK(sids.insert(statement.sid).second);
      CHECK((statement.instead_of.empty() || sids.contains(statement.instead_of)));
      std::set<std::string> used;
      for (const std::string& resource : statement.resources) {
        used.merge(placeholders(resource));
      }
      for (const ClauseTemplate& clause : statement.conditions) {
        used.merge(placeholders(clause.key));
        for (const std::string& value : clause.values) {
          used.merge(placeholders(value));
        }
      }
      for (const std::string& name : used) {
        CAPTURE(name);
        const Parameter* parameter = entry.find(name);
        const bool known = built_in.contains(name) ||
                           (parameter != nullptr &&
                            (parameter->required || parameter->fallback ||
                             std::ranges::find(statement.when, name) != statement.when.end()));
        CHECK(known);
      }
      for (const std::string& name : statement.when) {
        CHECK(entry.find(name) != nullptr);
      }
      for (const std::string& name : statement.unless) {
        CHECK(entry.find(name) != nullptr);
      }
    }
  }
}
