// Helpers that the files of the parser share. Not for use outside checks/policy.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"
#include "checks/text/tree.h"

namespace muster::policy {

/// An `Invalid` error at the node.
[[nodiscard]] Error invalid(const text::Node& at, std::string message);

/// The type of a node with its article, for messages: `a string`, `an object`, `null`.
[[nodiscard]] std::string kind_of(const text::Node& node);

/// Value and place of a scalar node.
[[nodiscard]] Text text_of(const text::Node& node);

/// Checks that every key of the mapping is one of `known`. A case variant or a misspelling is an
/// error at the key that names the right spelling; `owner` says whose keys they are (`policy`,
/// `statement`, `principal`).
[[nodiscard]] Status check_keys(const text::Node& mapping, std::span<const std::string_view> known,
                                std::string_view owner);

/// The key node of the entry called `name`; nothing if it is absent.
[[nodiscard]] std::optional<text::Node> key_of(const text::Node& mapping, std::string_view name);

/// A string; anything else is an error that names the element.
[[nodiscard]] Result<Text> read_string(const text::Node& node, std::string_view element);

/// `"x"` or `["x", "y"]`; anything else is an error that names the element.
[[nodiscard]] Result<std::vector<Text>> read_strings(const text::Node& node,
                                                     std::string_view element);

/// The value of `Principal` or `NotPrincipal`.
[[nodiscard]] Result<std::vector<Principal>> read_principals(const text::Node& node,
                                                             std::string_view element);

/// The value of `Condition`.
[[nodiscard]] Result<std::vector<Condition>> read_conditions(const text::Node& node);

/// One entry of `Statement`.
[[nodiscard]] Result<Statement> read_statement(const text::Node& node, std::size_t index,
                                               PolicyType type);

}  // namespace muster::policy
