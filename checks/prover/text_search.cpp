// One glob of each wanted list is chosen; a choice that an unwanted glob swallows is dropped, one
// whose sample gets through settles the question, and only the rest is walked.
#include "checks/prover/text_search.h"

#include <algorithm>

#include "checks/prover/walk.h"

namespace muster::prover {
namespace {

using Chosen = std::vector<const Glob*>;

const GlobUnion& anything() {
  static const Glob kGlob = make_glob(Word(1, kRun), "*");
  static const GlobUnion kUnion({&kGlob});
  return kUnion;
}

/// Short lists first; among equals by content, so that the order of the policies does not show.
bool shorter(const GlobUnion* a, const GlobUnion* b) {
  if (a->globs().size() != b->globs().size()) {
    return a->globs().size() < b->globs().size();
  }
  return std::ranges::lexicographical_compare(
      a->globs(), b->globs(), [](const Glob* x, const Glob* y) { return x->symbols < y->symbols; });
}

/// Goes through the choices of one glob per wanted list, depth first.
class Choices {
 public:
  Choices(const TextQuery& query, std::size_t& budget)
      : query_(query), lists_(query.wanted), budget_(budget) {
    std::ranges::sort(lists_, shorter);
    // The last list is looked at only for choices that do not lie in it.
    if (query.domain != nullptr || lists_.empty()) {
      lists_.push_back(query.domain != nullptr ? query.domain : &anything());
    }
    next_.assign(lists_.size() + 1, 0);
    depth_of_.assign(lists_.size() + 1, 0);
  }

  /// The next choice; nothing when all were seen. A list that a chosen glob lies in adds none.
  const Chosen* next() {
    while (true) {
      if (level_ == lists_.size()) {
        const bool fresh = !at_leaf_;
        at_leaf_ = true;
        if (fresh) {
          return &chosen_;
        }
        if (!back()) {
          return nullptr;
        }
      }
      at_leaf_ = false;
      if (!forward() && !back()) {
        return nullptr;
      }
    }
  }

 private:
  /// Chooses at this level; false when nothing is left there.
  bool forward() {
    const GlobUnion& list = *lists_[level_];
    if (next_[level_] == 0 && std::ranges::any_of(chosen_, [&](const Glob* glob) {
          return list.covers(*glob, budget_);
        })) {
      next_[level_] = list.globs().size();
      return enter(nullptr);
    }
    while (next_[level_] < list.globs().size() && budget_ > 0) {
      --budget_;
      const Glob* glob = list.globs()[next_[level_]++];
      if (fits(*glob)) {
        return enter(glob);
      }
    }
    return false;
  }

  [[nodiscard]] bool fits(const Glob& glob) {
    return std::ranges::all_of(chosen_,
                               [&](const Glob* other) { return may_meet(glob, *other); }) &&
           std::ranges::none_of(query_.unwanted,
                                [&](const GlobUnion* list) { return list->covers(glob, budget_); });
  }

  bool enter(const Glob* glob) {
    depth_of_[level_] = chosen_.size();
    if (glob != nullptr) {
      chosen_.push_back(glob);
    }
    next_[++level_] = 0;
    return true;
  }

  bool back() {
    if (level_ == 0) {
      return false;
    }
    --level_;
    chosen_.resize(depth_of_[level_]);
    return true;
  }

