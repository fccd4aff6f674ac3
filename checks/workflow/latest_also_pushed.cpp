// `latest` or a branch as a second name of an image that also gets a name that stays: harmless to
// what is deployed by the other name, but whoever pulls the moving one gets what was built last.
#include <set>

#include "checks/workflow/image_tag.h"

namespace muster::workflow {
namespace {

void judge_second_names(const std::vector<const JobRun*>& runs, const Intent& intent,
                        Outcomes& out) {
  const JobRun& run = *runs.front();
  const std::vector<ImageUse> uses = image_uses(run);
  std::set<std::string> seen;
  bool pushes = false;
  for (const ImageUse& use : uses) {
    const TagVerdict verdict = worst_tag(use, runs, intent);
    pushes = pushes || !use.deployed;
    const ImageUse* other =
        verdict.kind == TagVerdict::Kind::Moves ? fixed_beside(use, uses, runs, intent) : nullptr;
    const std::string anchor = use.step->anchor() + ":" + tag_of(verdict.image);
    if (other != nullptr && seen.insert(anchor).second) {
      out.fail(run.asset(), use.where, text_witness("image", verdict.image))
          .arg("job", run.job->id.value)
          .arg("image", verdict.image)
          .arg("other", other->image.text)
          .anchor(anchor)
          .related(other->where, "the push of the tag that stays");
    }
  }
  if (pushes && seen.empty()) {
    out.pass(run.asset(), run.job->id.where);
  }
}

void latest_also_pushed(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    judge_second_names(runs, input.intent(), out);
  }
}

const Register kLatestAlsoPushedCheck{
    "workflow-latest-also-pushed", latest_also_pushed, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
