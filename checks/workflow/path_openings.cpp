// A trust policy that admits more than the workflows present: whoever may push a branch adds the
// workflow that is missing. Most of that is what the oidc rules report; here it becomes a path.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "checks/oidc/ladder.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/paths.h"

namespace muster::workflow {
namespace {

using oidc::ContextKind;
using oidc::Rung;
using oidc::ValueRule;

/// A step of the ladder as a path.
struct Opening {
  Rung rung;
  const char* rule;
  Actor actor;
  const char* words;
};

constexpr std::array<Opening, 13> kOpenings = {{
    {Rung::AnyRepository, "oidc-any-repository", Actor::Outsider,
     "anybody makes a repository with a workflow that takes the role"},
    {Rung::OwnerWildcard, "oidc-owner-wildcard", Actor::Outsider,
     "anybody makes a repository with a workflow that takes the role"},
    {Rung::WorkflowOnly, "oidc-workflow-ref-only", Actor::Outsider,
     "anybody calls the workflow that the role trusts from a repository of his own"},
    {Rung::OwnerPrefix, "oidc-owner-prefix", Actor::Outsider,
     "anybody makes an owner and repository whose names fit"},
    {Rung::OrgWide, "oidc-org-wide", Actor::Contributor,
     "anybody with write access to any repository of the owner adds a workflow"},
    {Rung::RepositoryPrefix, "oidc-repository-prefix", Actor::Contributor,
     "anybody with write access to another repository of the owner adds a workflow"},
    {Rung::AnyContext, "oidc-repository-any-context", Actor::Contributor,
     "anybody with write access adds a workflow on a branch of his own"},
    {Rung::PullRequest, "oidc-pull-request", Actor::Contributor,
     "anybody with write access opens a pull request with a workflow of his own"},
    {Rung::MergeRef, "oidc-pull-request-merge-ref", Actor::Contributor,
     "anybody with write access opens a pull request with a workflow that names the environment"},
    {Rung::AnyBranch, "oidc-any-branch", Actor::Contributor,
     "anybody with write access adds a workflow on a branch of his own"},
    {Rung::TagRef, "oidc-tag-ref", Actor::Contributor,
     "anybody with write access pushes a tag on a commit with a workflow of his own"},
    {Rung::AnyEnvironment, "oidc-any-environment", Actor::Contributor,
     "anybody with write access adds a workflow with an environment of his own"},
    {Rung::EnvironmentWithoutRef, "oidc-environment-without-ref", Actor::Contributor,
     "anybody with write access adds a workflow with that environment on a branch of his own"},
}};

/// A question of our own about a role that no rung speaks about, because muster.yaml declares it.
struct OwnQuestion {
  Rung rung;
  std::string anchor;
  oidc::Scope scope;
};

bool covers(Rung said, Rung asked) {
  return said == asked || said == Rung::AnyContext || said == Rung::AnyRepository ||
         said == Rung::OwnerWildcard || said == Rung::OrgWide;
}

oidc::Scope scope_in(const std::string& repository, ContextKind context, bool fresh_ref) {
  oidc::Scope scope;
  scope.repository = ValueRule::exactly(repository);
  scope.contexts = {context};
  if (fresh_ref) {
    scope.ref = ValueRule::fresh();
  }
  return scope;
}

std::vector<OwnQuestion> own_questions(const std::string& repository, const Intent& intent) {
  std::vector<OwnQuestion> questions{
      {Rung::PullRequest, "pull_request", scope_in(repository, ContextKind::PullRequest, false)},
      {Rung::AnyBranch, "branch", scope_in(repository, ContextKind::Branch, true)},
      {Rung::TagRef, "tag", scope_in(repository, ContextKind::Tag, true)}};
  oidc::Scope any = scope_in(repository, ContextKind::Environment, true);
  any.environment = ValueRule::fresh();
  questions.push_back({Rung::AnyEnvironment, "environment", any});
  for (const IntentEnvironment& one : intent.environments) {
    if (one.reviewers.has_value() && !*one.reviewers && !one.limits_refs()) {
      any.environment = ValueRule::exactly(one.name);
      questions.push_back({Rung::EnvironmentWithoutRef, "environment:" + one.name, any});
    }
  }
  return questions;
}

const Opening& opening_of(Rung rung) {
  return *std::find_if(kOpenings.begin(), kOpenings.end(),
                       [&](const Opening& one) { return one.rung == rung; });
}

/// What somebody could make: a token that a role lets in.
struct Made {
  const Opening& opening;
  std::string anchor;
  Witness token;
  /// An oidc rule says so.
  bool said = false;
  /// Any environment will do, so also one without reviewers.
  bool any_environment = false;
};

class OpeningFinder {
 public:
  OpeningFinder(const AuditInput& input, const std::vector<DeliveryPath>& known, PathPowers& powers)
      : intent_(input.intent()), powers_(powers) {
    for (const DeliveryPath& path : known) {
      if (path.known_role == nullptr) {
        continue;
      }
      if (path.kind == EnvironmentClass::Production) {
        production_.emplace(path.known_role, path.kind_from);
      }
      if (path.is_finding()) {
        open_.insert(path.known_role);
      }
    }
  }

