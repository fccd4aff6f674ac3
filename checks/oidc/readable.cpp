// Names for witnesses.
#include "checks/oidc/readable.h"

#include <algorithm>
#include <array>

namespace muster::oidc {
namespace {

using Names = std::vector<const char*>;

/// Words to try for a variable, best first.
const Names& names_for(const Variable& variable) {
  static const std::map<std::string, Names, std::less<>> kNames = {
      {"owner", {"mallory", "stranger", "outsider", "someone-else"}},
      {"repo", {"other", "sandbox", "another", "elsewhere"}},
      {"owner_id", {"9900666", "77001234", "5550001"}},
      {"repository_id", {"990000001", "660000002", "550000003"}},
      {"branch", {"topic", "feature-x", "some-branch"}},
      {"tag", {"v9.9.9", "some-tag", "x1"}},
      {"pull", {"7", "31", "4242"}},
      {"environment", {"other", "preview", "some-environment"}},
      {"workflow", {"other", "any workflow"}},
      {"actor", {"mallory", "casey"}},
      {"actor_id", {"9900667", "1234567"}},
      {"enterprise_id", {"5001", "777"}},
      {"workflow_owner", {"mallory", "stranger"}},
      {"workflow_repo", {"other", "sandbox"}},
      {"file", {"other", "anything"}},
      {"workflow_branch", {"topic", "feature-x"}},
      {"workflow_tag", {"v9.9.9", "some-tag"}},
      {"workflow_pull", {"7", "31"}},
      {"workflow_sha", {"0123456789abcdef0123456789abcdef01234567"}},
      {"audience", {"sts.amazonaws.com", "https://example.com/audience"}},
      {"tenant", {"mallory", "stranger"}},
      {"project", {"other", "sandbox", "99998888-7777-6666-5555-444433332222"}},
      {"workspace", {"other"}},
      {"commit", {"0123456789abcdef0123456789abcdef01234567"}}};
  static const Names kByClass[] = {{"other", "42", "99998888-7777-6666-5555-444433332222"}};
  const auto it = kNames.find(variable.name);
  return it == kNames.end() ? kByClass[0] : it->second;
}

std::u32string_view fill_characters(CharClass kind) {
  switch (kind) {
    case CharClass::Digits:
      return U"978654321";
    case CharClass::Hex:
    case CharClass::Uuid:
      return U"fedcba9876543210";
    case CharClass::Owner:
    case CharClass::Repository:
    case CharClass::Ref:
    case CharClass::FileStem:
    case CharClass::Actor:
    case CharClass::SessionName:
    case CharClass::Path:
    case CharClass::Label:
    case CharClass::Text:
      return U"xzqkvwjyXZQ0123456789abcdefghilmnoprstu";
  }
  return U"x";
}

Word filled_with(const Word& word, CharClass kind, std::size_t choice) {
  const std::u32string_view set = fill_characters(kind);
  Word out = word;
  std::replace(out.begin(), out.end(), kFreshChar, set[choice % set.size()]);
  return out;
}

using Holds = std::function<bool(std::span<const TokenPart>)>;

/// Whether the token still holds with this word; keeps it then.
bool try_word(std::vector<TokenPart>& token, std::size_t part, std::size_t variable,
              const Word& word, const Holds& holds) {
  if (!belongs(token[part].world->variables[variable].kind, word)) {
    return false;
  }
  Word before = std::exchange(token[part].words[variable], word);
  if (holds(token)) {
    return true;
  }
  token[part].words[variable] = std::move(before);
  return false;
}

/// `acme` + anything becomes `acme-evil` rather than `acmex`.
std::vector<Word> with_readable_run(const Word& word, const Variable& variable) {
  const std::size_t begin = word.find(kFreshChar);
  if (begin == Word::npos) {
    return {};
  }
  const std::size_t end = std::min(word.find_first_not_of(kFreshChar, begin), word.size());
  std::vector<Word> runs;
  if (begin > 0 && end == word.size()) {
    runs.emplace_back(U"-evil");
  } else if (begin == 0) {
    runs.emplace_back(U"evil-");
  }
  for (const char* name : names_for(variable)) {
    runs.push_back(decode(name));
  }
  std::vector<Word> out;
  for (const Word& run : runs) {
    const Word changed = word.substr(0, begin) + run + word.substr(end);
    out.push_back(filled_with(changed, variable.kind, 0));
  }
  return out;
}

void improve(std::vector<TokenPart>& token, std::size_t part, std::size_t variable,
             const Word& abstract, const Holds& holds) {
  const Variable& what = token[part].world->variables[variable];
  std::vector<Word> candidates;
  for (const char* name : names_for(what)) {
    candidates.push_back(decode(name));
  }
  if (what.kind == CharClass::Text && abstract.find(kFreshChar) == Word::npos) {
    // Text that a pattern dictates at one end only: `/shop@` reads better as `e/shop@1`.
    for (const Word& padded : {U"e" + abstract + U"1", U"e" + abstract, abstract + U"1"}) {
      candidates.push_back(padded);
    }
  }
  const std::vector<Word> runs = with_readable_run(abstract, what);
  candidates.insert(candidates.end(), runs.begin(), runs.end());
  for (const Word& candidate : candidates) {
    if (try_word(token, part, variable, candidate, holds)) {
      return;
    }
  }
}

bool all_belong(std::span<const TokenPart> token) {
  return std::all_of(token.begin(), token.end(), [](const TokenPart& part) {
    for (std::size_t v = 0; v < part.words.size(); ++v) {
      if (!belongs(part.world->variables[v].kind, part.words[v])) {
        return false;
      }
    }
    return true;
  });
}

}  // namespace

Word filled_word(const Word& word, CharClass kind) {
  return filled_with(word, kind, 0);
}

bool make_readable(std::vector<TokenPart>& token, const Holds& holds) {
  const std::vector<TokenPart> abstract = token;
  constexpr std::size_t kChoices = 40;
  bool concrete = false;
  for (std::size_t choice = 0; choice < kChoices && !concrete; ++choice) {
    for (std::size_t p = 0; p < token.size(); ++p) {
      for (std::size_t v = 0; v < token[p].words.size(); ++v) {
        token[p].words[v] =
            filled_with(abstract[p].words[v], token[p].world->variables[v].kind, choice);
      }
    }
    concrete = all_belong(token) && holds(token);
  }
  for (std::size_t p = 0; p < token.size() && concrete; ++p) {
    for (std::size_t v = 0; v < token[p].words.size(); ++v) {
      improve(token, p, v, abstract[p].words[v], holds);
    }
  }
  return concrete;
}

}  // namespace muster::oidc
