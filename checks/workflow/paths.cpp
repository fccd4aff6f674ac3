// One path for each way to start a job, credential of it, role and environment.
#include "checks/workflow/paths.h"

#include <algorithm>
#include <map>
#include <set>

#include "checks/core/model.h"
#include "checks/iam/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/confirm.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

/// A role, or a key, that a credential is at a set of tokens.
struct TakenRole {
  std::string text;
  const iam::Role* role = nullptr;
  std::vector<const oidc::Trust*> trusts;
  /// As in `DeliveryPath`.
  std::string admission;
  std::string subject;
};

class PathFinder {
 public:
  explicit PathFinder(const AuditInput& input)
      : input_(input), intent_(input.intent()), powers_(input) {
    for (const auto& runs : input.model<Deployments>().by_job()) {
      for (const DeployingRun& run : runs) {
        deploying_.emplace(run.run, &run);
      }
    }
  }

  void follow(const JobRun& run);

  [[nodiscard]] bool is_full() const { return paths_.size() >= DeliveryPaths::kMaxPaths; }

  [[nodiscard]] bool cut_off() const { return cut_off_; }

  std::vector<DeliveryPath> take() {
    for (DeliveryPath& path : makeable_paths(input_, paths_, powers_)) {
      paths_.push_back(std::move(path));
    }
    return std::move(paths_);
  }

 private:
  void follow(const JobRun& run, const Credential& credential);
  void follow(const JobRun& run, const Credential& credential, const Presented& set);
  [[nodiscard]] std::vector<TakenRole> roles_at(const JobRun& run, const Credential& credential,
                                                const Presented& set);
  [[nodiscard]] bool admit(const JobRun& run, const Presented& set, TakenRole& taken);
  void add(const CredentialUse& use, const Credential& credential, const TakenRole& taken);
  [[nodiscard]] DeployingRun deploying_run(const JobRun& run, const Presented& set) const;
  void set_class(const CredentialUse& use, DeliveryPath& path) const;
  [[nodiscard]] std::optional<Gate> confirmation(const JobRun& run, const Presented& set);
  void add_makeable_key(const DeliveryPath& path, const Credential& credential,
                        const Presented& set);
  void keep(DeliveryPath path);

  const AuditInput& input_;
  const Intent& intent_;
  PathPowers powers_;
  Admissions admissions_;
  std::map<const JobRun*, const DeployingRun*> deploying_;
  std::map<std::pair<std::string, std::string>, std::size_t> kept_;
  std::vector<DeliveryPath> paths_;
  /// The run that is followed; its copies ask about steps.
  const JobRun* followed_ = nullptr;
  bool cut_off_ = false;
};

/// The run with what it deploys, or as if its first step with a credential did.
DeployingRun PathFinder::deploying_run(const JobRun& run, const Presented& set) const {
  const auto known = deploying_.find(followed_);
  if (known != deploying_.end()) {
    return *known->second;
  }
  DeployingRun made{&run, {}, {}};
  if (run.recognised->may_deploy) {
    made.guess = run.recognised->environment;
  }
  const Step* step = run.asked != nullptr        ? run.asked
                     : run.script->steps.empty() ? nullptr
                                                 : run.script->steps.front();
  if (step != nullptr) {
    made.deploys.push_back({{step, step->where, "", "", {}, nullptr}, {set}});
  }
  return made;
}

void PathFinder::set_class(const CredentialUse& use, DeliveryPath& path) const {
  const Presented& set = *use.set;
  const auto& name = set.tokens.environment;
  const IntentEnvironment* declared = name ? intent_.environment(*name) : nullptr;
  if (declared != nullptr && declared->kind == EnvironmentClass::Production) {
    path.kind = declared->kind;
    path.kind_from = "environment `" + declared->name + "` in muster.yaml";
    return;
  }
  if (declared_class(path.role, intent_) == EnvironmentClass::Production) {
    path.kind = EnvironmentClass::Production;
    path.kind_from = "the environments that muster.yaml gives the role";
    return;
  }
  const DeployingRun run = deploying_run(use.run, set);
  path.kind = class_at(run, set, intent_);
  const bool named = name && !name->empty() && class_of_environment(*name, intent_) == path.kind;
  path.kind_from = path.kind == EnvironmentClass::Unknown ? ""
                   : named ? "the name of environment `" + *name + "`"
                           : run.guess.from;
}

std::optional<Gate> PathFinder::confirmation(const JobRun& run, const Presented& set) {
  if (set.event != "workflow_dispatch") {
    return std::nullopt;
  }
  const DeployingRun deploying = deploying_run(run, set);
  if (deploying.deploys.empty()) {
    return std::nullopt;
  }
  const ConfirmedBy by = confirmed_by(input_.model<JobRuns>(), deploying, set, intent_);
  if (by.effect == Confirmation::None) {
    return std::nullopt;
  }
  return Gate{GateKind::Confirmation,
              "input `" + by.input->name.value + "` refuses a wrong word",
              by.input->name.where,
              by.reason,
              true,
              by.effect == Confirmation::Unknown};
}

