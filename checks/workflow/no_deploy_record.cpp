// A deploy of a service that leaves no record of what it deployed. A record is a summary of the
// run, an artifact or a note elsewhere that names the version; or the deployment that GitHub keeps
// for a job with an `environment` (none with `deployment: false`). That one names the commit of the
// run: where somebody types in the version to deploy it says nothing, unless `run-name` does.
// Source: GitHub Docs, "Viewing deployment history", "Workflow syntax",
// `jobs.<job_id>.environment`, "Workflow commands", job summaries.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/mentions.h"

namespace muster::workflow {
namespace {

/// Whether a text says what was deployed.
bool tells_version(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kWords = {
      "sha",      "ref",    "tag", "version", "image",  "commit",
      "revision", "digest", "arn", "task",    "release"};
  return text::contains_any(text::lower(text), kWords);
}

/// The script without the names that it writes to.
std::string without_targets(std::string script) {
  for (const std::string_view name : {"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"}) {
    for (std::size_t at = script.find(name); at != std::string::npos; at = script.find(name)) {
      script.erase(at, name.size());
    }
  }
  return script;
}

/// Whether the step writes a record down: a summary, an artifact, a deployment.
bool writes_record(const JobRun& run, const Step& step) {
  if (step.kind == Step::Kind::Uses) {
    const std::string_view action = action_name(step);
    const Text* script = step.input("script");
    const Text* name = step.input("name");
    const Text* path = step.input("path");
    const bool upload = action == "actions/upload-artifact";
    return (upload && ((name != nullptr && (tells_version(name->value) ||
                                            name->value.find("deploy") != std::string::npos)) ||
                       (path != nullptr && (tells_version(path->value) ||
                                            path->value.find("deploy") != std::string::npos)))) ||
           action == "chrnorm/deployment-action" || action == "bobheadxi/deployments" ||
           (script != nullptr && script->value.find("createDeployment") != std::string::npos);
  }
  if (step.run.value.find("GITHUB_STEP_SUMMARY") != std::string::npos &&
      tells_version(without_targets(step.run.value))) {
    return true;
  }
  const auto commands = run.script->commands_of(step);
  return std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
    const auto& words = item.command.words;
    const bool api = item.command.starts_with("gh api") &&
                     std::any_of(words.begin(), words.end(), [](const std::string& word) {
                       return word.find("/deployments") != std::string::npos;
                     });
    return api || item.command.starts_with_any({"aws ssm put-parameter", "aws dynamodb put-item",
                                                "gh release create", "git tag"});
  });
}

const Step* record_of(const Chain& chain, const RunPlace& deploy) {
  const auto& jobs = chain.parts->graph.jobs();
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const JobRun* run = jobs[job].run;
    const bool counts = job == deploy.job || chain.parts->graph.comes_before(deploy.job, job);
    for (const Step* step :
         run != nullptr && counts ? run->script->steps : std::vector<const Step*>()) {
      if (!run->is_for_failure(*step) && writes_record(*run, *step)) {
        return step;
      }
    }
  }
  return nullptr;
}

/// The environment of the job for which GitHub keeps a deployment; null without one.
const Environment* kept_deployment(const JobRun& run, const Intent& intent) {
  if (!run.job->environment) {
    return nullptr;
  }
  const auto& deployment = run.job->environment->deployment;
  const bool off = deployment && deployment->value == "false";
  const Values names = resolve(run.job->environment->name.value, run.scope(intent));
  const bool none = names.known && names.contains("");
  return off || none ? nullptr : &*run.job->environment;
}

/// Whether the name of the run in the list says the input.
bool shows_in_name(const Workflow& workflow, const Input& input) {
  const auto names = names_read(workflow.tree->root().text_under("run-name"), false);
  const std::string name = text::lower(input.name.value);
  return reads(names, "inputs." + name) || reads(names, "github.event.inputs." + name);
}

void judge_record(const Chain& chain, const Deploy& deploy, const Intent& intent, Outcomes& out) {
  const JobRun& run = *chain.deploying->run;
  const RunPlace place{chain.job, deploy.step};
  if (const Step* step = record_of(chain, place)) {
    out.pass(run.asset(), step->where);
    return;
  }
  const Input* version = run.entry != nullptr ? version_input(*run.entry) : nullptr;
  const bool open = version != nullptr && !shows_in_name(*run.entry, *version);
  const Environment* kept = kept_deployment(run, intent);
  if (kept != nullptr && !open) {
    out.pass(run.asset(), kept->where);
    return;
  }
  for (const ChainPart& part : chain.parts->closed) {
    if (part.place.job == place.job || chain.parts->comes_before(place, part.place)) {
      out.undecided(run.asset(), deploy.where,
                    "whether something records what `" + deploy.verb +
                        "` deployed is not known: " + part.what);
      return;
    }
  }
  if (run.entry == nullptr) {
    out.undecided(run.asset(), deploy.where,
                  "no workflow here calls this one, and the caller may record what was deployed");
    return;
  }
  out.fail(run.asset(), deploy.where,
           text_witness("scenario",
                        "a week later somebody asks which version went out when, and "
                        "has to read it out of logs that are deleted after 90 days"))
      .arg("job", run.job->id.value)
      .arg("verb", deploy.verb)
      .because(kept != nullptr
                   ? "the deployment of its `environment` names the commit of the workflow, not "
                     "the `" +
                         version->name.value +
                         "` that was typed in; write that to "
                         "`$GITHUB_STEP_SUMMARY` or into `run-name`"
                   : "write the version to `$GITHUB_STEP_SUMMARY`, upload a record, or give the "
                     "job an `environment`");
}

void no_deploy_record(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const auto found =
        std::find_if(chain.deploys.begin(), chain.deploys.end(),
                     [](const TimedDeploy* timed) { return !is_infrastructure(timed->deploy); });
    if (found != chain.deploys.end()) {
      judge_record(chain, (*found)->deploy, input.intent(), out);
    }
  }
}

const Register kNoDeployRecordCheck{
    "workflow-no-deploy-record", no_deploy_record, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
