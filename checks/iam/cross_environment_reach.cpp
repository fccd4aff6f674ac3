// A role for development or staging can change, or read the secrets of, what is production's by the
// declarations (production.h): shown with one request. A role that names something of production in
// full shares it; a wildcard, an entry without a tag condition, or another account's role does not.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "checks/iam/admins.h"
#include "checks/iam/charges.h"
#include "checks/iam/grants.h"
#include "checks/iam/powers.h"
#include "checks/iam/production.h"
#include "checks/iam/strangers.h"
#include "checks/policy/arn.h"
#include "checks/policy/operators.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Catalogue;
using policy::ResourceType;
using policy::Statement;

/// A proved reach.
struct Crossing {
  Proof proof = Proof::no();
  const IdentityPolicy* policy = nullptr;
  const Statement* statement = nullptr;
  std::string action;
  /// For messages.
  std::string what;
  std::string why;
  SourceRef where;
};

bool fits(const ResourceType& type, const std::string& arn) {
  policy::Request request;
  request.resource = arn;
  const std::vector<std::string> patterns = policy::arn_patterns(type);
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return policy::match_resource(pattern, policy::Version::V2012_10_17, request) ==
           policy::MatchResult::Yes;
  });
}

/// The type of the action that the ARN is of, or null.
const ResourceType* type_for(const Action& action, const std::string& arn) {
  for (const policy::ResourceUse& use : policy::embedded_catalogue().uses(action)) {
    const ResourceType& type = policy::embedded_catalogue().type_of(use);
    if (fits(type, arn)) {
      return &type;
    }
  }
  return nullptr;
}

policy::Condition equals(const std::string& key, const std::string& value) {
  return policy::make_condition("StringEquals", key, {value});
}

std::string tag_name(const std::string& key) {
  const std::size_t at = policy::lower(key).find("resourcetag/");
  return at == std::string::npos ? std::string() : policy::lower(key).substr(at);
}

class Search {
 public:
  Search(const AuditInput& input, const PipelineRole& role)
      : input_(input),
        production_(input.model<ProductionThings>()),
        role_(*role.role),
        powers_(role),
        around_(surrounding_of(*role.role)) {}

