// Breadth-first over templates. Which claims are worth trying is read off the literal text of the
// subject patterns: a claim that meets no literal text can be left out, and one whose name meets
// none can be replaced by one with freer text.
#include "checks/oidc/forgery.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <string_view>

#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using Template = std::vector<std::string>;

constexpr std::size_t kLongest = 5;
constexpr std::size_t kMostTemplates = 600;

constexpr std::array<std::string_view, 19> kClaims = {"repo",
                                                      "environment",
                                                      "workflow",
                                                      "ref",
                                                      "context",
                                                      "head_ref",
                                                      "base_ref",
                                                      "actor",
                                                      "actor_id",
                                                      "event_name",
                                                      "job_workflow_ref",
                                                      "repository",
                                                      "repository_id",
                                                      "repository_owner",
                                                      "repository_owner_id",
                                                      "run_id",
                                                      "sha",
                                                      "workflow_ref",
                                                      "enterprise"};

/// Whether the claim's name can meet the text before a `:` in a literal stretch of a pattern.
bool name_meets(std::string_view claim, std::string_view stretch) {
  bool first = true;
  while (true) {
    const std::size_t colon = stretch.find(':');
    const std::string_view word = stretch.substr(0, colon);
    if (colon == std::string_view::npos) {
      return !word.empty() && !first && claim.starts_with(word);
    }
    if (first ? claim.ends_with(word) && !word.empty() : claim == word) {
      return true;
    }
    stretch.remove_prefix(colon + 1);
    first = false;
  }
}

/// Stretches of literal text in the patterns on `sub`.
std::set<std::string> literal_stretches(const CompiledTrust& trust) {
  std::set<std::string> out;
  for (const policy::Statement& statement : trust.policy.statements) {
    for (const policy::Condition& condition : statement.conditions) {
      if (claim_of_key(trust.issuer, condition.key.value) != "sub") {
        continue;
      }
      const bool like = condition.op.kind == policy::OperatorKind::StringLike;
      for (const policy::Text& value : condition.values) {
        Word stretch;
        for (const Item& item : parse_pattern(value.value, trust.policy.version, like).items) {
          if (item.kind == ItemKind::Literal) {
            stretch.push_back(item.c);
            continue;
          }
          out.insert(encode(stretch));
          stretch.clear();
        }
        out.insert(encode(stretch));
      }
    }
  }
  return out;
}

/// Claims worth trying, `repo` and those with the freest text always among them.
Template claims_to_try(const CompiledTrust& trust) {
  Template out = {"repo", "environment", "workflow"};
  const std::set<std::string> stretches = literal_stretches(trust);
  for (const std::string_view claim : kClaims) {
    const bool met = std::any_of(stretches.begin(), stretches.end(), [&](const std::string& text) {
      return name_meets(claim, text) ||
             (claim == "context" && text.find("pull_request") != std::string::npos);
    });
    if (met && !text::one_of(claim, out)) {
      out.emplace_back(claim);
    }
  }
  return out;
}

class ForgerySearch {
 public:
  ForgerySearch(const CompiledTrust& trust, const Scope& scope)
      : trust_(trust),
        scope_(scope),
        claims_(claims_to_try(trust)),
        budget_(trust.limits.configurations) {}

  Proof run() {
    std::deque<Template> open = {{}};
    while (!open.empty()) {
      const Template prefix = std::move(open.front());
      open.pop_front();
      const Proof any = ask(prefix, true);
      if (any.is_no()) {
        continue;
      }
      if (budget_ == 0) {
        return Proof::undecided(any.is_undecided() ? any.reason() : reason_);
      }
      for (const std::string& claim : claims_) {
        if (text::one_of(claim, prefix)) {
          continue;
        }
        Template longer = prefix;
        longer.push_back(claim);
        Proof proof = ask(longer, false);
        if (proof.is_yes()) {
          return with_template(proof, longer);
        }
        if (proof.is_undecided()) {
          reason_ = proof.reason();
        }
        if (budget_ == 0) {
          return Proof::undecided(reason_);
        }
        if (++tried_ > kMostTemplates) {
          return Proof::undecided("more than " + std::to_string(kMostTemplates) +
                                  " custom subject templates would have to be tried");
        }
        if (longer.size() < kLongest) {
          open.push_back(std::move(longer));
        }
      }
    }
    return reason_.empty() ? Proof::no() : Proof::undecided(reason_);
  }

 private:
  /// `open`: whatever follows the template.
  Proof ask(const Template& claims, bool open) {
    Demands demands(trust_.clauses.atoms.size());
    Question question = question_about(trust_, Goal::Admitted, demands);
    question.shapes = shapes_of_template({trust_.issuer, trust_.universe, trust_.literals, scope_},
                                         claims, open, demands);
    demands.seal();
    return answer(question, budget_);
  }

  static Proof with_template(const Proof& proof, const Template& claims) {
    Witness witness = proof.witness();
    witness.fields.push_back({"include_claim_keys", claims});
    return Proof::yes(std::move(witness));
  }

  const CompiledTrust& trust_;
  const Scope& scope_;
  Template claims_;
  /// For all templates together.
  std::size_t budget_;
  std::size_t tried_ = 0;
  std::string reason_;
};

}  // namespace

Proof search_forgeries(const CompiledTrust& trust, const Scope& scope) {
  if (!trust.issuer.is_github() || trust.issuer.legacy) {
    return Proof::no();
  }
  return ForgerySearch(trust, scope).run();
}

}  // namespace muster::oidc
