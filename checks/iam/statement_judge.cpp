// Each kind of power (grants.h) has its question to `Powers`.
#include "checks/iam/statement_judge.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "checks/iam/grants.h"
#include "checks/iam/pass_role.h"
#include "checks/iam/vacuous.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Catalogue;
using policy::Statement;

/// A `*` on an action that took no resource a while ago is a habit more than carelessness.
bool is_lately_scopable(const Action& action) {
  return !policy::embedded_catalogue().unscopable_until(action).empty();
}

/// Tells what there is, not what is in it.
bool is_listing(const Action& action) {
  return action.level == policy::AccessLevel::List || action.name.starts_with("Describe") ||
         action.name.starts_with("List");
}

class StatementJudge {
 public:
  StatementJudge(const PipelineRole& role, Powers& powers, const Surrounding& around,
                 const Statement& statement, policy::Version version)
      : role_(role),
        powers_(powers),
        around_(around),
        statement_(statement),
        version_(version),
        keys_(clause_keys(*role.role, statement)) {}

  std::optional<ActionFinding> judge(const Grant& grant) {
    const Power power = power_of(*grant.action);
    switch (power) {
      case Power::PassRole:
        return pass_role(*grant.action);
      case Power::GiveBounded:
      case Power::DropBoundary:
        return boundary(*grant.action, power == Power::DropBoundary);
      case Power::Permissions:
        return grant.whole_service && !is_iam(*grant.action) ? whole_service(grant)
                                                             : permissions(*grant.action);
      case Power::ReadData:
      case Power::Write:
      case Power::Look:
        return grant.whole_service ? whole_service(grant) : plain(grant, power);
    }
    return std::nullopt;
  }

  /// Whether a Deny, the boundary or the organisation takes the action back on every resource of
  /// the statement. Actions without resources are left out: a named resource refuses them too.
  bool is_refused(const Action& action) {
    return Catalogue::scopable(action) &&
           powers_.can({name(action), "arn:*", {}}, &statement_).is_no();
  }

 private:
  static bool is_iam(const Action& action) {
    return policy::embedded_catalogue().service_of(action).prefix == "iam";
  }

  [[nodiscard]] Severity in_production(Severity elsewhere) const {
    return role_.is_production() ? Severity::High : elsewhere;
  }

  [[nodiscard]] std::string name(const Action& action) const {
    return policy::embedded_catalogue().full_name(action);
  }

  /// Keys of the clauses that describe the action's resource.
  [[nodiscard]] std::vector<ClauseKey> describing(const Action& action) const {
    std::vector<ClauseKey> keys;
    std::copy_if(keys_.begin(), keys_.end(), std::back_inserter(keys),
                 [&](const ClauseKey& key) { return describes_resource(action, key.name); });
    return keys;
  }

  /// Whether the statement reaches a resource that nobody mentions.
  std::optional<ActionFinding> unscoped(const Action& action) {
    return unscoped(action, describing(action));
  }

  std::optional<ActionFinding> unscoped(const Action& action, const std::vector<ClauseKey>& keys) {
    std::optional<ActionFinding> open;
    for (const Stranger& stranger : strangers(action, statement_, version_, around_)) {
      ActionFinding found;
      found.where = stranger.entry == nullptr ? statement_.where : stranger.entry->where;
      found.arn = arn_to_name(*stranger.type, around_);
      found.proof = reaches(action, stranger, keys);
      if (found.proof.is_yes()) {
        return found;
      }
      if (found.proof.is_undecided() && !open) {
        open = std::move(found);
      }
    }
    return open;
  }

  /// The answer of `Powers`. A "no" is kept: without Deny statements it is the same for all
  /// actions.
  Proof reaches(const Action& action, const Stranger& stranger,
                const std::vector<ClauseKey>& keys) {
    const Reach reach{name(action), stranger.arn, unmentioned(keys, around_, stranger.type)};
    if (powers_.is_cut()) {
      return powers_.can(reach, &statement_);
    }
    std::string question = stranger.arn;
    for (const ClauseKey& key : keys) {
      question += '\n' + key.name;
    }
    if (refused_.contains(question)) {
      return Proof::no();
    }
    Proof answer = powers_.can(reach, &statement_);
    if (answer.is_no()) {
      refused_.insert(std::move(question));
    }
    return answer;
  }

