// A deploy that nothing in the repository takes back: no step or job behind it, no workflow to
// start by hand, no platform that does it by itself. A run that asks the new version, and then
// leaves a broken one to somebody who starts a workflow, has half a way back; one that only says
// that it goes back has none. Source: GitHub Docs, "Events that trigger workflows".
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

text::Node platform_table() {
  return *recognition_data().root().find("rollback_by_platform");
}

/// Whether the deploy is told to go back by itself.
bool tells_platform(const Deploy& deploy) {
  const std::vector<std::string> options = platform_table().texts_under("options");
  const auto tells = [&](std::string_view text) {
    return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
      return text.find(option) != std::string_view::npos;
    });
  };
  if (deploy.command != nullptr) {
    const auto& words = deploy.command->command.words;
    return std::any_of(words.begin(), words.end(), tells);
  }
  return std::any_of(deploy.step->with.begin(), deploy.step->with.end(),
                     [&](const Entry& entry) { return tells(entry.value.value); });
}

/// What takes the deploy back; `Unknown`: perhaps what cannot be read here.
enum class WayBack { None, ByHand, Unknown, Known };

constexpr std::string_view kNothingGoesBack = "nothing in the repository takes it back";

struct WayBackAnswer {
  WayBack way = WayBack::None;
  std::string because;
  SourceRef where;
  /// `ByHand`: what is missing, what stands at `where`, and how much that weighs.
  std::string gap;
  std::string what;
  Severity severity = Severity::Low;
};

WayBackAnswer by_platform(const Deploy& deploy) {
  const text::Node table = platform_table();
  if (text::one_of(deploy.kind, table.texts_under("kinds")) || tells_platform(deploy)) {
    return {WayBack::Known, "", deploy.where, "", ""};
  }
  if (text::one_of(deploy.kind, table.texts_under("unknown_kinds"))) {
    return {
        WayBack::Unknown,
        "the deployment group in AWS says whether CodeDeploy goes back by itself, and it is not "
        "among the facts",
        deploy.where, "", ""};
  }
  return {};
}

/// What stands behind the deploy in the same run.
WayBackAnswer by_run(const Chain& chain, const RunPlace& deploy) {
  for (const ChainPart& part : chain.parts->rollbacks) {
    if (chain.parts->comes_before(deploy, part.place) || part.place.job != deploy.job) {
      return {WayBack::Known, "", part.where, "", ""};
    }
  }
  for (const ChainPart& part : chain.parts->closed) {
    if (part.place == deploy || chain.parts->comes_before(deploy, part.place)) {
      return {WayBack::Unknown, part.what, part.where, "", ""};
    }
  }
  if (chain.deploying->run->entry == nullptr) {
    return {WayBack::Unknown, "no workflow here calls this one, and the caller may do it",
            chain.deploying->run->job->id.where, "", ""};
  }
  return {};
}

/// Whether nothing but a person, or another program, starts the workflow.
bool waits_for_somebody(const Workflow& workflow) {
  static constexpr std::array<std::string_view, 3> kByHand = {
      "workflow_dispatch", "repository_dispatch", "workflow_call"};
  return std::all_of(
      workflow.triggers.begin(), workflow.triggers.end(),
      [](const Trigger& trigger) { return text::one_of(trigger.event.value, kByHand); });
}

/// What a rollback workflow is worth that somebody has to start, for a run whose smoke test, at
/// `asks`, is sure to end it.
WayBackAnswer behind_smoke(const Workflow& workflow, const StepCommand& asks) {
  const std::string& path = workflow.source.path();
  const std::string file = path.substr(path.rfind('/') + 1);
  return {WayBack::ByHand,
          "the run knows that the version is broken: add a step with `if: failure()` behind `" +
              text::shortened(text::joined(asks.command.words), 60) +
              "` that deploys the version before; keep `" + file + "` for what shows later",
          workflow.where,
          "when the smoke test behind it fails, the broken version stays until somebody starts `" +
              file + "`",
          "the rollback that somebody starts"};
}

/// Whether the step says that it goes back, and runs nothing that could: `echo "rolling back"`.
/// One that tells people to do it says no such thing.
bool only_says(const JobScript& script, const Step& step) {
  const bool closed = std::any_of(script.open.begin(), script.open.end(),
                                  [&](const OpenRun& open) { return open.step == &step; });
  if (step.kind != Step::Kind::Run || closed || !script.commands_of(step).empty()) {
    return false;
  }
  const std::string name = text::lower(step.name ? step.name->value : "");
  const std::string run = text::lower(step.run.value);
  const bool told = text::contains_any(name + " " + run, {"hand", "manual", "please"});
  return !told && (names_rollback(name) || text::contains_any(run, {"rolling back", "rolls back"}));
}

