// The choices of a world in the order in which they came up; the next world turns the last true one
// round.
#include "checks/workflow/assumptions.h"

#include <algorithm>

namespace muster::workflow {
namespace {

constexpr std::size_t kMostWorlds = 512;

}  // namespace

bool Assumptions::ask(const std::string& key, const std::string& scope, const ConditionPart& part) {
  const auto [known, is_new] = by_key_.try_emplace(key, choices_.size());
  if (!is_new) {
    return choices_[known->second].value;
  }
  const std::string name = part.name.empty() ? "" : scope + part.name;
  const auto same = name.empty() ? by_name_.end() : by_name_.find(name);
  if (same != by_name_.end() && choices_[same->second].literal != part.literal) {
    by_key_.erase(known);
    return false;
  }
  if (!name.empty()) {
    by_name_.try_emplace(name, choices_.size());
  }
  choices_.push_back({key, name, part.literal, part.text, true});
  return true;
}

/// The last choice is no longer true.
void Assumptions::release_name() {
  const auto held = by_name_.find(choices_.back().name);
  if (held != by_name_.end() && held->second + 1 == choices_.size()) {
    by_name_.erase(held);
  }
}

bool Assumptions::next() {
  while (!choices_.empty() && !choices_.back().value) {
    by_key_.erase(choices_.back().key);
    choices_.pop_back();
  }
  if (choices_.empty()) {
    return false;
  }
  release_name();
  choices_.back().value = false;
  gave_up_ = ++worlds_ >= kMostWorlds;
  return !gave_up_;
}

bool Assumptions::takes_as_empty(std::string_view output) const {
  return std::any_of(choices_.begin(), choices_.end(), [&](const Choice& choice) {
    const bool compared = choice.literal.empty() && choice.name.ends_with(output);
    return choice.value ? compared : choice.text == output;
  });
}

std::vector<std::string> Assumptions::in_words() const {
  std::vector<std::string> words;
  for (const Choice& choice : choices_) {
    words.push_back((choice.value ? "" : "not ") + choice.text);
  }
  return words;
}

}  // namespace muster::workflow
