// One arena of states; a state is a row of bits, one per place of each glob (policy/glob_set.h).
#include "checks/prover/walk.h"

#include <algorithm>
#include <numeric>

#include "checks/policy/glob_set.h"

namespace muster::prover {
namespace {

using policy::Bits;
using policy::GlobSet;
using policy::PatternMask;

/// Words of a state that counts as one.
constexpr std::size_t kOrdinaryWords = 8;
constexpr std::size_t kMostWords = 4096;

class Walk {
 public:
  Walk(const std::vector<const Glob*>& wanted, const std::vector<const Glob*>& unwanted) {
    for (const Glob* glob : wanted) {
      set_.add(pattern_of(*glob));
    }
    for (const Glob* glob : unwanted) {
      set_.add(pattern_of(*glob));
    }
    set_.seal();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      wanted_.push_back(set_.mask({i}));
    }
    std::vector<std::size_t> rest(unwanted.size());
    std::iota(rest.begin(), rest.end(), wanted.size());
    unwanted_ = set_.mask(rest);
  }

  [[nodiscard]] std::size_t words() const { return set_.words(); }

  Walked run(std::size_t& budget) {
    const std::size_t cost = kStateCost * (1 + words() / kOrdinaryWords);
    next_.assign(words(), 0);
    set_.start(next_.data());
    offer(0, 0);
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (accepts(at(node))) {
        return {text_of(node), false};
      }
      if (budget < cost) {
        budget = 0;
        return {std::nullopt, true};
      }
      budget -= cost;
      expand(node);
    }
    return {};
  }

 private:
  struct Node {
    std::uint32_t parent = 0;
    Char c = 0;
  };

  [[nodiscard]] const Bits* at(std::size_t node) const { return arena_.data() + node * words(); }

  [[nodiscard]] bool accepts(const Bits* state) const {
    return !policy::any_common(state, unwanted_.accept) &&
           std::ranges::all_of(wanted_, [&](const PatternMask& mask) {
             return policy::any_common(state, mask.accept);
           });
  }

  /// Every wanted glob may still match, and no unwanted one matches whatever follows.
  [[nodiscard]] bool hopeful(const Bits* state) const {
    return !policy::any_common(state, unwanted_.sure) &&
           std::ranges::all_of(wanted_, [&](const PatternMask& mask) {
             return policy::any_common(state, mask.body);
           });
  }

  /// The character that no glob names comes first, so that free parts are made of it.
  void expand(std::size_t node) {
    alphabet_.assign({policy::kFreshChar, U':'});
    set_.awaited(at(node), alphabet_);
    std::sort(alphabet_.begin() + 1, alphabet_.end());
    alphabet_.erase(std::unique(alphabet_.begin(), alphabet_.end()), alphabet_.end());
    for (const Char c : alphabet_) {
      set_.step(at(node), c, next_.data());
      if (hopeful(next_.data())) {
        offer(node, c);
      }
    }
  }

  /// Makes `next_` a node unless an equal one is there. Open addressing; an entry is a node + 1.
  void offer(std::size_t parent, Char c) {
    if (nodes_.size() * 2 >= table_.size()) {
      grow();
    }
    const std::size_t place = find(next_.data());
    if (table_[place] != 0) {
      return;
    }
    table_[place] = static_cast<std::uint32_t>(nodes_.size() + 1);
    arena_.insert(arena_.end(), next_.begin(), next_.end());
    nodes_.push_back({static_cast<std::uint32_t>(parent), c});
  }

  [[nodiscard]] std::size_t find(const Bits* state) const {
    Bits hash = 0x9E3779B97F4A7C15ULL;
    for (std::size_t w = 0; w < words(); ++w) {
      hash = (hash ^ state[w]) * 0xD6E8FEB86659FD93ULL;
      hash ^= hash >> 32U;
    }
    std::size_t place = hash & (table_.size() - 1);
    while (table_[place] != 0 && !std::equal(state, state + words(), at(table_[place] - 1))) {
      place = (place + 1) & (table_.size() - 1);
    }
    return place;
  }

  void grow() {
    table_.assign(table_.size() * 4, 0);
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      table_[find(at(node))] = static_cast<std::uint32_t>(node + 1);
    }
  }

  [[nodiscard]] Word text_of(std::size_t node) const {
    Word text;
    for (; node != 0; node = nodes_[node].parent) {
      text.push_back(nodes_[node].c);
    }
    std::ranges::reverse(text);
    return text;
  }

  GlobSet set_;
  std::vector<PatternMask> wanted_;
  PatternMask unwanted_;
  std::vector<Bits> next_;
  std::vector<Bits> arena_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(16, 0);
  std::vector<Char> alphabet_;
};

}  // namespace

Walked walk(const std::vector<const Glob*>& wanted, const std::vector<const Glob*>& unwanted,
            std::size_t& budget) {
  Walk search(wanted, unwanted);
  if (search.words() > kMostWords) {
    return {std::nullopt, true};
  }
  return search.run(budget);
}

}  // namespace muster::prover
