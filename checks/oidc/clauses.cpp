// From conditions to terms. The meaning of operators, quantifiers and absent keys:
// docs/oidc-trust.md, "Clauses".
#include "checks/oidc/clauses.h"

#include <algorithm>
#include <map>
#include <set>

#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using policy::Condition;
using policy::OperatorKind;
using policy::Quantifier;

bool is_text_operator(OperatorKind kind) {
  return kind == OperatorKind::StringEquals || kind == OperatorKind::StringEqualsIgnoreCase ||
         kind == OperatorKind::StringLike;
}

bool has_value(const Condition& condition, std::string_view wanted) {
  return std::any_of(condition.values.begin(), condition.values.end(),
                     [&](const policy::Text& v) { return policy::lower(v.value) == wanted; });
}

/// `Null` with this value in its list.
Truth null_truth(const Condition& condition, std::string_view wanted) {
  const bool sound =
      std::all_of(condition.values.begin(), condition.values.end(), [](const auto& v) {
        const std::string text = policy::lower(v.value);
        return text == "true" || text == "false";
      });
  if (!sound) {
    return Truth::Unknown;
  }
  return has_value(condition, wanted) ? Truth::Yes : Truth::No;
}

/// What the clause says when the request does not have the key.
Truth truth_when_absent(const Condition& condition) {
  const policy::Operator& op = condition.op;
  if (op.kind == OperatorKind::Unknown) {
    return Truth::Unknown;
  }
  if (op.kind == OperatorKind::Null) {
    return null_truth(condition, "true");
  }
  if (op.if_exists || op.quantifier == Quantifier::ForAllValues) {
    return Truth::Yes;
  }
  return op.negated && op.quantifier == Quantifier::None ? Truth::Yes : Truth::No;
}

/// The clause as text patterns, when its operator can be read so on a claim; nothing otherwise.
std::optional<std::vector<Pattern>> text_patterns(const Condition& condition,
                                                  policy::Version version) {
  std::vector<Pattern> patterns;
  const OperatorKind kind = condition.op.kind;
  for (const policy::Text& value : condition.values) {
    if (is_text_operator(kind)) {
      patterns.push_back(parse_pattern(value.value, version, kind == OperatorKind::StringLike,
                                       kind == OperatorKind::StringEqualsIgnoreCase));
      continue;
    }
    const std::string text = policy::lower(value.value);
    const bool boolean = kind == OperatorKind::Bool && (text == "true" || text == "false");
    // Ids have no leading zero, so equal numbers are equal texts.
    const bool id = kind == OperatorKind::NumericEquals && text::is_digits(text) && text[0] != '0';
    if (!boolean && !id) {
      return std::nullopt;
    }
    patterns.push_back(literal_pattern(text));
    patterns.back().fold_case = true;
  }
  return patterns;
}

/// Whether a variable with this key (empty: malformed, or with a default text) can have a value in
/// a request of the issuer.
bool may_resolve(const Issuer& issuer, const std::string& key) {
  if (key.empty()) {
    return true;
  }
  const bool of_aws_principal = key.starts_with("aws:principal") || key == "aws:username";
  return claim_of_key(issuer, key).has_value() && !of_aws_principal;
}

class Compiler {
 public:
  Compiler(const policy::Policy& policy, const Issuer& issuer, const std::string& provider_arn)
      : policy_(policy), issuer_(issuer), request_(web_identity_request(provider_arn)) {}

  CompiledPolicy run() {
    find_typed_keys();
    for (const policy::Statement& statement : policy_.statements) {
      add_statement(statement);
    }
    seal();
    out_.version = policy_.version;
    return std::move(out_);
  }

 private:
  /// A key outside the token that some clause compares by another measure than text.
  void find_typed_keys() {
    for (const policy::Statement& statement : policy_.statements) {
      for (const Condition& condition : statement.conditions) {
        const bool textual = is_text_operator(condition.op.kind) ||
                             condition.op.kind == OperatorKind::Null ||
                             condition.op.kind == OperatorKind::Unknown;
        if (!textual && key_standing(issuer_, condition.key.value) == KeyStanding::Global) {
          typed_.insert(policy::lower(condition.key.value));
        }
      }
    }
  }

  void add_statement(const policy::Statement& statement) {
    policy::Statement bare = statement;
    bare.conditions.clear();
    const Truth applies = evaluate_statement(bare, policy_.version, request_).truth;
    if (applies == Truth::No) {
      return;
    }
    CompiledStatement compiled{statement.index, statement.effect, applies, {}};
    for (const Condition& condition : statement.conditions) {
      compiled.terms.push_back(term(condition));
    }
    out_.statements.push_back(std::move(compiled));
  }

  Term term(const Condition& condition) {
    Term term{std::nullopt, condition.op.negated, truth_when_absent(condition), std::nullopt};
    const std::optional<std::string> claim = claim_of_key(issuer_, condition.key.value);
    if (!claim || condition.op.kind == OperatorKind::Unknown) {
      return term;
    }
    if (typed_.contains(*claim)) {
      term.atom = out_.atoms.size();
      term.negated = false;
      out_.atoms.emplace_back();
      out_.typed_clauses.push_back({*claim, *term.atom, condition});
      return term;
    }
    return text_term(condition, *claim, term);
  }

