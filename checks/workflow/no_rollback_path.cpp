// A deploy that nothing in the repository takes back: no step or job behind it, no workflow to
// start by hand, no platform that does it by itself.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"

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

/// What takes the deploy back; `Closed`: perhaps what cannot be read here.
enum class WayBack { None, ByHand, Unknown, Known };

struct WayBackAnswer {
  WayBack way = WayBack::None;
  std::string because;
  SourceRef where;
};

WayBackAnswer by_platform(const Deploy& deploy) {
  const text::Node table = platform_table();
  if (text::one_of(deploy.kind, table.texts_under("kinds")) || tells_platform(deploy)) {
    return {WayBack::Known, "", deploy.where};
  }
  if (text::one_of(deploy.kind, table.texts_under("unknown_kinds"))) {
    return {
        WayBack::Unknown,
        "the deployment group in AWS says whether CodeDeploy goes back by itself, and it is not "
        "among the facts",
        deploy.where};
  }
  return {};
}

/// What stands behind the deploy in the same run.
WayBackAnswer by_run(const Chain& chain, const RunPlace& deploy) {
  for (const ChainPart& part : chain.parts->rollbacks) {
    if (chain.parts->comes_before(deploy, part.place) || part.place.job != deploy.job) {
      return {WayBack::Known, "", part.where};
    }
  }
  for (const ChainPart& part : chain.parts->closed) {
    if (part.place == deploy || chain.parts->comes_before(deploy, part.place)) {
      return {WayBack::Unknown, part.what, part.where};
    }
  }
  if (chain.deploying->run->entry == nullptr) {
    return {WayBack::Unknown, "no workflow here calls this one, and the caller may do it",
            chain.deploying->run->job->id.where};
  }
  return {};
}

/// Another workflow that is there for it.
WayBackAnswer by_sibling(const Chain& chain, const Workflows& workflows) {
  for (const Workflow& workflow : workflows.all()) {
    const bool same = &workflow == chain.deploying->run->workflow;
    if (!same && is_rollback_workflow(workflow)) {
      return {WayBack::Known, "", workflow.where};
    }
  }
  return {};
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
          version->name.where};
}

/// The best of all ways.
WayBackAnswer way_back(const Chain& chain, const Deploy& deploy, const Workflows& workflows) {
  WayBackAnswer best;
  const RunPlace place{chain.job, deploy.step};
  for (const WayBackAnswer& answer :
       {by_run(chain, place), by_platform(deploy), by_sibling(chain, workflows), by_input(chain)}) {
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
      .severity(graded(by_hand ? Severity::Low : Severity::Medium, chain.deploying->guess.kind))
      .because(by_hand
                   ? answer.because
                   : "save the version that runs before it, and add a step with `if: failure()` "
                     "behind the smoke test that deploys that one");
  if (by_hand) {
    draft.related(answer.where, "the version to go back to is given here");
  }
  add_calls(draft, deploy.via);
}

void no_rollback_path(const AuditInput& input, Outcomes& out) {
  const Workflows& workflows = input.model<Workflows>();
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const Deploy* worst = nullptr;
    WayBackAnswer worst_answer;
    for (const TimedDeploy* timed : chain.deploys) {
      if (is_infrastructure(timed->deploy)) {
        continue;
      }
      WayBackAnswer answer = way_back(chain, timed->deploy, workflows);
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
