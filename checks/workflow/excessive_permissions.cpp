// A token that may write more than the job needs: everything, what the repository's settings give a
// job that outsiders start, or what a workflow's block gives to jobs that visibly never write.
#include <algorithm>
#include <map>
#include <optional>

#include "checks/workflow/shaped_table.h"
#include "checks/workflow/stake.h"
#include "checks/workflow/starts.h"
#include "checks/workflow/token_need.h"

namespace muster::workflow {
namespace {

using RunsOfJob = std::vector<const JobRun*>;

/// A block and the ordinary jobs whose tokens it makes.
struct PermissionBlock {
  const Workflow* workflow = nullptr;
  /// Null for the workflow's own.
  const Job* job = nullptr;
  std::vector<RunsOfJob> jobs;
};

/// The event by which an outsider starts one of the runs; null when none does.
const Trigger* outsider_start(const RunsOfJob& runs, const AuditInput& input) {
  for (const JobRun* run : runs) {
    for (const Start& start : starts_of(*run, input.intent(), input.model<Workflows>())) {
      if (start.by == Hand::Outsider) {
        return start.trigger;
      }
    }
  }
  return nullptr;
}

std::string job_list(const std::vector<RunsOfJob>& jobs) {
  std::string names = jobs.size() == 1 ? "job " : "jobs ";
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    names += (i == 0                 ? "`"
              : i + 1 == jobs.size() ? " and `"
                                     : ", `") +
             jobs[i].front()->job->id.value + "`";
  }
  return names;
}

/// Scopes other than `id-token` that a block gives.
std::string given_scopes(const Permissions& block) {
  std::string scopes;
  for (const auto& [scope, access] : block.scopes) {
    if (access == Access::Write && scope != "id-token") {
      scopes += (scopes.empty() ? "" : ", ") + scope;
    }
  }
  return scopes;
}

/// `write-all`.
void judge_write_all(const PermissionBlock& block, const Permissions& permissions,
                     const AuditInput& input, Outcomes& out) {
  const Trigger* outsider = nullptr;
  for (const RunsOfJob& runs : block.jobs) {
    const Trigger* found = outsider_start(runs, input);
    outsider = found != nullptr ? found : outsider;
  }
  const Asset asset =
      block.job != nullptr ? block.workflow->asset(*block.job) : block.workflow->asset();
  OutcomeDraft draft = out.fail(asset, permissions.where, text_witness("permissions", "write-all"));
  draft
      .arg("subject",
           block.job != nullptr ? "job `" + block.job->id.value + "`" : job_list(block.jobs))
      .arg("what", "write everything (`write-all`)")
      .anchor("permissions")
      .severity(outsider != nullptr ? Severity::High : Severity::Medium);
  if (outsider != nullptr) {
    draft.because("anyone who " + std::string(act_of(outsider->event.value)) + " starts it");
  }
}

/// A block of a workflow that several jobs share.
bool judge_shared(const PermissionBlock& block, const Permissions& permissions, Outcomes& out) {
  const std::string scopes = given_scopes(permissions);
  std::vector<RunsOfJob> idle;
  std::copy_if(block.jobs.begin(), block.jobs.end(), std::back_inserter(idle),
               [](const RunsOfJob& runs) { return never_writes(*runs.front()); });
  if (block.job != nullptr || scopes.empty() || block.jobs.size() < 2 || idle.empty()) {
    return false;
  }
  out.fail(block.workflow->asset(), permissions.where,
           {WitnessKind::Text, {{"permissions", {scopes}}, {"unused by", {job_list(idle)}}}})
      .arg("subject", job_list(idle))
      .arg("what",
           "write " + scopes + ", and no step of " + (idle.size() == 1 ? "it" : "them") + " does")
      .anchor("permissions")
      .severity(Severity::Low);
  return true;
}

void judge_block(const PermissionBlock& block, const AuditInput& input, Outcomes& out) {
  const Permissions& permissions =
      block.job != nullptr ? *block.job->permissions : *block.workflow->permissions;
  if (permissions.form == Permissions::Form::WriteAll) {
    judge_write_all(block, permissions, input, out);
  } else if (!judge_shared(block, permissions, out)) {
    out.pass(block.job != nullptr ? block.workflow->asset(*block.job) : block.workflow->asset(),
             permissions.where)
        .anchor("permissions");
  }
}

/// A job without any block: the settings of the repository decide. When they are not known, it may
/// write everything, which matters where outsiders start it.
void judge_default(const RunsOfJob& runs, const AuditInput& input, Outcomes& out) {
  const JobRun& run = *runs.front();
  const auto open = std::find_if(runs.begin(), runs.end(), [](const JobRun* one) {
    return token_permission(*one, "contents").answer == TokenPermission::Answer::Unknown &&
           one->entry != nullptr;
  });
  const Trigger* outsider = open != runs.end() ? outsider_start({*open}, input) : nullptr;
  const auto& settings = input.intent().settings;
  const std::optional<bool> writes = settings ? settings->tokens_write : std::nullopt;
  const bool is_open = open != runs.end() && writes.value_or(outsider != nullptr);
  if (!is_open) {
    out.pass(run.asset(), run.job->id.where);
    return;
  }
  const std::string event = outsider != nullptr ? outsider->event.value : "";
  Witness witness{WitnessKind::Text, {}};
  if (writes) {
    witness.fields.push_back({"default", {"write"}});
  }
  if (outsider != nullptr) {
    witness.fields.push_back({"event", {event}});
    witness.fields.push_back({"by", {"anyone who " + std::string(act_of(event))}});
  }
  OutcomeDraft draft = out.fail(run.asset(), run.job->id.where, std::move(witness));
  draft.arg("subject", "job `" + run.job->id.value + "`")
      .arg("what", writes
                       ? "write everything: it has no `permissions`, and that is what the settings "
                         "of the repository give it"
                       : "do whatever the settings of the repository give a job without "
                         "`permissions`")
      .severity(outsider == nullptr ? Severity::Low
                : writes            ? Severity::High
                                    : Severity::Medium);
  if (outsider != nullptr) {
    draft.because("anyone who " + std::string(act_of(event)) + " starts it")
        .related(outsider->event.where, "what outsiders start it by");
  }
  if (writes) {
    draft.related(settings->tokens_where, "the setting");
  }
}

/// Where the token of a run is made: the innermost block on the way from the event to the job. A
/// block outside may only take away from it.
std::optional<PermissionBlock> block_of_run(const JobRun& run) {
  const Callers levels = run.levels();
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (level->second->permissions) {
      return PermissionBlock{level->first, level->second, {}};
    }
    if (level->first->permissions) {
      return PermissionBlock{level->first, nullptr, {}};
    }
  }
  return std::nullopt;
}

void excessive_permissions(const AuditInput& input, Outcomes& out) {
  std::map<std::pair<std::string, std::string>, PermissionBlock> blocks;
  for (const RunsOfJob& runs : input.model<JobRuns>().by_job()) {
    bool has_all = true;
    for (const JobRun* run : runs) {
      auto block = block_of_run(*run);
      has_all = has_all && block;
      if (!block) {
        continue;
      }
      const std::string job = block->job != nullptr ? block->job->id.value : "";
      auto& known =
          blocks.emplace(std::pair(block->workflow->source.path(), job), *block).first->second;
      if (known.jobs.empty() || known.jobs.back() != runs) {
        known.jobs.push_back(runs);
      }
    }
    if (!has_all) {
      judge_default(runs, input, out);
    }
  }
  for (const auto& [key, block] : blocks) {
    judge_block(block, input, out);
  }
}

const Register kExcessivePermissionsCheck{
    "workflow-excessive-permissions", excessive_permissions, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
