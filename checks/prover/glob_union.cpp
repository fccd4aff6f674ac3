// Long lists (two thousand actions) are looked up by the plain beginnings of their globs.
#include "checks/prover/glob_union.h"

#include <algorithm>

namespace muster::prover {
namespace {

constexpr std::size_t kShortList = 8;

}  // namespace

GlobUnion::GlobUnion(std::vector<const Glob*> globs) : globs_(std::move(globs)) {
  const auto less = [](const Glob* a, const Glob* b) { return a->symbols < b->symbols; };
  const auto same = [](const Glob* a, const Glob* b) { return a->symbols == b->symbols; };
  std::ranges::sort(globs_, less);
  globs_.erase(std::unique(globs_.begin(), globs_.end(), same), globs_.end());
  universal_ = std::ranges::any_of(globs_, &Glob::universal);
  if (globs_.size() <= kShortList) {
    return;
  }
  for (const Glob* glob : globs_) {
    by_prefix_[glob->prefix_text()].push_back(glob);
    lengths_.push_back(glob->prefix);
  }
  std::ranges::sort(lengths_);
  lengths_.erase(std::unique(lengths_.begin(), lengths_.end()), lengths_.end());
}

template <class Test>
bool GlobUnion::any_by_prefix(std::u32string_view prefix, const Test& test) const {
  if (lengths_.empty()) {
    return std::ranges::any_of(globs_, [&](const Glob* glob) { return test(*glob); });
  }
  for (const std::size_t length : lengths_) {
    if (length > prefix.size()) {
      return false;
    }
    const auto found = by_prefix_.find(prefix.substr(0, length));
    if (found != by_prefix_.end() &&
        std::ranges::any_of(found->second, [&](const Glob* glob) { return test(*glob); })) {
      return true;
    }
  }
  return false;
}

bool GlobUnion::covers(const Glob& inner, std::size_t& budget) const {
  return universal_ || any_by_prefix(inner.prefix_text(), [&](const Glob& glob) {
           budget -= std::min(budget, kCompareCost);
           return subsumes(glob, inner);
         });
}

bool GlobUnion::matches(std::u32string_view text) const {
  return universal_ || any_by_prefix(text, [&](const Glob& glob) { return subsumes(glob, text); });
}

}  // namespace muster::prover
