// A job that calls AWS for something its role may not do: the deploy stops halfway with
// AccessDenied. A call counts as refused only when no request of its action, on any resource that
// it can be about, is allowed by all that is known of the role. Source: Service Authorization
// Reference; IAM User Guide, "Policy evaluation logic".
#include <algorithm>
#include <map>
#include <memory>

#include "checks/iam/model.h"
#include "checks/iam/resource_policies.h"
#include "checks/workflow/aws_calls.h"
#include "checks/workflow/path_powers.h"
#include "checks/workflow/received.h"
#include "checks/workflow/shell_signal.h"
#include "checks/workflow/smoke.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

enum class CallVerdict { Allowed, Refused, Open };

struct CallAnswer {
  CallVerdict verdict = CallVerdict::Open;
  /// `Open`: why; empty when that is the matter of other rules.
  std::string reason;
};

/// A call with the place where it is made.
struct PlacedCall {
  AwsCall call;
  SourceRef where;
  std::vector<SourceRef> via;
  const Step* step = nullptr;
};

/// What is known of one role in one job.
struct RoleCalls {
  const iam::Role* role = nullptr;
  SourceRef first;
  std::vector<PlacedCall> refused;
  std::string open;
};

/// What roles may do, asked once for each question.
class CallPowers {
 public:
  explicit CallPowers(const AuditInput& input) : resources_(input.model<iam::ResourcePolicies>()) {
    for (const iam::PipelineRole& role : input.model<iam::PipelineRoles>().all()) {
      judged_.emplace(role.role, &role);
    }
  }

  CallAnswer answer(const iam::Role& role, const AwsCall& call) {
    const auto judged = judged_.find(&role);
    if (judged == judged_.end()) {
      return {};
    }
    if (call.action.empty()) {
      return {
          CallVerdict::Open,
          "what `" + call.asker + "` needs is not known, and whether the role may do it neither"};
    }
    const std::string service = call.context.empty() ? "" : call.context.front().values[0].value;
    const auto key = std::tuple(&role, call.action, call.resource, service);
    const auto known = known_.find(key);
    return known != known_.end() ? known->second
                                 : known_.emplace(key, ask(*judged->second, call)).first->second;
  }

 private:
  CallAnswer ask(const iam::PipelineRole& judged, const AwsCall& call) {
    auto& powers = powers_[judged.role];
    if (!powers) {
      powers = std::make_unique<iam::Powers>(judged);
    }
    std::string doubt;
    for (const std::string& resource : resources_of(call)) {
      const Proof proof = powers->can({call.action, resource, call.context});
      if (proof.is_yes()) {
        return {CallVerdict::Allowed, {}};
      }
      doubt = proof.is_undecided() ? proof.reason() : doubt;
    }
    const auto unknown = judged.unknown_policies();
    if (!unknown.empty()) {
      doubt = "the text of its policy `" + label(*unknown.front()) + "` is not known";
    } else if (doubt.empty() && resource_may_allow(*judged.role, call)) {
      doubt = "the policy of a resource may allow `" + call.action + "` to it";
    }
    return {doubt.empty() ? CallVerdict::Refused : CallVerdict::Open, doubt};
  }

  static std::vector<std::string> resources_of(const AwsCall& call) {
    if (!call.resource.empty()) {
      return {call.resource};
    }
    const policy::Catalogue& catalogue = policy::embedded_catalogue();
    const policy::Action* action = catalogue.find_action(call.action);
    if (action == nullptr) {
      return {"*"};
    }
    std::vector<std::string> all = any_resource(*action);
    const auto uses = catalogue.uses(*action);
    const bool may_lack = std::none_of(uses.begin(), uses.end(),
                                       [](const policy::ResourceUse& use) { return use.required; });
    if (may_lack && all.front() != "*") {
      all.emplace_back("*");
    }
    return all;
  }

  /// Whether a known policy of a resource lets the role in for the action: within an account that
  /// is enough.
  [[nodiscard]] bool resource_may_allow(const iam::Role& role, const AwsCall& call) const {
    const std::string service = call.action.substr(0, call.action.find(':'));
    const auto speaks = [&](const iam::ResourcePolicy& policy) {
      if (iam::arn_field(policy.arn, iam::kServiceField) != service || !policy.policy) {
        return false;
      }
      policy::Request request;
      request.principal = role.arn;
      request.action = call.action;
      request.resource = policy.arn;
      const auto& statements = policy.policy->statements;
      return std::any_of(statements.begin(), statements.end(), [&](const auto& statement) {
        const auto trace = policy::evaluate_statement(statement, policy.policy->version, request);
        return statement.effect == policy::Effect::Allow &&
               (trace.truth != policy::Truth::No || trace.part == policy::StatementPart::Resource ||
                trace.part == policy::StatementPart::Condition);
      });
    };
    return std::any_of(resources_.all().begin(), resources_.all().end(), speaks);
  }

