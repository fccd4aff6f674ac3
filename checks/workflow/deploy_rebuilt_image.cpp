// A deploy to production whose image was built again, although the same run tried another build of
// it: its tests started that one, or a lower environment runs it. A build takes the base images and
// packages of its moment, so the two differ. Decided by where each image comes from: outputs and
// inputs that hand it on, the job's own build, the tag. Copying the manifest (`docker buildx
// imagetools create`, `aws ecr put-image`) builds nothing; a job that first asks the registry
// whether the image is there is not judged. Where nothing is tried, workflow-deploy-without-tests
// speaks. Source: Docker Docs, "Building best practices" (rebuild, pin base images); AWS
// Prescriptive Guidance, "build once, deploy many".
#include <algorithm>
#include <array>
#include <iterator>

#include "checks/text/ascii.h"
#include "checks/workflow/run_images.h"

namespace muster::workflow {
namespace {

/// Whether what it deploys is an image.
bool takes_image(const Deploy& deploy) {
  static constexpr std::array<std::string_view, 8> kKinds = {
      "ecs", "apprunner", "copilot", "kubernetes", "helm", "ssm", "host", "kamal"};
  const bool lambda = deploy.kind == "lambda" && deploy.command != nullptr &&
                      !deploy.command->command.option("--image-uri").empty();
  return lambda || text::one_of(deploy.kind, kKinds);
}

/// The deploy to production that is looked at: the last one that takes an image.
const TimedDeploy* image_deploy(const Chain& chain) {
  const auto found =
      std::find_if(chain.deploys.rbegin(), chain.deploys.rend(),
                   [](const TimedDeploy* timed) { return takes_image(timed->deploy); });
  return found == chain.deploys.rend() ? nullptr : *found;
}

using ChainGroups = std::vector<std::vector<Chain>>;

/// The images of a run, and the deploys to lower environments that try them: those count for what
/// comes behind them.
struct TriedImages {
  const RunImages* images = nullptr;
  std::vector<ImageTrial> lower;
};

/// Adds the image that a lower environment gets, when the files tell which it is.
void add_lower(const Chain& chain, TriedImages& tried) {
  const TimedDeploy* timed =
      is_below_production(chain.deploying->guess.kind) ? image_deploy(chain) : nullptr;
  const auto taken =
      timed != nullptr ? tried.images->taken_by(chain.place(*timed)) : std::set<std::size_t>();
  for (const std::size_t build : taken) {
    const bool certain = std::none_of(taken.begin(), taken.end(), [&](std::size_t one) {
      return one != build && tried.images->are_same(one, build);
    });
    if (certain) {
      tried.lower.push_back({chain.place(*timed), timed->deploy.where, timed->deploy.verb, build});
    }
  }
}

using TriedByRun = std::map<const RunParts*, TriedImages>;

TriedByRun tried_images(const ChainGroups& all, const BuiltImages& images) {
  TriedByRun known;
  for (const std::vector<Chain>& job : all) {
    for (const Chain& chain : job) {
      TriedImages& tried = known[chain.parts];
      tried.images = &images.in(*chain.parts);
      add_lower(chain, tried);
    }
  }
  return known;
}

/// What is known of one way in which a deploying job runs.
struct Promotion {
  const Chain* chain = nullptr;
  const TimedDeploy* timed = nullptr;
  const RunImages* images = nullptr;
  std::vector<ImageTrial> trials;
  std::optional<Rebuilt> rebuilt;
  /// Among what it may take is an image that something tried, and then also one that nothing did.
  bool promotes = false;
  bool is_open = false;

