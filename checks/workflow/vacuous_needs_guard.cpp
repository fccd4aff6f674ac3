// A deploy whose condition was meant to hold it back, and does not: the tests before it fail, and
// it runs. Asked of a simulated run in which they fail.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/guard.h"

namespace muster::workflow {
namespace {

/// A condition over the deploy that replaces "all before succeeded" by something of its own.
struct Guard {
  const Text* condition = nullptr;
  const Job* job = nullptr;
  bool of_job = false;
  /// It reads `needs`, and the job has none.
  bool empty = false;
};

std::optional<Guard> guard_in(const std::optional<Text>& condition, const Job& job, bool of_job) {
  if (!condition) {
    return std::nullopt;
  }
  const OpenCondition parsed = OpenCondition::parse(&condition->value);
  const bool empty =
      of_job && job.needs.empty() &&
      std::any_of(parsed.parts().begin(), parsed.parts().end(), [](const auto& part) {
        return std::any_of(part.names.begin(), part.names.end(), [](const auto& name) {
          return name == "needs" || name.starts_with("needs.");
        });
      });
  return parsed.asks_for_status() || empty ? std::optional(Guard{&*condition, &job, of_job, empty})
                                           : std::nullopt;
}

/// The guards over a deploy, outermost first.
std::vector<Guard> guards_of(const Chain& chain, const Step& step) {
  std::vector<Guard> guards;
  const auto add = [&](const std::optional<Text>& condition, const Job& job, bool of_job) {
    if (auto guard = guard_in(condition, job, of_job)) {
      guards.push_back(*guard);
    }
  };
  const JobRun& run = *chain.deploying->run;
  for (const auto& caller : run.callers) {
    add(caller.second->condition, *caller.second, true);
  }
  add(run.job->condition, *run.job, true);
  for (const ActionCall& call : run.script->calls_of(&step)) {
    add(call.step->condition, *run.job, false);
  }
  add(step.condition, *run.job, false);
  return guards;
}

/// What can fail in front of the deploy: tests; without tests the jobs that it waits for.
std::vector<ChainPart> faults_before(const Chain& chain, const RunPlace& deploy, bool unbound) {
  std::vector<ChainPart> found;
  for (const ChainPart& test : chain.parts->tests) {
    const bool before = chain.parts->comes_before(test.place, deploy);
    const bool beside =
        unbound && test.place.job != deploy.job && !chain.parts->comes_before(deploy, test.place);
    if (before || beside) {
      found.push_back(test);
    }
  }
  const RunJob& job = chain.parts->graph.jobs()[deploy.job];
  for (std::size_t i = 0; found.empty() && i < job.needs.size(); ++i) {
    const Job& need = *chain.parts->graph.jobs()[job.needs[i]].job;
    found.push_back({{job.needs[i], nullptr}, need.id.where, "", false});
  }
  return found;
}

/// What became of one deploy.
struct GuardVerdict {
  enum class Kind { Holds, Open, Fails };

