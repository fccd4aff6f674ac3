// Globs: symbolic matching, and the search for a text against every short text.
#include "checks/policy/glob.h"

#include <algorithm>
#include <random>

#include "checks/prover/symbols.h"
#include "checks/prover/text_search.h"
#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

const Glob* plain(std::string_view text, Atoms& atoms) {
  return value_glob(policy::OperatorKind::StringLike, text, policy::Version::V2012_10_17, atoms);
}

/// All texts over a, b and c up to this length.
std::vector<std::string> texts(std::size_t longest) {
  std::vector<std::string> all = {""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() < longest) {
      for (const char c : {'a', 'b', 'c'}) {
        all.push_back(all[i] + c);
      }
    }
  }
  return all;
}

std::string random_pattern(std::mt19937& random) {
  constexpr std::string_view kLetters = "aabb?**";
  std::string pattern;
  for (std::size_t length = random() % 6; length > 0; --length) {
    pattern += kLetters[random() % kLetters.size()];
  }
  return pattern;
}

/// Lists of patterns that a text must, and must not, match.
struct Lists {
  std::vector<std::vector<std::string>> wanted;
  std::vector<std::vector<std::string>> unwanted;

  [[nodiscard]] bool admits(const std::string& text) const {
    const auto matches = [&](const std::vector<std::string>& list) {
      return std::ranges::any_of(
          list, [&](const std::string& pattern) { return policy::glob_match(pattern, text); });
    };
    return std::ranges::all_of(wanted, matches) && std::ranges::none_of(unwanted, matches);
  }
};

Lists random_lists(std::mt19937& random) {
  Lists lists;
  for (auto* side : {&lists.wanted, &lists.unwanted}) {
    side->resize(random() % 3);
    for (auto& list : *side) {
      for (std::size_t count = 1 + random() % 3; count > 0; --count) {
        list.push_back(random_pattern(random));
      }
    }
  }
  return lists;
}

}  // namespace

TEST_CASE("one glob is proved to lie in another") {
  struct Row {
    std::string_view outer, inner;
    bool proved;
  };

  for (const Row& row : {
           Row{"*", "", true},
           Row{"a*", "ab*", true},
           Row{"a*", "*", false},
           Row{"*b", "a*b", true},
           Row{"*a*", "?a", true},
           Row{"?*", "a*", true},
           Row{"?*", "*", false},
           Row{"*?", "?*", true},
           Row{"a?c", "abc", true},
           Row{"a?c", "a*c", false},
           Row{"*${v}*", "x${v}", true},
           Row{"${v}", "${w}", false},
           Row{"${v}", "${V}", true},
           Row{"${v}*", "${v}/*", true},
           Row{"a${*}", "a*", false},
           Row{"a*", "a${*}", true},
       }) {
    CAPTURE(row.outer);
    CAPTURE(row.inner);
    Atoms atoms;
    CHECK(subsumes(*plain(row.outer, atoms), *plain(row.inner, atoms)) == row.proved);
  }
}

TEST_CASE("wildcards in the first five fields of an ARN stop at colons") {
  Atoms atoms;
  const auto version = policy::Version::V2012_10_17;
  const auto in = [&](std::string_view outer, std::string_view inner) {
    return subsumes(*resource_glob(outer, version, atoms), *resource_glob(inner, version, atoms));
  };
  CHECK(in("arn:aws:s3:*", "arn:aws:s3:a:1:x:y"));
  CHECK(in("arn:aws:s3:::*", "arn:aws:s3:::a:b"));
  CHECK_FALSE(in("arn:aws:s3:*:*:x", "arn:aws:s3:a:b:c:x"));
  CHECK_FALSE(in("arn:aws:s3:::*", "arn:aws:s3:*"));
  CHECK(in("*", "arn:aws:s3:*"));
}

TEST_CASE("the search for a text agrees with every short text") {
  constexpr int kRounds = 1500;
  const std::vector<std::string> all = texts(7);
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same rounds in every run
  for (int round = 0; round < kRounds; ++round) {
    const Lists lists = random_lists(random);
    Atoms atoms;
    std::deque<GlobUnion> unions;
    TextQuery query;
    const auto add = [&](const auto& from, std::vector<const GlobUnion*>& to) {
      for (const auto& list : from) {
        std::vector<const Glob*> globs;
        for (const std::string& pattern : list) {
          globs.push_back(plain(pattern, atoms));
        }
        to.push_back(&unions.emplace_back(std::move(globs)));
      }
    };
    add(lists.wanted, query.wanted);
    add(lists.unwanted, query.unwanted);
    std::size_t budget = 100'000;
    const Sat answer = satisfiable(query, budget);
    const auto text = find_text(query, budget);
    CAPTURE(round);
    REQUIRE(answer != Sat::Limit);
    REQUIRE(text.has_value() == (answer == Sat::Yes));
    if (text) {
      REQUIRE(lists.admits(policy::encode(*text)));
    } else {
      REQUIRE(std::ranges::none_of(
          all, [&](const std::string& candidate) { return lists.admits(candidate); }));
    }
  }
}
