#include "checks/core/settings.h"

#include <algorithm>
#include <cctype>

namespace muster {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// One step of a pattern.
struct PatternPart {
  enum class Kind { Letter, One, Run, Folders };
  Kind kind = Kind::Letter;
  char letter = 0;
};

std::vector<PatternPart> parts_of(std::string_view pattern) {
  std::vector<PatternPart> parts;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool begins = at == 0 || pattern[at - 1] == '/';
    if (begins && pattern.substr(at).starts_with("**/")) {
      parts.push_back({PatternPart::Kind::Folders, 0});
      at += 2;
    } else if (pattern[at] == '*') {
      parts.push_back({PatternPart::Kind::Run, 0});
    } else if (pattern[at] == '?') {
      parts.push_back({PatternPart::Kind::One, 0});
    } else {
      parts.push_back({PatternPart::Kind::Letter, pattern[at]});
    }
  }
  return parts;
}

/// The set of places in a pattern that a prefix of the text may have reached.
class Places {
 public:
  explicit Places(const std::vector<PatternPart>& parts)
      : parts_(parts), here_(parts.size() + 1, false) {
    here_[0] = true;
    skip(true);
  }

  void read(char c) {
    std::vector<bool> next(here_.size(), false);
    for (std::size_t at = 0; at < parts_.size(); ++at) {
      if (!here_[at]) {
        continue;
      }
      const PatternPart& part = parts_[at];
      const bool taken = part.kind == PatternPart::Kind::Letter ? part.letter == c
                         : part.kind == PatternPart::Kind::One  ? c != '/'
                                                                : false;
      next[at + 1] = next[at + 1] || taken;
      // Within folders every letter keeps the place; the way on opens behind a `/` alone.
      next[at] = next[at] || part.kind == PatternPart::Kind::Folders ||
                 (part.kind == PatternPart::Kind::Run && c != '/');
    }
    here_ = std::move(next);
    skip(c == '/');
  }

  [[nodiscard]] bool at_end() const { return here_.back(); }

 private:
  /// Runs may be empty, folders none at all, when a part of the text begins here.
  void skip(bool part_begins) {
    for (std::size_t at = 0; at < parts_.size(); ++at) {
      const bool may_be_empty = parts_[at].kind == PatternPart::Kind::Run ||
                                (parts_[at].kind == PatternPart::Kind::Folders && part_begins);
      here_[at + 1] = here_[at + 1] || (here_[at] && may_be_empty);
    }
  }

  const std::vector<PatternPart>& parts_;
  std::vector<bool> here_;
};

bool is_pattern(std::string_view ref) {
  return ref.find_first_of("*?[+!") != std::string_view::npos;
}

/// Whether every ref of a pattern of refs is one of a ruleset's. A single `*` is within what a `*`
/// of the ruleset takes; of all else that is not known.
std::optional<bool> takes_pattern(std::string_view pattern, std::string_view refs,
                                  std::string_view default_branch) {
  const bool plain = refs.find("**") == std::string_view::npos &&
                     refs.find_first_of("?[+!") == std::string_view::npos &&
                     pattern.find('?') == std::string_view::npos;
  const bool taken = plain && ruleset_matches(pattern, refs, default_branch).value_or(false);
  return taken ? std::optional(true) : std::nullopt;
}

/// Of both: `No` only when it is certain.
enum class Match { No, Yes, Maybe };

/// Whether the ruleset is about the ref. A pattern of refs is only within what names the same
/// pattern, or all.
Match covers(const Ruleset& ruleset, std::string_view ref, std::string_view default_branch) {
  if (!ruleset.known) {
    return Match::Maybe;
  }
  const auto any = [&](const std::vector<std::string>& patterns) {
    Match found = Match::No;
    for (const std::string& pattern : patterns) {
      if (pattern == "~ALL" || pattern == ref) {
        return Match::Yes;
      }
      const auto one = is_pattern(ref) ? takes_pattern(pattern, ref, default_branch)
                                       : ruleset_matches(pattern, ref, default_branch);
      if (one == true) {
        return Match::Yes;
      }
      found = one ? found : Match::Maybe;
    }
    return found;
  };
  const Match excluded = any(ruleset.exclude);
  const Match included = any(ruleset.include);
  return excluded == Match::Yes || included == Match::No   ? Match::No
         : excluded == Match::No && included == Match::Yes ? Match::Yes
                                                           : Match::Maybe;
}

