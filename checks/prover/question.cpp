// Inclusion is one cover question per Allow box of the first document, and one per pair of such a
// box with a Deny box of the second.
#include "checks/prover/question.h"

#include <algorithm>

#include "checks/prover/cover.h"

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

class Question {
 public:
  Question(const Atoms& atoms, const Document& a, const Document& b, const Confirm& confirm,
           const Budget& budget)
      : atoms_(atoms),
        theory_(atoms, a, b, budget.glob_states),
        confirm_(confirm),
        cover_budget_{budget.cover_nodes, budget.cover_nodes * kLooksPerNode} {}

  /// Looks for a point of `box` outside of all of `by`. True when there is nothing more to ask: a
  /// witness was found, or the budget is spent.
  bool ask(const Box& box, const std::vector<const Box*>& by) {
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
    const std::optional<Request> request = read(outside);
    if (!request) {
      result_.open = "the search for a text reached its limit";
      return;
    }
    if (confirm_(*request)) {
      result_.witness = minimal(*request);
      return;
    }
    if (!result_.candidate) {
      result_.candidate = request;
    }
    result_.open = theory_.unreadable().empty() ? std::string(kUnconfirmed) : theory_.unreadable();
  }

  std::optional<Request> read(const std::vector<Demand>& outside) {
    Request request = any_request();
    for (const Demand& demand : outside) {
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

  void place(DimensionId dimension, const Value& value, Request& request) const {
    if (dimension >= kFirstKey) {
      request.context[atoms_.key_name(dimension)] = {value.values, value.multivalued};
      return;
    }
    (dimension == kAction     ? request.action
     : dimension == kResource ? request.resource
                              : request.principal) = value.values.front();
  }

  /// Leaves out keys until every one that is left is needed. One round is not enough: without one key
  /// another statement may allow the request, which needs fewer of the others.
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
  Theory theory_;
  const Confirm& confirm_;
  CoverBudget cover_budget_;
  Searched result_;
};

std::vector<const Box*> pointers(const std::vector<Box>& first, const std::vector<Box>& second) {
  std::vector<const Box*> all;
  for (const std::vector<Box>* boxes : {&first, &second}) {
    for (const Box& box : *boxes) {
      all.push_back(&box);
    }
  }
  return all;
}

Box both(const Box& a, const Box& b, const Atoms& atoms) {
  Box box = a;
  box.insert(box.end(), b.begin(), b.end());
  atoms.sort(box);
  return box;
}

}  // namespace

Searched search_outside(const Atoms& atoms, const Document& a, const Document& b,
                        const Confirm& confirm, const Budget& budget) {
  Question question(atoms, a, b, confirm, budget);
  const std::vector<const Box*> granted = pointers(a.denies, b.allows);
  const std::vector<const Box*> denied = pointers(a.denies, {});
  bool done = false;
  for (std::size_t i = 0; i < a.allows.size() && !done; ++i) {
    done = question.ask(a.allows[i], granted);
  }
  for (std::size_t d = 0; d < b.denies.size() && !done; ++d) {
    for (std::size_t i = 0; i < a.allows.size() && !done; ++i) {
      done = question.ask(both(a.allows[i], b.denies[d], atoms), denied);
    }
  }
  return question.result();
}

Searched search_common(const Atoms& atoms, const Document& a, const Document& b,
                       const Confirm& confirm, const Budget& budget) {
  Question question(atoms, a, b, confirm, budget);
  const std::vector<const Box*> denied = pointers(a.denies, b.denies);
  bool done = false;
  for (std::size_t i = 0; i < a.allows.size() && !done; ++i) {
    for (std::size_t k = 0; k < b.allows.size() && !done; ++k) {
      done = question.ask(both(a.allows[i], b.allows[k], atoms), denied);
    }
  }
  return question.result();
}

}  // namespace muster::prover
