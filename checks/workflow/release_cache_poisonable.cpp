// A job that publishes or deploys restores a cache which code of outsiders could have written: what
// is released then holds what they put there. Caches of the default branch are read by all runs;
// pull requests write caches of their own, which nobody else reads. So it takes a job that runs
// outsiders' code on the default branch. Source: GitHub Docs, "Dependency caching reference",
// "Restrictions for accessing a cache".
#include <algorithm>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/publications.h"
#include "checks/workflow/untrusted_checkout.h"

namespace muster::workflow {
namespace {

/// A way to restore a cache.
struct CacheRow {
  std::string action;
  /// An input that must be given, and hold the text.
  std::string input;
  std::string value;
  /// An input with which it is something else.
  std::string unless;
  /// The release that began to.
  std::string since;
};

const std::vector<CacheRow>& cache_rows() {
  static const std::vector<CacheRow> kRows = [] {
    std::vector<CacheRow> read;
    const text::Node caches = *recognition_data().root().find("caches");
    for (std::size_t i = 0; i < caches.size(); ++i) {
      const text::Node row = caches.at(i);
      read.push_back({row.text_under("action"), row.text_under("input"), row.text_under("value"),
                      row.text_under("unless"), row.text_under("since")});
    }
    return read;
  }();
  return kRows;
}

bool is_named(const Step& step, std::string_view action) {
  return text::equals_ignoring_case(action_name(step), action);
}

/// Whether the release is this one or a later one; a commit without a comment counts as new.
bool is_since(const Step& step, const Workflow& workflow, const std::string& since) {
  const auto first = release_numbers(since);
  const auto used = release_numbers(release_text(step, workflow));
  return !first || !used || used->front() >= first->front();
}

bool restores_cache(const Step& step, const Workflow& workflow) {
  const std::vector<CacheRow>& rows = cache_rows();
  return step.kind == Step::Kind::Uses &&
         std::any_of(rows.begin(), rows.end(), [&](const CacheRow& row) {
           const Text* given = row.input.empty() ? nullptr : step.input(row.input);
           const bool on = row.input.empty() ||
                           (given != nullptr && !given->value.empty() && given->value != "false" &&
                            given->value.find(row.value) != std::string::npos);
           return is_named(step, row.action) && on &&
                  (row.unless.empty() || step.input(row.unless) == nullptr) &&
                  (row.since.empty() || is_since(step, workflow, row.since));
         });
}

/// What a job releases, and the cache that it restores before.
struct Release {
  const Step* step = nullptr;
  std::string what;
  SourceRef where;
  /// Null when there is none.
  const Step* cache = nullptr;
};

/// What the run deploys, pushes and publishes.
std::vector<Release> releases_of(const JobRun& run, const Publications& published) {
  std::vector<Release> found;
  for (const Deploy& deploy : run.recognised->deploys) {
    found.push_back({deploy.step, deploy.verb, deploy.where});
  }
  for (const ImageUse& use : image_uses(run)) {
    if (!use.deployed) {
      found.push_back({use.step, use.image.text, use.where});
    }
  }
  for (const Publication& one : published.in(run)) {
    if (!one.is_image) {
      found.push_back({one.step, one.what, one.where});
    }
  }
  return found;
}

/// The first release behind a cache; without one any release.
std::optional<Release> release_of(const JobRun& run, const Publications& published) {
  std::vector<Release> all = releases_of(run, published);
  const auto& steps = run.script->steps;
  for (Release& one : all) {
    const auto end = std::find(steps.begin(), steps.end(), one.step);
    const auto last = end == steps.end() ? end : end + 1;
    const auto cache = std::find_if(steps.begin(), last, [&](const Step* step) {
      return restores_cache(*step, *run.workflow);
    });
    if (cache != last) {
      one.cache = *cache;
      return one;
    }
  }
  return all.empty() ? std::nullopt : std::optional(all.front());
}

/// A run of outsiders' code on the default branch.
struct Poisoner {
  const JobRun* run = nullptr;
  ForeignCode code;
};

/// The worst one; one that nothing holds back before one that waits for somebody.
std::optional<Poisoner> find_poisoner(const AuditInput& input) {
  std::optional<Poisoner> found;
  for (const JobRun& run : input.model<JobRuns>().all()) {
    auto code = foreign_code_of(run, input);
    if (code && (!found || (found->code.held_back && !code->held_back))) {
      found = Poisoner{&run, std::move(*code)};
    }
  }
  return found;
}

void judge_release(const JobRun& run, const Release& release,
                   const std::optional<Poisoner>& poisoner, Outcomes& out) {
  if (release.cache == nullptr || !poisoner) {
    out.pass(run.asset(), release.where);
    return;
  }
  const Text& cache = release.cache->uses;
  out.fail(run.asset(), cache.where,
           {WitnessKind::Text,
            {{"event", {poisoner->code.event}},
             {"runs", {poisoner->code.runs}},
             {"restores", {cache.value}},
             {"releases", {release.what}}}})
      .arg("job", run.job->id.value)
      .arg("cache", cache.value)
      .arg("released", release.what)
      .arg("other", poisoner->run->job->id.value)
      .arg("event", poisoner->code.event)
      .severity(poisoner->code.held_back ? Severity::Medium : Severity::High)
      .related(poisoner->code.where, "what runs the code of outsiders");
}

void release_cache_poisonable(const AuditInput& input, Outcomes& out) {
  const auto poisoner = find_poisoner(input);
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    // The job's steps are the same in all its runs.
    const JobRun& run = *runs.front();
    if (const auto release = release_of(run, input.model<Publications>())) {
      judge_release(run, *release, poisoner, out);
    }
  }
}

const Register kReleaseCachePoisonableCheck{
    "workflow-release-cache-poisonable", release_cache_poisonable, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
