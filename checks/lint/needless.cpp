// What a policy could do without, decided by the prover over all requests. Not for policies on
// resources and roles: there it matters by which name a caller is allowed.
#include "checks/prover/needless.h"

#include <algorithm>
#include <array>
#include <string>

#include "checks/lint/families.h"

namespace muster::lint {
namespace {

using prover::Needless;
using prover::Needlessness;
using prover::StatementPlace;

/// For one policy; beyond them the answer stays open.
constexpr std::size_t kQuestions = 20'000;
constexpr prover::Budget kBudget{.cover_nodes = 2'000, .glob_states = 20'000};

/// Statements that are named in a message.
constexpr std::size_t kNamed = 3;

class Needlessly {
 public:
  Needlessly(const Subject& subject, const policy::Policy& policy)
      : subject_(subject), policy_(policy) {}

  void report(const Needless& needless) {
    const Statement& statement = statement_at(needless.place);
    const auto place = needless.part == policy::StatementPart::All
                           ? subject_.out.at(statement)
                           : place_of(statement, needless.value.where);
    if (is_reported(place)) {
      return;
    }
    std::vector<Location> places{place};
    for (const StatementPlace& other : needless.because) {
      if (other != needless.place) {
        places.push_back(subject_.out.at(statement_at(other)));
      }
    }
    subject_.out.add(code(needless), message(needless), std::move(places));
  }

 private:
  [[nodiscard]] const Statement& statement_at(const StatementPlace& place) const {
    return subject_.document.statements[place.statement];
  }

  /// The entry at the place, in whatever list of the statement.
  [[nodiscard]] Location place_of(const Statement& statement, const SourceRef& where) const {
    for (const std::vector<Element>* elements : {&statement.actions, &statement.resources}) {
      for (const Element& element : *elements) {
        for (const Entry& entry : element.entries) {
          if (entry.node.where() == where) {
            return subject_.out.at(statement, element, entry);
          }
        }
      }
    }
    for (const Clause& clause : statement.clauses) {
      for (const Entry& entry : clause.entries) {
        if (entry.node.where() == where) {
          return subject_.out.at(statement, clause, entry);
        }
      }
    }
    return subject_.out.at(statement);
  }

  /// Whether Access Analyzer has a code for it.
  [[nodiscard]] bool is_reported(const Location& place) const {
    constexpr std::array kCodes = {Code::RedundantAction, Code::RedundantResource,
                                   Code::RedundantStatement, Code::RedundantConditionValueNum,
                                   Code::RedundantStatementDueToWildcardInCondition};
    return std::ranges::any_of(kCodes, [&](Code code) { return subject_.out.has(code, place); });
  }

  static Code code(const Needless& needless) {
    const bool whole = needless.part == policy::StatementPart::All;
    return needless.why == Needlessness::DeadAllow
               ? (whole ? Code::MusterDeadStatement : Code::MusterDeadEntry)
               : (whole ? Code::MusterRedundantStatement : Code::MusterRedundantEntry);
  }

  [[nodiscard]] std::string message(const Needless& needless) const {
    const bool whole = needless.part == policy::StatementPart::All;
    const bool allows =
        policy_.statements[needless.place.statement].effect == policy::Effect::Allow;
    const std::string what = whole ? "this statement" : quoted(needless.value.value);
    if (needless.why == Needlessness::DeadAllow) {
      return needless.because.empty()
                 ? what + " allows no request: none can satisfy it"
                 : what + " allows no request: " + names(needless) + " what it would allow";
    }
    const std::string verb = allows ? "allow" : "deny";
    return what + " changes nothing: " + names(needless, verb) + " all that it " +
           (allows ? "allows" : "denies");
  }

  [[nodiscard]] std::string names(const Needless& needless) const {
    return names(needless, "deny");
  }

  /// `statement 2 (`Deny`) denies`, `statements 2 and 3 together deny`, `the other entries of this
  /// statement allow`.
  [[nodiscard]] std::string names(const Needless& needless, const std::string& verb) const {
    const std::vector<StatementPlace>& because = needless.because;
    if (because.empty()) {
      return "the rest of the policy would " + verb;
    }
    if (because.size() == 1 && because.front() == needless.place) {
      return "the other entries of this statement " + verb;
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(because.size(), kNamed); ++i) {
      const bool last = i + 1 == because.size();
      list += (i == 0 ? "" : last ? " and " : ", ") + name(because[i]);
    }
    if (because.size() > kNamed) {
      list += " and " + std::to_string(because.size() - kNamed) + " more";
    }
    const bool one = because.size() == 1;
    const std::string does = verb == "deny" ? "denies" : "allows";
    return one ? "statement " + list + " " + does : "statements " + list + " together " + verb;
  }

  /// Its Sid, or its number from 1.
  [[nodiscard]] std::string name(const StatementPlace& place) const {
    const auto& sid = policy_.statements[place.statement].sid;
    return sid && !sid->value.empty() ? quoted(sid->value) : std::to_string(place.statement + 1);
  }

  const Subject& subject_;
  const policy::Policy& policy_;
};

}  // namespace

std::size_t judge_needless(const Subject& subject) {
  const DocumentType type = subject.document.type;
  if (type != DocumentType::Identity && type != DocumentType::ServiceControl) {
    return 0;
  }
  auto policy = policy::read_policy(subject.document.root, policy::PolicyType::Identity);
  if (!policy || policy.value().statements.size() != subject.document.statements.size()) {
    return 0;
  }
  const std::vector<policy::Policy> policies{std::move(policy).value()};
  const prover::NeedlessFound found = prover::needless(
      policies, {.budget = kBudget, .questions = kQuestions, .beside_others = true});
  Needlessly needlessly(subject, policies.front());
  for (const Needless& needless : found.list) {
    needlessly.report(needless);
  }
  return found.undecided;
}

}  // namespace muster::lint
