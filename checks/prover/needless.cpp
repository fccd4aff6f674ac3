// Each statement is a policy of its own here, so that a question costs one statement, not all.
#include "checks/prover/needless.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <string_view>
#include <tuple>

#include "checks/policy/glob.h"
#include "checks/text/ascii.h"

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
struct Carved {
  StatementPlace place;
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

/// Whether one entry of `Action` may cover a part of another, by their plain beginnings alone. Only
/// a wildcard covers any part of a wildcard that counts.
bool may_cover(std::string_view other, std::string_view entry) {
  const bool wide = policy::has_wildcard(other);
  if (!wide && (policy::has_wildcard(entry) || other.size() != entry.size())) {
    return false;
  }
  const std::size_t length =
      std::min({other.find_first_of("*?"), entry.find_first_of("*?"), other.size(), entry.size()});
  return text::equals_ignoring_case(other.substr(0, length), entry.substr(0, length));
}

class Pruning {
 public:
  Pruning(const Policies& policies, const NeedlessOptions& options)
      : options_(options), prover_(options.budget), questions_(options.questions) {
    for (std::size_t p = 0; p < policies.size(); ++p) {
      for (std::size_t s = 0; s < policies[p].statements.size(); ++s) {
        Carved piece{{p, s}, policies[p].version, policies[p].statements[s]};
        piece.id = keep(piece.statement, piece.version);
        pieces_.push_back(std::move(piece));
      }
    }
  }

  NeedlessFound all() {
    // A Deny that kills an Allow does something, so dead statements go after the idle ones.
    if (!options_.beside_others) {
      judge_all(Needlessness::IdleDeny);
    }
    judge_all(Needlessness::DeadAllow);
    judge_all(Needlessness::Redundant);
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      if (!piece->gone && !piece->dead) {
        judge_values(*piece);
      }
    }
    NeedlessFound result;
    for (auto found = found_.rbegin(); found != found_.rend(); ++found) {
      explain(*found);
      result.list.push_back(std::move(found->needless));
    }
    std::ranges::stable_sort(result.list, {}, [](const Needless& one) {
      return std::tuple(one.place, one.part, one.clause);
    });
    result.undecided = undecided_;
    return result;
  }

 private:
  /// What was found, and the statement with nothing but that in it.
  struct Found {
    Needless needless;
    Statement only;
    const Carved* piece = nullptr;
  };

  PolicyId keep(const Statement& statement, policy::Version version) {
    Policy& policy = own_.emplace_back();
    policy.version = version;
    policy.statements = {statement};
    return prover_.keep(policy);
  }

  /// The statement as an Allow, so that what Denies cover can be asked.
  PolicyId keep_as_allow(Statement statement, policy::Version version) {
    statement.effect = Effect::Allow;
    return keep(statement, version);
  }

  /// What is left, of one effect or of both, without one piece.
  [[nodiscard]] std::vector<const Carved*> rest(const Carved* without,
                                                std::optional<Effect> effect) const {
    std::vector<const Carved*> left;
    for (const Carved& piece : pieces_) {
      const bool counts = !effect || piece.statement.effect == *effect;
      if (!piece.gone && counts && &piece != without) {
        left.push_back(&piece);
      }
    }
    return left;
  }

  static std::vector<PolicyId> ids(const std::vector<const Carved*>& pieces) {
    std::vector<PolicyId> all;
    for (const Carved* piece : pieces) {
      all.push_back(piece->id);
    }
    return all;
  }

  /// Asks, if that is still within the limits; what stays open is counted.
  template <class Ask>
  bool holds(const Ask& ask) {
    Verdict verdict = Verdict::Undecided;
    if (questions_ > 0) {
      --questions_;
      verdict = ask().verdict;
    }
    undecided_ += verdict == Verdict::Undecided ? 1 : 0;
    return verdict == Verdict::Yes;
  }

  /// Whether this part of a piece changes nothing beside `others` (all that is left without it).
  bool adds_nothing(const Statement& part, const Carved& piece, std::vector<PolicyId> others) {
    if (part.effect == Effect::Allow) {
      return holds([&] { return allowed_by(part, piece, std::move(others)); });
    }
    return options_.beside_others ? holds([&] { return denied_by(part, piece, others); })
                                  : denies_nothing(part, piece, std::move(others));
  }

  /// Whether all that this Allow and no Deny leaves is allowed by `others`.
  Answer allowed_by(const Statement& part, const Carved& piece, std::vector<PolicyId> others) {
    Layered alone{.identity = ids(rest(&piece, Effect::Deny))};
    alone.identity.push_back(keep(part, piece.version));
    const std::size_t first = prover_.add(alone);
    return prover_.within(first, prover_.add(Layered{.identity = std::move(others)}));
  }

  /// Whether all that this Deny hits is hit by the Denies of `others`.
  Answer denied_by(const Statement& part, const Carved& piece,
                   const std::vector<PolicyId>& others) {
    Layered covers;
    for (const PolicyId id : others) {
      const Policy& policy = own_.at(id);
      if (policy.statements.front().effect == Effect::Deny) {
        covers.identity.push_back(keep_as_allow(policy.statements.front(), policy.version));
      }
    }
    const std::size_t first =
        prover_.add(Layered{.identity = {keep_as_allow(part, piece.version)}});
    return prover_.within(first, prover_.add(covers));
  }

