// Names are compared word by word, so that `api` does not match `rapid`.
#include "app/init_match.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"

namespace muster::app {
namespace {

using Words = std::vector<std::string>;

/// Words that say what a file is, not whose.
bool is_generic(const std::string& word) {
  static constexpr std::array<std::string_view, 14> kWords = {
      "trust", "trusts",      "assume",   "role",   "roles", "policy", "policies",
      "iam",   "permissions", "document", "inline", "json",  "aws",    "permission"};
  return text::one_of(word, kWords);
}

Words words_of(std::string_view text) {
  Words words(1);
  char before = ' ';
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool letter = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter || (upper && before >= 'a' && before <= 'z')) {
      words.emplace_back();
    }
    if (letter) {
      words.back() += text::lower(c);
    }
    before = c;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty() || is_generic(word); });
  return words;
}

NameFit fit(const Words& file, const Words& role) {
  if (file.empty() || role.empty()) {
    return NameFit::None;
  }
  if (file == role) {
    return NameFit::Equal;
  }
  if (std::search(file.begin(), file.end(), role.begin(), role.end()) != file.end()) {
    return NameFit::Contains;
  }
  const bool begins =
      file.size() < role.size() && std::equal(file.begin(), file.end(), role.begin());
  const bool ends =
      file.size() < role.size() && std::equal(file.rbegin(), file.rend(), role.rbegin());
  return begins || ends ? NameFit::Part : NameFit::None;
}

/// The only best partner of one side; nothing when there is none or a tie.
template <class Score>
std::optional<std::size_t> only_best(std::size_t count, Score score) {
  std::optional<std::size_t> best;
  bool tie = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (score(i) == NameFit::None) {
      continue;
    }
    tie = best && score(i) == score(*best) ? true : tie;
    if (!best || score(i) > score(*best)) {
      best = i;
      tie = false;
    }
  }
  return tie ? std::nullopt : best;
}

}  // namespace

std::vector<std::string> telling_words(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? path : path.substr(slash + 1);
  Words words = words_of(file.substr(0, file.rfind('.')));
  if (words.empty() && slash != std::string_view::npos) {
    const std::string_view folder = path.substr(0, slash);
    words = words_of(
        folder.substr(folder.rfind('/') == std::string_view::npos ? 0 : folder.rfind('/') + 1));
  }
  return words;
}

NameFit name_fit(std::string_view path, std::string_view role) {
  return fit(telling_words(path), words_of(role));
}

std::vector<Match> mutual_matches(const std::vector<std::string>& files,
                                  const std::vector<std::string>& roles) {
  std::vector<Match> matches;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const auto role =
        only_best(roles.size(), [&](std::size_t r) { return name_fit(files[f], roles[r]); });
    if (!role) {
      continue;
    }
    const auto file =
        only_best(files.size(), [&](std::size_t i) { return name_fit(files[i], roles[*role]); });
    if (file == f) {
      matches.push_back({f, *role, name_fit(files[f], roles[*role])});
    }
  }
  return matches;
}

}  // namespace muster::app
