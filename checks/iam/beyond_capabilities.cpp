// A role that may do more than muster.yaml declares it for. Every Allow statement is judged by
// itself, within all that limits the role, so that the finding names the statement to narrow; the
// witness is the worst kind of request that goes beyond.
#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "checks/iam/charges.h"
#include "checks/iam/declared.h"
#include "checks/iam/grants.h"
#include "checks/iam/requests.h"
#include "checks/policy/arn.h"

namespace muster::iam {
namespace {

using policy::Statement;
using prover::Answer;
using prover::Verdict;

/// What the excess is good for; later ones are worse. `Nothing`: no action of today's catalogue has
/// such a resource.
enum class Excess { Nothing, Look, Change, Escalate };

Excess excess_of(const policy::Action& action) {
  switch (power_of(action)) {
    case Power::PassRole:
    case Power::GiveBounded:
    case Power::DropBoundary:
    case Power::Permissions:
      return Excess::Escalate;
    case Power::ReadData:
    case Power::Write:
      return Excess::Change;
    case Power::Look:
      return Excess::Look;
  }
  return Excess::Look;
}

/// In production, or an environment that nobody classed, what escalates is critical and what
/// changes or reads data is high; a step less elsewhere, and one more step less for looks.
Severity severity_of(Excess excess, EnvironmentClass environment) {
  const bool production =
      environment == EnvironmentClass::Production || environment == EnvironmentClass::Unknown;
  switch (excess) {
    case Excess::Nothing:
      return Severity::Low;
    case Excess::Escalate:
      return production ? Severity::Critical : Severity::High;
    case Excess::Change:
      return production ? Severity::High : Severity::Medium;
    case Excess::Look:
      return production ? Severity::Medium : Severity::Low;
  }
  return Severity::High;
}

using Actions = std::vector<const policy::Action*>;
/// By what they are good for.
using ActionsByKind = std::array<Actions, static_cast<std::size_t>(Excess::Escalate) + 1>;

/// The actions that entries of statements name, by what they are good for; remembered for all roles
/// that have the policy.
class ActionsOfEntries {
 public:
  /// Of all these entries together; of the statement as a whole when it has `NotAction`.
  ActionsByKind of(const Statement& statement, const std::vector<const policy::Text*>& entries) {
    if (!statement.actions) {
      return known(&statement, statement);
    }
    ActionsByKind all;
    for (const policy::Text* entry : entries) {
      Statement single;
      single.actions = {*entry};
      const ActionsByKind& some = known(entry, single);
      for (std::size_t kind = 0; kind < all.size(); ++kind) {
        all.at(kind).insert(all.at(kind).end(), some.at(kind).begin(), some.at(kind).end());
      }
    }
    // The catalogue keeps them in one table, by service and name.
    for (Actions& some : all) {
      std::ranges::sort(some);
      const auto repeated = std::ranges::unique(some);
      some.erase(repeated.begin(), repeated.end());
    }
    return all;
  }

 private:
  const ActionsByKind& known(const void* key, const Statement& statement) {
    auto [entry, fresh] = known_.try_emplace(key);
    if (fresh) {
      for (const Grant& grant : grants_of(statement)) {
        entry->second.at(static_cast<std::size_t>(excess_of(*grant.action)))
            .push_back(grant.action);
      }
    }
    return entry->second;
  }

  std::map<const void*, ActionsByKind> known_;
};

/// The statement with other actions, which are left empty.
Statement without_actions(const Statement& statement) {
  Statement part;
  part.index = statement.index;
  part.sid = statement.sid;
  part.effect = statement.effect;
  part.actions.emplace();
  part.resources = statement.resources;
  part.not_resources = statement.not_resources;
  part.conditions = statement.conditions;
  part.where = statement.where;
  return part;
}

/// One statement of one role.
class StatementExcess {
 public:
  StatementExcess(const DeclaredRole& declared, DeclaredPower& power, ActionsOfEntries& actions,
                  std::size_t document, const Statement& statement)
      : declared_(declared),
        power_(power),
        actions_(actions),
        document_(document),
        statement_(statement) {}

  /// The statement as a whole, then the worst kind of action that goes beyond.
  Answer judge() {
    Answer answer = power_.within_declared(document_, statement_);
    if (answer.verdict != Verdict::No) {
      return answer;
    }
    keep_witness(*answer.witness);
    find_entries();
    const ActionsByKind actions = actions_.of(statement_, not_within_);
    for (const Excess kind : {Excess::Escalate, Excess::Change, Excess::Look}) {
      Answer part = judge_kind(actions.at(static_cast<std::size_t>(kind)));
      if (part.verdict == Verdict::No) {
        excess_ = kind;
        return part;
      }
    }
    return answer;
  }

