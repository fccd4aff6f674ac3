// A version that is published although the tests of the run failed, or as another build of the
// image than the one that they tried. Decided in a simulated run: a test counts when it runs in the
// same run and does not wait for the publishing step, and holds when its failure keeps that step
// from running. Where tests start the published image, those decide; else any test. An image that
// is started by nothing but what waits for its publication was not tried by then. Jobs that
// deploy are judged by workflow-deploy-without-tests; a run without tests has nothing to wait for.
// Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.needs`; Docker Docs, "Building best
// practices".
#include <algorithm>

#include "checks/workflow/publications.h"
#include "checks/workflow/run_images.h"
#include "checks/workflow/test_worth.h"

namespace muster::workflow {
namespace {

/// What is known of one publication in one way in which its job runs.
struct Published {
  enum class Kind { Nothing, Tested, Unknown, Untested };

  Kind kind = Kind::Nothing;
  const JobRun* run = nullptr;
  Publication what;
  /// Why, in words, and where that is read off.
  std::string because;
  std::string scenario;
  std::vector<RelatedPlace> related;
};

/// Tests of the run that do not wait for the publishing step: those that try its image, if any do.
std::vector<ChainPart> tests_beside(const HeldStep& held, const Publication& one,
                                    const RunImages& images, TestJudge& judge) {
  std::vector<ChainPart> found;
  const auto add = [&](const ChainPart& test) {
    if (!held.parts->comes_before(held.place, test.place) &&
        run_together(held, {test.place}, judge.simulator()).value_or(true)) {
      found.push_back(test);
    }
  };
  const auto taken = one.is_image ? images.taken_by(held.place) : std::set<std::size_t>();
  for (const ImageTrial& trial : images.trials()) {
    if (std::any_of(taken.begin(), taken.end(),
                    [&](std::size_t build) { return images.are_same(build, trial.build); })) {
      add({trial.place, trial.where, trial.what, false});
    }
  }
  if (found.empty()) {
    std::for_each(held.parts->tests.begin(), held.parts->tests.end(), add);
  }
  return found;
}

/// What a test is worth that may stand before the publishing command, at `where`, in one script.
TestWorth worth_before(const HeldStep& held, const SourceRef& where, const ChainPart& test,
                       TestJudge& judge) {
  const bool in_front = test.place == held.place && test.where.source == where.source &&
                        test.where.span.line <= where.span.line;
  if (!in_front) {
    return judge.worth_of(held, test);
  }
  return judge.swallows_failure(*held.parts, test) ? TestWorth::Swallowed : TestWorth::Holds;
}

void judge_tests(const HeldStep& held, const std::vector<ChainPart>& tests, TestJudge& judge,
                 Published& found) {
  const ChainPart* best = nullptr;
  TestWorth worth = TestWorth::Elsewhere;
  for (const ChainPart& test : tests) {
    const TestWorth one = worth_before(held, found.what.where, test, judge);
    if (best == nullptr || one > worth) {
      best = &test;
      worth = one;
    }
  }
  const RunParts& parts = *held.parts;
  const auto closed = std::find_if(
      parts.closed.begin(), parts.closed.end(),
      [&](const ChainPart& part) { return parts.comes_before(part.place, held.place); });
  if (best == nullptr) {
    return;
  }
  found.kind = Published::Kind::Untested;
  if (worth == TestWorth::Holds) {
    found.kind = Published::Kind::Tested;
  } else if (worth == TestWorth::Unknown || closed != parts.closed.end()) {
    found.kind = Published::Kind::Unknown;
    found.because =
        worth == TestWorth::Unknown
            ? "whether a failure of `" + best->what + "` holds it back " + std::string(kTooManyWays)
            : "it may be tested by what runs before it: " + closed->what;
  } else {
    found.because =
        "`" + best->what + "` in " + parts.named({best->place.job, nullptr}) +
        (worth == TestWorth::Elsewhere   ? " runs beside it; name that job in `needs`"
         : worth == TestWorth::Swallowed ? " cannot fail its step: the script ends with 0"
                                         : " may fail, and it is published all the same");
    found.scenario = "`" + best->what + "` fails, and `" + found.what.what + "` is published";
    found.related = {{best->where, "the test that does not hold it back"}};
  }
}

/// The first trial of the image that is published, when all of them wait for the publication; null
/// otherwise.
const ImageTrial* tried_too_late(const HeldStep& held, const RunImages& images, TestJudge& judge) {
  const std::set<std::size_t> taken = images.taken_by(held.place);
  const ImageTrial* late = nullptr;
  for (const ImageTrial& trial : images.trials()) {
    if (!taken.contains(trial.build)) {
      continue;
    }
    if (!held.parts->comes_before(held.place, trial.place)) {
      return nullptr;
    }
    late = late == nullptr ? &trial : late;
  }
  const bool together =
      late != nullptr && run_together(held, {late->place}, judge.simulator()) == true;
  return together ? late : nullptr;
}

void add_late_trial(const RunParts& parts, const ImageTrial& late, Published& found) {
  found.kind = Published::Kind::Untested;
  found.because = "`" + late.what + "` in " + parts.named({late.place.job, nullptr}) +
                  " tries the image only when it is out; push it under its commit, and give it "
                  "this name behind the test";
  found.scenario = "`" + found.what.what + "` is published, and then `" + late.what + "` fails";
  found.related = {{late.where, "the test that comes too late"}};
}

/// Looks at one publication of a run; `held`: its step.
Published look_at(const HeldStep& held, const JobRun& run, const Publication& one,
                  const RunImages& images, TestJudge& judge) {
  Published found{Published::Kind::Nothing, &run, one, {}, {}, {}};
  const RunParts& parts = *held.parts;
  judge_tests(held, tests_beside(held, one, images, judge), judge, found);
  const ImageTrial* late = one.is_image && found.kind <= Published::Kind::Tested
                               ? tried_too_late(held, images, judge)
                               : nullptr;
  if (late != nullptr) {
    add_late_trial(parts, *late, found);
  }
  const auto rebuilt =
      one.is_image ? find_rebuilt(images, held, images.trials(), judge.simulator()) : std::nullopt;
  if (!rebuilt || (!rebuilt->is_certain && found.kind == Published::Kind::Untested)) {
    return found;
  }
  if (!rebuilt->is_certain) {
    found.kind = Published::Kind::Unknown;
    found.because = "whether the image was tried in this run " + std::string(kTooManyWays);
    return found;
  }
  const ImageBuild& used = images.builds()[rebuilt->used];
  const std::string again =
      "`" + used.what + "` builds the image again, and `" + rebuilt->trial->what + "` in " +
      parts.named({rebuilt->trial->place.job, nullptr}) + " tried another build of it";
  found.because =
      found.kind == Published::Kind::Untested ? found.because + "; besides, " + again : again;
  found.scenario = found.scenario.empty() ? "a base image or a package moves between the two builds"
                                          : found.scenario;
  found.related.push_back({used.where, "the build that is published"});
  found.related.push_back(
      {images.builds()[rebuilt->trial->build].where, "the build that was tried"});
  found.kind = Published::Kind::Untested;
  return found;
}

void report_published(const Published& worst, Outcomes& out) {
  const Asset asset = worst.run->asset();
  if (worst.kind == Published::Kind::Tested) {
    out.pass(asset, worst.what.where);
  } else if (worst.kind == Published::Kind::Unknown) {
    out.undecided(
        asset, worst.what.where,
        "whether tests hold `" + worst.what.what + "` back is not known: " + worst.because);
  } else if (worst.kind == Published::Kind::Untested) {
    auto draft = out.fail(asset, worst.what.where, text_witness("scenario", worst.scenario));
    draft.arg("job", worst.run->job->id.value).arg("what", worst.what.what).because(worst.because);
    for (const RelatedPlace& place : worst.related) {
      draft.related(place.where, place.note);
    }
  }
}

class PublishingJudge {
 public:
  explicit PublishingJudge(const AuditInput& input) : input_(input), judge_(input.intent()) {}

  /// The worst of what one job publishes, over all ways in which it runs.
  [[nodiscard]] Published worst_of(const std::vector<const JobRun*>& runs);

 private:
  const AuditInput& input_;
  TestJudge judge_;
};

Published PublishingJudge::worst_of(const std::vector<const JobRun*>& runs) {
  Published worst;
  for (const JobRun* run : runs) {
    if (!run->recognised->deploys.empty()) {
      continue;
    }
    for (const Publication& one : input_.model<Publications>().in(*run)) {
      const RunParts& parts = input_.model<Chains>().parts_of(*run);
      const HeldStep held{&parts,
                          {parts.graph.index_of(*run), one.step},
                          publishing_events(*run, one, input_.intent())};
      Published next = look_at(held, *run, one, input_.model<BuiltImages>().in(parts), judge_);
      if (next.kind > worst.kind) {
        worst = std::move(next);
      }
    }
  }
  return worst;
}

void publish_untested(const AuditInput& input, Outcomes& out) {
  PublishingJudge judge(input);
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const Published worst = judge.worst_of(runs);
    if (worst.kind != Published::Kind::Nothing) {
      report_published(worst, out);
    }
  }
}

const Register kPublishUntestedCheck{
    "workflow-publish-untested", publish_untested, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
