// Account snapshots as test cases: reading, changing, asking.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checks/escalation/graph.h"

namespace muster::escalation::test {

using nlohmann::ordered_json;

/// One snapshot with its graph; keeps its address.
class Asked {
 public:
  explicit Asked(const ordered_json& snapshot);
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  [[nodiscard]] const Graph& graph() const { return *graph_; }

  [[nodiscard]] const AuditInput& input() const { return input_; }

  /// Null when there is none.
  [[nodiscard]] const iam::Principal* find(const std::string& arn) const;

 private:
  Facts facts_;
  Intent intent_;
  AuditInput input_;
  std::unique_ptr<Graph> graph_;
};

/// All snapshots of a folder, sorted by name; empty when it is not there.
[[nodiscard]] std::vector<ordered_json> snapshots(const std::string& folder);

/// `data/escalation` of the shared reference data (environment `MUSTER_SHARED`).
[[nodiscard]] std::string shared_snapshots();

/// The user or role with this ARN in the snapshot.
[[nodiscard]] ordered_json& entity(ordered_json& snapshot, const std::string& arn);

/// Every policy document that decides what the entity may do: inline, attached, of its groups.
[[nodiscard]] std::vector<ordered_json*> documents_of(ordered_json& snapshot,
                                                      const std::string& arn);

/// The Allow statements of these documents that name the action.
[[nodiscard]] std::vector<ordered_json*> statements_naming(
    const std::vector<ordered_json*>& documents, const std::string& action);

/// Adds an inline policy.
void add_policy(ordered_json& snapshot, const std::string& arn, const ordered_json& statement);

/// Sets a permissions boundary with one statement.
void set_boundary(ordered_json& snapshot, const std::string& arn, const ordered_json& statement);

}  // namespace muster::escalation::test
