// How bad an exposure is: what is exposed, times what the role may do.
#pragma once

#include "checks/core/intent.h"
#include "checks/core/outcome.h"

namespace muster::oidc {

/// What a trust gives away beyond what was meant, worst first.
enum class Exposure {
  /// Somebody outside the trusted owners, by whatever means.
  Outsiders,
  /// Every repository of a trusted owner.
  WholeOwner,
  /// Some other repository of a trusted owner.
  OtherRepositories,
  /// Pull requests, or every context, of a trusted repository.
  PullRequests,
  /// More branches, tags or environments of a trusted repository.
  MoreRefs,
  /// A protective clause that protects nothing.
  Vacuous,
  /// Nobody, or not somebody who should.
  Dead,
  /// Hygiene: audiences, ids, subject forms.
  Hygiene,
  /// Worth a note.
  Note,
};

/// The severity of an exposure of a role; an unknown privilege counts as write.
[[nodiscard]] Severity grade(Exposure exposure, Privilege privilege);

}  // namespace muster::oidc