  Kind kind = Kind::Holds;
  ChainPart fault;
  std::string event;
  std::vector<std::string> assumed;
  bool gave_up = false;
};

/// Whether the deploy runs although this failed.
GuardVerdict judge_fault(const Chain& chain, const RunPlace& deploy, const ChainPart& fault,
                         const std::string& event, Simulator& simulator) {
  const RunPlace job{fault.place.job, nullptr};
  const Tally tally = simulator.ask(
      chain.parts->graph, event, {deploy, fault.place, job}, {fault.place, Ending::Failure},
      [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
        if (!good.ran(deploy) || !good.ran(fault.place) || bad.ending(job) != Ending::Failure) {
          return std::nullopt;
        }
        return bad.ran(deploy);
      });
  if (tally.yes == 0 && !tally.gave_up) {
    return {};
  }
  const auto kind = tally.always() ? GuardVerdict::Kind::Fails : GuardVerdict::Kind::Open;
  return {kind, fault, event, tally.yes_world, tally.gave_up};
}

/// The worst over all that can fail. Without tests in front it is only a fault when nothing that
/// the job waits for can hold it back.
GuardVerdict judge_deploy(const Chain& chain, const RunPlace& deploy, bool unbound,
                          Simulator& simulator) {
  const std::vector<ChainPart> faults = faults_before(chain, deploy, unbound);
  GuardVerdict worst;
  GuardVerdict given_up;
  std::size_t failing = 0;
  std::size_t unknown = 0;
  for (const ChainPart& fault : faults) {
    GuardVerdict one;
    for (const std::string& event : chain.events) {
      GuardVerdict found = judge_fault(chain, deploy, fault, event, simulator);
      if (found.kind > one.kind) {
        one = std::move(found);
      }
    }
    failing += one.kind == GuardVerdict::Kind::Fails ? 1 : 0;
    if (one.gave_up) {
      ++unknown;
      given_up = one;
    }
    if (one.kind > worst.kind) {
      worst = std::move(one);
    }
  }
  const bool tests = !faults.empty() && !faults.front().what.empty();
  if (tests || failing == faults.size()) {
    return worst;
  }
  return failing + unknown == faults.size() ? given_up : GuardVerdict{};
}

std::string failing_words(const RunParts& parts, const ChainPart& fault) {
  const std::string job = "`" + parts.graph.jobs()[fault.place.job].job->id.value + "`";
  return fault.what.empty() ? "job " + job : "`" + fault.what + "` in job " + job;
}

/// Why the guard lets it through, and what to write instead.
std::string guard_words(const Guard& guard, const Chain& chain, const GuardVerdict& verdict) {
  const std::string text = "`if: " + std::string(text::trim(guard.condition->value)) + "`";
  const std::string failed = verdict.fault.where.span.line == 0
                                 ? ""
                                 : chain.parts->graph.jobs()[verdict.fault.place.job].job->id.value;
  if (guard.empty) {
    return text + " reads `needs`, but job `" + guard.job->id.value +
           "` has no `needs`, so there is nothing to fail; add `needs: [" +
           (failed.empty() ? "test" : failed) + "]`";
  }
  const std::string words =
      text + " takes the place of `success()` and still holds; leave the " + "status function out";
  return guard.of_job ? words + ", or add `&& needs." + failed + ".result == 'success'`" : words;
}

void report_guard(const Chain& chain, const Deploy& deploy, const std::vector<Guard>& guards,
                  const GuardVerdict& verdict, Outcomes& out) {
  const RunParts& parts = *chain.parts;
  const JobRun& run = *chain.deploying->run;
  const std::string failing = failing_words(parts, verdict.fault);
  const auto guard =
      std::find_if(guards.begin(), guards.end(), [](const Guard& one) { return one.empty; });
  const Guard& named = guard != guards.end() ? *guard : guards.back();
  if (verdict.kind == GuardVerdict::Kind::Open) {
    out.undecided(run.asset(), named.condition->where,
                  "whether it deploys after " + failing + " failed " +
                      (verdict.gave_up
                           ? std::string(kTooManyWays)
                           : "depends on what only the run knows: " +
                                 (verdict.assumed.empty() ? "its conditions"
                                                          : "`" + verdict.assumed.front() + "`")));
    return;
  }
  Witness witness = text_witness("scenario", failing + " fails");
  witness.fields.front().values.push_back("job `" + run.job->id.value + "` runs `" + deploy.verb +
                                          "`");
  if (!verdict.event.empty()) {
    witness.fields.push_back({"event", {verdict.event}});
  }
  const bool tests = !verdict.fault.what.empty();
  out.fail(run.asset(), named.condition->where, std::move(witness))
      .arg("job", run.job->id.value)
      .arg("verb", deploy.verb)
      .arg("failing", failing)
      .severity(graded(tests ? Severity::High : Severity::Medium, chain.deploying->guess.kind))
      .because(guard_words(named, chain, verdict))
      .related(verdict.fault.where, "what fails")
      .related(deploy.where, "what deploys all the same");
}

/// The first deploy of the chain that is not held back.
struct UnguardedDeploy {
  const TimedDeploy* deploy = nullptr;
  std::vector<Guard> guards;
  GuardVerdict verdict;
};

UnguardedDeploy first_unguarded(const Chain& chain, Simulator& simulator) {
  for (const TimedDeploy* timed : chain.deploys) {
    const RunPlace deploy = chain.place(*timed);
    std::vector<Guard> guards = guards_of(chain, *timed->deploy.step);
    const bool unbound =
        std::any_of(guards.begin(), guards.end(), [](const Guard& guard) { return guard.empty; });
    GuardVerdict verdict =
        guards.empty() ? GuardVerdict{} : judge_deploy(chain, deploy, unbound, simulator);
    if (verdict.kind != GuardVerdict::Kind::Holds) {
      return {timed, std::move(guards), std::move(verdict)};
    }
  }
  return {};
}

/// Reports it; false when all are held back.
bool judge_chain(const Chain& chain, Simulator& simulator, Outcomes& out) {
  const UnguardedDeploy found = first_unguarded(chain, simulator);
  if (found.deploy != nullptr) {
    report_guard(chain, found.deploy->deploy, found.guards, found.verdict, out);
  }
  return found.deploy != nullptr;
}

void vacuous_needs_guard(const AuditInput& input, Outcomes& out) {
  Simulator simulator(input.intent());
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const bool found = std::any_of(job.begin(), job.end(), [&](const Chain& chain) {
      return judge_chain(chain, simulator, out);
    });
    if (!found) {
      const JobRun& run = *job.front().deploying->run;
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kVacuousNeedsGuardCheck{
    "workflow-vacuous-needs-guard", vacuous_needs_guard, {unreadable_workflows}};

}  // namespace

bool runs_past_guard(const Chain& chain, Simulator& simulator) {
  return first_unguarded(chain, simulator).verdict.kind == GuardVerdict::Kind::Fails;
}

}  // namespace muster::workflow
