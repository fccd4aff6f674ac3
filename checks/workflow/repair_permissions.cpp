// `permissions` of jobs: what a job's token is needed for is written down when every step is read.
#include <algorithm>

#include "checks/workflow/repairs.h"
#include "checks/workflow/token_need.h"

namespace muster::workflow {
namespace {

std::vector<NewEntry> entries_of(const TokenNeed& need) {
  std::vector<NewEntry> entries;
  if (need.asks_for_identity) {
    entries.push_back(plain_entry("id-token", "write"));
  }
  if (need.reads_contents) {
    entries.push_back(plain_entry("contents", "read"));
  }
  return entries;
}

std::string block_in_words(const std::vector<NewEntry>& entries) {
  std::string words;
  for (const NewEntry& entry : entries) {
    words += (words.empty() ? "`" : ", ") + entry.key + ": " + entry.text;
  }
  return words.empty() ? "`permissions: {}`" : "`permissions` with " + words + "`";
}

const char* word_of(Access access) {
  return access == Access::Write ? "write" : access == Access::Read ? "read" : "none";
}

/// A block of a job that says what the workflow's block says, and `id-token: write`.
std::vector<NewEntry> copied_entries(const Permissions& block) {
  std::vector<NewEntry> entries{plain_entry("id-token", "write")};
  for (const auto& [scope, access] : block.scopes) {
    if (scope != "id-token") {
      entries.push_back(plain_entry(scope, word_of(access)));
    }
  }
  return entries;
}

/// The job's first key that stands where all jobs have one: new keys go in front of it.
std::string_view body_key(const Job& job) {
  return job.calls_workflow() ? "uses" : "steps";
}

/// `id-token: write` in a block that is there.
Status grant_in_block(const FilePen& pen, const text::Node& owner,
                      const std::vector<std::string>& path, FileChange& change) {
  const auto block = owner.find("permissions");
  if (!block || !block->is(text::Type::Mapping)) {
    return no_repair(
        "`permissions` is one word there, beside which `id-token: write` cannot stand: "
        "write out the scopes that the job needs");
  }
  std::vector<std::string> inside = path;
  inside.emplace_back("permissions");
  if (block->find("id-token")) {
    return no_repair("the file says `id-token: none`, which somebody decided");
  }
  return pen.add_entry(*block, inside, plain_entry("id-token", "write"), change);
}

/// Lets one level (the job, or a job that calls its workflow) have OIDC tokens.
Status grant_identity(const FilePen& pen, const Workflow& workflow, const Job& job,
                      FileChange& change) {
  change.source = workflow.source;
  if (job.permissions) {
    return grant_in_block(pen, node_of(workflow, job), path_of(job), change);
  }
  if (workflow.jobs.size() == 1) {
    return grant_in_block(pen, workflow.tree->root(), {}, change);
  }
  if (workflow.permissions->form != Permissions::Form::Map) {
    return no_repair(
        "the workflow's `permissions` is one word: write out the scopes that the job "
        "needs");
  }
  return pen.add_mapping(node_of(workflow, job), path_of(job), body_key(job), "permissions",
                         copied_entries(*workflow.permissions), change);
}

/// The changes that let this run have OIDC tokens.
Status identity_changes(const JobRun& run, const RepairDesk& desk,
                        std::vector<FileChange>& changes) {
  for (const auto& [workflow, job] : run.levels()) {
    const Permissions* block = workflow->block_of(*job);
    if (block != nullptr && block->of("id-token") != Access::Write) {
      FileChange change;
      MUSTER_CHECK_OK(grant_identity(desk.pen(*workflow), *workflow, *job, change));
      changes.push_back(std::move(change));
    }
  }
  return Done{};
}

/// A job for which nothing says anything: all that it needs has to be said.
Status write_needs(const JobRun& run, const RepairDesk& desk, std::vector<NewEntry>& entries,
                   std::vector<FileChange>& changes) {
  const TokenNeed need = token_need(run);
  if (!need.known) {
    return no_repair("a `permissions` block takes away all that it does not name, and " +
                     need.because);
  }
  if (!run.callers.empty() && need.asks_for_identity) {
    return no_repair("what the calling jobs need is for you to say");
  }
  entries = entries_of(need);
  FileChange change;
  change.source = run.workflow->source;
  MUSTER_CHECK_OK(desk.pen(*run.workflow)
                      .add_mapping(node_of(*run.workflow, *run.job), path_of(*run.job), "steps",
                                   "permissions", entries, change));
  changes.push_back(std::move(change));
  return Done{};
}

bool has_block(const JobRun& run) {
  const Callers levels = run.levels();
  return std::any_of(levels.begin(), levels.end(), [](const auto& level) {
    return level.first->block_of(*level.second) != nullptr;
  });
}

/// What all ordinary jobs below a block need, or why that is not known.
Status needs_below(const RepairDesk& desk, const Workflow& workflow, const Job* job,
                   TokenNeed& all) {
  for (const Job& one : workflow.jobs) {
    if ((job != nullptr && job != &one) || (job == nullptr && one.permissions)) {
      continue;
    }
    const auto runs = desk.jobs.find(workflow.asset(one).id);
    if (runs == desk.jobs.end()) {
      return no_repair("what the workflow called by job `" + one.id.value +
                       "` needs is for you to say");
    }
    const TokenNeed need = token_need(*runs->second->front());
    if (!need.known) {
      return no_repair(need.because);
    }
    all.reads_contents = all.reads_contents || need.reads_contents;
    all.asks_for_identity = all.asks_for_identity || need.asks_for_identity;
  }
  return Done{};
}

/// `write-all` becomes what the jobs need.
Status narrow_block(const RepairDesk& desk, const Workflow& workflow, const Job* job,
                    std::vector<NewEntry>& entries, FileChange& change) {
  TokenNeed need;
  MUSTER_CHECK_OK(needs_below(desk, workflow, job, need));
  entries = entries_of(need);
  change.source = workflow.source;
  const auto node = job != nullptr ? node_of(workflow, *job) : workflow.tree->root();
  return desk.pen(workflow).replace_by_mapping(
      node, job != nullptr ? path_of(*job) : std::vector<std::string>(), "permissions", entries,
      change);
}

void repair_write_all(const Outcome& finding, RepairDesk& desk) {
  const Workflow* workflow = desk.input.model<Workflows>().find(finding.where.source.path());
  const Job* job = nullptr;
  for (const Job& one : workflow->jobs) {
    job = workflow->asset(one) == finding.asset ? &one : job;
  }
  std::vector<NewEntry> entries;
  FileChange change;
  const Status done = narrow_block(desk, *workflow, job, entries, change);
  if (done) {
    desk.repair(finding, "replaces `write-all` by " + block_in_words(entries), {std::move(change)});
  } else {
    desk.leave(finding, done.error().message);
  }
}

bool is_write_all(const Outcome& finding) {
  const auto& fields = finding.witness.fields;
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return field.values == std::vector<std::string>{"write-all"};
  });
}

}  // namespace

