// A statement by itself, with all Denies and limits of its side, is a principal of its own. The
// respects peel the other side: its actions alone, then with resources, callers, conditions,
// limits.
#include "checks/prover/beyond.h"

#include <algorithm>
#include <deque>
#include <set>

namespace muster::prover {
namespace {

using policy::Condition;
using policy::Effect;
using policy::Policy;
using policy::Statement;
using policy::Text;

/// Which elements of the other side's Allow statements count.
struct Elements {
  bool resource = true;
  bool principal = true;
  bool conditions = true;
  /// A condition key that does not count.
  std::string without_key{};
};

Statement narrowed(Statement statement, const Elements& elements) {
  if (!elements.resource) {
    statement.resources.emplace().push_back({"*", {}});
    statement.not_resources.reset();
  }
  if (!elements.principal) {
    statement.principals.reset();
    statement.not_principals.reset();
  }
  std::erase_if(statement.conditions, [&](const Condition& condition) {
    return !elements.conditions || policy::lower(condition.key.value) == elements.without_key;
  });
  return statement;
}

/// The Allow statements of these policies, by the elements that count.
Policies narrowed(Policies policies, const Elements& elements) {
  for (Policy& policy : policies) {
    std::erase_if(policy.statements,
                  [](const Statement& one) { return one.effect == Effect::Deny; });
    for (Statement& statement : policy.statements) {
      statement = narrowed(std::move(statement), elements);
    }
  }
  return policies;
}

Policy only(const Policy& policy, const Statement& statement) {
  Policy one;
  one.version = policy.version;
  one.statements = {statement};
  return one;
}

/// One respect in which a request can lie outside: it is inside of what `within` allows, and
/// outside of the entry `outside`.
struct Respect {
  std::string dimension;
  /// Null: no demand.
  const std::vector<PolicyId>* within = nullptr;
  std::size_t outside = 0;
  /// It is about one condition key.
  bool one_key = false;
};

/// REQUIRES: the answer has a witness.
Escape escape_of(std::string dimension, Answer answer) {
  return {std::move(dimension), std::move(*answer.witness), answer.only_new_actions,
          answer.no_real_request};
}

class Beyond {
 public:
  Beyond(const policy::Stack& a, const policy::Stack& b, const Budget& budget,
         const policy::Catalogue* catalogue, policy::ArnMode mode)
      : policies_(a.identity.value_or(Policies())), prover_(budget, catalogue, mode) {
    limits_.open = a.open;
    if (a.boundary) {
      limits_.boundary = keep_all(*a.boundary);
    }
    if (a.session) {
      limits_.session = keep_all(*a.session);
    }
    for (const Policies& level : a.scp.value_or(std::vector<Policies>())) {
      limits_.scp.push_back(keep_all(level));
    }
    for (Policy denies : policies_) {
      std::erase_if(denies.statements,
                    [](const Statement& one) { return one.effect == Effect::Allow; });
      limits_.identity.push_back(keep(std::move(denies)));
    }
    other_ = prover_.add(b);
    add_respects(b.identity.value_or(Policies()));
  }

  std::vector<Grant> all() {
    std::vector<Grant> grants;
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      for (std::size_t s = 0; s < policies_[p].statements.size(); ++s) {
        const Statement& statement = policies_[p].statements[s];
        if (statement.effect != Effect::Allow) {
          continue;
        }
        Grant grant = of_statement(policies_[p], statement);
        grant.policy = p;
        grant.statement = s;
        if (grant.within != Verdict::Yes) {
          grants.push_back(std::move(grant));
        }
      }
    }
    return grants;
  }

 private:
  PolicyId keep(Policy policy) {
    own_.push_back(std::move(policy));
    return prover_.keep(own_.back());
  }

  std::vector<PolicyId> keep_all(const Policies& policies) {
    std::vector<PolicyId> ids;
    for (const Policy& policy : policies) {
      ids.push_back(keep(policy));
    }
    return ids;
  }

