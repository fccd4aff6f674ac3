// The part of `muster.yaml` whose keys come from the templates of capabilities, not from the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/intent.h"
#include "checks/core/result.h"
#include "checks/text/tree.h"

namespace muster {

/// `- ecr-push: {repository: shop}`: one capability per item, its parameters by name. Unknown names
/// and wrong types are `Usage` errors with their place; `path` is `roles.deploy.capabilities`.
[[nodiscard]] Status check_capabilities(const text::Node& list, const std::string& path);

/// `{StringEquals: {aws:RequestedRegion: eu-central-1}}`.
[[nodiscard]] Status check_clauses(const text::Node& conditions, const std::string& path);

/// REQUIRES: checked.
[[nodiscard]] std::vector<IntentCapability> read_capabilities(const text::Node& list);
[[nodiscard]] std::vector<IntentClause> read_clauses(const text::Node& conditions);

/// JSON Schema of one item of `capabilities`, as the members of an object.
[[nodiscard]] std::string capability_json_schema(const std::string& indent);

}  // namespace muster
