// What `muster init` inferred, with where each value was read off and what stays open. Plain data
// between the inference (init_infer) and its two faces: the YAML (init_render) and the summary
// (init_summary).
#pragma once

#include <string>
#include <vector>

#include "checks/core/intent.h"

namespace muster::app {

/// A value and what it was read off, for people. An empty value: not known, and why.
struct Inferred {
  std::string value;
  std::string from;
};

/// A name whose value the repository does not hold (`vars.DEPLOY_ROLE`) and that muster.yaml can
/// give.
struct DraftVariable {
  /// `DEPLOY_ROLE`
  std::string name;
  /// What to write there: an ARN with placeholders, or `VALUE`.
  std::string placeholder;
  /// ARNs that it may stand for.
  std::vector<std::string> candidates;
  std::vector<SourceRef> used;
};

struct DraftEnvironment {
  std::string name;
  EnvironmentClass kind = EnvironmentClass::Unknown;
  std::vector<SourceRef> used;
  /// To fill in, because the same name is used in other environments too.
  std::vector<DraftVariable> variables;
};

/// A subject of a role.
struct DraftSubject {
  IntentSubject subject;
  /// A human must decide: written as a comment.
  bool open = false;
  /// Why it is open; empty when only the repository is not known.
  std::string warning;
  /// `job deploy on push (.github/workflows/deploy.yml:9)`
  std::vector<std::string> from;
  /// What to know about it.
  std::vector<std::string> notes;
};

struct DraftRole {
  /// The key.
  std::string name;
  /// Empty: not known. Then `written` is how workflows name it.
  std::string arn;
  std::string written;
  std::vector<SourceRef> used;
  /// It is assumed with the credentials of another role, not with a token.
  bool chained = false;
  /// The document of the account facts that describes it.
  std::string facts;
  Inferred trust;
  /// Files that may hold its trust policy, when none is certain.
  std::vector<std::string> trust_candidates;
  std::vector<std::string> permissions;
  Privilege privilege = Privilege::Unknown;
  /// What `privilege` was read off, or why it is not known.
  std::string privilege_from;
  std::vector<std::string> environments;
  std::vector<DraftSubject> subjects;
  /// Other repositories (`owner/name`) that its trust policy names.
  std::vector<std::string> other_repositories;

  /// Whether an audit can make use of the entry as it is; otherwise all of it is written as a
  /// comment.
  [[nodiscard]] bool is_known() const { return !arn.empty() || !trust.value.empty(); }
};

/// Something that only a human can answer.
struct Question {
  std::string text;
  /// Empty when it has no place.
  SourceRef where;
};

struct Draft {
  Inferred repository;
  /// The only repository that the trust policies name, while `repository` is not known.
  std::string named_repository;
  Inferred default_branch;
  /// Folders with policies that look like test data; the inference left them out.
  std::vector<std::string> test_folders;
  std::vector<DraftVariable> variables;
  std::vector<DraftEnvironment> environments;
  std::vector<DraftRole> roles;
  /// Trust policies that no role is certain to have.
  std::vector<std::string> unmatched_trusts;
  /// Roles of the facts that neither a workflow names nor GitHub can assume.
  std::size_t other_roles = 0;
  std::size_t workflows = 0;
  /// What could not be read: `path:line:col: message`.
  std::vector<std::string> unreadable;
  std::vector<Question> questions;
};

}  // namespace muster::app
