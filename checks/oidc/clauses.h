// A trust policy made ready for the search: its clauses as terms over atoms, and a three-valued
// reading of the whole. An atom is "the text of this claim matches one of these patterns"; terms
// add negation and what an absent key means.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/oidc/alphabet.h"
#include "checks/oidc/issuers.h"
#include "checks/policy/evaluate.h"
#include "checks/policy/glob_set.h"
#include "checks/policy/model.h"

namespace muster::oidc {

using policy::Bits;
using policy::glob_pattern;
using policy::GlobSet;
using policy::Item;
using policy::ItemKind;
using policy::literal_pattern;
using policy::parse_pattern;
using policy::Pattern;
using policy::PatternMask;
using policy::Truth;

/// Value of an atom for one token, or for the part of it that is known so far.
enum class AtomValue : unsigned char { No, Unknown, Yes, Absent };

/// One text that patterns run over: a claim (`sub`), or a condition key outside the token
/// (`aws:sourceip`).
struct Track {
  /// Lower case.
  std::string claim;
  /// Not from the token: the caller or his surroundings choose it.
  bool outside_token = false;
  GlobSet globs;
};

/// The patterns of the mask against a whole text: `Unknown` when only a widened one matches.
[[nodiscard]] AtomValue match(const GlobSet& globs, const PatternMask& mask, const Word& text);
/// The same for a state of the automata behind the whole text.
[[nodiscard]] AtomValue verdict(const Bits* state, const PatternMask& mask);

struct Atom {
  /// Index of the track; absent = the atom of a `TypedClause`.
  std::optional<std::size_t> track;
  PatternMask mask;
};

/// One condition of a statement.
struct Term {
  /// Absent: the key is never in a request of this provider, `when_absent` holds always.
  std::optional<std::size_t> atom;
  bool negated = false;
  Truth when_absent = Truth::No;
  /// The answer for every present value, when it does not depend on the value.
  std::optional<Truth> when_present;
};

[[nodiscard]] Truth operator!(Truth truth);
[[nodiscard]] Truth term_truth(const Term& term, std::span<const AtomValue> values);
/// Kleene AND.
[[nodiscard]] Truth all_of(std::span<const Term> terms, std::span<const AtomValue> values);

struct CompiledStatement {
  /// Position in the document.
  std::size_t index = 0;
  policy::Effect effect = policy::Effect::Deny;
  /// Principal and action.
  Truth applies = Truth::Yes;
  /// Parallel to `Statement::conditions`.
  std::vector<Term> terms;
};

/// A clause on a key outside the token whose operators are not all about text (addresses, numbers,
/// dates, ARNs).
struct TypedClause {
  /// Lower case.
  std::string key;
  std::size_t atom = 0;
  policy::Condition condition;
};

struct CompiledPolicy {
  std::vector<Track> tracks;
  std::vector<Atom> atoms;
  /// Statements that may apply to the provider's tokens, in document order.
  std::vector<CompiledStatement> statements;
  std::vector<TypedClause> typed_clauses;
  policy::Version version = policy::Version::V2012_10_17;

  /// Allow without Deny, as far as the atoms are known.
  [[nodiscard]] Truth admits(std::span<const AtomValue> values) const;
};

/// The request of a token of this provider, still without context.
[[nodiscard]] policy::Request web_identity_request(const std::string& provider_arn);

[[nodiscard]] CompiledPolicy compile_policy(const policy::Policy& policy, const Issuer& issuer,
                                            const std::string& provider_arn);

/// The claim a full condition key names for this issuer (`sub` for `token…com:Sub`), lower case;
/// the key itself, lower case, when it is not from a token; nothing when the key is never in a
/// request of this provider.
[[nodiscard]] std::optional<std::string> claim_of_key(const Issuer& issuer, std::string_view key);

}  // namespace muster::oidc