  std::optional<ActionFinding> pass_role(const Action& action) {
    std::vector<ClauseKey> keys = describing(action);
    const std::vector<ClauseKey> service = {{"iam:passedtoservice", false}};
    std::vector<ClauseKey> limits = keys;
    if (std::none_of(keys.begin(), keys.end(), is_service_key)) {
      limits.push_back(service.front());
    }
    if (const auto passed = passed_roles(statement_, powers_, limits, around_)) {
      ActionFinding found{
          Concern::PassRole, passed->severity, passed->proof, passed->where, {}, {}};
      found.detail = passed->words;
      return guarded(found, service, std::min(passed->severity, Severity::Medium));
    }
    // The service is pinned; which roles it may be given is a question of the resource.
    std::erase_if(keys, is_service_key);
    return unscoped(action, keys);
  }

  static bool is_service_key(const ClauseKey& key) { return key.name == "iam:passedtoservice"; }

  /// Whether the action can be used on some user or role without the boundary that a clause
  /// demands, and with a policy of the caller's choice.
  std::optional<ActionFinding> boundary(const Action& action, bool drops) {
    const std::vector<ClauseKey> guard = {{"iam:permissionsboundary", false}};
    std::vector<ClauseKey> keys;
    if (!drops) {
      keys = {guard.front(), {"iam:policyarn", false}};
    }
    const bool of_user = action.name.find("User") != std::string_view::npos;
    const std::string kind = of_user ? "user/*" : "role/*";
    ActionFinding found{
        Concern::MissingBoundary, Severity::High, Proof::no(), statement_.where, {}, {}};
    for (const std::string& account : {around_.account, std::string("*")}) {
      if (found.proof.is_no()) {
        found.proof = powers_.can({name(action), "arn:*:iam::" + account + ":" + kind,
                                   unmentioned(keys, around_, nullptr)},
                                  &statement_);
      }
    }
    if (found.proof.is_no()) {
      return std::nullopt;
    }
    return drops ? found : guarded(found, guard, Severity::High);
  }

  std::optional<ActionFinding> permissions(const Action& action) {
    std::optional<ActionFinding> found = unscoped_or_unscopable(action);
    if (found) {
      found->concern = Concern::PermissionsManagement;
      found->severity = Severity::High;
      return guarded(*found, describing(action), Severity::High);
    }
    // Named resources: only IAM itself is worth a finding, and only what gives something.
    if (!is_iam(action) || takes_away(action) || action.name == "CreatePolicy") {
      return std::nullopt;
    }
    Proof proof = Proof::no();
    const Catalogue& catalogue = policy::embedded_catalogue();
    for (const policy::ResourceUse& use : catalogue.uses(action)) {
      const std::string any = policy::arn_patterns(catalogue.type_of(use)).front();
      if (proof.is_no()) {
        proof = powers_.can({name(action), any, {}}, &statement_);
      }
    }
    if (proof.is_no()) {
      return std::nullopt;
    }
    return ActionFinding{Concern::PermissionsManagement,
                         Severity::Medium,
                         std::move(proof),
                         statement_.where,
                         {},
                         {}};
  }

  /// Permissions actions on the whole account (`ecr:PutRegistryPolicy`) have no narrower resource.
  std::optional<ActionFinding> unscoped_or_unscopable(const Action& action) {
    if (Catalogue::scopable(action)) {
      return unscoped(action);
    }
    Proof proof = powers_.can(
        {name(action), "*", unmentioned(describing(action), around_, nullptr)}, &statement_);
    if (proof.is_no()) {
      return std::nullopt;
    }
    return ActionFinding{{}, Severity::High, std::move(proof), statement_.where, {}, {}};
  }