  std::optional<Crossing> first() {
    for (const IdentityPolicy& identity : role_.identity) {
      for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
        const Statement& statement = identity.policy->statements[i];
        if (statement.effect != policy::Effect::Allow) {
          continue;
        }
        if (auto found = through(statement, identity.policy->version)) {
          found->policy = &identity;
          found->statement = &statement;
          return found;
        }
      }
    }
    return std::nullopt;
  }

  /// Why it is not settled that there is none; empty when it is.
  [[nodiscard]] const std::string& doubt() const { return doubt_; }

 private:
  void note_doubt(const Proof& proof) {
    if (proof.is_undecided() && doubt_.empty()) {
      doubt_ = proof.reason();
    }
  }

  std::optional<Crossing> through(const Statement& statement, policy::Version version) {
    const std::vector<ClauseKey> keys = clause_keys(role_, statement);
    for (const Grant& grant : grants_of(statement)) {
      if (power_of(*grant.action) == Power::Look || !Catalogue::scopable(*grant.action)) {
        continue;
      }
      if (auto found = to_thing(*grant.action, statement, keys)) {
        return found;
      }
      if (auto found = to_tagged(*grant.action, statement, version, keys)) {
        return found;
      }
    }
    return std::nullopt;
  }

  /// Keys that describe the action's resource; the service that a role is passed to does not say
  /// whose role it is.
  static std::vector<ClauseKey> describing(const Action& action,
                                           const std::vector<ClauseKey>& keys) {
    std::vector<ClauseKey> some;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(some), [&](const ClauseKey& key) {
      return describes_resource(action, key.name) && key.name != "iam:passedtoservice";
    });
    return some;
  }

  std::optional<Crossing> to_thing(const Action& action, const Statement& statement,
                                   const std::vector<ClauseKey>& keys) {
    const std::string name = policy::embedded_catalogue().full_name(action);
    for (const ProductionThing& thing : production_.things) {
      const ResourceType* type = type_for(action, thing.arn);
      if (type == nullptr || !may_act_on(thing, name)) {
        continue;
      }
      Proof proof = powers_.can(
          {name, thing.arn, unmentioned(describing(action, keys), around_, type)}, &statement);
      note_doubt(proof);
      if (proof.is_yes()) {
        return Crossing{std::move(proof),      nullptr,   nullptr,    name,
                        "`" + thing.arn + "`", thing.why, thing.where};
      }
    }
    return std::nullopt;
  }

  /// Beyond the role's own account its policies are not enough; a role is assumed only if its trust
  /// policy agrees.
  [[nodiscard]] bool may_act_on(const ProductionThing& thing, const std::string& action) const {
    if (action == "sts:AssumeRole") {
      const Role* target = input_.model<Roles>().find(thing.arn);
      policy::Request request;
      request.principal = role_.arn;
      request.action = action;
      return target != nullptr && target->trust &&
             policy::evaluate_policy(*target->trust, request).kind == policy::DecisionKind::Allowed;
    }
    const std::string_view account = arn_field(thing.arn, kAccountField);
    const std::string_view owner = account.empty() ? std::string_view(thing.account) : account;
    return owner.empty() || role_.account.empty() || owner == role_.account;
  }

  std::optional<Crossing> to_tagged(const Action& action, const Statement& statement,
                                    policy::Version version, const std::vector<ClauseKey>& keys) {
    const std::string name = policy::embedded_catalogue().full_name(action);
    for (const ProductionTag& tag : production_.tags) {
      for (const Stranger& stranger : strangers(action, statement, version, around_)) {
        if (!has_tags(*stranger.type, tag.key)) {
          continue;
        }
        Proof proof = powers_.can(
            {name, stranger.arn, tagged(tag, describing(action, keys), stranger.type)}, &statement);
        note_doubt(proof);
        if (proof.is_yes()) {
          return Crossing{std::move(proof),
                          nullptr,
                          nullptr,
                          name,
                          "whatever has the tag `" + tag.key + "` = `" + tag.value + "`",
                          "demanded by production's role",
                          tag.where};
        }
      }
    }
    return std::nullopt;
  }

  static bool has_tags(const ResourceType& type, const std::string& key) {
    const auto keys = policy::embedded_catalogue().keys_of(type);
    return std::any_of(keys.begin(), keys.end(), [&](const policy::ConditionKey* of_type) {
      return policy::is_key(of_type->name, key);
    });
  }

  /// A stranger with production's tag, under every name that the policies have for it.
  [[nodiscard]] std::vector<policy::Condition> tagged(const ProductionTag& tag,
                                                      std::vector<ClauseKey> keys,
                                                      const ResourceType* type) const {
    std::vector<policy::Condition> clauses = {equals(tag.key, tag.value)};
    const std::string name = tag_name(tag.key);
    for (const ClauseKey& key : keys) {
      if (tag_name(key.name) == name && key.name != policy::lower(tag.key)) {
        clauses.push_back(equals(key.name, tag.value));
      }
    }
    std::erase_if(keys, [&](const ClauseKey& key) { return tag_name(key.name) == name; });
    const std::vector<policy::Condition> rest = unmentioned(keys, around_, type);
    clauses.insert(clauses.end(), rest.begin(), rest.end());
    return clauses;
  }

  const AuditInput& input_;
  const ProductionThings& production_;
  const Role& role_;
  Powers powers_;
  Surrounding around_;
  std::string doubt_;
};

void report(const PipelineRole& role, const Crossing& crossing, Outcomes& out) {
  const Severity severity = raised(Severity::High, role.reachable);
  OutcomeDraft draft = out.fail(role.role->asset(), place_of(crossing.statement->where, *role.role),
                                crossing.proof.witness());
  draft.arg("statement", statement_words(*crossing.statement))
      .arg("policy", label(*crossing.policy))
      .arg("action", crossing.action)
      .arg("what", crossing.what)
      .arg("why", crossing.why)
      .anchor("production")
      .severity(severity)
      .related(crossing.where, "what makes it production's");
  if (severity != Severity::High) {
    draft.because(std::string(reach_words(role.reachable)));
  }
}

void cross_environment_reach(const AuditInput& input, Outcomes& out) {
  const ProductionThings& production = input.model<ProductionThings>();
  for (const AdminVerdict& admin : input.model<Admins>().all()) {
    const PipelineRole& role = *admin.role;
    const bool told = admin.is_admin() && !role.is_declared_admin();
    const bool asked = side_of(*role.role, input.intent()) == Side::Elsewhere &&
                       !(production.things.empty() && production.tags.empty());
    if (!asked || told) {
      continue;
    }
    Search search(input, role);
    if (const auto crossing = search.first()) {
      report(role, *crossing, out);
    } else if (!search.doubt().empty()) {
      out.undecided(role.role->asset(), role.role->where, search.doubt()).anchor("production");
    } else if (role.unknown_policies().empty()) {
      out.pass(role.role->asset(), role.role->where);
    }
  }
}

const Register kCrossEnvironmentReachCheck{
    "iam-cross-environment-reach", cross_environment_reach, {}};

}  // namespace
}  // namespace muster::iam
