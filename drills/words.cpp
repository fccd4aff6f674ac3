#include "drills/words.h"

#include <algorithm>

namespace muster::drills {

std::string filled(std::string_view text, Placeholders values) {
  std::string out;
  while (!text.empty()) {
    const auto* found = std::find_if(values.begin(), values.end(), [&](const auto& value) {
      return text.starts_with(value.first);
    });
    out += found == values.end() ? text.substr(0, 1) : found->second;
    text.remove_prefix(found == values.end() ? 1 : found->first.size());
  }
  return out;
}

std::vector<std::string> filled(const std::vector<std::string>& words, Placeholders values) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    out.push_back(filled(word, values));
  }
  return out;
}

bool holds(const std::vector<std::string>& words, std::string_view placeholder) {
  return std::ranges::any_of(
      words, [&](const std::string& word) { return word.find(placeholder) != std::string::npos; });
}

}  // namespace muster::drills
