// Statement by statement, action by action: which rule an action belongs to, then whether that rule
// has something to say.
#include "checks/iam/charges.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "checks/iam/admins.h"
#include "checks/iam/grants.h"
#include "checks/iam/pass_role.h"
#include "checks/iam/powers.h"
#include "checks/iam/strangers.h"
#include "checks/iam/vacuous.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Catalogue;
using policy::Statement;

constexpr std::size_t kListedActions = 4;
constexpr std::size_t kListedArns = 3;

/// The verdict on one action of a statement.
struct Finding {
  Concern concern = Concern::WildcardResource;
  Severity severity = Severity::Medium;
  Proof proof = Proof::no();
  SourceRef where;
  std::string arn;
  std::string detail;
};

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

  std::optional<Finding> judge(const Grant& grant) {
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
  std::optional<Finding> unscoped(const Action& action) {
    return unscoped(action, describing(action));
  }

  std::optional<Finding> unscoped(const Action& action, const std::vector<ClauseKey>& keys) {
    std::optional<Finding> open;
    for (const Stranger& stranger : strangers(action, statement_, version_, around_)) {
      Finding found;
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

  std::optional<Finding> pass_role(const Action& action) {
    std::vector<ClauseKey> keys = describing(action);
    const std::vector<ClauseKey> service = {{"iam:passedtoservice", false}};
    std::vector<ClauseKey> limits = keys;
    if (std::none_of(keys.begin(), keys.end(), is_service_key)) {
      limits.push_back(service.front());
    }
    if (const auto passed = passed_roles(statement_, powers_, limits, around_)) {
      Finding found{Concern::PassRole, passed->severity, passed->proof, passed->where, {}, {}};
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
  std::optional<Finding> boundary(const Action& action, bool drops) {
    const std::vector<ClauseKey> guard = {{"iam:permissionsboundary", false}};
    std::vector<ClauseKey> keys;
    if (!drops) {
      keys = {guard.front(), {"iam:policyarn", false}};
    }
    const bool of_user = action.name.find("User") != std::string_view::npos;
    const std::string kind = of_user ? "user/*" : "role/*";
    Finding found{Concern::MissingBoundary, Severity::High, Proof::no(), statement_.where, {}, {}};
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

  std::optional<Finding> permissions(const Action& action) {
    std::optional<Finding> found = unscoped_or_unscopable(action);
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
    return Finding{Concern::PermissionsManagement,
                   Severity::Medium,
                   std::move(proof),
                   statement_.where,
                   {},
                   {}};
  }

  /// Permissions actions on the whole account (`ecr:PutRegistryPolicy`) have no narrower resource.
  std::optional<Finding> unscoped_or_unscopable(const Action& action) {
    if (Catalogue::scopable(action)) {
      return unscoped(action);
    }
    Proof proof = powers_.can(
        {name(action), "*", unmentioned(describing(action), around_, nullptr)}, &statement_);
    if (proof.is_no()) {
      return std::nullopt;
    }
    return Finding{{}, Severity::High, std::move(proof), statement_.where, {}, {}};
  }

  std::optional<Finding> whole_service(const Grant& grant) {
    std::optional<Finding> found = unscoped_or_unscopable(*grant.action);
    const bool wide = found.has_value();
    if (!found) {
      Proof proof = powers_.can({name(*grant.action), "arn:*", {}}, &statement_);
      if (proof.is_no()) {
        return std::nullopt;
      }
      found = Finding{{}, {}, std::move(proof), statement_.where, {}, {}};
    }
    found->concern = Concern::ServiceWildcard;
    found->severity = wide ? in_production(Severity::Medium) : Severity::Low;
    found->detail = policy::embedded_catalogue().service_of(*grant.action).prefix;
    return found;
  }

  std::optional<Finding> plain(const Grant& grant, Power power) {
    // A reader's looks are its declared job; a pattern such as `ec2:Describe*` cannot be split
    // without listing what it means today.
    const bool looks = power == Power::Look;
    if (!Catalogue::scopable(*grant.action) ||
        (looks && (role_.is_declared_reader() || grant.mixed_pattern))) {
      return std::nullopt;
    }
    std::optional<Finding> found = unscoped(*grant.action);
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
  std::optional<Finding> guarded(Finding found, const std::vector<ClauseKey>& keys,
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

void add_arn(Charge& charge, const std::string& arn) {
  const bool known = std::find(charge.arns.begin(), charge.arns.end(), arn) != charge.arns.end();
  if (!arn.empty() && !known && charge.arns.size() < kListedArns) {
    charge.arns.push_back(arn);
  }
}

/// One charge per concern of a statement, worth what its worst action is; guards apart by clause.
void add(std::vector<Charge>& charges, Charge base, Finding found, const Action& action) {
  const auto same = std::find_if(charges.begin(), charges.end(), [&](const Charge& charge) {
    return charge.concern == found.concern && charge.proof.is_yes() == found.proof.is_yes() &&
           (found.concern != Concern::VacuousGuard || charge.detail == found.detail);
  });
  if (same == charges.end()) {
    base.concern = found.concern;
    base.actions = {&action};
    base.proof = std::move(found.proof);
    base.severity = found.severity;
    base.where = std::move(found.where);
    base.detail = std::move(found.detail);
    add_arn(base, found.arn);
    charges.push_back(std::move(base));
    return;
  }
  if (found.severity > same->severity) {
    same->severity = found.severity;
    same->proof = std::move(found.proof);
    same->where = std::move(found.where);
    same->actions.insert(same->actions.begin(), &action);
  } else {
    same->actions.push_back(&action);
  }
  if (same->concern == Concern::ServiceWildcard &&
      ("`, `" + same->detail + "`, `").find("`, `" + found.detail + "`, `") == std::string::npos) {
    same->detail += "`, `" + found.detail;
  }
  add_arn(*same, found.arn);
}

/// Where the statement's writes are reported already, what it may look at on the way is no finding
/// of its own.
void join_looks(std::vector<Charge>& charges) {
  const auto writes = std::find_if(charges.begin(), charges.end(), [](const Charge& charge) {
    return charge.concern == Concern::ProductionWrite && charge.proof.is_yes();
  });
  if (writes == charges.end()) {
    return;
  }
  const auto looks = std::find_if(charges.begin(), charges.end(), [](const Charge& charge) {
    return charge.concern == Concern::WildcardResource && charge.proof.is_yes();
  });
  if (looks == charges.end()) {
    return;
  }
  writes->actions.insert(writes->actions.end(), looks->actions.begin(), looks->actions.end());
  for (const std::string& arn : looks->arns) {
    add_arn(*writes, arn);
  }
  charges.erase(looks);
}

/// A whole service is best told by what nobody needs.
void tell_worst_first(Charge& charge) {
  if (charge.concern != Concern::ServiceWildcard) {
    return;
  }
  const auto rank = [](const Action* action) {
    const bool removes = action->name.starts_with("Delete");
    const bool permits = action->level == policy::AccessLevel::PermissionsManagement;
    return permits && !removes ? 0 : removes ? 1 : 2;
  };
  std::stable_sort(charge.actions.begin(), charge.actions.end(),
                   [&](const Action* a, const Action* b) { return rank(a) < rank(b); });
}

class RoleJudge {
 public:
  explicit RoleJudge(const AdminVerdict& admin)
      : role_(*admin.role), admin_(admin), powers_(role_), around_(surrounding_of(*role_.role)) {}

  std::vector<Charge> charges() {
    std::vector<Charge> all = by_statement();
    forget_powerless(all);
    return all;
  }

 private:
  /// A new role without permissions is no power: making one counts only for who can also give it
  /// some.
  static void forget_powerless(std::vector<Charge>& charges) {
    const auto makes = [](const Action* action) { return action->name.starts_with("Create"); };
    const auto missing = [](const Charge& charge) {
      return charge.concern == Concern::MissingBoundary || charge.concern == Concern::VacuousGuard;
    };
    const auto only_makes = [&](const Charge& charge) {
      return missing(charge) &&
             std::all_of(charge.actions.begin(), charge.actions.end(), [&](const Action* action) {
               const Power power = power_of(*action);
               return power == Power::GiveBounded && makes(action);
             });
    };
    const bool gives = std::any_of(charges.begin(), charges.end(), [&](const Charge& charge) {
      return missing(charge) &&
             std::any_of(charge.actions.begin(), charge.actions.end(), [&](const Action* action) {
               return power_of(*action) == Power::GiveBounded && !makes(action);
             });
    });
    if (!gives) {
      std::erase_if(charges, only_makes);
    }
  }

  std::vector<Charge> by_statement() {
    std::vector<Charge> all;
    for (const IdentityPolicy& identity : role_.role->identity) {
      for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
        const Statement& statement = identity.policy->statements[i];
        if (statement.effect == policy::Effect::Allow) {
          std::vector<Charge> some = of(identity, statement);
          std::move(some.begin(), some.end(), std::back_inserter(all));
        }
      }
    }
    return all;
  }

  std::vector<Charge> of(const IdentityPolicy& identity, const Statement& statement) {
    Charge base;
    base.role = &role_;
    base.policy = &identity;
    base.statement = &statement;
    StatementJudge judge(role_, powers_, around_, statement, identity.policy->version);
    std::vector<Charge> found;
    for (const Grant& grant : grants_of(statement)) {
      if (is_said_already(*grant.action)) {
        continue;
      }
      if (std::optional<Finding> one = judge.judge(grant); one && !one->proof.is_no()) {
        add(found, base, std::move(*one), *grant.action);
      }
    }
    join_looks(found);
    for (Charge& charge : found) {
      tell_worst_first(charge);
    }
    return found;
  }

  /// An administrator of IAM is reported once, as that.
  [[nodiscard]] bool is_said_already(const Action& action) const {
    return admin_.kind == AdminKind::Iam &&
           policy::embedded_catalogue().service_of(action).prefix == "iam";
  }

  const PipelineRole& role_;
  const AdminVerdict& admin_;
  Powers powers_;
  Surrounding around_;
};

void report(const Charge& charge, Outcomes& out) {
  const Asset asset = charge.role->role->asset();
  OutcomeDraft draft = out.fail_if(charge.proof, asset, charge.where);
  std::string arns;
  for (const std::string& arn : charge.arns) {
    arns += (arns.empty() ? "`" : ", `") + arn + "`";
  }
  draft.arg("statement", statement_words(*charge.statement))
      .arg("policy", label(*charge.policy))
      .arg("actions", action_words(charge.actions))
      .arg("arns", arns)
      .arg("detail", charge.detail)
      .anchor(statement_anchor(*charge.policy, *charge.statement));
  if (charge.proof.is_yes()) {
    const Severity severity = raised(charge.severity, charge.role->reachable);
    draft.severity(severity);
    if (severity != charge.severity) {
      draft.because(std::string(reach_words(charge.role->reachable)));
    }
  }
}

}  // namespace

Charges Charges::build(const AuditInput& input) {
  Charges result;
  for (const AdminVerdict& admin : input.model<Admins>().all()) {
    // Who may do everything is told so by one rule, or was declared to.
    const bool all = admin.kind == AdminKind::All || admin.kind == AdminKind::NearlyAll;
    if (all || admin.role->is_declared_admin()) {
      continue;
    }
    std::vector<Charge> some = RoleJudge(admin).charges();
    std::move(some.begin(), some.end(), std::back_inserter(result.charges_));
  }
  return result;
}

void report_charges(const AuditInput& input, Concern concern, Outcomes& out) {
  std::set<const PipelineRole*> spoken_of;
  for (const Charge& charge : input.model<Charges>().all()) {
    if (charge.concern == concern) {
      spoken_of.insert(charge.role);
      report(charge, out);
    }
  }
  for (const PipelineRole& role : input.model<PipelineRoles>().all()) {
    // Without the text of every policy nothing can be said to be absent.
    if (!spoken_of.contains(&role) && role.unknown_policies().empty()) {
      out.pass(role.role->asset(), role.role->where);
    }
  }
}

std::string action_words(const std::vector<const Action*>& actions) {
  std::string words;
  const std::size_t listed = std::min(actions.size(), kListedActions);
  for (std::size_t i = 0; i < listed; ++i) {
    const bool last = i + 1 == listed && listed == actions.size();
    words += i == 0 ? "`" : last ? " and `" : ", `";
    words += policy::embedded_catalogue().full_name(*actions[i]) + "`";
  }
  if (actions.size() > listed) {
    words += " and " + std::to_string(actions.size() - listed) + " more";
  }
  return words;
}

std::string statement_words(const Statement& statement) {
  return statement.sid && !statement.sid->value.empty() ? "`" + statement.sid->value + "`"
                                                        : std::to_string(statement.index + 1);
}

std::string statement_anchor(const IdentityPolicy& policy, const Statement& statement) {
  return label(policy) + "/" + statement.anchor();
}

}  // namespace muster::iam
