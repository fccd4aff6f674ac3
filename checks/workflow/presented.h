// Which OIDC tokens a job will present: its repository, and for each event that starts it the
// context of the subject and the refs. Source of the table: docs/workflows.md.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/admitted.h"
#include "checks/oidc/token_set.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// The tokens of one job under one event.
struct Presented {
  oidc::TokenSet tokens;
  std::string event;
  /// Where the event (or the environment) stands.
  SourceRef where;
};

/// All tokens that the run can present. Empty when nothing starts it: the workflow is disabled, or
/// only callable and not called. A job `environment` wins over the event; one that cannot be
/// resolved stands for any environment.
[[nodiscard]] std::vector<Presented> presented(const JobRun& run, const Intent& intent);

/// The subject that a set of tokens carries, in its classic form, for people:
/// `repo:acme/shop:environment:prod`.
[[nodiscard]] std::string subject_of(const oidc::TokenSet& tokens);

/// The trust policies of the roles of the audit, ready for questions: one search per role and
/// GitHub provider.
class RoleTrusts {
 public:
  struct Entry {
    /// Asset id of the role (its ARN if known) and the place of its trust policy.
    std::string role_arn;
    std::string name;
    SourceRef where;
    const IntentRole* intent = nullptr;
    oidc::TrustSearch search;
  };

  [[nodiscard]] static RoleTrusts build(const AuditInput& input);

  [[nodiscard]] const std::vector<Entry>& all() const { return entries_; }

  /// The searches of the role with this ARN; empty when its trust policy is not among the facts or
  /// names no GitHub provider.
  [[nodiscard]] std::vector<const Entry*> of(std::string_view role_arn) const;

 private:
  std::vector<Entry> entries_;
};

/// What muster.yaml declares for a role, as token sets.
[[nodiscard]] std::vector<oidc::TokenSet> declared_sets(const IntentRole& role,
                                                        const Intent& intent);

}  // namespace muster::workflow