  /// The entries of `Action` that go beyond, as written; empty for `NotAction`. REQUIRES: `judge`
  /// said `No`.
  [[nodiscard]] const std::vector<const policy::Text*>& entries() const { return entries_; }

  /// Whether some action of the catalogue goes beyond on a resource that it has.
  [[nodiscard]] bool is_real() const { return excess_ != Excess::Nothing; }

  [[nodiscard]] Severity severity() const {
    return severity_of(excess_, declared_.pipeline.environment);
  }

 private:
  /// Actions that are put into the first question, which nearly always answers: each further one
  /// has as many as all before.
  static constexpr std::size_t kAtFirst = 16;

  void find_entries() {
    Statement part = without_actions(statement_);
    for (std::size_t i = 0; statement_.actions && i < statement_.actions->size(); ++i) {
      const policy::Text& entry = (*statement_.actions)[i];
      if (is_beyond_with(entry.value)) {
        entries_.push_back(&entry);
        not_within_.push_back(&entry);
        continue;
      }
      part.actions = {entry};
      const Answer answer = power_.within_declared(document_, part);
      if (answer.verdict == Verdict::No) {
        keep_witness(*answer.witness);
        entries_.push_back(&entry);
      }
      if (answer.verdict != Verdict::Yes) {
        not_within_.push_back(&entry);
      }
    }
  }

  /// Requests beyond that are tried again with other actions.
  static constexpr std::size_t kMostWitnesses = 4;

  void keep_witness(const policy::Request& request) {
    const auto version = declared_.layers.identity[document_]->version;
    const bool replays =
        policy::evaluate_statement(statement_, version, request).truth == policy::Truth::Yes;
    if (replays && witnesses_.size() < kMostWitnesses) {
      witnesses_.push_back(request);
    }
  }

  /// A witness with an action of this entry: the statement's other elements do not look at it, so
  /// that a search is left for the entries that no witness proves.
  [[nodiscard]] bool is_beyond_with(const std::string& entry) {
    const std::string action = instance_of(entry);
    return is_of_entry(action) && std::ranges::any_of(witnesses_, [&](policy::Request& request) {
             request.action = action;
             return power_.is_beyond(request);
           });
  }

  static bool is_of_entry(std::string_view action) {
    const std::size_t colon = action.find(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < action.size();
  }

  /// With these actions in the place of the statement's own, on resources that they have: first in
  /// the role's account and region, then anywhere. What entries within the declaration name need
  /// not be asked about.
  Answer judge_kind(const Actions& actions) {
    Answer answer{Verdict::Yes, {}, {}};
    for (const bool at_home : {true, false}) {
      if (!actions.empty() && answer.verdict != Verdict::No) {
        answer = judge_actions(actions, at_home);
      }
    }
    return answer;
  }

  Answer judge_actions(std::span<const policy::Action* const> actions, bool at_home) {
    Answer worst{Verdict::Yes, {}, {}};
    for (std::size_t first = 0; first < actions.size();) {
      const auto some =
          actions.subspan(first, std::min(std::max(first, kAtFirst), actions.size() - first));
      first += some.size();
      Statement part = without_actions(statement_);
      for (const policy::Action* action : some) {
        part.actions->push_back(
            {policy::embedded_catalogue().full_name(*action), statement_.where});
      }
      const policy::Policy real = real_requests(some, at_home);
      Answer answer = power_.within_declared(document_, std::move(part), &real);
      if (answer.verdict == Verdict::No) {
        return answer;
      }
      if (answer.verdict == Verdict::Undecided) {
        worst = std::move(answer);
      }
    }
    return worst;
  }

  /// Each action on the resources that the catalogue gives it.
  [[nodiscard]] policy::Policy real_requests(std::span<const policy::Action* const> actions,
                                             bool at_home) const {
    const policy::Catalogue& catalogue = policy::embedded_catalogue();
    policy::Policy real;
    real.version = policy::Version::V2012_10_17;
    for (const policy::Action* action : actions) {
      Statement statement;
      statement.effect = policy::Effect::Allow;
      statement.actions = {policy::Text{catalogue.full_name(*action), {}}};
      statement.resources.emplace();
      for (const policy::ResourceUse& use : catalogue.uses(*action)) {
        for (const std::string& pattern : policy::arn_patterns(catalogue.type_of(use))) {
          statement.resources->push_back({real_arn(pattern, at_home), {}});
        }
      }
      if (statement.resources->empty()) {
        // Asked about `*` itself: a named resource refuses it.
        statement.resources->push_back({"${*}", {}});
      }
      real.statements.push_back(std::move(statement));
    }
    return real;
  }

  /// The pattern with names that are not empty; at home in the role's partition, region and
  /// account, as far as they are known.
  [[nodiscard]] std::string real_arn(const std::string& pattern, bool at_home) const {
    const auto parts = policy::split_arn(pattern);
    if (!parts) {
      return pattern;
    }
    std::string resource;
    for (const char c : parts->resource) {
      resource += c == '*' ? "?*" : std::string(1, c);
    }
    const auto filled = [&](std::string_view field, std::string_view value) {
      return std::string(field == "*" && at_home && !value.empty() ? value : field);
    };
    const Role& role = *declared_.role;
    return "arn:" + filled(parts->partition, arn_field(role.arn, kPartitionField)) + ":" +
           std::string(parts->service) + ":" + filled(parts->region, declared_.region) + ":" +
           filled(parts->account, role.account) + ":" + resource;
  }

  const DeclaredRole& declared_;
  DeclaredPower& power_;
  ActionsOfEntries& actions_;
  std::size_t document_;
  const Statement& statement_;
  /// Their action is that of the entry tried last.
  std::vector<policy::Request> witnesses_;
  /// Those that go beyond, and with them those of which that is not known.
  std::vector<const policy::Text*> entries_;
  std::vector<const policy::Text*> not_within_;
  Excess excess_ = Excess::Nothing;
};

std::string words(const std::vector<const policy::Text*>& entries) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), kShown); ++i) {
    text += (i == 0 ? "`" : ", `") + entries[i]->value + "`";
  }
  const std::size_t more = entries.size() - std::min(entries.size(), kShown);
  return text + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