  const TextQuery& query_;
  std::vector<const GlobUnion*> lists_;
  std::size_t& budget_;
  std::vector<std::size_t> next_;
  /// Number of chosen globs before each level.
  std::vector<std::size_t> depth_of_;
  Chosen chosen_;
  std::size_t level_ = 0;
  bool at_leaf_ = false;
};

/// Whether all chosen globs may match the text and no unwanted one does.
bool admits(const TextQuery& query, const Chosen& chosen, std::u32string_view text) {
  return std::ranges::all_of(chosen, [&](const Glob* glob) { return may_match(*glob, text); }) &&
         std::ranges::none_of(query.unwanted,
                              [&](const GlobUnion* list) { return list->matches(text); });
}

/// The unwanted globs that may meet all of the chosen ones.
std::vector<const Glob*> relevant(const TextQuery& query, const Chosen& chosen) {
  std::vector<const Glob*> globs;
  for (const GlobUnion* list : query.unwanted) {
    for (const Glob* glob : list->globs()) {
      if (!glob->has_variable &&
          std::ranges::all_of(chosen, [&](const Glob* other) { return may_meet(*glob, *other); })) {
        globs.push_back(glob);
      }
    }
  }
  return globs;
}

/// A simple text of the choice, with every run empty or one character long.
std::optional<Word> sampled(const TextQuery& query, const Chosen& chosen) {
  for (const std::u32string_view run :
       {std::u32string_view(), std::u32string_view(&policy::kFreshChar, 1)}) {
    for (auto glob = chosen.rbegin(); glob != chosen.rend(); ++glob) {
      if (Word text = sample(**glob, run); admits(query, chosen, text)) {
        return text;
      }
    }
  }
  return std::nullopt;
}

/// Among many unwanted globs a shortest text is not worth a walk if there is a simple one.
std::optional<Word> short_text(const TextQuery& query, const Chosen& chosen, std::size_t& budget) {
  constexpr std::size_t kFew = 64;
  const std::vector<const Glob*> unwanted = relevant(query, chosen);
  if (unwanted.size() > kFew) {
    if (auto text = sampled(query, chosen)) {
      return text;
    }
  }
  Walked walked = walk(chosen, unwanted, budget);
  return walked.limit ? sampled(query, chosen) : std::move(walked.text);
}

/// The text with the symbol for "any other character" replaced by a real one.
Word concrete(const TextQuery& query, const Chosen& chosen, const Word& text) {
  constexpr std::u32string_view kPleasant = U"xa1y2-_";
  constexpr Char kFirstForeign = 0x101;
  const auto replaced = [&](Char c) {
    Word out = text;
    std::ranges::replace(out, policy::kFreshChar, c);
    return out;
  };
  for (const Char c : kPleasant) {
    Word out = replaced(c);
    if (admits(query, chosen, out)) {
      return out;
    }
  }
  // No policy names all foreign letters, so this ends.
  Char c = kFirstForeign;
  while (!admits(query, chosen, replaced(c))) {
    ++c;
  }
  return replaced(c);
}

/// Whether a choice may hold a text that is written in a policy.
bool names_texts(const TextQuery& query) {
  const auto names_one = [](const GlobUnion* list) {
    return std::ranges::any_of(list->globs(), [](const Glob* glob) { return glob->literal; });
  };
  return std::ranges::any_of(query.wanted, names_one) ||
         (query.domain != nullptr && names_one(query.domain));
}

/// A text of the choice that is written in a policy.
const Glob* written_text(const TextQuery& query, const Chosen& chosen) {
  const auto found = std::ranges::find_if(chosen, [&](const Glob* glob) {
    return glob->literal && admits(query, chosen, glob->symbols);
  });
  return found == chosen.end() ? nullptr : *found;
}

}  // namespace

bool admits(const TextQuery& query, std::u32string_view text) {
  const auto may_be_in = [&](const GlobUnion* list) {
    return std::ranges::any_of(list->globs(),
                               [&](const Glob* glob) { return may_match(*glob, text); });
  };
  return std::ranges::all_of(query.wanted, may_be_in) &&
         (query.domain == nullptr || may_be_in(query.domain)) &&
         std::ranges::none_of(query.unwanted,
                              [&](const GlobUnion* list) { return list->matches(text); });
}

Sat satisfiable(const TextQuery& query, std::size_t& budget) {
  bool limit = false;
  Choices choices(query, budget);
  for (const Chosen* chosen = choices.next(); chosen != nullptr; chosen = choices.next()) {
    if (sampled(query, *chosen)) {
      return Sat::Yes;
    }
    if (std::ranges::any_of(*chosen, &Glob::literal)) {
      continue;
    }
    const Walked walked = walk(*chosen, relevant(query, *chosen), budget);
    if (walked.text) {
      return Sat::Yes;
    }
    limit = limit || walked.limit;
  }
  return limit || budget == 0 ? Sat::Limit : Sat::No;
}

std::optional<Word> find_text(const TextQuery& query, std::size_t& budget) {
  std::optional<Word> best;
  const bool some_written = names_texts(query);
  Choices choices(query, budget);
  for (const Chosen* chosen = choices.next(); chosen != nullptr; chosen = choices.next()) {
    if (const Glob* written = written_text(query, *chosen)) {
      return written->symbols;
    }
    if (best || std::ranges::any_of(*chosen, &Glob::literal)) {
      continue;
    }
    best = short_text(query, *chosen, budget);
    if (best) {
      best = concrete(query, *chosen, *best);
      if (!some_written) {
        return best;
      }
    }
  }
  return best;
}

}  // namespace muster::prover
