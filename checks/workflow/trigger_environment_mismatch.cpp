// A branch or tag that is meant for one environment and deploys to another: `*-dev` to production.
// What a ref is for is read off its name, what an environment is for off muster.yaml, else off
// names. Only refs on which the deploy certainly runs count. Source: GitHub Docs, "Events that
// trigger workflows", `push`.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "checks/iam/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/filter.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {
namespace {

/// What an environment is for, and by what.
struct KnownClass {
  EnvironmentClass kind = EnvironmentClass::Unknown;
  std::string from;
  /// By the environment, the role or what the commands name; not by the name of a job or file.
  bool strong = true;
};

/// A pushed ref with the deploy that it starts.
struct PushedDeploy {
  const DeployingRun* run = nullptr;
  const TimedDeploy* deploy = nullptr;
  const Presented* start = nullptr;
  /// `refs/tags/*-dev`
  std::string ref;
  KnownClass to;
};

/// `*-dev` of `refs/tags/*-dev`.
std::string_view short_ref(std::string_view ref) {
  return ref.substr(std::min(ref.find('/', 5) + 1, ref.size()));
}

EnvironmentClass class_of_ref(std::string_view ref) {
  static constexpr std::array<std::string_view, 2> kDevelop = {"develop", "devel"};
  const std::string_view name = short_ref(ref);
  const EnvironmentClass kind = class_of_name(name);
  const bool develop = kind == EnvironmentClass::Unknown && text::one_of(name, kDevelop);
  return develop ? EnvironmentClass::Development : kind;
}

/// A ref of the glob.
std::string one_of_glob(std::string ref) {
  std::replace(ref.begin(), ref.end(), '*', '1');
  std::replace(ref.begin(), ref.end(), '?', '1');
  return ref;
}

/// The role that the deploy is made with on this ref; empty when it is not known.
std::string role_of(const DeployingRun& deploying, const Presented& start, const std::string& ref,
                    const Intent& intent) {
  std::string role;
  for (const Credential& credential : deploying.run->recognised->credentials) {
    if (credential.role.value.empty() || credential.step == nullptr) {
      return "";
    }
    const Scope scope = scope_at(*deploying.run, credential.step, start,
                                 {start.event, one_of_glob(ref), start.choices}, intent);
    const Values arns = credential.step->kind == Step::Kind::Run
                            ? resolve_word(credential.role.value, scope)
                            : resolve(credential.role.value, scope);
    if (arns.only() == nullptr || (!role.empty() && role != *arns.only())) {
      return "";
    }
    role = *arns.only();
  }
  return role;
}

/// Whether what the commands name is for one class of environments alone: a shell's `if` may choose
/// otherwise.
bool names_one_class(const JobRun& run) {
  std::set<EnvironmentClass> found;
  for (const StepCommand& item : run.script->commands) {
    for (const char* option : {"--cluster", "--service", "--function-name", "--stack-name"}) {
      found.insert(class_of_name(item.command.option(option)));
    }
  }
  found.erase(EnvironmentClass::Unknown);
  return found.size() < 2;
}

KnownClass class_for(const DeployingRun& deploying, const Presented& start, const std::string& ref,
                     const Intent& intent) {
  if (start.tokens.context == oidc::ContextKind::Environment) {
    const auto& name = start.tokens.environment;
    return name ? KnownClass{class_of_environment(*name, intent), "environment `" + *name + "`"}
                : KnownClass();
  }
  if (const std::string role = role_of(deploying, start, ref, intent); !role.empty()) {
    EnvironmentClass kind = declared_class(role, intent);
    kind = kind == EnvironmentClass::Unknown ? class_of_name(iam::last_part(role)) : kind;
    if (kind != EnvironmentClass::Unknown) {
      return {kind, "role `" + iam::last_part(role) + "`"};
    }
  }
  const EnvironmentGuess& guess = deploying.guess;
  if (guess.from.starts_with("role ") || guess.from.starts_with("environment ") ||
      !names_one_class(*deploying.run)) {
    return {};
  }
  const std::size_t space = std::min(guess.from.find(' '), guess.from.size() - 1);
  const std::string from = guess.from.substr(0, space) + " `" + guess.from.substr(space + 1) + "`";
  const bool weak = guess.from.starts_with("job ") || guess.from.starts_with("workflow ") ||
                    guess.from.starts_with("file ");
  return {guess.kind, from, !weak};
}

bool certainly_holds(const std::optional<Text>& condition, const Scope& scope) {
  return !condition || must_hold(condition->value, scope);
}

/// Whether a script of the job may choose by the ref itself, up to this step.
bool asks_for_ref_in_shell(const JobRun& run, const Step& step) {
  static constexpr std::array<std::string_view, 5> kRefs = {
      "GITHUB_REF", "github.ref", "github.head_ref", "abbrev-ref", "show-current"};
  static constexpr std::array<std::string_view, 5> kChoices = {"if ", "case ", "[ ", "test ",
                                                               "exit"};
  return std::any_of(run.script->steps.begin(), run.script->steps.end(), [&](const Step* one) {
    const bool given = std::any_of(one->env.begin(), one->env.end(), [&](const Entry& entry) {
      return text::contains_any(entry.value.value, kRefs);
    });
    return one->index <= step.index && text::contains_any(one->run.value, kChoices) &&
           (given || text::contains_any(one->run.value, kRefs));
  });
}

/// Whether every condition on the way to the deploy holds on this ref.
bool certainly_runs(const PushedDeploy& pushed, const Intent& intent) {
  const JobRun& run = *pushed.run->run;
  const Step& step = *pushed.deploy->deploy.step;
  if (asks_for_ref_in_shell(run, step)) {
    return false;
  }
  const Moment moment{pushed.start->event, one_of_glob(pushed.ref), pushed.start->choices};
  bool certain = certainly_holds(run.job->condition, run.scope(intent, nullptr, moment)) &&
                 certainly_holds(step.condition, run.scope(intent, &step, moment));
  for (const ActionCall& call : run.script->calls_of(&step)) {
    certain =
        certain && certainly_holds(call.step->condition, run.scope(intent, call.step, moment));
  }
  for (const Job* needed : run.workflow->needed_by(*run.job)) {
    certain =
        certain && certainly_holds(needed->condition,
                                   run.outer_scope(intent, *needed, run.callers.size(), moment));
  }
  for (std::size_t i = 0; i < run.callers.size(); ++i) {
    const Job& caller = *run.callers[i].second;
    certain =
        certain && certainly_holds(caller.condition, run.outer_scope(intent, caller, i, moment));
  }
  return certain;
}

/// The texts in the conditions over the deploy: of its job, its step and the calls.
std::set<std::string> words_of_conditions(const JobRun& run, const Step& step) {
  std::vector<const std::optional<Text>*> conditions{&run.job->condition, &step.condition};
  for (const auto& caller : run.callers) {
    conditions.push_back(&caller.second->condition);
  }
  std::set<std::string> words;
  for (const std::optional<Text>* condition : conditions) {
    for (std::string& word :
         *condition ? texts_in((*condition)->value) : std::vector<std::string>()) {
      words.insert(std::move(word));
    }
  }
  return words;
}

/// Refs of the glob that the conditions speak of: `v1-dev` of `v*` where one asks whether the name
/// ends with `-dev`. None for an environment that is chosen in the run, perhaps by the ref.
std::set<std::string> refs_in_conditions(const JobRun& run, const Step& step,
                                         const Presented& start, const std::string& glob) {
  std::set<std::string> found;
  const auto& environment = run.job->environment;
  const std::size_t star = glob.find('*');
  if (star == std::string::npos || (environment && has_expression(environment->name.value))) {
    return found;
  }
  const std::string kind = glob.substr(0, glob.size() - short_ref(glob).size());
  const bool is_tag = kind == "refs/tags/";
  const std::string begin = glob.substr(0, star).substr(std::min(kind.size(), star)) + "1";
  for (const std::string& word : words_of_conditions(run, step)) {
    const std::string name(word.starts_with(kind) ? short_ref(word) : word);
    const bool cut = name.find_first_of("-_./+") == 0;
    for (const std::string& one : {begin + (cut ? "" : "-") + name, name, name + "1"}) {
      const bool starts =
          is_tag ? filters_admit(start.trigger->tags, start.trigger->tags_ignore, one)
                 : filters_admit(start.trigger->branches, start.trigger->branches_ignore, one);
      if (starts && !word.empty()) {
        found.insert(kind + one);
      }
    }
  }
  return found;
}

/// All deploys that pushed refs start; those of rollbacks left out.
std::vector<PushedDeploy> pushed_deploys(const std::vector<Chain>& chains, const Intent& intent) {
  std::vector<PushedDeploy> found;
  for (const Chain& chain : chains) {
    for (const TimedDeploy* deploy : chain.deploys) {
      for (const Presented& start : deploy->starts) {
        if (start.event != "push") {
          continue;
        }
        const auto add = [&](const std::string& ref) {
          found.push_back({chain.deploying, deploy, &start, ref,
                           class_for(*chain.deploying, start, ref, intent)});
        };
        for (const std::string& ref : start.tokens.refs) {
          add(ref);
          std::ranges::for_each(
              refs_in_conditions(*chain.deploying->run, *deploy->deploy.step, start, ref), add);
        }
      }
    }
  }
  return found;
}

/// Whether some job of the run looks where the commit stands: `git merge-base --is-ancestor`.
bool asks_for_branch(const RunParts& parts) {
  static constexpr std::array<std::string_view, 4> kWords = {"merge-base", "--contains",
                                                             "--is-ancestor", "rev-list"};
  const auto asks = [](const StepCommand& item) {
    return std::any_of(item.command.words.begin(), item.command.words.end(),
                       [](const std::string& word) { return text::one_of(word, kWords); });
  };
  return std::any_of(parts.graph.jobs().begin(), parts.graph.jobs().end(), [&](const RunJob& job) {
    return job.run != nullptr &&
           std::any_of(job.run->script->commands.begin(), job.run->script->commands.end(), asks);
  });
}

/// The branches from which alone muster.yaml lets the role's environments be deployed to, for
/// people; empty when it says no such thing, or knows of tags.
std::string declared_branches(const std::string& arn, const Intent& intent) {
  std::string words;
  for (const IntentRole& role : intent.roles) {
    if (role.arn != arn || arn.empty()) {
      continue;
    }
    for (const IntentSubject& subject : role.subjects) {
      if (!subject.tags.empty()) {
        return "";
      }
    }
    for (const std::string& name : role.environments) {
      const IntentEnvironment* environment = intent.environment(name);
      if (environment == nullptr || environment->branches.empty()) {
        return "";
      }
      for (const std::string& branch : environment->branches) {
        words += (words.empty() ? "`" : ", `") + branch + "`";
      }
    }
  }
  return words;
}

/// Which environments a production ref reaches, over all jobs of its workflow.
using Reached = std::map<std::pair<const Workflow*, std::string>, bool>;

class TriggerJudge {
 public:
  TriggerJudge(const AuditInput& input, Reached reached, Outcomes& out)
      : intent_(input.intent()),
        chains_(input.model<Chains>()),
        reached_(std::move(reached)),
        out_(out) {}