void repair_identity(const Outcome& finding, RepairDesk& desk) {
  const auto* runs = runs_of(desk, finding.asset);
  std::vector<FileChange> changes;
  std::vector<NewEntry> entries;
  Status done =
      runs == nullptr ? Status(no_repair("the job is not found in the file")) : Status(Done{});
  for (std::size_t i = 0; runs != nullptr && done && i < runs->size(); ++i) {
    const JobRun& run = *(*runs)[i];
    if (token_permission(run).answer != TokenPermission::Answer::Denied) {
      continue;
    }
    done = has_block(run) ? identity_changes(run, desk, changes)
                          : write_needs(run, desk, entries, changes);
  }
  if (done && !changes.empty()) {
    desk.repair(
        finding,
        entries.empty()
            ? "adds `id-token: write` for job `" + runs->front()->job->id.value + "`"
            : "adds " + block_in_words(entries) + " to job `" + runs->front()->job->id.value + "`",
        std::move(changes));
  } else {
    desk.leave(finding,
               done ? "the blocks around the job leave nothing to add to" : done.error().message);
  }
}

void repair_permissions(const Outcome& finding, RepairDesk& desk) {
  const auto* runs = runs_of(desk, finding.asset);
  if (is_write_all(finding)) {
    repair_write_all(finding, desk);
    return;
  }
  if (runs == nullptr || finding.anchor == "permissions") {
    desk.leave(finding, "which of the jobs need these scopes is for you to say");
    return;
  }
  std::vector<NewEntry> entries;
  std::vector<FileChange> changes;
  const Status done = write_needs(*runs->front(), desk, entries, changes);
  if (done) {
    desk.repair(
        finding,
        "adds " + block_in_words(entries) + " to job `" + runs->front()->job->id.value + "`",
        std::move(changes));
  } else {
    desk.leave(finding, done.error().message);
  }
}

}  // namespace muster::workflow
