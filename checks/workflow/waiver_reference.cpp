// A comment `# muster: waiver W-014` tells readers that a finding was accepted. It accepts nothing
// itself, so it must point at an entry of the reviewed file that holds today and speaks about what
// stands there.
#include <algorithm>
#include <set>

#include "checks/core/rule.h"
#include "checks/core/run.h"
#include "checks/policy/glob.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/workflow/model.h"
#include "checks/workflow/waivers.h"

namespace muster::workflow {
namespace {

/// With what a comment for muster begins.
constexpr std::string_view kSign = "muster:";

/// A comment that names a waiver.
struct WaiverReference {
  std::string id;
  SourceRef where;
};

/// `muster: waiver W-014, W-015 because …`: the ids; one empty id when there is none.
std::vector<std::string> waiver_ids(const std::string& comment) {
  std::string_view rest = text::trim(comment);
  if (!rest.starts_with(kSign)) {
    return {};
  }
  rest = text::trim(rest.substr(kSign.size()));
  constexpr std::string_view kWord = "waiver";
  const bool said = text::lower(rest.substr(0, kWord.size())) == kWord &&
                    (rest.size() == kWord.size() || rest[kWord.size()] == ' ' ||
                     rest[kWord.size()] == ':' || rest[kWord.size()] == '\t');
  if (!said) {
    return {};
  }
  rest.remove_prefix(std::min(kWord.size() + 1, rest.size()));
  std::vector<std::string> ids;
  bool more = true;
  while (more) {
    rest = text::trim(rest);
    const std::size_t end = std::min(rest.find_first_of(", \t"), rest.size());
    ids.emplace_back(rest.substr(0, end));
    rest = text::trim(rest.substr(end));
    more = rest.starts_with(',');
    rest.remove_prefix(more ? 1 : 0);
  }
  return ids;
}

/// The job in which the line stands; null between and above the jobs.
const Job* job_at(const Workflow& workflow, std::uint32_t line) {
  for (const Job& job : workflow.jobs) {
    if (job.where.span.line <= line && line < job.where.span.end_line + 1) {
      return &job;
    }
  }
  return nullptr;
}

/// The ids of all assets that a comment there can be about.
std::vector<std::string> assets_at(const Workflow& workflow, const Job* job) {
  std::vector<std::string> ids{workflow.asset().id};
  for (const Job& one : workflow.jobs) {
    if (job != nullptr && job != &one) {
      continue;
    }
    ids.push_back(workflow.asset(one).id);
    for (const Step& step : one.steps) {
      ids.push_back(workflow.asset(one, step).id);
      for (const Step& inner : step.parallel) {
        ids.push_back(workflow.asset(one, inner).id);
      }
    }
  }
  return ids;
}

std::string shown_day(std::chrono::sys_days day) {
  return to_utc(TimePoint(day)).substr(0, 10);
}

/// Whether a rule about workflows is among those that the waiver is for.
bool is_for_workflows(const Waiver& waiver) {
  return std::any_of(all_rules().begin(), all_rules().end(), [&](const Rule& rule) {
    return rule.area == "workflow" &&
           (policy::glob_match(waiver.rule, rule.id, policy::Wildcards{}) ||
            text::one_of(waiver.rule, rule.aliases));
  });
}

/// What is wrong with the entry itself at this time; empty for one that holds.
std::string entry_problem(const Waiver& waiver, TimePoint now) {
  if (!waiver.problem.empty()) {
    return "the entry does not count: " + waiver.problem;
  }
  if (now < TimePoint(waiver.created)) {
    return "the entry holds from " + shown_day(waiver.created) + " on";
  }
  if (now >= TimePoint(waiver.expires + std::chrono::days{1})) {
    return "the entry ended on " + shown_day(waiver.expires);
  }
  return "";
}

/// What keeps the entry from being about this place.
std::string match_problem(const Waiver& waiver, const Workflow& workflow, const Job* job) {
  if (!is_for_workflows(waiver)) {
    return "the entry is for rule `" + waiver.rule + "`, which says nothing about workflows";
  }
  const std::vector<std::string> assets = assets_at(workflow, job);
  const bool fits = waiver.asset.empty() ||
                    std::any_of(assets.begin(), assets.end(), [&](const std::string& asset) {
                      return policy::glob_match(waiver.asset, asset, policy::Wildcards{});
                    });
  return fits ? ""
              : "the entry is for `" + waiver.asset + "`, which is nothing in " +
                    (job != nullptr ? "job `" + job->id.value + "`" : "this workflow");
}

/// Why the reference does not stand; empty when it does.
std::string reference_problem(const WaiverReference& reference, const Workflow& workflow,
                              const Job* job, const AuditInput& input) {
  const auto& waivers = input.model<Waivers>();
  if (reference.id.empty()) {
    return "the comment names no entry";
  }
  if (!waivers.has_file()) {
    return "there is no `" + std::string(kWaiverFile) + "`";
  }
  const Waiver* waiver = waivers.find(reference.id);
  if (waiver == nullptr) {
    std::vector<std::string_view> ids;
    for (const Waiver& one : waivers.all()) {
      ids.push_back(one.id);
    }
    return "`" + std::string(kWaiverFile) + "` has no such entry" +
           text::did_you_mean(reference.id, ids);
  }
  const std::string problem = entry_problem(*waiver, input.now());
  return problem.empty() ? match_problem(*waiver, workflow, job) : problem;
}

void judge_reference(const WaiverReference& reference, const Workflow& workflow,
                     const AuditInput& input, std::set<std::string>& seen, Outcomes& out) {
  const Job* job = job_at(workflow, reference.where.span.line);
  const Asset asset = job != nullptr ? workflow.asset(*job) : workflow.asset();
  const std::string anchor = "waiver " + reference.id;
  if (!seen.insert(asset.id + '\x1f' + anchor).second) {
    return;
  }
  const std::string problem = reference_problem(reference, workflow, job, input);
  const Waiver* waiver = input.model<Waivers>().find(reference.id);
  const bool open = problem.empty() && waiver->asset.empty() && !waiver->fingerprint.empty();
  if (open) {
    out.undecided(asset, reference.where,
                  "waiver `" + reference.id +
                      "` is for a fingerprint alone, which does not tell what it is about")
        .anchor(anchor);
  } else if (problem.empty()) {
    out.pass(asset, reference.where).anchor(anchor);
  } else {
    OutcomeDraft draft =
        out.fail(asset, reference.where, {WitnessKind::Text, {{"comment", {"muster: " + anchor}}}});
    draft.arg("reference", reference.id).arg("problem", problem).anchor(anchor);
    if (waiver != nullptr) {
      draft.related(waiver->where, "the entry");
    }
  }
}

void waiver_reference(const AuditInput& input, Outcomes& out) {
  if (!input.model<Waivers>().unreadable().empty()) {
    return;
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    // Most files have no such comment, and finding comments takes a second reading.
    if (workflow.tree->bytes().find(kSign) == std::string_view::npos) {
      continue;
    }
    std::set<std::string> seen;
    for (const text::Comment& comment : workflow.tree->comments()) {
      for (const std::string& id : waiver_ids(comment.text)) {
        judge_reference({id, {workflow.source, comment.span}}, workflow, input, seen, out);
      }
    }
    if (seen.empty()) {
      out.pass(workflow.asset(), workflow.where);
    }
  }
}

const Register kWaiverReferenceCheck{
    "workflow-waiver-reference", waiver_reference, {unreadable_workflows, unreadable_waivers}};

}  // namespace
}  // namespace muster::workflow
