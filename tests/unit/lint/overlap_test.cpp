// Overlap of globs against a search over short texts.
#include "checks/lint/overlap.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

/// All texts over `alphabet` of at most `longest` characters.
std::vector<std::string> texts(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> all{""};
  for (std::size_t begin = 0, length = 0; length < longest; ++length) {
    const std::size_t end = all.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const char c : alphabet) {
        all.push_back(all[i] + c);
      }
    }
    begin = end;
  }
  return all;
}

TEST_CASE("two globs overlap when some text matches both") {
  const std::vector<std::string> globs = texts("ab*?", 4);
  // A common text of two globs of four characters needs no more than the literals of both.
  const std::vector<std::string> candidates = texts("ab", 5);
  std::vector<std::vector<bool>> matches;
  for (const std::string& glob : globs) {
    auto& row = matches.emplace_back();
    for (const std::string& text : candidates) {
      row.push_back(policy::glob_match(glob, text, {}));
    }
  }
  int wrong = 0;
  for (std::size_t i = 0; i < globs.size(); ++i) {
    for (std::size_t j = 0; j < globs.size(); ++j) {
      bool common = false;
      for (std::size_t k = 0; k < candidates.size() && !common; ++k) {
        common = matches[i][k] && matches[j][k];
      }
      // A text that shows it may be longer than the candidates; the other way round is certain.
      wrong += common && !overlap(globs[i], globs[j]) ? 1 : 0;
      wrong += overlap(globs[i], globs[j]) != overlap(globs[j], globs[i]) ? 1 : 0;
      wrong += !common && overlap(globs[i], globs[j]) &&
                       globs[i].size() + globs[j].size() <= candidates.back().size()
                   ? 1
                   : 0;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a glob too long to run counts as overlapping") {
  CHECK(overlap("a", std::string(70, 'b')));
  CHECK_FALSE(overlap("a", std::string(60, 'b')));
}

}  // namespace
}  // namespace muster::lint