/// False when the role certainly refuses the job.
bool PathFinder::admit(const JobRun& run, const Presented& set, TakenRole& taken) {
  taken.subject = subject_of(set.tokens);
  if (taken.role == nullptr || !taken.role->trust) {
    taken.admission = "its trust policy is not among the facts";
    return true;
  }
  taken.trusts = input_.model<oidc::Trusts>().github_of(*taken.role);
  bool refused = true;
  for (const oidc::Trust* trust : taken.trusts) {
    const Proof proof = admissions_.admits(trust->search, run, intent_, set);
    if (proof.is_no()) {
      continue;
    }
    refused = false;
    taken.admission = proof.is_yes() ? "" : proof.reason();
    if (proof.is_yes()) {
      const std::string subject = proof.witness().first("sub");
      taken.subject = subject.empty() ? taken.subject : subject;
      break;
    }
  }
  return !refused;
}

std::vector<TakenRole> PathFinder::roles_at(const JobRun& run, const Credential& credential,
                                            const Presented& set) {
  if (credential.kind != CredentialKind::Oidc) {
    return {{"", nullptr, {}, "", ""}};
  }
  const Values arns = role_at(run, credential, set, intent_);
  std::vector<TakenRole> roles;
  if (!arns.known || arns.values.empty()) {
    return {{credential.role.value,
             nullptr,
             {},
             "which role `" + credential.role.value + "` is, is not known here",
             subject_of(set.tokens)}};
  }
  for (const std::string& arn : arns.values) {
    TakenRole taken{arn, input_.model<iam::Roles>().find(arn), {}, "", ""};
    if (admit(run, set, taken)) {
      roles.push_back(std::move(taken));
    }
  }
  return roles;
}

std::string credential_words(const Credential& credential, const std::string& subject) {
  if (credential.kind == CredentialKind::Oidc) {
    return "it presents `" + subject + "`";
  }
  return credential.key_text.empty()
             ? "it takes a credential that is not looked at here: whose it is, is not known"
             : "it takes the access key `" + credential.key_text +
                   "`: role not known, whoever has the key is in";
}

/// Keeps the worse one of two with the same name.
void PathFinder::keep(DeliveryPath path) {
  const auto [known, fresh] = kept_.try_emplace({path.asset.id, path.anchor}, paths_.size());
  if (fresh && is_full()) {
    cut_off_ = true;
    kept_.erase(known);
    return;
  }
  if (fresh) {
    paths_.push_back(std::move(path));
    return;
  }
  DeliveryPath& other = paths_[known->second];
  if (path.verdict > other.verdict) {
    std::swap(path, other);
  }
  for (std::string& subject : path.subjects) {
    if (!text::one_of(subject, other.subjects)) {
      other.subjects.push_back(std::move(subject));
    }
  }
}

/// What a path that leads to the job has in front of its gates.
void add_job_steps(const JobRun& run, std::vector<PathStep>& steps) {
  for (const auto& [workflow, job] : run.callers) {
    steps.push_back({"call",
                     "job `" + job->id.value + "` of workflow `" + workflow->display_name() + "`" +
                         " calls " + job->uses.value,
                     job->uses.where});
  }
  steps.push_back(
      {"job", "job `" + run.job->id.value + "` of workflow `" + run.workflow->display_name() + "`",
       run.job->id.where});
}

std::string anchor_of_path(const JobRun& run, const std::string& event, const TakenRole& taken,
                           const Credential& credential, const Presented& set) {
  const std::string role = taken.role != nullptr ? taken.role->name
                           : !taken.text.empty() ? taken.text
                                                 : "key " + credential.key_text;
  const auto& environment = set.tokens.environment;
  const bool in_environment = set.tokens.context == oidc::ContextKind::Environment;
  return event + " > " + role +
         (in_environment ? " in " + environment.value_or("…") : std::string()) +
         (run.callers.empty() ? "" : " from " + run.entry->source.path());
}

