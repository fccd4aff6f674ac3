// GitHub's answers about repositories, as `muster collect github` writes them or as somebody saved
// them, read into settings. Pure. The form: docs/github-facts.md.
#pragma once

#include <string_view>
#include <vector>

#include "checks/core/facts.h"
#include "checks/core/settings.h"
#include "checks/text/tree.h"

namespace muster::settings {

/// Whether the root of a JSON text is such an answer: one with a member `muster`, or environments
/// with their rules.
[[nodiscard]] bool is_answer(const text::Node& root);

/// Whether a text has the words of one; for what cannot be parsed.
[[nodiscard]] bool names_answer(std::string_view bytes);

struct Read {
  /// By name. What no document tells is absent.
  std::vector<RepositorySettings> repositories;
  /// Documents that are not what they say, or that contradict each other.
  std::vector<NotCovered> not_covered;
};

/// Reads the documents of kind `GithubSettings`; the others are passed over.
[[nodiscard]] Read read_settings(const std::vector<Document>& documents);

}  // namespace muster::settings
