// What is published from a tag that anybody with write access makes or moves: the version that
// people rely on is whatever the last of them pushed under its name. By rulesets of tags, as GitHub
// has them. Paths to production from such tags are `workflow-ungated-path`'s. Source: GitHub Docs,
// "Available rules for rulesets"; "Events that trigger workflows", push.
#include <algorithm>
#include <string>

#include "checks/workflow/deployments.h"
#include "checks/workflow/publications.h"

namespace muster::workflow {
namespace {

/// The tags by which one event starts a run, and what keeps people from making them.
struct StartingTags {
  const Presented* start = nullptr;
  std::string ref;
  RefAnswer answer;
};

/// The least guarded tag of all starts of a run; no start when no tag does.
StartingTags least_guarded(const std::vector<Presented>& starts,
                           const RepositorySettings& settings) {
  StartingTags least;
  for (const Presented& start : starts) {
    for (const std::string& ref : start.tokens.refs) {
      if (!ref.starts_with("refs/tags/")) {
        continue;
      }
      const RefAnswer answer = settings.guard_of(ref);
      const auto rank = [](RefGuard guard) {
        return guard == RefGuard::Open ? 2 : guard == RefGuard::Unknown ? 1 : 0;
      };
      if (least.start == nullptr || rank(answer.guard) > rank(least.answer.guard)) {
        least = {&start, ref, answer};
      }
    }
  }
  return least;
}

void judge_tag(const JobRun& run, const Publication& one, const StartingTags& tags, Outcomes& out) {
  const Asset asset = run.asset();
  const std::string name = tags.ref.substr(std::string_view("refs/tags/").size());
  if (tags.answer.guard == RefGuard::Unknown) {
    out.undecided(asset, one.where,
                  "whether a ruleset restricts who makes and moves tags `" + name +
                      "` is not known from the facts of GitHub")
        .anchor(one.what);
    return;
  }
  if (tags.answer.guard == RefGuard::Guarded) {
    out.pass(asset, one.where).anchor(one.what);
    return;
  }
  out.fail(asset, one.where, {WitnessKind::Text, {{"event", {tags.start->event}}, {"tag", {name}}}})
      .arg("job", run.job->id.value)
      .arg("what", one.what)
      .arg("tag", name)
      .anchor(one.what)
      .related(tags.start->trigger->event.where, "what the tag starts");
}

void published_tag_open(const AuditInput& input, Outcomes& out) {
  const auto& settings = input.intent().settings;
  if (!settings) {
    return;
  }
  const Publications& publications = input.model<Publications>();
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const auto published = std::find_if(runs.begin(), runs.end(), [&](const JobRun* run) {
      return run->entry != nullptr && !publications.in(*run).empty();
    });
    if (published == runs.end()) {
      continue;
    }
    const Publication& one = publications.in(**published).front();
    JobRun asked = **published;
    asked.asked = one.step;
    const std::vector<Presented> starts = presented(asked, input.intent());
    const StartingTags tags = least_guarded(starts, *settings);
    if (tags.start != nullptr) {
      judge_tag(**published, one, tags, out);
    }
  }
}

const Register kPublishedTagOpenCheck{
    "workflow-published-tag-open", published_tag_open, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