/// What is right about a guard by one approval of anybody: workflows might give it.
RefAnswer with_approval(RefAnswer answer, bool by_one, const RepositorySettings& settings) {
  if (!by_one || answer.guard != RefGuard::Guarded || settings.actions_approve == false) {
    return answer;
  }
  if (settings.actions_approve) {
    answer.guard = RefGuard::Open;
    return answer;
  }
  constexpr std::string_view kNoApprovals = "workflows may not approve pull requests";
  answer.assumption += (answer.assumption.empty() ? "" : " and ") + std::string(kNoApprovals);
  return answer;
}

RefAnswer by_rulesets(const RepositorySettings& settings, std::string_view ref) {
  if (!settings.rulesets) {
    return {};
  }
  const bool tag = ref.starts_with("refs/tags/");
  RefAnswer best{RefGuard::Open, {}, settings.rulesets_where, {}};
  for (const Ruleset& ruleset : *settings.rulesets) {
    const bool stops =
        tag ? ruleset.creation && ruleset.update : ruleset.approvals > 0 || ruleset.update;
    if (ruleset.of_tags != tag || !ruleset.active || (ruleset.known && !stops) ||
        ruleset.writers_bypass.value_or(false)) {
      continue;
    }
    const Match match = covers(ruleset, ref, settings.default_branch);
    const RefAnswer answer = with_approval(
        {match == Match::Yes ? RefGuard::Guarded : RefGuard::Unknown,
         "ruleset `" + ruleset.name + "`", ruleset.where,
         ruleset.writers_bypass
             ? ""
             : "nobody who only has write access may bypass ruleset `" + ruleset.name + "`"},
        !tag && !ruleset.update && ruleset.approvals == 1 && !ruleset.owners_approve, settings);
    if (answer.guard == RefGuard::Guarded) {
      return answer;
    }
    if (match == Match::Maybe) {
      best = {RefGuard::Unknown, {}, {}, {}};
    }
  }
  return best;
}

/// By the protection that a branch has of its own.
RefAnswer by_protection(const RepositorySettings& settings, std::string_view branch) {
  if (!settings.branches) {
    return {};
  }
  for (const BranchSettings& one : *settings.branches) {
    if (one.name != branch) {
      continue;
    }
    const std::optional<bool> needs = one.is_protected ? one.needs_another : std::optional(false);
    return with_approval({!needs   ? RefGuard::Unknown
                          : *needs ? RefGuard::Guarded
                                   : RefGuard::Open,
                          "the protection of branch `" + one.name + "`",
                          one.where,
                          {}},
                         one.by_one_approval, settings);
  }
  return {};
}

RefAnswer guard_of_branch(const RepositorySettings& settings, std::string_view ref) {
  const RefAnswer ruled = by_rulesets(settings, ref);
  if (ruled.guard == RefGuard::Guarded) {
    return ruled;
  }
  RefAnswer own = by_protection(settings, ref.substr(std::string_view("refs/heads/").size()));
  if (own.guard == RefGuard::Open && ruled.guard != RefGuard::Open) {
    own.guard = RefGuard::Unknown;
  }
  return own;
}

}  // namespace

std::optional<bool> ruleset_matches(std::string_view pattern, std::string_view ref,
                                    std::string_view default_branch) {
  if (pattern == "~ALL") {
    return true;
  }
  if (pattern == "~DEFAULT_BRANCH") {
    return default_branch.empty()
               ? std::nullopt
               : std::optional(ref == "refs/heads/" + std::string(default_branch));
  }
  if (pattern.find_first_of("[]{}\\~") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<PatternPart> parts = parts_of(pattern);
  Places places(parts);
  for (const char c : ref) {
    places.read(c);
  }
  return places.at_end();
}

const EnvironmentSettings* RepositorySettings::environment(std::string_view wanted) const {
  if (!environments) {
    return nullptr;
  }
  const auto found =
      std::find_if(environments->begin(), environments->end(),
                   [&](const EnvironmentSettings& one) { return same_name(one.name, wanted); });
  return found == environments->end() ? nullptr : &*found;
}

RefAnswer RepositorySettings::guard_of(std::string_view ref) const {
  if (ref.starts_with("refs/tags/")) {
    return by_rulesets(*this, ref);
  }
  if (!ref.starts_with("refs/heads/")) {
    return {};
  }
  if (!is_pattern(ref)) {
    return guard_of_branch(*this, ref);
  }
  const RefAnswer ruled = by_rulesets(*this, ref);
  if (ruled.guard == RefGuard::Guarded || !branches) {
    return ruled.guard == RefGuard::Guarded ? ruled : RefAnswer{};
  }
  for (const BranchSettings& one : *branches) {
    const std::string full = "refs/heads/" + one.name;
    if (ruleset_matches(ref, full, default_branch) == true) {
      RefAnswer answer = guard_of_branch(*this, full);
      if (answer.guard == RefGuard::Open) {
        return answer;
      }
    }
  }
  return {};
}

}  // namespace muster