void PathFinder::add(const CredentialUse& use, const Credential& credential,
                     const TakenRole& taken) {
  const JobRun& run = use.run;
  const Presented& set = *use.set;
  const bool in_environment = set.tokens.context == oidc::ContextKind::Environment;
  DeliveryPath shared;
  shared.asset = run.asset();
  shared.where = credential.where;
  shared.workflow = run.workflow->source.path();
  shared.job = run.job->id.value;
  shared.environment = in_environment ? set.tokens.environment.value_or("…") : "";
  shared.role = taken.text;
  shared.known_role = taken.role;
  shared.admission = taken.admission;
  if (!taken.subject.empty()) {
    shared.subjects = {taken.subject};
  }
  shared.changes = taken.role != nullptr ? powers_.of(*taken.role)
                                         : RoleChanges{{}, "its permissions are not known here"};
  set_class(use, shared);
  std::vector<Gate> gates = job_gates(use, input_);
  if (auto gate = confirmation(run, set)) {
    gates.push_back(std::move(*gate));
  }
  for (RunStart& start : run_starts(use, input_, admissions_)) {
    DeliveryPath path = shared;
    path.anchor = anchor_of_path(run, start.event, taken, credential, set);
    path.event = std::move(start.event);
    path.actor = start.actor;
    path.reason = std::move(start.doubt);
    path.gates = std::move(start.gates);
    path.gates.insert(path.gates.end(), gates.begin(), gates.end());
    path.steps = std::move(start.steps);
    add_job_steps(run, path.steps);
    for (const Gate& gate : path.gates) {
      path.steps.push_back({holds(gate, path.actor) ? "gate" : "limit", gate.words, gate.where});
    }
    path.steps.push_back({credential.kind == CredentialKind::Oidc ? "subject" : "credential",
                          credential_words(credential, taken.subject), credential.where});
    add_end_steps(path, taken.role != nullptr ? taken.role->where : credential.where, set.where);
    judge_path(path);
    add_makeable_key(path, credential, set);
    keep(std::move(path));
  }
}

/// A secret that a job without environment gets is there for every workflow on every branch.
void PathFinder::add_makeable_key(const DeliveryPath& path, const Credential& credential,
                                  const Presented& set) {
  const bool of_repository = credential.kind == CredentialKind::StaticKeys &&
                             set.tokens.context != oidc::ContextKind::Environment &&
                             names_secret(credential.key_text);
  if (!of_repository || path.verdict != PathVerdict::Held) {
    return;
  }
  DeliveryPath made = path;
  made.anchor = "made:key " + credential.key_text;
  made.said_by = "workflow-static-aws-keys";
  made.event = "a workflow that is not there yet";
  made.workflow.clear();
  made.job.clear();
  made.actor = Actor::Contributor;
  made.gates.clear();
  made.steps = {{"event",
                 "anybody with write access adds a workflow on a branch of his own that reads the "
                 "same secret",
                 credential.where},
                {"credential", credential_words(credential, ""), credential.where}};
  add_end_steps(made, credential.where, set.where);
  judge_path(made);
  keep(std::move(made));
}

void PathFinder::follow(const JobRun& run, const Credential& credential, const Presented& set) {
  for (const TakenRole& taken : roles_at(run, credential, set)) {
    add({run, &set, taken.trusts}, credential, taken);
  }
}

void PathFinder::follow(const JobRun& job_run, const Credential& credential) {
  JobRun run = job_run;
  run.asked = credential.step;
  for (Presented& set : presented(run, intent_)) {
    if (is_full()) {
      cut_off_ = true;
      return;
    }
    set.tokens.audience =
        credential.kind == CredentialKind::Oidc ? std::optional(credential.audience) : std::nullopt;
    follow(run, credential, set);
  }
}

void PathFinder::follow(const JobRun& run) {
  followed_ = &run;
  std::set<std::string> keys;
  bool any = false;
  for (const Credential& credential : run.recognised->credentials) {
    const bool oidc = credential.kind == CredentialKind::Oidc;
    any = any || credential.kind != CredentialKind::Chained;
    if (credential.kind == CredentialKind::Chained ||
        (oidc && token_permission(run).answer == TokenPermission::Answer::Denied) ||
        (!oidc && !keys.insert(credential.key_text).second)) {
      continue;
    }
    follow(run, credential);
  }
  const auto deploying = deploying_.find(&run);
  if (!any && deploying != deploying_.end()) {
    // Something that is no credential of AWS lets it in: a key of a host, a token of a cluster.
    const Deploy& deploy = deploying->second->deploys.front().deploy;
    Credential other;
    other.kind = CredentialKind::StaticKeys;
    other.step = deploy.step;
    other.where = deploy.where;
    follow(run, other);
  }
}

}  // namespace

DeliveryPaths DeliveryPaths::build(const AuditInput& input) {
  PathFinder finder(input);
  for (const JobRun& run : input.model<JobRuns>().all()) {
    if (run.entry != nullptr) {
      finder.follow(run);
    }
  }
  DeliveryPaths result;
  result.cut_off_ = finder.cut_off();
  result.paths_ = finder.take();
  return result;
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::DeliveryPaths>(
    const AuditInput&);
