// The loops over the bytes.
#include "checks/text/ascii.h"

#include <algorithm>

namespace muster::text {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = lower(c);
  }
  return result;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool one_of(std::string_view word, std::span<const std::string> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

namespace {

template <class Parts>
bool any_inside(std::string_view text, const Parts& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

}  // namespace

bool contains_any(std::string_view text, std::span<const std::string_view> parts) {
  return any_inside(text, parts);
}

bool contains_any(std::string_view text, std::span<const std::string> parts) {
  return any_inside(text, parts);
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return any_inside(text, parts);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    const std::string_view piece = trim(text.substr(at, end - at));
    if (!piece.empty()) {
      pieces.push_back(piece);
    }
    at = end + 1;
  }
  return pieces;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) {
    return std::string(text);
  }
  const auto goes_on = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (most > 0 && goes_on(most)) {
    --most;
  }
  return std::string(text.substr(0, most)) + "…";
}

std::string joined(std::span<const std::string> words, std::string_view between) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text.append(i == 0 ? std::string_view() : between).append(words[i]);
  }
  return text;
}

}  // namespace muster::text
