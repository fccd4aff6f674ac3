// Inclusion is one cover question per Allow box of the first document, and one per pair of such a
// box with a Deny box of the second.
#include "checks/prover/question.h"

#include <algorithm>

#include "checks/prover/cover.h"
#include "checks/prover/ties.h"

namespace muster::prover {
namespace {

using policy::Request;

/// What a request is made of where the policies leave it open.
Request any_request() {
  Request request;
  request.principal = "arn:aws:iam::111122223333:user/example";
  request.action = "s3:GetObject";
  request.resource = "*";
  return request;
}

/// Looks at boxes and atoms in one question, for each step that one cover may take.
constexpr std::size_t kLooksPerNode = 100;

/// A look is a question to the theory, mostly one that was answered before: it takes as long as
/// about so many of the steps that the theory counts.
constexpr std::size_t kStepsPerLook = 16;

bool looks_at_caller(const Document& document) {
  return std::ranges::find(document.uses, kPrincipal, &KeyUse::dimension) != document.uses.end();
}

class Question {
 public:
  Question(const Context& context, const Document& a, const Document& b, const Confirm& confirm)
      : atoms_(context.atoms),
        reality_(context.reality),
        paired_(context.paired),
        looks_at_caller_(looks_at_caller(a) || looks_at_caller(b)),
        theory_(context.atoms, a, b, context.budget.glob_states, context.reality),
        confirm_(confirm),
        cover_budget_{context.budget.cover_nodes, context.budget.cover_nodes * kLooksPerNode},
        steps_(context.steps) {}

  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  ~Question() {
    if (steps_ != nullptr) {
      const std::size_t looks = cover_budget_.nodes * kLooksPerNode - cover_budget_.looks;
      *steps_ += looks * kStepsPerLook + theory_.spent();
    }
  }

  /// Looks for a point of `box` outside of all of `by`. True when there is nothing more to ask: a
  /// witness was found, or the budget is spent.
  bool ask(const Box& box, const Boxes& by) {
    const Covered covered = cover(box, by, atoms_, theory_, cover_budget_);
    if (covered.kind == Covered::Kind::Limit) {
      result_.open =
          "the search reached its limit of " + std::to_string(cover_budget_.nodes) + " steps";
    } else if (covered.kind == Covered::Kind::No) {
      take(covered.outside);
    }
    return result_.witness || spent();
  }

  Searched result() { return std::move(result_); }

 private:
  bool spent() {
    if (cover_budget_.looks > 0 && !theory_.exhausted()) {
      return false;
    }
    if (result_.open.empty()) {
      result_.open = "the search reached its limit";
    }
    return true;
  }

  void take(const std::vector<Demand>& outside) {
    if ((reality_ != nullptr && take(read(outside, true))) || paired_) {
      return;
    }
    const std::optional<Request> request = read(outside, false);
    if (!request) {
      result_.open = "the search for a text reached its limit";
      return;
    }
    if (take(request)) {
      return;
    }
    if (!result_.candidate) {
      result_.candidate = request;
    }
    result_.open = confirm_(*request)             ? std::string(kUnfit)
                   : theory_.unreadable().empty() ? std::string(kUnconfirmed)
                                                  : theory_.unreadable();
  }

  /// Whether the request is a witness.
  bool take(const std::optional<Request>& request) {
    if (!request || !confirm_(*request)) {
      return false;
    }
    Request shortest = minimal(*request);
    if (!looks_at_caller_) {
      shortest = with_own_caller(std::move(shortest));
    }
    if (fits(shortest)) {
      result_.witness = std::move(shortest);
    }
    return result_.witness.has_value();
  }

  /// `likely`: with a resource as the action has them.
  std::optional<Request> read(const std::vector<Demand>& outside, bool likely) {
    Request request = any_request();
    request.arn_mode = atoms_.arn_mode();
    const bool placed = likely && place_real(outside, request);
    if (paired_ && !placed) {
      return std::nullopt;
    }
    for (const Demand& demand : outside) {
      if (placed && demand.dimension <= kResource) {
        continue;
      }
      const std::optional<Value> value = theory_.find(demand);
      if (!value) {
        return std::nullopt;
      }
      if (!value->values.empty()) {
        place(demand.dimension, *value, request);
      }
    }
    return request;
  }

  /// An action that exists, on a resource that it can have. False: none of those in reach has one.
  bool place_real(const std::vector<Demand>& outside, Request& request) {
    const auto of = [&](DimensionId dimension) {
      const auto found = std::ranges::find(outside, dimension, &Demand::dimension);
      return found == outside.end() ? Demand{.dimension = dimension} : *found;
    };
    const Demand action = of(kAction);
    Reality::Pick pick = reality_->pick(reality_->actions(action.wanted, action.unwanted),
                                        theory_.resource_query(of(kResource)));
    if (pick.resource.empty()) {
      return false;
    }
    request.action = std::move(pick.action);
    request.resource = std::move(pick.resource);
    return true;
  }

  void place(DimensionId dimension, const Value& value, Request& request) const {
    if (dimension >= kFirstKey) {
      request.context[atoms_.key_name(dimension)] = {value.values, value.multivalued};
      return;
    }
    (dimension == kAction     ? request.action
     : dimension == kResource ? request.resource
                              : request.principal) = value.values.front();
  }

  /// Leaves out keys until every one that is left is needed. One round is not enough: without one
  /// key another statement may allow the request, which needs fewer of the others.
  Request minimal(Request request) const {
    for (bool shorter = true; shorter;) {
      shorter = false;
      const auto context = request.context;
      for (const auto& [key, value] : context) {
        request.context.erase(key);
        if (confirm_(request)) {
          shorter = true;
        } else {
          request.context[key] = value;
        }
      }
    }
    return request;
  }

  const Atoms& atoms_;
  Reality* reality_;
  bool paired_;
  bool looks_at_caller_;
  Theory theory_;
  const Confirm& confirm_;
  CoverBudget cover_budget_;
  std::size_t* steps_;
  Searched result_;
};

Boxes joined(const Boxes& first, const Boxes& second) {
  Boxes all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

/// Asks about what both boxes hold, for every pair that may share a request. The theory is built
/// for the first such pair: most questions have none.
void ask_pairs(std::optional<Question>& question, const Context& context, const Document& a,
               const Document& b, const Boxes& of_b, const Boxes& by, const Confirm& confirm) {
  for (const Box* second : of_b) {
    for (const Box* first : a.allows) {
      if (context.meetings.apart(*first, *second)) {
        continue;
      }
      if (!question) {
        question.emplace(context, a, b, confirm);
      }
      Box both = *first;
      both.insert(both.end(), second->begin(), second->end());
      context.atoms.sort(both);
      if (question->ask(both, by)) {
        return;
      }
    }
  }
}

}  // namespace

Searched search_outside(const Context& context, const Document& a, const Document& b,
                        const Confirm& confirm) {
  std::optional<Question> question(std::in_place, context, a, b, confirm);
  const Boxes granted = joined(a.denies, b.allows);
  bool done = false;
  for (std::size_t i = 0; i < a.allows.size() && !done; ++i) {
    done = question->ask(*a.allows[i], granted);
  }
  if (!done) {
    ask_pairs(question, context, a, b, b.denies, a.denies, confirm);
  }
  return question->result();
}

Searched search_common(const Context& context, const Document& a, const Document& b,
                       const Confirm& confirm) {
  std::optional<Question> question;
  ask_pairs(question, context, a, b, b.allows, joined(a.denies, b.denies), confirm);
  return question ? question->result() : Searched{};
}

}  // namespace muster::prover
