// The target is judged by what the step says, the means by its job.
#include "checks/workflow/rollback_step.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/awaited.h"
#include "checks/workflow/mentions.h"

namespace muster::workflow {
namespace {

/// Whether the script takes one off a number: `$((REVISION - 1))`, `expr $REVISION - 1`.
bool subtracts_one(std::string_view script) {
  for (std::size_t open = script.find("$(("); open != std::string_view::npos;
       open = script.find("$((", open + 3)) {
    std::string inner(script.substr(open, script.find("))", open) - open));
    std::erase(inner, ' ');
    if (inner.ends_with("-1")) {
      return true;
    }
  }
  const std::size_t expr = script.find("expr ");
  return expr != std::string_view::npos &&
         script.substr(expr, script.find('\n', expr) - expr).find(" - 1") != std::string_view::npos;
}

bool reads_it(const JobScript& script, const Step& step) {
  const auto commands = script.commands_of(step);
  return std::any_of(commands.begin(), commands.end(),
                     [](const StepCommand& item) { return reads_running_version(item.command); });
}

/// Whether the step's output is what it deploys, or has made for the deploy, with the new image.
bool gives_new_version(const Step& step, const std::vector<std::string>& names) {
  const std::string_view action = action_name(step);
  const std::string outputs =
      step.id ? "steps." + text::lower(step.id->value) + ".outputs." : std::string();
  return step.id && ((action == "aws-actions/amazon-ecs-deploy-task-definition" &&
                      reads(names, outputs + "task-definition-arn")) ||
                     (action == "aws-actions/amazon-ecs-render-task-definition" &&
                      reads(names, outputs + "task-definition")));
}

RollbackDefect computed_target(const RunParts& parts, const ChainPart& part) {
  return {"target-computed",
          Severity::High,
          "goes back to the revision number minus one, which need not be what ran before",
          "read the running version before the deploy, and go back to that",
          part.where,
          {"two revisions are registered, the first is never deployed",
           parts.named(part.place) + " deploys that one"},
          false};
}

}  // namespace

bool reads_running_version(const Command& command) {
  return command.starts_with_any(
      {"aws ecs describe-services", "aws lambda get-alias", "aws lambda get-function"});
}

/// Whether it can go back at all, and how that is known.
void RollbackSteps::judge_means(const RunParts& parts, const ChainPart& part,
                                Defects& found) const {
  const RunJob& job = parts.graph.jobs()[part.place.job];
  const auto of_step = [&](const std::vector<Deploy>& all) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Deploy& deploy) { return deploy.step == part.place.step; });
  };
  const Recognised& recognised = *job.run->recognised;
  const auto verb = of_step(recognised.verbs);
  if (verb == recognised.verbs.end()) {
    return;
  }
  const bool aws = verb->verb.starts_with("aws ") || verb->verb.starts_with("aws-actions/");
  const bool closed = job.run->job->runs_on.empty() ||
                      job.run->job->runs_on.front().value.find("self-hosted") != std::string::npos;
  if (aws && !closed && recognised.credentials.empty()) {
    found.push_back({"no-credentials",
                     Severity::High,
                     "runs `" + verb->verb + "` in job `" + job.job->id.value +
                         "`, which takes no credentials for AWS",
                     "add the `aws-actions/configure-aws-credentials` step of the deploy to it",
                     part.where,
                     {"job `" + job.job->id.value + "` starts on a new machine",
                      "`" + verb->verb + "` is refused"},
                     false});
  }
  const auto how = awaited(runs_, *job.run, *verb, intent_);
  if (how && (how->how == FollowUp::No || how->how == FollowUp::Once) &&
      of_step(recognised.deploys) != recognised.deploys.end()) {
    found.push_back({"not-awaited",
                     Severity::Low,
                     "starts `" + verb->verb + "` and does not wait for its end",
                     "wait for it, so that the run tells whether the old version is back",
                     part.where,
                     {"`" + verb->verb + "` returns at once", "the old version does not come up"},
                     false});
  }
}

RollbackStep RollbackSteps::look_at(const RunParts& parts, const ChainPart& part) const {
  RollbackStep found;
  const RunJob& job = parts.graph.jobs()[part.place.job];
  const std::string texts = step_texts(*part.place.step);
  const bool revision = texts.find("task-definition") != std::string::npos ||
                        texts.find("version") != std::string::npos;
  if (revision && subtracts_one(texts)) {
    found.defects.push_back(computed_target(parts, part));
  }
  const std::vector<std::string> names = names_read(texts, false);
  for (const RunStep& one : job.steps) {
    const bool read =
        one.step->id && reads(names, "steps." + text::lower(one.step->id->value) + ".outputs");
    const bool is_new = read && gives_new_version(*one.step, names);
    if (is_new || (read && reads_it(*job.run->script, *one.step))) {
      found.sources.push_back({one.step, is_new});
    }
  }
  judge_means(parts, part, found.defects);
  return found;
}

const RollbackStep& RollbackSteps::of(const RunParts& parts, const ChainPart& part) {
  const auto [known, is_new] = known_.try_emplace({&parts, part.place});
  if (is_new) {
    known->second = look_at(parts, part);
  }
  return known->second;
}

}  // namespace muster::workflow
