// Each statement is a policy of its own here, so that a question costs one statement, not all.
#include "checks/prover/needless.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <tuple>

namespace muster::prover {
namespace {

using policy::Condition;
using policy::Effect;
using policy::Policy;
using policy::Quantifier;
using policy::Statement;
using policy::StatementPart;
using policy::Text;

/// One statement while values are taken from it.
struct Piece {
  std::size_t policy = 0;
  std::size_t place = 0;
  policy::Version version = policy::Version::V2008_10_17;
  Statement statement;
  PolicyId id = 0;
  bool gone = false;
  /// Nothing of it is allowed anyway. It stays in the questions about Denies, which are why.
  bool dead = false;
};

/// A list of a statement whose entries are ORed.
struct List {
  StatementPart part = StatementPart::Action;
  std::size_t clause = 0;
};

std::vector<Text>& texts_of(Statement& statement, const List& list) {
  switch (list.part) {
    case StatementPart::Action:
      return *statement.actions;
    case StatementPart::Resource:
      return *statement.resources;
    case StatementPart::All:
    case StatementPart::Principal:
    case StatementPart::Condition:
      break;
  }
  return statement.conditions[list.clause].values;
}

std::vector<List> lists_of(const Statement& statement) {
  std::vector<List> lists;
  if (statement.actions) {
    lists.push_back({StatementPart::Action, 0});
  }
  if (statement.resources) {
    lists.push_back({StatementPart::Resource, 0});
  }
  for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
    const policy::Operator& op = statement.conditions[i].op;
    if (!op.negated && op.quantifier == Quantifier::None) {
      lists.push_back({StatementPart::Condition, i});
    }
  }
  return lists;
}

class Pruning {
 public:
  Pruning(const Policies& policies, const Budget& budget) : prover_(budget) {
    for (std::size_t p = 0; p < policies.size(); ++p) {
      for (std::size_t s = 0; s < policies[p].statements.size(); ++s) {
        Piece piece{p, s, policies[p].version, policies[p].statements[s]};
        piece.id = keep(piece.statement, piece.version);
        pieces_.push_back(std::move(piece));
      }
    }
  }

  std::vector<Needless> all() {
    // A Deny that kills an Allow does something, so dead statements go after the idle ones.
    judge_all(Needlessness::IdleDeny);
    judge_all(Needlessness::DeadAllow);
    judge_all(Needlessness::Redundant);
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      if (!piece->gone && !piece->dead) {
        judge_values(*piece);
      }
    }
    std::ranges::reverse(found_);
    std::ranges::stable_sort(found_, {}, [](const Needless& one) {
      return std::tuple(one.policy, one.statement, one.part, one.clause);
    });
    return std::move(found_);
  }

 private:
  PolicyId keep(const Statement& statement, policy::Version version) {
    Policy& policy = own_.emplace_back();
    policy.version = version;
    policy.statements = {statement};
    return prover_.keep(policy);
  }

  /// What is left, of one effect or of both, without one piece.
  std::vector<PolicyId> rest(const Piece& without, std::optional<Effect> effect) const {
    std::vector<PolicyId> ids;
    for (const Piece& piece : pieces_) {
      const bool counts = !effect || piece.statement.effect == *effect;
      if (!piece.gone && counts && &piece != &without) {
        ids.push_back(piece.id);
      }
    }
    return ids;
  }

  /// Whether this part of a piece changes nothing beside `others` (all that is left without it).
  bool adds_nothing(const Statement& part, const Piece& piece, std::vector<PolicyId> others) {
    if (part.effect == Effect::Allow) {
      Layered alone{.identity = rest(piece, Effect::Deny)};
      alone.identity.push_back(keep(part, piece.version));
      const std::size_t first = prover_.add(alone);
      return prover_.within(first, prover_.add(Layered{.identity = std::move(others)})).verdict ==
             Verdict::Yes;
    }
    return denies_nothing(part, piece, std::move(others));
  }

  /// Whether `others` allow nothing of what this Deny hits.
  bool denies_nothing(Statement part, const Piece& piece, std::vector<PolicyId> others) {
    part.effect = Effect::Allow;
    const Layered hit{.identity = std::move(others), .scp = {{keep(part, piece.version)}}};
    return prover_.allows_nothing(prover_.add(hit)).verdict == Verdict::Yes;
  }

  void judge_all(Needlessness why) {
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      if (!piece->gone && !piece->dead && is(*piece, why)) {
        (why == Needlessness::DeadAllow ? piece->dead : piece->gone) = true;
        found_.push_back({.why = why, .policy = piece->policy, .statement = piece->place});
      }
    }
  }

  bool is(const Piece& piece, Needlessness why) {
    const bool allow = piece.statement.effect == Effect::Allow;
    switch (why) {
      case Needlessness::IdleDeny:
        return !allow && denies_nothing(piece.statement, piece, rest(piece, Effect::Allow));
      case Needlessness::DeadAllow:
        return allow && adds_nothing(piece.statement, piece, {});
      case Needlessness::Redundant:
        return adds_nothing(piece.statement, piece, rest(piece, std::nullopt));
    }
    return false;
  }

  void judge_values(Piece& piece) {
    const std::vector<List> lists = lists_of(piece.statement);
    for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
      for (std::size_t i = texts_of(piece.statement, *list).size(); i-- > 0;) {
        judge_value(piece, *list, i);
      }
    }
  }

  void judge_value(Piece& piece, const List& list, std::size_t index) {
    if (texts_of(piece.statement, list).size() < 2) {
      return;
    }
    Statement without = piece.statement;
    std::vector<Text>& left = texts_of(without, list);
    const Text value = left[index];
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(index));
    Statement only = without;
    texts_of(only, list) = {value};
    const PolicyId shorter = keep(without, piece.version);
    std::vector<PolicyId> others = rest(piece, std::nullopt);
    others.push_back(shorter);
    if (adds_nothing(only, piece, std::move(others))) {
      found_.push_back(
          {Needlessness::Redundant, piece.policy, piece.place, list.part, list.clause, value});
      piece.statement = std::move(without);
      piece.id = shorter;
    }
  }

  std::deque<Policy> own_;
  Prover prover_;
  std::vector<Piece> pieces_;
  std::vector<Needless> found_;
};

}  // namespace

std::vector<Needless> needless(const Policies& policies, const Budget& budget) {
  return Pruning(policies, budget).all();
}

}  // namespace muster::prover
