// The inside of repair.h: who repairs the findings of which rule.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/workflow/repair_text.h"

namespace muster::workflow {

/// What a repairer works with.
struct RepairDesk {
  const AuditInput& input;
  std::map<std::string, FilePen, std::less<>> pens;
  /// The runs of each ordinary job, by its asset.
  std::map<std::string, const std::vector<const JobRun*>*, std::less<>> jobs;
  RepairPlan plan;

  [[nodiscard]] const FilePen& pen(const Workflow& workflow) const {
    return pens.at(workflow.source.path());
  }

  void repair(Outcome finding, std::string what, std::vector<FileChange> changes) {
    plan.repairs.push_back({{std::move(finding)}, std::move(what), std::move(changes)});
  }

  void leave(Outcome finding, std::string why) {
    plan.left.push_back({std::move(finding), std::move(why)});
  }
};

/// The runs of the job that the asset is, or whose step it is; null when there is none.
[[nodiscard]] const std::vector<const JobRun*>* runs_of(const RepairDesk& desk, const Asset& asset);

void repair_identity(const Outcome& finding, RepairDesk& desk);
void repair_permissions(const Outcome& finding, RepairDesk& desk);
void repair_concurrency(const Outcome& finding, RepairDesk& desk);
void repair_checkout(const Outcome& finding, RepairDesk& desk);
/// All findings of a job's scripts at once: those of one step share its `env`.
void repair_injections(const std::vector<Outcome>& findings, RepairDesk& desk);

}  // namespace muster::workflow