/// The step behind the deploy that only says that it goes back.
std::optional<RunPlace> empty_promise(const RunParts& parts, const RunPlace& deploy) {
  for (std::size_t at = 0; at < parts.graph.jobs().size(); ++at) {
    for (const RunStep& one : parts.graph.jobs()[at].steps) {
      const RunPlace place{at, one.step};
      if (parts.comes_before(deploy, place) &&
          only_says(*parts.graph.jobs()[at].run->script, *one.step)) {
        return place;
      }
    }
  }
  return std::nullopt;
}

/// What a rollback that somebody has to start leaves open.
WayBackAnswer by_hand(const Chain& chain, const RunPlace& deploy, const Workflow& rollback,
                      const AuditInput& input) {
  if (const auto promise = empty_promise(*chain.parts, deploy)) {
    return {WayBack::ByHand,
            "let the step deploy the version before, or say who does",
            promise->step->where,
            chain.parts->named(*promise) +
                " behind it says that it goes back, and runs nothing that does",
            "the step that only says so",
            Severity::Medium};
  }
  const auto smoke =
      input.model<SmokeTests>().best_behind(*chain.deploying, input.model<JobRuns>());
  return smoke && smoke->verdict->strength == SmokeStrength::Blocking
             ? behind_smoke(rollback, *smoke->command)
             : WayBackAnswer{WayBack::Known, "", rollback.where, "", ""};
}

/// Another workflow that is there for it.
WayBackAnswer by_sibling(const Chain& chain, const RunPlace& deploy, const AuditInput& input) {
  const Workflow* waiting = nullptr;
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    const bool same = &workflow == chain.deploying->run->workflow;
    if (same || !is_rollback_workflow(workflow)) {
      continue;
    }
    if (!waits_for_somebody(workflow)) {
      return {WayBack::Known, "", workflow.where, "", ""};
    }
    waiting = waiting == nullptr ? &workflow : waiting;
  }
  return waiting == nullptr ? WayBackAnswer{} : by_hand(chain, deploy, *waiting, input);
}

/// Whether somebody can start the deploy with an older version.
WayBackAnswer by_input(const Chain& chain) {
  const Workflow* entry = chain.deploying->run->entry;
  const bool by_hand = entry != nullptr && entry->find_trigger("workflow_dispatch") != nullptr;
  const Input* version = by_hand ? version_input(*entry) : nullptr;
  if (version == nullptr) {
    return {};
  }
  return {WayBack::ByHand,
          "somebody has to know the version that ran before, and start the workflow with it as `" +
              version->name.value + "`",
          version->name.where, std::string(kNothingGoesBack),
          "the version to go back to is given here"};
}

/// The best of all ways.
WayBackAnswer way_back(const Chain& chain, const Deploy& deploy, const AuditInput& input) {
  WayBackAnswer best;
  const RunPlace place{chain.job, deploy.step};
  for (const WayBackAnswer& answer : {by_run(chain, place), by_platform(deploy),
                                      by_sibling(chain, place, input), by_input(chain)}) {
    if (answer.way > best.way) {
      best = answer;
    }
  }
  return best;
}

void report_no_way_back(const Chain& chain, const Deploy& deploy, const WayBackAnswer& answer,
                        Outcomes& out) {
  const Asset asset = chain.deploying->run->asset();
  if (answer.way == WayBack::Unknown) {
    out.undecided(
        asset, deploy.where,
        "whether something takes `" + deploy.verb + "` back is not known: " + answer.because);
    return;
  }
  const bool by_hand = answer.way == WayBack::ByHand;
  auto draft = out.fail(
      asset, deploy.where,
      text_witness("scenario", "`" + deploy.verb + "` brings a broken version, and it stays"));
  draft.arg("job", chain.deploying->run->job->id.value)
      .arg("verb", deploy.verb)
      .arg("gap", by_hand ? answer.gap : std::string(kNothingGoesBack))
      .severity(graded(by_hand ? answer.severity : Severity::Medium, chain.deploying->guess.kind))
      .because(by_hand
                   ? answer.because
                   : "save the version that runs before it, and add a step with `if: failure()` "
                     "behind the smoke test that deploys that one");
  if (by_hand) {
    draft.related(answer.where, answer.what);
  }
  add_calls(draft, deploy.via);
}

void no_rollback_path(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const Deploy* worst = nullptr;
    WayBackAnswer worst_answer;
    for (const TimedDeploy* timed : chain.deploys) {
      if (is_infrastructure(timed->deploy)) {
        continue;
      }
      WayBackAnswer answer = way_back(chain, timed->deploy, input);
      if (worst == nullptr || answer.way < worst_answer.way) {
        worst = &timed->deploy;
        worst_answer = std::move(answer);
      }
    }
    if (worst == nullptr || is_rollback_workflow(*chain.deploying->run->workflow)) {
      continue;
    }
    if (worst_answer.way == WayBack::Known) {
      out.pass(chain.deploying->run->asset(), worst_answer.where);
    } else {
      report_no_way_back(chain, *worst, worst_answer, out);
    }
  }
}

const Register kNoRollbackPathCheck{
    "workflow-no-rollback-path", no_rollback_path, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