  /// Whether `others` allow nothing of what this Deny hits.
  bool denies_nothing(const Statement& part, const Carved& piece, std::vector<PolicyId> others) {
    return holds([&] {
      const Layered hit{.identity = std::move(others),
                        .scp = {{keep_as_allow(part, piece.version)}}};
      return prover_.allows_nothing(prover_.add(hit));
    });
  }

  void judge_all(Needlessness why) {
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      if (!piece->gone && !piece->dead && is(*piece, why)) {
        (why == Needlessness::DeadAllow ? piece->dead : piece->gone) = true;
        found_.push_back({{.why = why, .place = piece->place}, piece->statement, &*piece});
      }
    }
  }

  bool is(const Carved& piece, Needlessness why) {
    const bool allow = piece.statement.effect == Effect::Allow;
    switch (why) {
      case Needlessness::IdleDeny:
        return !allow && denies_nothing(piece.statement, piece, ids(rest(&piece, Effect::Allow)));
      case Needlessness::DeadAllow:
        return allow && adds_nothing(piece.statement, piece, {});
      case Needlessness::Redundant:
        return adds_nothing(piece.statement, piece, ids(rest(&piece, std::nullopt)));
    }
    return false;
  }

  void judge_values(Carved& piece) {
    const std::vector<List> lists = lists_of(piece.statement);
    for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
      for (std::size_t i = texts_of(piece.statement, *list).size(); i-- > 0;) {
        if (may_be_covered(piece, *list, i)) {
          judge_value(piece, *list, i);
        }
      }
    }
  }

  /// Most entries of `Action` share no action with any other entry; so much is seen cheaply.
  [[nodiscard]] bool may_be_covered(Carved& piece, const List& list, std::size_t index) const {
    const bool by_text = list.part == StatementPart::Action &&
                         (piece.statement.effect == Effect::Allow || options_.beside_others);
    if (!by_text) {
      return true;
    }
    const std::string& entry = texts_of(piece.statement, list)[index].value;
    return std::ranges::any_of(pieces_, [&](const Carved& other) {
      if (other.gone || !other.statement.actions) {
        return !other.gone;
      }
      const std::vector<Text>& texts = *other.statement.actions;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const bool itself = &other == &piece && i == index;
        if (!itself && may_cover(texts[i].value, entry)) {
          return true;
        }
      }
      return false;
    });
  }

  void judge_value(Carved& piece, const List& list, std::size_t index) {
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
    std::vector<PolicyId> others = ids(rest(&piece, std::nullopt));
    others.push_back(shorter);
    if (adds_nothing(only, piece, std::move(others))) {
      found_.push_back(
          {{Needlessness::Redundant, piece.place, list.part, list.clause, value}, only, &piece});
      piece.statement = std::move(without);
      piece.id = shorter;
    }
  }

  /// Which of the statements that stay make it needless: one of them, if one is enough; else those
  /// that are left when every one that is not needed is dropped.
  void explain(Found& found) {
    if (found.needless.why == Needlessness::IdleDeny) {
      return;
    }
    const bool allow = found.only.effect == Effect::Allow;
    if (allow && is_made_by(found, {})) {
      found.needless.why = Needlessness::DeadAllow;
    }
    const bool dead = found.needless.why == Needlessness::DeadAllow;
    if (dead && is_made_by(found, {})) {
      return;
    }
    const bool value = found.needless.part != StatementPart::All;
    std::vector<const Carved*> candidates =
        rest(value ? nullptr : found.piece, allow && !dead ? Effect::Allow : Effect::Deny);
    std::erase_if(candidates, [](const Carved* one) { return one->dead; });
    if (!is_made_by(found, candidates)) {
      found.needless.why = allow ? found.needless.why : Needlessness::IdleDeny;
      return;
    }
    const auto alone = std::ranges::find_if(
        candidates, [&](const Carved* one) { return is_made_by(found, {one}); });
    if (alone != candidates.end()) {
      candidates = {*alone};
    }
    for (std::size_t i = candidates.size(); i-- > 0 && candidates.size() > 1;) {
      std::vector<const Carved*> fewer = candidates;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (is_made_by(found, fewer)) {
        candidates = std::move(fewer);
      }
    }
    for (const Carved* piece : candidates) {
      found.needless.because.push_back(piece->place);
    }
  }

  /// Whether these statements are enough to make it needless.
  bool is_made_by(const Found& found, const std::vector<const Carved*>& by) {
    if (questions_ == 0) {
      return false;
    }
    --questions_;
    const Carved& piece = *found.piece;
    if (found.needless.why == Needlessness::DeadAllow) {
      Layered left{.identity = ids(by)};
      left.identity.push_back(keep(found.only, piece.version));
      return prover_.allows_nothing(prover_.add(left)).verdict == Verdict::Yes;
    }
    return (found.only.effect == Effect::Allow ? allowed_by(found.only, piece, ids(by))
                                               : denied_by(found.only, piece, ids(by)))
               .verdict == Verdict::Yes;
  }

  const NeedlessOptions& options_;
  /// By `PolicyId`.
  std::deque<Policy> own_;
  Prover prover_;
  std::size_t questions_;
  std::size_t undecided_ = 0;
  std::vector<Carved> pieces_;
  std::vector<Found> found_;
};

}  // namespace

NeedlessFound needless(const Policies& policies, const NeedlessOptions& options) {
  return Pruning(policies, options).all();
}

}  // namespace muster::prover