  const iam::ResourcePolicies& resources_;
  std::map<const iam::Role*, const iam::PipelineRole*> judged_;
  std::map<const iam::Role*, std::unique_ptr<iam::Powers>> powers_;
  std::map<std::tuple<const iam::Role*, std::string, std::string, std::string>, CallAnswer> known_;
};

/// The calls of a job up to where its credential may become one that is not recognised.
std::vector<PlacedCall> calls_of(const JobRun& run, const Sources& sources, const Intent& intent) {
  std::vector<PlacedCall> found;
  for (const Step* step : run.script->steps) {
    const auto commands = run.script->commands_of(*step);
    const bool ends = may_change_credential(*step) ||
                      std::any_of(commands.begin(), commands.end(), [&](const StepCommand& item) {
                        const Document* file = sources.script(item.where.source.path());
                        return file != nullptr && names_other_credential(file->bytes);
                      });
    if (ends) {
      return found;
    }
    for (AwsCall& call : aws_calls_of(*step)) {
      found.push_back({std::move(call), step->uses.where, {}, step});
    }
    const Scope scope = run.scope(intent, step);
    for (const StepCommand& item : commands) {
      for (AwsCall& call : aws_calls_of(item.command, scope)) {
        found.push_back({std::move(call), item.where, item.via, step});
      }
    }
  }
  return found;
}

/// Whether nothing but the job decides whether the step runs.
bool runs_always(const JobRun& run, const Step& step) {
  const auto& around = run.script->calls_of(&step);
  return !step.condition && std::none_of(around.begin(), around.end(), [](const ActionCall& call) {
    return call.step->condition.has_value();
  });
}

/// What the step may hold when the run starts so: one role, or one of several where conditions
/// choose. Nothing when one of them is not known.
std::vector<std::string> roles_held(const JobRun& run, const Step& step, const Presented& start,
                                    const Intent& intent) {
  const auto& steps = run.script->steps;
  const auto at = std::find(steps.begin(), steps.end(), &step);
  std::vector<std::string> held;
  bool known = true;
  for (const Credential& credential : run.recognised->credentials) {
    if (credential.step == nullptr) {
      return {};
    }
    const bool before = std::find(steps.begin(), at, credential.step) != at;
    const Scope scope = scope_at(run, credential.step, start, start.moment_on_ref(), intent);
    const auto& condition = credential.step->condition;
    if (!before || (condition && !may_hold(condition->value, scope))) {
      continue;
    }
    if (runs_always(run, *credential.step)) {
      held.clear();
      known = true;
    }
    Values arns = credential.role.value.empty() ? Values{{}, false, {}}
                                                : role_at(run, credential, start, intent);
    if (arns.only() == nullptr && credential.step->kind == Step::Kind::Uses) {
      // What the ref of the start decides.
      arns = resolve(credential.role.value, scope);
    }
    known = known && arns.only() != nullptr;
    held.push_back(known ? *arns.only() : "");
  }
  return known ? held : std::vector<std::string>();
}

/// Whether nobody sees the call fail: the step goes on, or its script swallows the status.
bool is_swallowed(const JobRun& run, const PlacedCall& placed) {
  const Step& step = *placed.step;
  if (step.continue_on_error && step.continue_on_error->value == "true") {
    return true;
  }
  const auto options = shell_options(shell_text(*run.workflow, *run.job, step));
  if (step.kind != Step::Kind::Run || !options || !placed.via.empty()) {
    return false;
  }
  const ShellProgram program =
      compile_shell(step.run.value, *options, [&](const std::vector<std::string>& words) {
        return Command{words, 0, 0, false}.starts_with(placed.call.asker);
      });
  return program.has_asked && signal_of(program, Failing::Status).kind == Signal::Kind::Never;
}

