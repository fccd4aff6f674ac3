// Joins what is found about the actions of a statement into one charge per rule.
#include "checks/iam/charges.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/admins.h"
#include "checks/iam/grants.h"
#include "checks/iam/powers.h"
#include "checks/iam/statement_judge.h"
#include "checks/iam/strangers.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Statement;

constexpr std::size_t kListedActions = 4;
constexpr std::size_t kListedArns = 3;

void add_arn(Charge& charge, const std::string& arn) {
  const bool known = text::one_of(arn, charge.arns);
  if (!arn.empty() && !known && charge.arns.size() < kListedArns) {
    charge.arns.push_back(arn);
  }
}

/// One charge per concern of a statement, worth what its worst action is; guards apart by clause.
void add(std::vector<Charge>& charges, Charge base, ActionFinding found) {
  const Action& action = *found.action;
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
    std::vector<Charge> found;
    for (ActionFinding& one :
         action_findings(role_, powers_, around_, statement, identity.policy->version)) {
      if (!is_said_already(*one.action)) {
        add(found, base, std::move(one));
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
  OutcomeDraft draft = out.fail_if(charge.proof, asset, place_of(charge.where, *charge.role->role));
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
  const std::vector<AdminVerdict>& admins = input.model<Admins>().all();
  std::vector<std::vector<Charge>> by_role(admins.size());
  input.each(admins.size(), [&](const Piece& piece) {
    const AdminVerdict& admin = admins[piece.number];
    // Who may do everything is told so by one rule, or was declared to.
    const bool all = admin.kind == AdminKind::All || admin.kind == AdminKind::NearlyAll;
    if (!all && !admin.role->is_declared_admin()) {
      by_role[piece.number] = RoleJudge(admin).charges();
    }
  });
  Charges result;
  for (std::vector<Charge>& some : by_role) {
    std::ranges::move(some, std::back_inserter(result.charges_));
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

template std::shared_ptr<const void> muster::built<muster::iam::Charges>(const AuditInput&);
