// The search: shape by shape, first the claims that stand alone, then the walk over the subject and
// what shares variables with it, then a concrete token that the evaluator confirms.
#include <algorithm>
#include <set>

#include "checks/oidc/confirm.h"
#include "checks/oidc/judge.h"
#include "checks/oidc/question.h"
#include "checks/oidc/readable.h"

namespace muster::oidc {
namespace {

/// One way a choice can turn out.
struct Option {
  TokenPart part;
  std::vector<std::pair<std::size_t, AtomValue>> atoms;
};

/// One way all choices of a shape turn out together.
struct Combination {
  std::vector<AtomValue> values;
  std::vector<const Option*> options;
};

/// The shortest ordinary words of a world.
Assignment plain_words(const World& world) {
  Assignment words;
  for (const Variable& variable : world.variables) {
    words.emplace_back(variable.kind == CharClass::SessionName ? 2 : 1, kFreshChar);
  }
  return words;
}

class Search {
 public:
  Search(const Question& question, std::size_t& budget)
      : question_(question), judge_(question), budget_(budget) {
    for (const Track* track : judge_.watch().tracks) {
      tracked_.insert(track->claim);
    }
  }

  Proof run() {
    auto surroundings = judge_.surroundings();
    if (!surroundings) {
      return Proof::undecided("too many combinations of condition keys outside the token");
    }
    surroundings_ = std::move(*surroundings);
    for (const Shape& shape : question_.shapes) {
      search(shape);
      if (witness_) {
        return Proof::yes(std::move(*witness_));
      }
    }
    return open_reason_.empty() ? Proof::no() : Proof::undecided(open_reason_);
  }

 private:
  void search(const Shape& shape) {
    std::vector<std::vector<Option>> options;
    for (const Choice& choice : shape.choices) {
      options.push_back(options_of(choice));
    }
    std::vector<Combination> combinations;
    const Machine machine(shape.main, judge_.watch());
    if (!combine(shape, machine, options, combinations) || combinations.empty()) {
      return;
    }
    const auto worth = [&](std::span<const AtomValue> values) {
      return std::any_of(combinations.begin(), combinations.end(), [&](Combination& c) {
        return goal(shape, machine, values, c) != Truth::No;
      });
    };
    const auto found = [&](std::span<const AtomValue> values, const Assignment& words) {
      return std::any_of(combinations.begin(), combinations.end(), [&](Combination& c) {
        const Truth truth = goal(shape, machine, values, c);
        return truth != Truth::No && settle(shape, words, c, truth);
      });
    };
    if (machine.walk(judge_.blank(), budget_, worth, found) == WalkEnd::Limit) {
      open_reason_ = "the search reached its limit of " +
                     std::to_string(question_.limits.configurations) + " configurations";
    }
  }

  Truth goal(const Shape& shape, const Machine& machine, std::span<const AtomValue> values,
             Combination& combination) const {
    for (const std::size_t atom : machine.atoms()) {
      combination.values[atom] = values[atom];
    }
    return judge_.goal(shape, combination.values, surroundings_);
  }

  [[nodiscard]] bool is_tracked(const World& world) const {
    return std::any_of(world.claims.begin(), world.claims.end(),
                       [&](const ClaimText& claim) { return tracked_.contains(claim.claim); });
  }

  /// One option per combination of answers to the patterns on the claims of the choice.
  std::vector<Option> options_of(const Choice& choice) {
    std::vector<Option> options;
    if (std::none_of(choice.begin(), choice.end(), [&](const World& w) { return is_tracked(w); })) {
      options.push_back({{&choice.front(), plain_words(choice.front())}, {}});
      return options;
    }
    std::set<std::vector<std::pair<std::size_t, AtomValue>>> seen;
    for (const World& world : choice) {
      const Machine machine(world, judge_.watch());
      const auto found = [&](std::span<const AtomValue> values, const Assignment& words) {
        Option option{{&world, words}, {}};
        for (const std::size_t atom : machine.atoms()) {
          option.atoms.emplace_back(atom, values[atom]);
        }
        if (seen.insert(option.atoms).second) {
          options.push_back(std::move(option));
        }
        return false;
      };
      const auto always = [](std::span<const AtomValue>) { return true; };
      if (machine.walk(judge_.blank(), budget_, always, found) == WalkEnd::Limit) {
        open_reason_ = "the search reached its limit of " +
                       std::to_string(question_.limits.configurations) + " configurations";
      }
    }
    return options;
  }

  /// The product of the options, without those that cannot reach the goal. False when it is too
  /// large.
  bool combine(const Shape& shape, const Machine& machine,
               const std::vector<std::vector<Option>>& options, std::vector<Combination>& out) {
    std::vector<AtomValue> unknown(judge_.watch().atoms.size(), AtomValue::Unknown);
    std::vector<Combination> all = {{judge_.blank(), {}}};
    for (const std::vector<Option>& choice : options) {
      std::vector<Combination> next;
      for (const Combination& so_far : all) {
        for (const Option& option : choice) {
          next.push_back(so_far);
          next.back().options.push_back(&option);
          for (const auto& [atom, value] : option.atoms) {
            next.back().values[atom] = value;
          }
        }
      }
      if (next.size() > question_.limits.combinations) {
        open_reason_ = "too many combinations of claims that stand alone";
        return false;
      }
      all = std::move(next);
    }
    for (Combination& combination : all) {
      if (goal(shape, machine, unknown, combination) != Truth::No) {
        out.push_back(std::move(combination));
      }
    }
    return true;
  }

  /// Makes a token of the words and has it confirmed. True ends the search.
  bool settle(const Shape& shape, const Assignment& words, const Combination& combination,
              Truth truth) {
    if (question_.goal == Goal::Refused && truth != Truth::Yes) {
      open_reason_ = kUnconfirmed;
      return false;
    }
    std::vector<TokenPart> token = {{&shape.main, words}};
    for (const Option* option : combination.options) {
      token.push_back(option->part);
    }
    const auto holds = [&](std::span<const TokenPart> candidate) {
      std::vector<AtomValue> values = judge_.values_of(candidate);
      return judge_.goal(shape, values, surroundings_) >= truth;
    };
    if (make_readable(token, holds)) {
      witness_ = confirmed(question_, token, surroundings_);
    }
    if (!witness_) {
      open_reason_ = kUnconfirmed;
      ++unconfirmed_;
    }
    return witness_.has_value() || unconfirmed_ >= kMostUnconfirmed;
  }

  static constexpr const char* kUnconfirmed =
      "a clause with a policy variable, or of a kind that is not compared as text, keeps this open";
  static constexpr std::size_t kMostUnconfirmed = 50;

  const Question& question_;
  Judge judge_;
  std::size_t& budget_;
  std::set<std::string> tracked_;
  std::vector<Surroundings> surroundings_;
  std::optional<Witness> witness_;
  std::string open_reason_;
  std::size_t unconfirmed_ = 0;
};

}  // namespace

Proof answer(const Question& question) {
  std::size_t budget = question.limits.configurations;
  return answer(question, budget);
}

Proof answer(const Question& question, std::size_t& budget) {
  return Search(question, budget).run();
}

}  // namespace muster::oidc