  void judge(const std::vector<PushedDeploy>& pushed) {
    bool told = false;
    for (const PushedDeploy& one : pushed) {
      told = told || judge_ref(one) || judge_tag(one);
    }
    if (!told && !pushed.empty()) {
      const PushedDeploy& first = pushed.front();
      out_.pass(first.run->run->asset(), first.deploy->deploy.where);
    }
  }

 private:
  OutcomeDraft fail(const PushedDeploy& one, Severity severity, std::string what) {
    OutcomeDraft draft = out_.fail(one.run->run->asset(), one.start->trigger->event.where,
                                   text_witness("ref", one.ref));
    const bool tag = one.ref.starts_with("refs/tags/");
    draft.severity(severity)
        .arg("kind", tag ? "tag" : "branch")
        .arg("ref", short_ref(one.ref))
        .arg("job", one.run->run->job->id.value)
        .arg("what", what);
    if (one.start->tokens.environment) {
      draft.environment(*one.start->tokens.environment);
    }
    add_path(draft, one.deploy->deploy);
    return draft;
  }

  bool judge_ref(const PushedDeploy& one) {
    const EnvironmentClass meant = class_of_ref(one.ref);
    const bool up = is_below_production(meant) && one.to.kind == EnvironmentClass::Production;
    const bool down = meant == EnvironmentClass::Production && is_below_production(one.to.kind) &&
                      !reached_.at({one.run->run->entry, one.ref});
    if ((!up && !down) || !certainly_runs(one, intent_)) {
      return false;
    }
    const Severity severity = down            ? Severity::Info
                              : one.to.strong ? Severity::High
                                              : Severity::Medium;
    fail(one, severity,
         up ? "deploys to production, by " + one.to.from
            : "deploys to " + std::string(to_string(one.to.kind)) + " alone, by " + one.to.from);
    return true;
  }

