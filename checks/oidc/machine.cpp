// The walk: plan (which piece moves which pattern states at which step), then breadth-first search
// with one arena.
#include "checks/oidc/machine.h"

#include <algorithm>
#include <cstring>

namespace muster::oidc {
namespace {

constexpr std::size_t kBits = 64;

void unite(const std::vector<Bits>& from, std::vector<Bits>& into) {
  for (std::size_t w = 0; w < from.size(); ++w) {
    into[w] |= from[w];
  }
}

}  // namespace

Machine::Machine(const World& world, const Watch& watch)
    : world_(world), watch_(watch), slot_of_track_(watch.tracks.size()) {
  for (std::size_t t = 0; t < watch.tracks.size(); ++t) {
    const Track& track = *watch.tracks[t];
    const ClaimText* claim = world.find(track.claim);
    if (claim != nullptr) {
      slot_of_track_[t] = slots_.size();
      slots_.push_back(
          {t, &track.globs, claim, stride_, 0, std::vector<Bits>(track.globs.words())});
      stride_ += track.globs.words();
    }
  }
  for (std::size_t a = 0; a < watch.atoms.size(); ++a) {
    const auto& atom = watch.atoms[a];
    if (atom.track && slot_of_track_[*atom.track]) {
      atoms_.push_back(a);
      Slot& slot = slots_[*slot_of_track_[*atom.track]];
      unite(atom.mask->accept, slot.final_places);
      unite(atom.mask->accept_maybe, slot.final_places);
    }
  }
  plan();
}

/// Variables in the order in which the claims mention them, the first claim first.
std::vector<std::size_t> Machine::reading_order() const {
  std::vector<std::size_t> order;
  const auto add = [&order](std::size_t variable) {
    if (std::find(order.begin(), order.end(), variable) == order.end()) {
      order.push_back(variable);
    }
  };
  for (const ClaimText& claim : world_.claims) {
    for (const Piece& piece : claim.pieces) {
      if (piece.variable) {
        add(*piece.variable);
      }
    }
  }
  for (std::size_t v = 0; v < world_.variables.size(); ++v) {
    add(v);
  }
  return order;
}

void Machine::plan() {
  const std::vector<std::size_t> order = reading_order();
  std::vector<std::size_t> step_of(order.size());
  for (std::size_t s = 0; s < order.size(); ++s) {
    steps_.push_back({order[s], {}, {}});
    step_of[order[s]] = s;
  }
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    plan_slot(slot, step_of);
  }
}

void Machine::plan_slot(std::size_t slot, const std::vector<std::size_t>& step_of) {
  Slot& state = slots_[slot];
  // Number of steps done when the slot has passed the pieces so far.
  std::size_t done = 0;
  const auto passes = [&]() -> std::vector<Pass>& {
    return done == 0 ? prologue_ : steps_[done - 1].passes;
  };
  for (const Piece& piece : state.claim->pieces) {
    if (!piece.variable) {
      passes().push_back({slot, &piece, kDirect});
      continue;
    }
    const std::size_t step = step_of[*piece.variable];
    if (step >= done) {
      steps_[step].feeds.push_back({slot, &piece, kDirect});
      done = step + 1;
      continue;
    }
    // The variable was read before the claim got here: keep what its word does to each place.
    const std::size_t rows = stride_;
    stride_ += state.globs->words() * state.globs->words() * kBits;
    steps_[step].feeds.push_back({slot, &piece, rows});
    passes().push_back({slot, &piece, rows});
  }
  state.finished = done;
}

/// One breadth-first search. Configurations live in one arena, `stride_` words each.
class Walk {
 public:
  Walk(const Machine& machine, std::vector<AtomValue>& values, std::size_t& budget,
       const Machine::Worth& worth, const Machine::Found& found)
      : m_(machine),
        values_(values),
        budget_(budget),
        worth_(worth),
        found_(found),
        next_(machine.stride_),
        table_(64, 0),
        cost_(1 + machine.stride_ / kOrdinaryStride) {}

  WalkEnd run() {
    start();
    for (std::size_t node = 0; node < nodes_.size() && end_ == WalkEnd::Exhausted; ++node) {
      if (nodes_[node].live && step_of(at(node)) < m_.steps_.size()) {
        expand(node);
      }
    }
    return end_;
  }

 private:
  struct Node {
    std::uint32_t parent = 0;
    /// The character that led here; 0 = the end of a variable.
    Char c = 0;
    bool live = true;
  };

  [[nodiscard]] const Bits* at(std::size_t node) const { return arena_.data() + node * m_.stride_; }

  static std::size_t step_of(const Bits* config) { return config[0] >> 8U; }

  static int class_state_of(const Bits* config) { return static_cast<int>(config[0] & 0xFFU); }