  /// How bad it is: no question, the image that was tried, not known, another one.
  [[nodiscard]] int rank() const {
    return rebuilt && rebuilt->is_certain ? 3 : is_open || rebuilt ? 2 : promotes ? 1 : 0;
  }
};

Promotion look_at(const Chain& chain, const TriedImages& tried, Simulator& simulator) {
  const RunImages& images = *tried.images;
  Promotion found{&chain, image_deploy(chain), &images, {}, {}, false, false};
  if (found.timed == nullptr || is_below_production(chain.deploying->guess.kind) ||
      is_rollback_workflow(*chain.deploying->run->workflow)) {
    return found;
  }
  const RunPlace place = chain.place(*found.timed);
  found.trials = images.trials();
  std::copy_if(
      tried.lower.begin(), tried.lower.end(), std::back_inserter(found.trials),
      [&](const ImageTrial& lower) { return chain.parts->comes_before(lower.place, place); });
  found.rebuilt = find_rebuilt(images, {chain.parts, place, chain.events}, found.trials, simulator);
  const std::set<std::size_t> taken = images.taken_by(place);
  const auto is_tried = [&](std::size_t build) {
    return std::any_of(found.trials.begin(), found.trials.end(),
                       [&](const ImageTrial& trial) { return trial.build == build; });
  };
  for (const std::size_t build : taken) {
    found.promotes = found.promotes || is_tried(build);
    found.is_open = found.is_open ||
                    (!is_tried(build) && std::any_of(taken.begin(), taken.end(), [&](auto one) {
                      return is_tried(one) && images.are_same(one, build);
                    }));
  }
  return found;
}

void report_rebuilt(const Promotion& found, const Rebuilt& rebuilt, Outcomes& out) {
  const Chain& chain = *found.chain;
  const Deploy& deploy = found.timed->deploy;
  const ImageTrial& trial = *rebuilt.trial;
  const ImageBuild& used = found.images->builds()[rebuilt.used];
  const ImageBuild& tried = found.images->builds()[trial.build];
  // Two calls of one workflow are told apart by the jobs that call it.
  const auto job_of = [&](const RunPlace& place) {
    const RunJob& job = chain.parts->graph.jobs()[place.job];
    return "job `" + (job.callers.empty() ? *job.job : *job.callers.front().second).id.value + "`";
  };
  const JobRun& run = *chain.deploying->run;
  auto draft = out.fail(run.asset(), used.where,
                        text_witness("scenario",
                                     "between the two builds a base image or a package "
                                     "moves, and what nobody tried goes to production"));
  draft.arg("job", run.job->id.value)
      .arg("verb", deploy.verb)
      .arg("build", used.what)
      .because("`" + trial.what + "` in " + job_of(trial.place) +
               " tried the image that is built in " + job_of(tried.place) + ", and " +
               job_of(used.place) + " builds another one; hand the image on as an output")
      .related(tried.where, "the build that was tried")
      .related(trial.where, "what tried it");
  add_path(draft, deploy);
}

void deploy_rebuilt_image(const AuditInput& input, Outcomes& out) {
  Simulator simulator(input.intent());
  const ChainGroups& all = input.model<Chains>().by_job();
  const TriedByRun tried = tried_images(all, input.model<BuiltImages>());
  for (const std::vector<Chain>& job : all) {
    std::optional<Promotion> worst;
    for (const Chain& chain : job) {
      Promotion found = look_at(chain, tried.at(chain.parts), simulator);
      if (found.rank() > (worst ? worst->rank() : 0)) {
        worst = std::move(found);
      }
    }
    if (!worst) {
      continue;
    }
    const Asset asset = worst->chain->deploying->run->asset();
    const Deploy& deploy = worst->timed->deploy;
    if (worst->rebuilt && worst->rebuilt->is_certain) {
      report_rebuilt(*worst, *worst->rebuilt, out);
    } else if (worst->rank() > 1) {
      out.undecided(asset, deploy.where,
                    worst->is_open
                        ? "which image `" + deploy.verb +
                              "` takes is not known: one that was tried, or another "
                              "build of it"
                        : "whether the image was tried in this run " + std::string(kTooManyWays));
    } else {
      out.pass(asset, deploy.where);
    }
  }
}

const Register kDeployRebuiltImageCheck{
    "workflow-deploy-rebuilt-image", deploy_rebuilt_image, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
