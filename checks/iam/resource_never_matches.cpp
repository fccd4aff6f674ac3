// An action that no statement of its policy gives a resource it can have: the permission is never
// in effect. Only for actions that are named in full; what a wildcard happens to name is nobody's
// intention.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "checks/iam/charges.h"
#include "checks/iam/powers.h"
#include "checks/iam/strangers.h"
#include "checks/policy/arn.h"
#include "checks/policy/catalogue.h"
#include "checks/prover/prover.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Catalogue;
using policy::ResourceType;
using policy::Statement;

bool is_whole_name(const policy::Text& text) {
  return text.value.find_first_of("*?") == std::string::npos;
}

/// The entry with its wildcards and variables filled: one of the texts that it matches.
std::string sample_of(const std::string& entry) {
  std::string text;
  for (std::size_t i = 0; i < entry.size(); ++i) {
    if (entry.compare(i, 2, "${") == 0) {
      i = std::min(entry.find('}', i), entry.size() - 1);
      text += 'x';
    } else {
      text += entry[i] == '*' || entry[i] == '?' ? 'x' : entry[i];
    }
  }
  return text;
}

/// A bucket's name has no slash, which a glob cannot say.
bool is_object_for_bucket(const ResourceType& type, const std::string& entry) {
  const auto arn = policy::split_arn(entry);
  return type.name == "bucket" && arn && arn->service == "s3" &&
         arn->resource.find('/') != std::string_view::npos;
}

/// Whether some ARN of the type matches the entry. A doubt counts as a match.
bool meets(const ResourceType& type, const std::string& entry) {
  if (is_object_for_bucket(type, entry)) {
    return false;
  }
  policy::Request sample;
  sample.resource = sample_of(entry);
  for (const std::string& pattern : policy::arn_patterns(type)) {
    if (policy::match_resource(pattern, policy::Version::V2012_10_17, sample) ==
        policy::MatchResult::Yes) {
      return true;
    }
    const prover::Answer common =
        prover::overlap({allowing({"*"}, entry, {})}, {allowing({"*"}, pattern, {})});
    if (common.verdict != prover::Verdict::No) {
      return true;
    }
  }
  return false;
}

bool meets_any_type(const Action& action, const std::string& entry) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  const auto uses = catalogue.uses(action);
  return std::any_of(uses.begin(), uses.end(), [&](const policy::ResourceUse& use) {
    return meets(catalogue.type_of(use), entry);
  });
}

std::string with_stranger(std::string_view pattern) {
  std::string text;
  for (const char c : pattern) {
    text += c == '*' ? std::string(kStranger) : std::string(1, c);
  }
  return text;
}

/// Whether the entry covers every resource of some type of the action's service. Some services ask
/// for such an ARN although AWS lists none for the action (`logs:DescribeLogGroups` on
/// `…:log-group:*`), so it is no mistake for sure.
bool covers_a_type(const Action& action, const std::string& entry) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  const auto written = policy::split_arn(entry);
  const auto types = catalogue.resource_types(catalogue.service_of(action));
  return written && std::any_of(types.begin(), types.end(), [&](const ResourceType& type) {
           const std::vector<std::string> patterns = policy::arn_patterns(type);
           return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
             const auto arn = policy::split_arn(pattern);
             return arn && arn->service == written->service &&
                    policy::glob_match(written->resource, with_stranger(arn->resource));
           });
         });
}

/// Whether the statement gives the action a resource that it can have.
bool fits(const Statement& statement, policy::Version version, const Action& action) {
  if (!statement.resources) {
    return true;
  }
  policy::Request everything;
  everything.resource = "*";
  return std::any_of(statement.resources->begin(), statement.resources->end(),
                     [&](const policy::Text& entry) {
                       return policy::match_resource(entry.value, version, everything) ==
                                  policy::MatchResult::Yes ||
                              (Catalogue::scopable(action) ? meets_any_type(action, entry.value)
                                                           : covers_a_type(action, entry.value));
                     });
}

bool names(const Statement& statement, const std::string& action) {
  const auto& list = statement.actions ? statement.actions : statement.not_actions;
  const bool listed =
      list && std::any_of(list->begin(), list->end(), [&](const auto& pattern) {
        return policy::glob_match(policy::lower(pattern.value), policy::lower(action));
      });
  return listed == statement.actions.has_value();
}

bool fits_elsewhere(const policy::Policy& policy, const Statement& statement,
                    const Action& action) {
  const std::string name = policy::embedded_catalogue().full_name(action);
  return std::any_of(
      policy.statements.begin(), policy.statements.end(), [&](const Statement& other) {
        return other.effect == policy::Effect::Allow && other.index != statement.index &&
               names(other, name) && fits(other, policy.version, action);
      });
}

std::vector<const Action*> unfit_actions(const policy::Policy& policy, const Statement& statement) {
  std::vector<const Action*> unfit;
  for (const policy::Text& name : statement.actions.value_or(std::vector<policy::Text>())) {
    const Action* action =
        is_whole_name(name) ? policy::embedded_catalogue().find_action(name.value) : nullptr;
    if (action != nullptr && action->last_edition == policy::kCurrent &&
        !fits(statement, policy.version, *action) && !fits_elsewhere(policy, statement, *action)) {
      unfit.push_back(action);
    }
  }
  return unfit;
}

/// What would fit the first action.
std::string hint(const Action& action, const Surrounding& around) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  const std::string name = "`" + catalogue.full_name(action) + "`";
  if (!Catalogue::scopable(action)) {
    return name + " takes no resource and needs `*`";
  }
  // A required type, else the plainest one.
  std::pair<bool, std::string> best = {true, std::string()};
  for (const policy::ResourceUse& use : catalogue.uses(action)) {
    std::pair<bool, std::string> one = {!use.required, arn_to_name(catalogue.type_of(use), around)};
    const bool better =
        std::pair(one.first, one.second.size()) < std::pair(best.first, best.second.size());
    if (best.second.empty() || better) {
      best = std::move(one);
    }
  }
  return name + " takes `" + best.second + "`";
}

void judge(const PipelineRole& role, const IdentityPolicy& policy, const Statement& statement,
           Outcomes& out) {
  const std::vector<const Action*> unfit = unfit_actions(*policy.policy, statement);
  if (unfit.empty()) {
    return;
  }
  const policy::Text& entry = statement.resources->front();
  const Witness witness{WitnessKind::Text,
                        {{"action", {policy::embedded_catalogue().full_name(*unfit.front())}},
                         {"resource", {entry.value}}}};
  out.fail(role.role->asset(), entry.where, witness)
      .arg("statement", statement_words(statement))
      .arg("policy", label(policy))
      .arg("actions", action_words(unfit))
      .arg("hint", hint(*unfit.front(), surrounding_of(*role.role)))
      .anchor(statement_anchor(policy, statement));
}

void resource_never_matches(const AuditInput& input, Outcomes& out) {
  for (const PipelineRole& role : input.model<PipelineRoles>().all()) {
    const std::size_t before = out.items().size();
    for (const IdentityPolicy& identity : role.role->identity) {
      for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
        const Statement& statement = identity.policy->statements[i];
        if (statement.effect == policy::Effect::Allow) {
          judge(role, identity, statement, out);
        }
      }
    }
    if (out.items().size() == before && role.unknown_policies().empty()) {
      out.pass(role.role->asset(), role.role->where);
    }
  }
}

const Register kResourceNeverMatchesCheck{"iam-resource-never-matches", resource_never_matches, {}};

}  // namespace
}  // namespace muster::iam
