// What is lost when somebody else's commands run in a job: its credentials, secrets and token, what
// it deploys, the machine it runs on.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

struct Stake {
  /// It takes credentials for AWS.
  bool cloud = false;
  /// It is given secrets other than the token.
  bool secrets = false;
  /// The scopes that its token may certainly write.
  std::vector<std::string> scopes;
  bool deploys = false;
  /// It deploys to production.
  bool production = false;
  /// Its machine stays when the job ends.
  bool self_hosted = false;

  /// Whether commands of somebody else could reach beyond the issues and comments of the
  /// repository: its code, packages, pages, pipelines, secrets, the cloud.
  [[nodiscard]] bool holds_power() const;

  /// `AWS credentials, secrets and a token that may write contents`; empty when it holds nothing.
  [[nodiscard]] std::string in_words() const;
};

[[nodiscard]] Stake stake_of(const JobRun& run);

/// Scopes that the token of the run may certainly write; `id-token` among them.
[[nodiscard]] std::vector<std::string> writable_scopes(const JobRun& run);

/// Whether the text names a secret other than `GITHUB_TOKEN`.
[[nodiscard]] bool names_secret(std::string_view text);

/// Whether any step, or the environment of the run's job and workflow, is given a secret.
[[nodiscard]] bool is_given_secrets(const JobRun& run);

}  // namespace muster::workflow
