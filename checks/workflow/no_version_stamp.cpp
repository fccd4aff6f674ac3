// A deploy of a service of which nobody can tell from outside which version runs: its image carries
// no version, and no test behind the deploy compares an answer with the version that was deployed.
// A stamp is a build argument, a label or a written file that names a version or a commit, or a
// variable that the deploy sets. Only for kinds that answer requests: a site of files, and
// infrastructure, are not looked at. An image that is not built in the run is judged by the builds
// of the other workflows; without any it is undecided. Source: Docker Docs, "Annotations" and
// "Build variables"; OCI image specification, `org.opencontainers.image.revision`.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/version_stamp.h"

namespace muster::workflow {
namespace {

/// Whether one of the entries `A=x,B=y` is the version.
bool lists_version(std::string_view list) {
  const auto entries = text::split(list, "{},\n");
  return std::any_of(entries.begin(), entries.end(), is_version_entry);
}

/// Whether the deploy tells the service its version.
bool is_told(const Chain& chain, const Deploy& deploy) {
  for (const Step* step : chain.deploying->run->script->steps) {
    const Text* variables = step->input("environment-variables");
    if (variables != nullptr && lists_version(variables->value)) {
      return true;
    }
  }
  return deploy.command != nullptr &&
         lists_version(deploy.command->command.option("--environment"));
}

/// Whether the step compares what it was answered with the version, or gives a smoke test the
/// version to expect.
bool compares_version(const JobRun& run, const Step& step) {
  const auto commands = run.script->commands_of(step);
  return std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
    const auto& words = item.command.words;
    return (item.command.starts_with_any({"test", "[", "[[", "grep", "jq", "cmp", "diff"}) ||
            words[0].ends_with(".sh")) &&
           std::any_of(words.begin() + 1, words.end(),
                       [](const std::string& word) { return reads_version(word); });
  });
}

const ChainPart* comparison_behind(const Chain& chain, const RunPlace& deploy) {
  for (const ChainPart& smoke : chain.parts->smokes) {
    const JobRun* run = chain.parts->graph.jobs()[smoke.place.job].run;
    const bool behind = smoke.place == deploy || chain.parts->comes_before(deploy, smoke.place);
    if (behind && run != nullptr && smoke.place.step != nullptr &&
        compares_version(*run, *smoke.place.step)) {
      return &smoke;
    }
  }
  return nullptr;
}

/// The kinds behind which something answers.
bool answers(const Deploy& deploy) {
  return !is_infrastructure(deploy) && deploy.kind != "s3-static" && deploy.kind != "amplify";
}

/// The builds of the run, or of all workflows when it has none.
VersionStamp builds_for(const Chain& chain, const JobRuns& runs, const VersionStamps& stamps) {
  VersionStamp all;
  const auto add = [&](const JobRun& run) {
    const VersionStamp& one = stamps.in(run);
    all.stamped = all.stamped || one.stamped;
    all.build = all.build == nullptr ? one.build : all.build;
  };
  for (const RunJob& job : chain.parts->graph.jobs()) {
    if (job.run != nullptr) {
      add(*job.run);
    }
  }
  const bool built_here = all.build != nullptr;
  for (std::size_t i = 0; !built_here && i < runs.all().size(); ++i) {
    add(runs.all()[i]);
  }
  return all;
}

void judge_stamp(const Chain& chain, const Deploy& deploy, const AuditInput& input, Outcomes& out) {
  const Asset asset = chain.deploying->run->asset();
  if (const ChainPart* smoke = comparison_behind(chain, {chain.job, deploy.step})) {
    out.pass(asset, smoke->where);
    return;
  }
  const VersionStamp builds =
      builds_for(chain, input.model<JobRuns>(), input.model<VersionStamps>());
  if (builds.stamped || is_told(chain, deploy)) {
    out.pass(asset, builds.build != nullptr ? *builds.build : deploy.where);
    return;
  }
  if (builds.build == nullptr) {
    out.undecided(asset, deploy.where,
                  "whether what `" + deploy.verb +
                      "` deploys knows its version is not known: no "
                      "workflow here builds an image");
    return;
  }
  out.fail(asset, deploy.where,
           text_witness("scenario",
                        "the deploy changes nothing, the old version answers the smoke "
                        "test, and the run is green"))
      .arg("job", chain.deploying->run->job->id.value)
      .arg("verb", deploy.verb)
      .because(
          "give the build the commit (`--build-arg GIT_SHA=…`), answer it under `/version`, "
          "and compare it in the smoke test")
      .related(*builds.build, "the build that is given no version");
}

void no_version_stamp(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const auto found =
        std::find_if(chain.deploys.begin(), chain.deploys.end(),
                     [](const TimedDeploy* timed) { return answers(timed->deploy); });
    if (found != chain.deploys.end() && !is_rollback_workflow(*chain.deploying->run->workflow)) {
      judge_stamp(chain, (*found)->deploy, input, out);
    }
  }
}

const Register kNoVersionStampCheck{
    "workflow-no-version-stamp", no_version_stamp, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
