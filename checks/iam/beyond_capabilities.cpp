// A role that may do more than muster.yaml declares it for. Every Allow statement is judged by
// itself, within all that limits the role, so that the finding names the statement to narrow; the
// witness is the worst kind of request that goes beyond.
#include <algorithm>

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

/// One statement of one role.
class Judge {
 public:
  Judge(const DeclaredRole& declared, DeclaredPower& power, std::size_t document,
        const Statement& statement)
      : declared_(declared), power_(power), document_(document), statement_(statement) {}

  /// The statement as a whole, then the worst kind of action that goes beyond.
  Answer judge() {
    Answer answer = power_.within_declared(document_, statement_);
    if (answer.verdict != Verdict::No) {
      return answer;
    }
    for (const Excess kind : {Excess::Escalate, Excess::Change, Excess::Look}) {
      Answer part = judge_kind(kind);
      if (part.verdict == Verdict::No) {
        excess_ = kind;
        return part;
      }
    }
    return answer;
  }

  /// The entries of `Action` that go beyond, as written; empty for `NotAction`.
  [[nodiscard]] std::vector<policy::Text> entries() {
    std::vector<policy::Text> beyond;
    for (std::size_t i = 0; statement_.actions && i < statement_.actions->size(); ++i) {
      Statement part = statement_;
      part.actions = {(*statement_.actions)[i]};
      if (power_.within_declared(document_, std::move(part)).verdict == Verdict::No) {
        beyond.push_back((*statement_.actions)[i]);
      }
    }
    return beyond;
  }

  /// Whether some action of the catalogue goes beyond on a resource that it has.
  [[nodiscard]] bool is_real() const { return excess_ != Excess::Nothing; }

  [[nodiscard]] Severity severity() const {
    return severity_of(excess_, declared_.pipeline.environment);
  }

 private:
  /// With the actions of one kind in the place of the statement's own, on resources that they have:
  /// first in the role's account and region, then anywhere.
  Answer judge_kind(Excess kind) {
    Statement part = statement_;
    part.not_actions.reset();
    part.actions.emplace();
    std::vector<const policy::Action*> actions;
    for (const Grant& grant : grants_of(statement_)) {
      if (excess_of(*grant.action) == kind) {
        actions.push_back(grant.action);
        part.actions->push_back(
            {policy::embedded_catalogue().full_name(*grant.action), statement_.where});
      }
    }
    Answer answer{Verdict::Yes, {}, {}};
    for (const bool at_home : {true, false}) {
      if (!actions.empty() && answer.verdict != Verdict::No) {
        const policy::Policy real = real_requests(actions, at_home);
        answer = power_.within_declared(document_, part, &real);
      }
    }
    return answer;
  }

  /// Each action on the resources that the catalogue gives it.
  [[nodiscard]] policy::Policy real_requests(const std::vector<const policy::Action*>& actions,
                                             bool at_home) const {
    const policy::Catalogue& catalogue = policy::embedded_catalogue();
    policy::Policy real;
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
        statement.resources->push_back({"*", {}});
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
    return "arn:" + filled(parts->partition, arn_field(role.arn, 1)) + ":" +
           std::string(parts->service) + ":" + filled(parts->region, declared_.region) + ":" +
           filled(parts->account, role.account) + ":" + resource;
  }

  const DeclaredRole& declared_;
  DeclaredPower& power_;
  std::size_t document_;
  const Statement& statement_;
  Excess excess_ = Excess::Nothing;
};

std::string words(const std::vector<policy::Text>& entries) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), kShown); ++i) {
    text += (i == 0 ? "`" : ", `") + entries[i].value + "`";
  }
  const std::size_t more = entries.size() - std::min(entries.size(), kShown);
  return text + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

/// Where a policy and its statement stand among the role's.
struct Place {
  const IdentityPolicy* policy;
  const Statement* statement;
};

void report(const DeclaredRole& declared, const Place& place, Judge& judge, const Answer& answer,
            const AuditInput& input, Outcomes& out) {
  const std::string anchor = statement_anchor(*place.policy, *place.statement);
  const Asset asset = declared.role->asset();
  if (answer.verdict == Verdict::Undecided) {
    out.undecided(asset, place.statement->where, answer.reason).anchor(anchor);
    return;
  }
  const std::vector<policy::Text> entries = judge.entries();
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
  out.fail(asset, entries.empty() ? place.statement->where : entries.front().where,
           request_witness(*answer.witness))
      .arg("statement", statement_words(*place.statement))
      .arg("policy", label(*place.policy))
      .arg("action", answer.witness->action)
      .arg("resource", answer.witness->resource)
      .severity(reached)
      .environment(declared.environment_name(input.intent()))
      .anchor(anchor)
      .because(because);
}

void judge_role(const DeclaredRole& declared, const AuditInput& input, Outcomes& out) {
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
      Judge judge(declared, power, document, statement);
      const Answer answer = judge.judge();
      if (answer.verdict != Verdict::Yes) {
        beyond = true;
        report(declared, {&policy, &statement}, judge, answer, input, out);
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
  for (const DeclaredRole& declared : input.model<DeclaredRoles>().all()) {
    judge_role(declared, input, out);
  }
}

const Register kRegister{"iam-beyond-capabilities", beyond_capabilities, {}};

}  // namespace
}  // namespace muster::iam