  void judge(const oidc::Climb& climb);

  std::vector<DeliveryPath> take() { return std::move(paths_); }

 private:
  [[nodiscard]] std::string production_by(const iam::Role& role) const;
  void add(const oidc::Trust& trust, const Made& made);

  const Intent& intent_;
  PathPowers& powers_;
  std::map<const iam::Role*, std::string> production_;
  /// Roles with a path that is a finding already.
  std::set<const iam::Role*> open_;
  std::vector<DeliveryPath> paths_;
};

/// Why the role counts as production's; empty when it does not.
std::string OpeningFinder::production_by(const iam::Role& role) const {
  if (declared_class(role.arn, intent_) == EnvironmentClass::Production && !role.arn.empty()) {
    return "the environments that muster.yaml gives the role";
  }
  const auto found = production_.find(&role);
  return found == production_.end() ? "" : found->second;
}

void OpeningFinder::add(const oidc::Trust& trust, const Made& made) {
  const Opening& opening = made.opening;
  const iam::Role& role = *trust.role;
  DeliveryPath path;
  path.asset = role.asset();
  path.anchor = "made:" + made.anchor;
  path.where = role.where;
  path.said_by = made.said ? opening.rule : "";
  path.actor = opening.actor;
  path.event = "a workflow that is not there yet";
  path.kind = EnvironmentClass::Production;
  path.kind_from = production_by(role);
  path.subjects = {made.token.first("sub")};
  path.role = role.arn.empty() ? role.name : role.arn;
  path.known_role = &role;
  path.changes = powers_.of(role);
  path.steps = {{"event", opening.words, role.where},
                {"subject", "it presents `" + path.subjects.front() + "`", role.where}};
  const bool of_environment =
      !made.any_environment &&
      (opening.rung == Rung::MergeRef || opening.rung == Rung::EnvironmentWithoutRef);
  auto gate = of_environment ? approval_of(made.token.first("environment"), role.where, intent_)
                             : std::nullopt;
  if (gate) {
    path.steps.insert(path.steps.begin() + 1, {"gate", gate->words, gate->where});
    path.gates.push_back(std::move(*gate));
  }
  add_end_steps(path, role.where, role.where);
  judge_path(path);
  paths_.push_back(std::move(path));
}

void OpeningFinder::judge(const oidc::Climb& climb) {
  const oidc::Trust& trust = *climb.trust;
  if (production_by(*trust.role).empty()) {
    return;
  }
  std::vector<Rung> said;
  for (const oidc::Step& step : climb.steps) {
    const bool opens = step.answer.is_yes() && step.exposure != oidc::Exposure::Note &&
                       std::any_of(kOpenings.begin(), kOpenings.end(),
                                   [&](const Opening& one) { return one.rung == step.rung; });
    if (opens) {
      said.push_back(step.rung);
      const bool any = std::find(said.begin(), said.end(), Rung::AnyEnvironment) != said.end();
      add(trust, {opening_of(step.rung), step.anchor, step.answer.witness(), true, any});
    }
  }
  if (intent_.repository.empty() || open_.contains(trust.role)) {
    return;
  }
  for (const OwnQuestion& question : own_questions(intent_.repository, intent_)) {
    const bool covered = std::any_of(said.begin(), said.end(),
                                     [&](Rung rung) { return covers(rung, question.rung); });
    const Proof proof = covered ? Proof::no() : trust.search.admits(question.scope);
    if (proof.is_yes()) {
      add(trust, {opening_of(question.rung), question.anchor, proof.witness(), false, false});
    }
  }
}

}  // namespace

std::vector<DeliveryPath> makeable_paths(const AuditInput& input,
                                         const std::vector<DeliveryPath>& known,
                                         PathPowers& powers) {
  OpeningFinder finder(input, known, powers);
  for (const oidc::Climb& climb : input.model<oidc::Ladders>().all()) {
    finder.judge(climb);
  }
  return finder.take();
}

}  // namespace muster::workflow
