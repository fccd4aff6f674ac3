// Is there a request that a stack of policies lets through? The caller picks what it may choose;
// what is open takes every value.
#pragma once

#include <vector>

#include "checks/escalation/keys.h"

namespace muster::escalation {

/// Statements that all searches about the policies of one principal may look at. Ordinary accounts
/// need less than a hundredth of it.
inline constexpr std::size_t kMostLooks = 1'000'000;

/// One search over any number of callers and resources. Bounded: a few thousand requests in all.
class Search {
 public:
  /// `looks`: statements that may still be looked at; reduced by what was used. Every search tries
  /// a few requests even if there are none left. Both outlive the search.
  Search(const policy::Stack& stack, std::size_t& looks);

  /// All requests with these keys; the rest of the request stands. Keeps the best answer so far.
  void run(policy::Request request, const std::vector<KeyChoices>& keys);

  [[nodiscard]] Verdict best() const { return best_.verdict; }

  /// Whether more runs can change nothing.
  [[nodiscard]] bool done() const { return best_.verdict == Verdict::Proven || exhausted(); }

  /// The best answer. Call it last.
  [[nodiscard]] Reply take();

 private:
  [[nodiscard]] bool exhausted() const;
  /// One choice of what the caller may choose, under all values of what is open.
  void weigh(policy::Request& request, const std::vector<const KeyChoices*>& open);
  void keep(Verdict verdict, const policy::Request& request, const policy::StackDecision& decision,
            std::string because);

  const policy::Stack& stack_;
  std::size_t looks_per_request_;
  std::size_t& looks_;
  Reply best_;
  int closest_ = -1;
  std::size_t tried_ = 0;
};

}  // namespace muster::escalation