  /// The statements of the other side by some of their elements; they outlive the questions.
  const std::vector<PolicyId>& part(const Policies& policies, const Elements& elements) {
    return parts_.emplace_back(keep_all(narrowed(policies, elements)));
  }

  /// From the outermost respect to the innermost: what is outside of one is not asked about again.
  void add_respects(const Policies& policies) {
    const auto& actions =
        part(policies, {.resource = false, .principal = false, .conditions = false});
    const auto& resources = part(policies, {.principal = false, .conditions = false});
    const auto& principals = part(policies, {.conditions = false});
    const auto& whole = part(policies, {});
    const auto entry = [&](const std::vector<PolicyId>& ids) {
      return prover_.add(Layered{.identity = ids});
    };
    respects_.push_back({"action", nullptr, entry(actions)});
    respects_.push_back({"resource", &actions, entry(resources)});
    respects_.push_back({"principal", &resources, entry(principals)});
    const std::size_t inside = entry(whole);
    for (const std::string& key : keys_of(policies)) {
      respects_.push_back({key, &part(policies, {.without_key = key}), inside, true});
    }
    respects_.push_back({"conditions", &principals, inside});
    respects_.push_back({"limit", &whole, other_});
  }

  static std::set<std::string> keys_of(const Policies& policies) {
    std::set<std::string> keys;
    for (const Policy& policy : policies) {
      for (const Statement& statement : policy.statements) {
        for (const Condition& condition : statement.conditions) {
          if (statement.effect == Effect::Allow) {
            keys.insert(policy::lower(condition.key.value));
          }
        }
      }
    }
    return keys;
  }

  /// The statement alone, within the limits of its side.
  std::size_t principal(PolicyId statement, const Respect& respect) {
    Layered principal = limits_;
    principal.identity.push_back(statement);
    if (respect.within != nullptr) {
      principal.scp.push_back(*respect.within);
    }
    return prover_.add(principal);
  }

  /// The same, in one respect.
  Answer ask(PolicyId statement, const Respect& respect) {
    return prover_.within(principal(statement, respect), respect.outside);
  }

  Grant of_statement(const Policy& policy, const Statement& statement) {
    const PolicyId alone = keep(only(policy, statement));
    const Respect whole{{}, nullptr, other_};
    Answer answer = ask(alone, whole);
    Grant grant{.within = answer.verdict, .reason = std::move(answer.reason)};
    if (answer.verdict != Verdict::No) {
      return grant;
    }
    Statement one = statement;
    for (const Text& action : statement.actions.value_or(std::vector<Text>())) {
      one.actions = std::vector<Text>{action};
      const bool beyond =
          statement.actions->size() == 1 ||
          prover_.judge_within(principal(keep(only(policy, one)), whole), other_) == Verdict::No;
      if (beyond) {
        grant.actions.push_back(action.value);
      }
    }
    add_escapes(alone, grant);
    if (grant.escapes.empty()) {
      grant.escapes.push_back(escape_of({}, std::move(answer)));
    }
    return grant;
  }

  void add_escapes(PolicyId alone, Grant& grant) {
    bool one_key = false;
    // Several keys are of interest only where no single one is.
    for (const Respect& respect : respects_) {
      if (respect.dimension == "conditions" && one_key) {
        continue;
      }
      Answer answer = ask(alone, respect);
      if (answer.verdict == Verdict::No) {
        one_key = one_key || respect.one_key;
        grant.escapes.push_back(escape_of(respect.dimension, std::move(answer)));
      }
    }
  }

  Policies policies_;
  std::deque<Policy> own_;
  std::deque<std::vector<PolicyId>> parts_;
  Prover prover_;
  Layered limits_;
  std::size_t other_ = 0;
  std::vector<Respect> respects_;
};

}  // namespace

std::vector<Grant> grants_beyond(const policy::Stack& a, const policy::Stack& b,
                                 const Budget& budget, const policy::Catalogue* catalogue,
                                 policy::ArnMode mode) {
  return Beyond(a, b, budget, catalogue, mode).all();
}

}  // namespace muster::prover
