// Placeholders in the words of commands.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::drills {

using Placeholders = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The text with each placeholder replaced; what was put in is not looked at again.
[[nodiscard]] std::string filled(std::string_view text, Placeholders values);

/// All words of a command, filled.
[[nodiscard]] std::vector<std::string> filled(const std::vector<std::string>& words,
                                              Placeholders values);

/// Whether a word of the command holds the placeholder.
[[nodiscard]] bool holds(const std::vector<std::string>& words, std::string_view placeholder);

}  // namespace muster::drills
