// What a job visibly needs its token for. Known only when every step can be read.
#pragma once

#include <string>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

struct TokenNeed {
  /// Every step is read, and none uses the token for more than what is here.
  bool known = false;
  /// Why not: ``step `acme/notify@v2` may use the token``.
  std::string because;
  /// It reads the repository.
  bool reads_contents = false;
  /// It asks for OIDC tokens.
  bool asks_for_identity = false;
};

[[nodiscard]] TokenNeed token_need(const JobRun& run);

/// Whether the job visibly never writes with its token: every step is read, and none does.
[[nodiscard]] bool never_writes(const JobRun& run);

/// Whether no step after this one visibly needs the credential that `actions/checkout` leaves for
/// git; if one may, `because` says which.
[[nodiscard]] bool git_credential_unused(const JobRun& run, const Step& checkout,
                                         std::string& because);

}  // namespace muster::workflow