/// Where a policy and its statement stand among the role's.
struct Place {
  const IdentityPolicy* policy;
  const Statement* statement;
};

void report(const DeclaredRole& declared, const Place& place, const StatementExcess& judge,
            const Answer& answer, const Intent& intent, Outcomes& out) {
  const std::string anchor = statement_anchor(*place.policy, *place.statement);
  const Asset asset = declared.role->asset();
  if (answer.verdict == Verdict::Undecided) {
    out.undecided(asset, place_of(place.statement->where, *declared.role), answer.reason)
        .anchor(anchor);
    return;
  }
  const std::vector<const policy::Text*>& entries = judge.entries();
  const Severity severity = judge.severity();
  const Severity reached =
      judge.is_real() ? raised(severity, declared.pipeline.reachable) : severity;
  std::string because = entries.empty() ? "" : "beyond in this statement: " + words(entries);
  if (!judge.is_real()) {
    because += std::string(because.empty() ? "" : "; ") +
               "low, because no action of the catalogue of " +
               std::string(policy::embedded_catalogue().date()) + " has such a resource";
  }
  if (reached != severity) {
    because +=
        (because.empty() ? "" : "; ") + std::string(reach_words(declared.pipeline.reachable));
  }
  const SourceRef& where = entries.empty() ? place.statement->where : entries.front()->where;
  out.fail(asset, place_of(where, *declared.role), request_witness(*answer.witness))
      .arg("statement", statement_words(*place.statement))
      .arg("policy", label(*place.policy))
      .arg("action", answer.witness->action)
      .arg("resource", answer.witness->resource)
      .severity(reached)
      .environment(declared.environment_name(intent))
      .anchor(anchor)
      .because(because);
}

void judge_role(const DeclaredRole& declared, const Intent& intent, ActionsOfEntries& actions,
                Outcomes& out) {
  const Role& role = *declared.role;
  DeclaredPower power(declared);
  bool beyond = false;
  std::size_t document = 0;
  for (const IdentityPolicy& policy : role.identity) {
    if (!policy.policy) {
      continue;
    }
    for (const Statement& statement : policy.policy->statements) {
      if (statement.effect == policy::Effect::Deny) {
        continue;
      }
      StatementExcess judge(declared, power, actions, document, statement);
      const Answer answer = judge.judge();
      if (answer.verdict != Verdict::Yes) {
        beyond = true;
        report(declared, {&policy, &statement}, judge, answer, intent, out);
      }
    }
    ++document;
  }
  if (!declared.unknown.empty()) {
    out.undecided(role.asset(), role.where, declared.unknown);
  } else if (!beyond) {
    out.pass(role.asset(), role.where);
  }
}

void beyond_capabilities(const AuditInput& input, Outcomes& out) {
  const std::vector<DeclaredRole>& roles = input.model<DeclaredRoles>().all();
  std::vector<ActionsOfEntries> actions(input.workers());
  judge_each(input, roles.size(), out, [&](const Piece& piece, Outcomes& part) {
    judge_role(roles[piece.number], input.intent(), actions[piece.worker], part);
  });
}

const Register kBeyondCapabilitiesCheck{"iam-beyond-capabilities", beyond_capabilities, {}};

}  // namespace
}  // namespace muster::iam
