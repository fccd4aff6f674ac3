// Runs one glob as an automaton whose states are bits over the characters of the other.
#include "checks/lint/overlap.h"

#include <bit>
#include <cstdint>

namespace muster::lint {
namespace {

using States = std::uint64_t;

/// The glob whose places are the states; bit `i` = its first `i` characters are matched.
class Automaton {
 public:
  explicit Automaton(std::string_view glob) : glob_(glob) {
    for (std::size_t i = 0; i < glob.size(); ++i) {
      (glob[i] == '*' ? runs_ : steps_) |= States{1} << i;
    }
  }

  [[nodiscard]] States start() const { return closed(1); }

  [[nodiscard]] bool accepts(States states) const {
    return (states & States{1} << glob_.size()) != 0;
  }

  /// After one given character.
  [[nodiscard]] States after(States states, char c) const {
    States taken = 0;
    for (States left = states & steps_; left != 0; left &= left - 1) {
      const auto place = static_cast<std::size_t>(std::countr_zero(left));
      if (glob_[place] == c || glob_[place] == '?') {
        taken |= States{2} << place;
      }
    }
    return closed(taken | (states & runs_));
  }

  /// After one character, whichever.
  [[nodiscard]] States after_any(States states) const {
    return closed((states & steps_) << 1U | (states & runs_));
  }

  /// After any number of characters: every later place can be reached.
  [[nodiscard]] States after_run(States states) const {
    const States all = (States{2} << glob_.size()) - 1;
    return states == 0 ? 0 : all & ~((states & (~states + 1)) - 1);
  }

 private:
  /// A run may be empty.
  [[nodiscard]] States closed(States states) const {
    States next = states | (states & runs_) << 1U;
    while (next != states) {
      states = next;
      next = states | (states & runs_) << 1U;
    }
    return states;
  }

  std::string_view glob_;
  States runs_ = 0;
  States steps_ = 0;
};

}  // namespace

bool overlap(std::string_view pattern, std::string_view narrow) {
  constexpr std::size_t kMostStates = 63;
  if (narrow.size() >= kMostStates) {
    return true;
  }
  const Automaton automaton(narrow);
  States states = automaton.start();
  for (const char c : pattern) {
    states = c == '*'   ? automaton.after_run(states)
             : c == '?' ? automaton.after_any(states)
                        : automaton.after(states, c);
    if (states == 0) {
      return false;
    }
  }
  return automaton.accepts(states);
}

}  // namespace muster::lint
