// Candidates come from the statements, the verdict from all policies of the role together.
#include "checks/workflow/path_powers.h"

#include <algorithm>
#include <optional>

#include "checks/iam/grants.h"
#include "checks/iam/model.h"
#include "checks/policy/arn.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {

std::vector<std::string> any_resource(const policy::Action& action) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  std::vector<std::string> patterns;
  for (const policy::ResourceUse& use : catalogue.uses(action)) {
    const auto of_type = policy::arn_patterns(catalogue.type_of(use));
    patterns.insert(use.required ? patterns.begin() : patterns.end(), of_type.begin(),
                    of_type.end());
  }
  if (patterns.empty()) {
    patterns.emplace_back("*");
  }
  return patterns;
}

/// An action that a statement allows, with how much it has to do with deploying.
struct ChangeCandidate {
  std::size_t rank = 0;
  const policy::Action* action = nullptr;
  const policy::Statement* statement = nullptr;
};

namespace {

constexpr std::size_t kShownChanges = 6;
constexpr std::size_t kTriedChanges = 48;
constexpr std::size_t kTriedResources = 4;

/// Actions that change what runs, most telling first.
std::size_t rank_of(std::string_view name) {
  static const std::vector<std::string> kOrder =
      words_under(recognition_data().root(), "changing_actions");
  const auto found = std::find(kOrder.begin(), kOrder.end(), name);
  return static_cast<std::size_t>(found - kOrder.begin());
}

bool changes_something(const policy::Action& action) {
  const iam::Power power = iam::power_of(action);
  return power != iam::Power::Look && power != iam::Power::ReadData;
}

std::vector<ChangeCandidate> candidates_of(const iam::Role& role) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  std::vector<ChangeCandidate> found;
  for (const iam::IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      const policy::Statement& statement = identity.policy->statements[i];
      if (statement.effect != policy::Effect::Allow) {
        continue;
      }
      for (const iam::Grant& grant : iam::grants_of(statement)) {
        if (changes_something(*grant.action)) {
          found.push_back({rank_of(catalogue.full_name(*grant.action)), grant.action, &statement});
        }
      }
    }
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const ChangeCandidate& a, const ChangeCandidate& b) { return a.rank < b.rank; });
  return found;
}

/// Resources to ask about, each with the entry that names it.
std::vector<std::pair<std::string, std::string>> resources_to_ask(
    const ChangeCandidate& candidate) {
  std::vector<std::pair<std::string, std::string>> asked;
  const auto add_any = [&](const std::string& entry) {
    for (std::string& pattern : any_resource(*candidate.action)) {
      asked.emplace_back(std::move(pattern), entry);
    }
  };
  if (!candidate.statement->resources) {
    add_any("*");
    return asked;
  }
  for (const policy::Text& entry : *candidate.statement->resources) {
    const bool any = entry.value == "*" || entry.value.find("${") != std::string::npos ||
                     !policy::Catalogue::scopable(*candidate.action);
    if (any) {
      add_any(entry.value);
    } else {
      asked.emplace_back(entry.value, entry.value);
    }
  }
  return asked;
}

}  // namespace

struct PathPowers::Known {
  explicit Known(const iam::PipelineRole& role)
      : powers(role), candidates(candidates_of(*role.role)) {}

  iam::Powers powers;
  std::vector<ChangeCandidate> candidates;
  std::optional<RoleChanges> changes;
};

namespace {

/// The change itself, if some resource of the candidate is let in; its doubt otherwise.
std::optional<AllowedChange> allowed_change(iam::Powers& powers, const ChangeCandidate& candidate,
                                            std::string& doubt) {
  const std::string name = policy::embedded_catalogue().full_name(*candidate.action);
  std::size_t tried = 0;
  for (const auto& [resource, entry] : resources_to_ask(candidate)) {
    if (tried++ == kTriedResources) {
      doubt = "not all resources of `" + name + "` were tried";
      break;
    }
    const Proof proof = powers.can({name, resource, {}});
    if (proof.is_yes()) {
      return AllowedChange{name, entry, proof.witness(), candidate.statement->where};
    }
    doubt = proof.is_undecided() ? proof.reason() : doubt;
  }
  return std::nullopt;
}

RoleChanges changes_of(iam::Powers& powers, const std::vector<ChangeCandidate>& candidates) {
  RoleChanges changes;
  const policy::Action* last = nullptr;
  for (std::size_t i = 0; i < candidates.size() && changes.some.size() < kShownChanges; ++i) {
    if (i == kTriedChanges) {
      changes.missing = "its policies allow more than was tried, under conditions";
      break;
    }
    auto change = candidates[i].action == last
                      ? std::nullopt
                      : allowed_change(powers, candidates[i], changes.missing);
    if (change) {
      last = candidates[i].action;
      changes.some.push_back(std::move(*change));
    }
  }
  if (!changes.some.empty()) {
    changes.missing.clear();
  }
  return changes;
}

std::string unknown_policies(const iam::PipelineRole& role) {
  const auto unknown = role.unknown_policies();
  return unknown.empty() ? ""
                         : "the text of its policy `" + label(*unknown.front()) + "` is not known";
}

}  // namespace

PathPowers::PathPowers(const AuditInput& input) {
  for (const iam::PipelineRole& role : input.model<iam::PipelineRoles>().all()) {
    judged_.emplace(role.role, &role);
  }
}

PathPowers::~PathPowers() = default;

PathPowers::Known& PathPowers::known(const iam::Role& role) {
  auto& entry = known_[&role];
  if (!entry) {
    entry = std::make_unique<Known>(*judged_.at(&role));
  }
  return *entry;
}

const RoleChanges& PathPowers::of(const iam::Role& role) {
  static const RoleChanges kUnknown{{}, "its permissions are not known here"};
  const auto judged = judged_.find(&role);
  if (judged == judged_.end()) {
    return kUnknown;
  }
  Known& one = known(role);
  if (!one.changes) {
    one.changes = changes_of(one.powers, one.candidates);
    if (one.changes->none()) {
      one.changes->missing = unknown_policies(*judged->second);
    }
  }
  return *one.changes;
}

Proof PathPowers::may_change(const iam::Role& role, const std::string& arn) {
  const auto judged = judged_.find(&role);
  if (judged == judged_.end()) {
    return Proof::undecided("its permissions are not known here");
  }
  Known& one = known(role);
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  std::string doubt = unknown_policies(*judged->second);
  std::size_t tried = 0;
  for (const ChangeCandidate& candidate : one.candidates) {
    const std::string name = catalogue.full_name(*candidate.action);
    if (!name.starts_with(std::string(iam::arn_field(arn, iam::kServiceField)) + ":")) {
      continue;
    }
    if (tried++ == kTriedChanges) {
      return Proof::undecided("its policies allow more than was tried, under conditions");
    }
    Proof proof = one.powers.can({name, arn, {}});
    if (proof.is_yes()) {
      return proof;
    }
    doubt = proof.is_undecided() ? proof.reason() : doubt;
  }
  return doubt.empty() ? Proof::no() : Proof::undecided(doubt);
}

}  // namespace muster::workflow