  std::optional<ActionFinding> whole_service(const Grant& grant) {
    std::optional<ActionFinding> found = unscoped_or_unscopable(*grant.action);
    const bool wide = found.has_value();
    if (!found) {
      Proof proof = powers_.can({name(*grant.action), "arn:*", {}}, &statement_);
      if (proof.is_no()) {
        return std::nullopt;
      }
      found = ActionFinding{{}, {}, std::move(proof), statement_.where, {}, {}};
    }
    found->concern = Concern::ServiceWildcard;
    found->severity = wide ? in_production(Severity::Medium) : Severity::Low;
    found->detail = policy::embedded_catalogue().service_of(*grant.action).prefix;
    return found;
  }

  std::optional<ActionFinding> plain(const Grant& grant, Power power) {
    // A reader's looks are its declared job; a pattern such as `ec2:Describe*` cannot be split
    // without listing what it means today.
    const bool looks = power == Power::Look;
    if (!Catalogue::scopable(*grant.action) ||
        (looks && (role_.is_declared_reader() || grant.mixed_pattern))) {
      return std::nullopt;
    }
    std::optional<ActionFinding> found = unscoped(*grant.action);
    if (!found) {
      return std::nullopt;
    }
    if (looks) {
      found->severity = is_lately_scopable(*grant.action) || is_listing(*grant.action)
                            ? Severity::Info
                            : Severity::Low;
      return found;
    }
    if (is_lately_scopable(*grant.action)) {
      found->severity = Severity::Low;
      return found;
    }
    const bool data = power == Power::ReadData;
    if (data || role_.is_production()) {
      found->concern = data ? Concern::DataRead : Concern::ProductionWrite;
      found->severity = in_production(Severity::Medium);
    }
    return guarded(*found, describing(*grant.action), in_production(Severity::Medium));
  }

  /// The same finding, as one about the clause that was meant to prevent it, if there is one.
  std::optional<ActionFinding> guarded(ActionFinding found, const std::vector<ClauseKey>& keys,
                                       Severity severity) const {
    const policy::Condition* clause = clause_on(statement_, keys);
    if (clause == nullptr || !found.proof.is_yes()) {
      return found;
    }
    found.concern = Concern::VacuousGuard;
    found.severity = severity;
    found.where = clause->where;
    found.detail = "`" + clause->op.name.value + "` on `" + clause->key.value + "`";
    found.arn.clear();
    return found;
  }

  const PipelineRole& role_;
  Powers& powers_;
  const Surrounding& around_;
  const Statement& statement_;
  policy::Version version_;
  std::vector<ClauseKey> keys_;
  std::set<std::string> refused_;
};

/// In the order of the grants, which are of one service. A service is granted as a whole only if
/// nothing takes one of its actions back: what is left is judged action by action then.
std::vector<ActionFinding> findings_of_service(StatementJudge& judge, const Powers& powers,
                                               std::vector<Grant> grants) {
  std::vector<ActionFinding> found;
  for (auto grant = grants.begin(); grant != grants.end(); ++grant) {
    auto one = judge.judge(*grant);
    if (one && !one->proof.is_no()) {
      one->action = grant->action;
      found.push_back(std::move(*one));
    } else if (grant->whole_service && powers.is_cut() && judge.is_refused(*grant->action)) {
      for (Grant& each : grants) {
        each.whole_service = false;
      }
      return findings_of_service(judge, powers, std::move(grants));
    }
  }
  return found;
}

}  // namespace

std::vector<ActionFinding> action_findings(const PipelineRole& role, Powers& powers,
                                           const Surrounding& around, const Statement& statement,
                                           policy::Version version) {
  StatementJudge judge(role, powers, around, statement, version);
  std::vector<ActionFinding> found;
  const std::vector<Grant> grants = grants_of(statement);
  for (auto begin = grants.begin(); begin != grants.end();) {
    const std::uint32_t service = begin->action->service;
    const auto end = std::find_if(
        begin, grants.end(), [&](const Grant& grant) { return grant.action->service != service; });
    std::vector<ActionFinding> some = findings_of_service(judge, powers, {begin, end});
    std::move(some.begin(), some.end(), std::back_inserter(found));
    begin = end;
  }
  return found;
}

}  // namespace muster::iam