  static Bits header(std::size_t step, int class_state) {
    return (Bits{step} << 8U) | static_cast<Bits>(class_state);
  }

  void start() {
    std::fill(next_.begin(), next_.end(), 0);
    for (const Machine::Slot& slot : m_.slots_) {
      slot.globs->start(next_.data() + slot.offset);
    }
    pass_all(m_.prologue_);
    enter_step(0);
    offer(0, 0);
  }

  /// Puts `next_` before variable `step`.
  void enter_step(std::size_t step) {
    next_[0] = header(step, 0);
    for (const Machine::Slot& slot : m_.slots_) {
      if (slot.finished == step) {
        // Only the verdict of a finished claim matters.
        for (std::size_t w = 0; w < slot.final_places.size(); ++w) {
          next_[slot.offset + w] &= slot.final_places[w];
        }
      }
    }
    if (step == m_.steps_.size()) {
      return;
    }
    for (const Machine::Feed& feed : m_.steps_[step].feeds) {
      if (feed.rows != Machine::kDirect) {
        start_rows(feed);
      }
    }
  }

  [[nodiscard]] std::size_t places_of(std::size_t slot) const {
    return m_.slots_[slot].globs->words() * kBits;
  }

  void start_rows(const Machine::Feed& feed) {
    const std::size_t words = m_.slots_[feed.slot].globs->words();
    for (std::size_t place = 0; place < words * kBits; ++place) {
      next_[feed.rows + place * words + place / kBits] = Bits{1} << (place % kBits);
    }
  }

  void pass_all(const std::vector<Machine::Pass>& passes) {
    for (const Machine::Pass& pass : passes) {
      const Machine::Slot& slot = m_.slots_[pass.slot];
      Bits* state = next_.data() + slot.offset;
      if (pass.rows != Machine::kDirect) {
        apply_rows(pass, state);
        continue;
      }
      for (const Char c : pass.piece->text) {
        slot.globs->step(state, c, state);
      }
    }
  }

  /// The state behind a word that was read earlier: the union of what it does to each place of the
  /// state.
  void apply_rows(const Machine::Pass& pass, Bits* state) {
    const std::size_t words = m_.slots_[pass.slot].globs->words();
    std::vector<Bits> united(words, 0);
    for (std::size_t place = 0; place < words * kBits; ++place) {
      Bits* row = next_.data() + pass.rows + place * words;
      const bool in_state = (state[place / kBits] >> (place % kBits) & 1U) != 0;
      for (std::size_t w = 0; w < words; ++w) {
        united[w] |= in_state ? row[w] : 0;
        row[w] = 0;
      }
    }
    std::copy(united.begin(), united.end(), state);
  }

  void expand(std::size_t node) {
    const std::size_t step = step_of(at(node));
    const int class_state = class_state_of(at(node));
    const Variable& variable = m_.world_.variables[m_.steps_[step].variable];
    if (may_end(variable.kind, class_state)) {
      std::copy_n(at(node), m_.stride_, next_.begin());
      pass_all(m_.steps_[step].passes);
      enter_step(step + 1);
      offer(node, 0);
    }
    collect_alphabet(node, m_.steps_[step], variable);
    for (std::size_t i = 0; i < alphabet_.size() && end_ == WalkEnd::Exhausted; ++i) {
      const Char c = alphabet_[i];
      const int state = next_state(variable.kind, class_state, c);
      if (state >= 0) {
        std::copy_n(at(node), m_.stride_, next_.begin());
        next_[0] = header(step, state);
        feed_all(m_.steps_[step].feeds, c);
        offer(node, c);
      }
    }
  }

  /// Characters that make a difference here: the awaited literals, and one that no pattern names.
  void collect_alphabet(std::size_t node, const Machine::Step& step, const Variable& variable) {
    alphabet_.assign(1, kFreshChar);
    if (variable.fresh) {
      return;
    }
    for (const Machine::Feed& feed : step.feeds) {
      const Machine::Slot& slot = m_.slots_[feed.slot];
      if (feed.rows == Machine::kDirect) {
        slot.globs->awaited(at(node) + slot.offset, alphabet_);
      } else {
        const std::vector<Char>& all = slot.globs->literals();
        alphabet_.insert(alphabet_.end(), all.begin(), all.end());
      }
      if (feed.piece->colon_encoded && variable.kind == CharClass::Text) {
        alphabet_.push_back(U':');
      }
    }
    // The symbol for anything else comes first, so that free words are made of it.
    std::sort(alphabet_.begin() + 1, alphabet_.end());
    alphabet_.erase(std::unique(alphabet_.begin(), alphabet_.end()), alphabet_.end());
  }

