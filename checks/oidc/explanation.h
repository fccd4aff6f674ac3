// What a trust policy admits, kind by kind: who (a stranger, another repository of a trusted owner,
// a trusted repository) in which context. The kinds cut the tokens of an issuer into parts that do
// not overlap and leave nothing out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/oidc/admitted.h"
#include "checks/oidc/guard.h"

namespace muster::oidc {

enum class Who {
  /// A trusted repository.
  Repository,
  /// A repository under another name that has an id which the policy names.
  RepositoryId,
  /// A repository of a trusted owner (a project of a trusted tenant) that is not trusted itself.
  Owner,
  /// An owner under another name that has an id which the policy names.
  OwnerId,
  /// An owner (or tenant) that is not trusted.
  Outsider,
};

/// One kind of token. A token belongs to the first kind, in the order of `Who`, that fits it.
struct TokenKind {
  Who who = Who::Outsider;
  /// `acme/shop`, `acme` or an id; empty for outsiders.
  std::string name;
  /// GitHub only.
  std::optional<ContextKind> context;
};

struct KindVerdict {
  TokenKind kind;
  /// Yes: an example is the witness.
  Proof admitted = Proof::no();
  /// Every token of the kind with the usual audience is admitted, in the subject forms listed.
  bool all = false;
  /// Owner and Outsider: admitted with a repository (account) name that has nothing to do with the
  /// policy.
  bool any_name = false;
  /// Admitted, not all, and it is a repository: ref globs (branch, tag) or environment names that
  /// the policy names and that are admitted.
  std::vector<std::string> values;
  /// Whether more than `values` is admitted: an example is the witness. No = that is all there is.
  Proof beyond = Proof::no();
  /// Admitted, not all: a token with one of `values` (any of the kind, when there are none) and the
  /// usual audience that is refused all the same, and by what. Absent when there is none, or when
  /// that could not be decided.
  std::optional<Refusal> except;
  /// Subject forms of admitted tokens.
  std::vector<SubjectForm> forms;
  /// When it is not admitted.
  std::optional<Refusal> refusal;
};

struct Explanation {
  std::string provider;
  Issuer issuer;
  Guard guard;
  std::vector<std::string> trusted_owners;
  std::vector<std::string> trusted_repositories;
  std::vector<KindVerdict> kinds;
  /// Custom subject templates, for whom the plain kinds admit nothing.
  Proof forged_by_outsider = Proof::no();
  Proof forged_by_sibling = Proof::no();
  /// When no kind is admitted: whether some custom template of anyone is.
  Proof custom_template = Proof::no();
};

/// The scope of a kind.
[[nodiscard]] Scope scope_of(const TokenKind& kind, const TrustSearch& search);

[[nodiscard]] Explanation explain(const TrustSearch& search);

}  // namespace muster::oidc
