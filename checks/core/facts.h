// What an audit starts from: documents as bytes with their origin, and what could not be had.
// Core knows no audit area: each area parses the document kinds that it understands.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/result.h"
#include "checks/core/settings.h"
#include "checks/core/source.h"

namespace muster {

/// What a document is, decided by the reader that found it (path or content).
enum class DocumentKind {
  /// `.github/workflows/*.yml|yaml`
  GithubWorkflow,
  /// `action.yml|yaml` of a local composite action
  GithubAction,
  /// A file that a workflow runs: a shell script, a Makefile, a script of another language
  Script,
  /// A bare IAM policy: a JSON object with `Statement` (trust, identity or resource: its content or
  /// the intent tells)
  IamPolicy,
  /// Output of `aws iam get-role`: one object with `Role`
  IamRole,
  /// Output of `aws iam get-account-authorization-details`
  IamAuthorizationDetails,
  /// Output of `aws iam get-open-id-connect-provider` (with `Arn` added), or a list of such:
  /// `{"OpenIDConnectProviders": […]}`
  IamOidcProviders,
  /// An account snapshot: `authorization_details`, `inventory` and policies of the organisation, as
  /// docs/account-facts.md describes it
  AwsAccount,
  /// An answer of an AWS operation as the AWS CLI prints it, as docs/account-facts.md lists them:
  /// `aws ecr describe-images`, `aws ecs describe-services`
  AwsAnswer,
  /// The tags of the checkout, as `git for-each-ref` lists them: `app/git_tags.h`
  GitTags,
  /// A CloudFormation or SAM template, JSON or YAML; CDK writes such
  CloudFormation,
  /// Output of `terraform show -json`: a plan or a state
  Terraform,
  /// An answer of GitHub about a repository, as docs/github-facts.md describes it
  GithubSettings,
  /// `muster-waivers.yaml` of the repository: who accepted what until when
  Waivers,
  /// What `host/collect.sh` printed on a host, as docs/host-facts.md describes it
  HostFacts,
};

[[nodiscard]] const char* to_string(DocumentKind kind);

/// One document, unparsed.
struct Document {
  DocumentKind kind = DocumentKind::IamPolicy;
  SourceId source;
  std::string bytes;
};

/// Something that belongs to the audit but could not be read or collected: a fact, not an absence.
struct NotCovered {
  /// What is missing, e.g. `iam/deploy-trust.json` or `roles of account 111122223333`.
  std::string what;
  /// Why, for a reader: `permission denied`, `larger than 10 MiB`.
  std::string why;
  /// True when the audit is incomplete because of it (exit code 3); false for what this version
  /// does not read at all.
  bool blocks = true;

  friend auto operator<=>(const NotCovered&, const NotCovered&) = default;
};

/// What a name stood for: a tag of a repository of images or of git, or a container of a service.
struct TagTarget {
  /// ARN of the repository of images, or of the service; `git` for the audited repository.
  std::string place;
  /// For a service the name of the container.
  std::string tag;
  /// Digest of the image; object name of the commit.
  std::string target;

  friend auto operator<=>(const TagTarget&, const TagTarget&) = default;
};

/// What a tag named when earlier runs looked.
struct PastTag {
  TagTarget named;
  std::chrono::sys_seconds first_seen;
  std::chrono::sys_seconds last_seen;
};

/// A drill of a rollback, from the journal of drills.
struct PastDrill {
  std::string id;
  /// Name under `drills` of muster.yaml.
  std::string target;
  /// passed, failed, recovered, superseded, refused, unproven; `open` while it is not closed.
  std::string outcome;
  std::string reason;
  /// When it was closed; of an open one when it began.
  std::chrono::sys_seconds at;
  /// Whether the files of the rollback path are what they were then; absent = one cannot be read.
  std::optional<bool> same_path;
};

struct Facts {
  /// Sorted by source path.
  std::vector<Document> documents;
  std::vector<NotCovered> not_covered;
  /// From the history, in any order.
  std::vector<PastTag> past_tags;
  /// The newest first.
  std::vector<PastDrill> drills;
  /// What the documents of kind `GithubSettings` say, by name of the repository.
  std::vector<RepositorySettings> repositories;
};

}  // namespace muster