/// Judges one call for all starts of its step.
void judge_call(const JobRun& run, const PlacedCall& placed, const AuditInput& input,
                CallPowers& powers, std::map<std::string, RoleCalls>& roles) {
  for (const Presented& start : presented(up_to(run, *placed.step), input.intent())) {
    const auto held = roles_held(run, *placed.step, start, input.intent());
    std::vector<CallAnswer> answers;
    std::vector<const iam::Role*> known;
    for (const std::string& arn : held) {
      const iam::Role* role = input.model<iam::Roles>().find(arn);
      known.push_back(role);
      answers.push_back(role == nullptr ? CallAnswer() : powers.answer(*role, placed.call));
    }
    const bool same = std::all_of(answers.begin(), answers.end(), [&](const CallAnswer& answer) {
      return answer.verdict == answers.front().verdict;
    });
    if (answers.empty() || !same || known.front() == nullptr) {
      continue;
    }
    const CallAnswer& answer = answers.front();
    if (answer.verdict == CallVerdict::Open && answer.reason.empty()) {
      continue;
    }
    RoleCalls& calls = roles[held.front()];
    if (calls.role == nullptr) {
      calls.role = known.front();
      calls.first = placed.where;
    }
    calls.open = answer.verdict == CallVerdict::Open ? answer.reason : calls.open;
    const bool told =
        std::any_of(calls.refused.begin(), calls.refused.end(), [&](const PlacedCall& earlier) {
          return earlier.call.action == placed.call.action &&
                 earlier.call.resource == placed.call.resource;
        });
    if (answer.verdict == CallVerdict::Refused && !told && !is_swallowed(run, placed)) {
      calls.refused.push_back(placed);
    }
  }
}

/// What the call can be about, in the role's partition; empty = anything.
std::string target_of(const AwsCall& call, const iam::Role& role) {
  constexpr std::string_view kAnyPartition = "arn:*:";
  if (!call.resource.starts_with(kAnyPartition)) {
    return call.resource;
  }
  return "arn:" + std::string(iam::arn_field(role.arn, iam::kPartitionField)) + ":" +
         call.resource.substr(kAnyPartition.size());
}

std::string target_words(const AwsCall& call, const iam::Role& role) {
  const std::string target = target_of(call, role);
  return target.empty() ? "" : " on `" + target + "`";
}

void report_role(const JobRun& run, const RoleCalls& calls, Outcomes& out) {
  const std::string anchor = "role:" + calls.role->name;
  if (calls.refused.empty()) {
    if (calls.open.empty()) {
      out.pass(run.asset(), calls.first).anchor(anchor);
    } else {
      out.undecided(run.asset(), calls.first, calls.open).anchor(anchor);
    }
    return;
  }
  const auto sure = std::find_if(calls.refused.begin(), calls.refused.end(),
                                 [](const PlacedCall& one) { return !one.call.presumed; });
  const bool presumed = sure == calls.refused.end();
  const PlacedCall& first = presumed ? calls.refused.front() : *sure;
  Witness witness{WitnessKind::Request,
                  {{"principal", {calls.role->arn}}, {"action", {first.call.action}}}};
  if (std::string target = target_of(first.call, *calls.role); !target.empty()) {
    witness.fields.push_back({"resource", {std::move(target)}});
  }
  auto draft = out.fail(run.asset(), first.where, std::move(witness));
  draft.arg("job", run.job->id.value)
      .arg("call", first.call.asker)
      .arg("action", first.call.action)
      .arg("target", target_words(first.call, *calls.role))
      .arg("name", calls.role->name)
      .anchor(anchor)
      .related(calls.role->where, "the role");
  std::string also;
  for (const PlacedCall& one : calls.refused) {
    if (&one != &first) {
      also += (also.empty() ? "it may not call `" : ", `") + one.call.action + "`" +
              target_words(one.call, *calls.role) + " (" + one.call.asker + ")";
      draft.related(one.where, "which calls `" + one.call.action + "`");
    }
  }
  if (presumed) {
    draft.severity(Severity::Low)
        .because("a task definition that names an execution or task role is refused");
  } else if (!also.empty()) {
    draft.because(also + " either");
  }
  add_calls(draft, first.via);
}

bool sets_credential(const std::vector<Entry>& env) {
  return std::any_of(env.begin(), env.end(),
                     [](const Entry& entry) { return names_other_credential(entry.name.value); });
}

void call_not_allowed(const AuditInput& input, Outcomes& out) {
  CallPowers powers(input);
  const Sources& sources = input.model<Sources>();
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    std::map<std::string, RoleCalls> roles;
    for (const JobRun* run : runs) {
      if (run->recognised->credentials.empty() || sets_credential(run->job->env) ||
          sets_credential(run->workflow->env)) {
        continue;
      }
      for (const PlacedCall& placed : calls_of(*run, sources, input.intent())) {
        judge_call(*run, placed, input, powers, roles);
      }
    }
    for (const auto& [arn, calls] : roles) {
      report_role(*runs.front(), calls, out);
    }
  }
}

const Register kCallNotAllowedCheck{
    "workflow-call-not-allowed", call_not_allowed, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
