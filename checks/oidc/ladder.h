// The exposure of each GitHub trust, from "anybody" down to "another tag": every question asked
// once, so that each rule only reports its own rung.
//
// A rung is left out, neither pass nor fail, where a wider one says the same already: where whoever
// the wider rung lets in (a stranger, a new repository of the owner) has the same context. So
// `repo:acme/*` gives one finding, while `repo:acme/*:ref:refs/heads/main` beside
// `repo:acme/shop:pull_request` gives two.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {

enum class Rung {
  AnyRepository,
  OwnerWildcard,
  WorkflowOnly,
  OwnerPrefix,
  OrgWide,
  RepositoryPrefix,
  AnyContext,
  PullRequest,
  MergeRef,
  AnyBranch,
  RefPrefix,
  TagRef,
  AnyEnvironment,
  EnvironmentWithoutRef,
  UnpinnedId,
  Forgeable,
};

/// The answer of one rung for one owner, repository or environment.
struct Step {
  Rung rung = Rung::AnyRepository;
  Proof answer;
  /// What it speaks about: `owner:acme`, `repo:acme/shop`, `repo:acme/shop:environment:prod`; the
  /// provider for strangers.
  std::string anchor;
  /// For messages, without the kind: `acme/shop`, `prod`.
  std::string name;
  Exposure exposure = Exposure::Note;
  Severity severity = Severity::Medium;
};

struct Climb {
  const Trust* trust = nullptr;
  std::vector<Step> steps;
};

class Ladders {
 public:
  [[nodiscard]] static Ladders build(const AuditInput& input);

  [[nodiscard]] const std::vector<Climb>& all() const { return climbs_; }

 private:
  std::vector<Climb> climbs_;
};

/// Reports one rung of all trusts. Message places: `name` (see `Step`), `through` (the value or
/// statement that lets the witness in), `declared` (`that muster.yaml declares` or `that the policy
/// names`), and every claim of the witness.
void report_rung(const AuditInput& input, Rung rung, Outcomes& out);

}  // namespace muster::oidc