  void feed_all(const std::vector<Machine::Feed>& feeds, Char c) {
    for (const Machine::Feed& feed : feeds) {
      const Machine::Slot& slot = m_.slots_[feed.slot];
      const bool encoded = feed.piece->colon_encoded && c == U':';
      const std::u32string_view text =
          encoded ? std::u32string_view(U"%3A") : std::u32string_view(&c, 1);
      const bool direct = feed.rows == Machine::kDirect;
      Bits* first = next_.data() + (direct ? slot.offset : feed.rows);
      const std::size_t rows = direct ? 1 : places_of(feed.slot);
      for (std::size_t r = 0; r < rows; ++r) {
        Bits* row = first + r * slot.globs->words();
        for (const Char x : text) {
          slot.globs->step(row, x, row);
        }
      }
    }
  }

  /// Makes `next_` a node if it is new and worth following.
  void offer(std::size_t parent, Char c) {
    if (end_ != WalkEnd::Exhausted || !insert()) {
      return;
    }
    if (budget_ < cost_) {
      budget_ = 0;
      end_ = WalkEnd::Limit;
      return;
    }
    budget_ -= cost_;
    nodes_.push_back({static_cast<std::uint32_t>(parent), c, true});
    const std::size_t step = step_of(next_.data());
    read_atoms(step);
    if (!worth_(values_)) {
      nodes_.back().live = false;
    } else if (step == m_.steps_.size() && found_(values_, words_of(nodes_.size() - 1))) {
      end_ = WalkEnd::Stopped;
    }
  }

  /// Adds `next_` to the arena unless an equal configuration is there. Open addressing; an entry is
  /// node number + 1.
  bool insert() {
    if (nodes_.size() * 2 >= table_.size()) {
      grow();
    }
    std::size_t place = hash(next_.data()) & (table_.size() - 1);
    while (table_[place] != 0) {
      if (std::equal(next_.begin(), next_.end(), at(table_[place] - 1))) {
        return false;
      }
      place = (place + 1) & (table_.size() - 1);
    }
    table_[place] = static_cast<std::uint32_t>(nodes_.size() + 1);
    arena_.insert(arena_.end(), next_.begin(), next_.end());
    return true;
  }

  void grow() {
    std::vector<std::uint32_t> wider(table_.size() * 4, 0);
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      std::size_t place = hash(at(node)) & (wider.size() - 1);
      while (wider[place] != 0) {
        place = (place + 1) & (wider.size() - 1);
      }
      wider[place] = static_cast<std::uint32_t>(node + 1);
    }
    table_ = std::move(wider);
  }

  [[nodiscard]] std::size_t hash(const Bits* config) const {
    Bits value = 0x9E3779B97F4A7C15ULL;
    for (std::size_t w = 0; w < m_.stride_; ++w) {
      value = (value ^ config[w]) * 0xD6E8FEB86659FD93ULL;
      value ^= value >> 32U;
    }
    return value;
  }

  void read_atoms(std::size_t step) {
    for (const std::size_t atom : m_.atoms_) {
      const auto& watched = m_.watch_.atoms[atom];
      const Machine::Slot& slot = m_.slots_[*m_.slot_of_track_[*watched.track]];
      const Bits* state = next_.data() + slot.offset;
      values_[atom] =
          slot.finished <= step ? verdict(state, *watched.mask) : outlook(state, *watched.mask);
    }
  }

  /// The atom on the beginning of a claim.
  static AtomValue outlook(const Bits* state, const PatternMask& mask) {
    if (policy::any_common(state, mask.sure)) {
      return AtomValue::Yes;
    }
    return policy::any_common(state, mask.body) ? AtomValue::Unknown : AtomValue::No;
  }

  [[nodiscard]] Assignment words_of(std::size_t node) const {
    Assignment words(m_.world_.variables.size());
    std::size_t step = m_.steps_.size();
    for (; node != 0; node = nodes_[node].parent) {
      if (nodes_[node].c == 0) {
        --step;
      } else {
        words[m_.steps_[step].variable].insert(0, 1, nodes_[node].c);
      }
    }
    return words;
  }

  /// Words of a configuration that counts as one. Larger ones take more memory and time.
  static constexpr std::size_t kOrdinaryStride = 64;

  const Machine& m_;
  std::vector<AtomValue>& values_;
  std::size_t& budget_;
  const Machine::Worth& worth_;
  const Machine::Found& found_;
  std::vector<Bits> next_;
  std::vector<std::uint32_t> table_;
  std::vector<Bits> arena_;
  std::vector<Node> nodes_;
  std::vector<Char> alphabet_;
  std::size_t cost_;
  WalkEnd end_ = WalkEnd::Exhausted;
};

WalkEnd Machine::walk(std::vector<AtomValue> values, std::size_t& budget, const Worth& worth,
                      const Found& found) const {
  return Walk(*this, values, budget, worth, found).run();
}

}  // namespace muster::oidc