  bool judge_tag(const PushedDeploy& one) {
    if (!one.ref.starts_with("refs/tags/") ||
        one.start->tokens.context == oidc::ContextKind::Environment) {
      return false;
    }
    const std::string branches =
        declared_branches(role_of(*one.run, *one.start, one.ref, intent_), intent_);
    if (branches.empty() || asks_for_branch(chains_.parts_of(*one.run->run)) ||
        !certainly_runs(one, intent_)) {
      return false;
    }
    fail(one, graded(Severity::Medium, one.to.kind),
         "takes any commit that has such a tag, although muster.yaml lets only " + branches +
             " deploy there");
    return true;
  }

  const Intent& intent_;
  const Chains& chains_;
  Reached reached_;
  Outcomes& out_;
};

void trigger_environment_mismatch(const AuditInput& input, Outcomes& out) {
  std::vector<std::vector<PushedDeploy>> jobs;
  Reached reached;
  for (const std::vector<Chain>& chains : input.model<Chains>().by_job()) {
    jobs.push_back(pushed_deploys(chains, input.intent()));
    for (const PushedDeploy& one : jobs.back()) {
      bool& high = reached[{one.run->run->entry, one.ref}];
      high = high || !is_below_production(one.to.kind);
    }
  }
  TriggerJudge judge(input, std::move(reached), out);
  for (const std::vector<PushedDeploy>& pushed : jobs) {
    judge.judge(pushed);
  }
}

const Register kTriggerEnvironmentMismatchCheck{
    "workflow-trigger-environment-mismatch", trigger_environment_mismatch, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
