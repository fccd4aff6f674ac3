// Small readers for the parts of a workflow file: each checks the shape and reports the place.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "checks/workflow/model.h"

namespace muster::workflow {

[[nodiscard]] Error invalid(const text::Node& node, std::string message);

/// ``cannot read `permissions`: expected a mapping, found a list``
[[nodiscard]] Error unexpected(const text::Node& node, std::string_view what,
                               std::string_view expected);

/// Refuses keys that are not in `known`, with the nearest known one. `what` names the mapping: `job
/// deploy`.
[[nodiscard]] Status known_keys(const text::Node& mapping, std::string_view what,
                                std::span<const std::string_view> known);

[[nodiscard]] inline Status known_keys(const text::Node& mapping, std::string_view what,
                                       std::initializer_list<std::string_view> known) {
  return known_keys(mapping, what, std::span(known.begin(), known.size()));
}

/// A scalar of any type as text; null counts as empty text.
[[nodiscard]] Result<Text> read_text(const text::Node& node, std::string_view what);

/// The text under `key`, if the key is there.
[[nodiscard]] Result<std::optional<Text>> optional_text(const text::Node& mapping,
                                                        std::string_view key);

/// A scalar or a list of scalars.
[[nodiscard]] Result<std::vector<Text>> read_texts(const text::Node& node, std::string_view what);

/// The list under `key`; empty if the key is not there or null.
[[nodiscard]] Result<std::vector<Text>> optional_texts(const text::Node& mapping,
                                                       std::string_view key);

/// A mapping of names to scalars; an expression in place of the mapping gives no entries.
[[nodiscard]] Result<std::vector<Entry>> optional_entries(const text::Node& mapping,
                                                          std::string_view key);

[[nodiscard]] Result<std::optional<Permissions>> optional_permissions(const text::Node& mapping);
[[nodiscard]] Result<std::optional<Concurrency>> optional_concurrency(const text::Node& mapping);
/// `defaults.run.<key>`.
[[nodiscard]] Result<std::optional<Text>> optional_default(const text::Node& mapping,
                                                           std::string_view key);

/// Reads `steps:`.
[[nodiscard]] Result<std::vector<Step>> read_steps(const text::Node& node);
/// Reads one entry of `jobs:`.
[[nodiscard]] Result<Job> read_job(const text::Node& key, const text::Node& node);
/// Reads `on:` into the workflow's triggers and inputs.
[[nodiscard]] Status read_triggers(const text::Node& node, Workflow& workflow);

}  // namespace muster::workflow