  Term text_term(const Condition& condition, const std::string& claim, Term term) {
    const std::size_t track = track_of(claim);
    term.atom = out_.atoms.size();
    out_.atoms.push_back({track, {}});
    patterns_of_[*term.atom];
    if (condition.op.kind == OperatorKind::Null) {
      term.when_present = null_truth(condition, "false");
      return term;
    }
    const auto patterns = text_patterns(condition, policy_.version);
    const bool list = is_multivalued(claim);
    if (!patterns || list) {
      term.when_present = Truth::Unknown;
      return term;
    }
    add_patterns(*patterns, track, term);
    return term;
  }

  void add_patterns(const std::vector<Pattern>& patterns, std::size_t track, Term& term) {
    bool dropped = false;
    for (const Pattern& pattern : patterns) {
      const bool resolves =
          std::all_of(pattern.items.begin(), pattern.items.end(), [&](auto& item) {
            return item.kind != ItemKind::Variable || may_resolve(issuer_, item.variable);
          });
      // A value with a variable that has no value matches nothing.
      dropped = dropped || !resolves;
      if (resolves) {
        patterns_of_[*term.atom].push_back(out_.tracks[track].globs.add(pattern));
      }
    }
    if (dropped && term.negated) {
      term.when_present = Truth::Unknown;
    }
  }

  static bool is_multivalued(std::string_view claim) {
    return claim == "amr" || claim == "aws:tagkeys" || claim == "sts:transitivetagkeys";
  }

  std::size_t track_of(const std::string& claim) {
    const auto [it, is_new] = tracks_.emplace(claim, out_.tracks.size());
    if (is_new) {
      out_.tracks.push_back({claim, claim.find(':') != std::string::npos, {}});
    }
    return it->second;
  }

  void seal() {
    for (Track& track : out_.tracks) {
      track.globs.seal();
    }
    for (const auto& [atom, patterns] : patterns_of_) {
      out_.atoms[atom].mask = out_.tracks[*out_.atoms[atom].track].globs.mask(patterns);
    }
  }

  const policy::Policy& policy_;
  const Issuer& issuer_;
  policy::Request request_;
  CompiledPolicy out_;
  std::map<std::string, std::size_t> tracks_;
  std::map<std::size_t, std::vector<std::size_t>> patterns_of_;
  /// Keys outside the token with typed operators.
  std::set<std::string> typed_;
};

Truth worse(Truth a, Truth b) {
  return std::min(a, b);
}

Truth better(Truth a, Truth b) {
  return std::max(a, b);
}

}  // namespace

AtomValue verdict(const Bits* state, const PatternMask& mask) {
  if (policy::any_common(state, mask.accept)) {
    return AtomValue::Yes;
  }
  return policy::any_common(state, mask.accept_maybe) ? AtomValue::Unknown : AtomValue::No;
}

AtomValue match(const GlobSet& globs, const PatternMask& mask, const Word& text) {
  std::vector<Bits> state(globs.words());
  globs.start(state.data());
  for (const Char c : text) {
    globs.step(state.data(), c, state.data());
  }
  return verdict(state.data(), mask);
}

Truth operator!(Truth truth) {
  if (truth == Truth::Unknown) {
    return truth;
  }
  return truth == Truth::Yes ? Truth::No : Truth::Yes;
}

Truth term_truth(const Term& term, std::span<const AtomValue> values) {
  const AtomValue value = term.atom ? values[*term.atom] : AtomValue::Absent;
  if (value == AtomValue::Absent) {
    return term.when_absent;
  }
  if (term.when_present) {
    return *term.when_present;
  }
  const Truth truth = value == AtomValue::Unknown ? Truth::Unknown
                      : value == AtomValue::Yes   ? Truth::Yes
                                                  : Truth::No;
  return term.negated ? !truth : truth;
}

Truth all_of(std::span<const Term> terms, std::span<const AtomValue> values) {
  Truth all = Truth::Yes;
  for (const Term& term : terms) {
    all = worse(all, term_truth(term, values));
  }
  return all;
}

Truth CompiledPolicy::admits(std::span<const AtomValue> values) const {
  Truth allowed = Truth::No;
  Truth denied = Truth::No;
  for (const CompiledStatement& statement : statements) {
    Truth& side = statement.effect == policy::Effect::Allow ? allowed : denied;
    if (side != Truth::Yes) {
      side = better(side, worse(statement.applies, all_of(statement.terms, values)));
    }
  }
  return worse(allowed, !denied);
}

policy::Request web_identity_request(const std::string& provider_arn) {
  policy::Request request;
  request.principal = provider_arn;
  request.action = "sts:AssumeRoleWithWebIdentity";
  request.resource = "*";
  return request;
}

std::optional<std::string> claim_of_key(const Issuer& issuer, std::string_view key) {
  std::string name = policy::lower(key);
  switch (key_standing(issuer, key)) {
    case KeyStanding::Exposed:
      return name.substr(issuer.prefix.size() + 1);
    case KeyStanding::Global:
      return name;
    case KeyStanding::NotExposed:
    case KeyStanding::OtherPrefix:
      return std::nullopt;
  }
  return std::nullopt;
}

CompiledPolicy compile_policy(const policy::Policy& policy, const Issuer& issuer,
                              const std::string& provider_arn) {
  return Compiler(policy, issuer, provider_arn).run();
}

}  // namespace muster::oidc
