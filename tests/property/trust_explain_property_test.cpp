// `trust explain` against brute force: for random policies every printed token is decided by the
// evaluator as the explanation says, and every token of a small universe is where the explanation
// puts it. MUSTER_PROPERTY_POLICIES sets the number of policies, MUSTER_PROPERTY_SEED the first.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "checks/oidc/explanation.h"
#include "tests/property/trust_cases.h"

using namespace muster;
using namespace muster::oidc;
using namespace muster::oidc::testing;
using policy::DecisionKind;

namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool is_denied(DecisionKind kind) {
  return kind == DecisionKind::ImplicitDeny || kind == DecisionKind::ExplicitDeny;
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string field(const Witness& witness, const std::string& name) {
  for (const WitnessField& f : witness.fields) {
    if (f.name == name) {
      return f.values.front();
    }
  }
  return "";
}

/// Decides tokens by the plain evaluator; tokens that look alike to the policy are decided once.
/// A key that the caller may choose takes its most favourable value.
class Oracle {
 public:
  explicit Oracle(const policy::Policy& policy) : policy_(policy) {
    for (const policy::Statement& statement : policy.statements) {
      for (const policy::Condition& condition : statement.conditions) {
        const std::string key = policy::lower(condition.key.value);
        keys_.insert(key);
        for (const policy::Text& value : condition.values) {
          read_value(key, value.value);
        }
      }
    }
  }

  DecisionKind decide(const Token& token) {
    const auto& context = token.request.context;
    std::string looks;
    for (const std::string& key : keys_) {
      const auto found = context.find(key);
      looks += found == context.end() ? "\n-" : "\n+" + found->second.values.front();
    }
    const auto known = decided_.find(looks);
    return known != decided_.end() ? known->second
                                   : decided_.emplace(looks, best(token.request)).first->second;
  }

 private:
  void read_value(const std::string& key, const std::string& value) {
    if (key == "sts:rolesessionname") {
      // What the wildcards stand for does not matter; a session name itself cannot hold them.
      std::string name;
      for (const char c : value) {
        name += c == '*' || c == '?' ? 'x' : c;
      }
      if (name.size() > 1 && name.find_first_of("${}:/[]% ") == std::string::npos) {
        sessions_.insert(name);
      }
    }
    const std::size_t dollar = value.find("${");
    if (dollar != std::string::npos) {
      keys_.insert(policy::lower(value.substr(dollar + 2, value.find('}') - dollar - 2)));
    }
  }

  /// Every request has a session name, and the caller chooses it.
  [[nodiscard]] DecisionKind best(policy::Request request) const {
    DecisionKind best = DecisionKind::ImplicitDeny;
    for (const std::string& session : sessions_) {
      request.context["sts:rolesessionname"] = {{session}, false};
      const DecisionKind kind = evaluate_policy(policy_, request).kind;
      best = kind == DecisionKind::Allowed || is_denied(best) ? kind : best;
      if (best == DecisionKind::Allowed) {
        break;
      }
    }
    return best;
  }

  const policy::Policy& policy_;
  std::set<std::string> keys_;
  std::set<std::string> sessions_ = {"other-name"};
  std::map<std::string, DecisionKind> decided_;
};

/// What the whole run counts.
struct Tally {
  std::size_t policies = 0;
  std::size_t admitting = 0;
  std::size_t claim_sets = 0;
  std::size_t kinds = 0;
  std::size_t undecided = 0;
  /// Reason of undecided kinds to their number.
  std::map<std::string, std::size_t> reasons;
  std::size_t witnesses = 0;
  std::size_t disagreements = 0;
};

/// One policy with its explanation, compared token by token.
class Comparison {
 public:
  Comparison(const std::string& json, const policy::Policy& policy, Universe universe, Tally& tally)
      : json_(json),
        policy_(policy),
        search_(policy, kProvider, std::move(universe)),
        explanation_(explain(search_)),
        open_owner_ids_(search_.open_owner_ids()),
        open_repository_ids_(search_.open_repository_ids()),
        tally_(tally) {}

  void run() {
    ++tally_.policies;
    for (const KindVerdict& verdict : explanation_.kinds) {
      ++tally_.kinds;
      if (verdict.admitted.is_undecided()) {
        ++tally_.undecided;
        ++tally_.reasons[verdict.admitted.reason()];
      }
      check_witnesses(verdict);
    }
    check_forged(explanation_.forged_by_outsider);
    check_forged(explanation_.forged_by_sibling);
    check_forged(explanation_.custom_template);
    check_universe();
  }

 private:
  void disagree(const std::string& what) {
    ++tally_.disagreements;
    if (++told_ > kMostTold) {
      return;
    }
    FAIL_CHECK(
        what << "\n  policy " << json_ << "\n  declared "
             << std::string(search_.universe().repositories.empty() ? "nothing" : "acme/shop"));
  }

  static std::string name_of(const KindVerdict& verdict) {
    static constexpr const char* kWho[] = {"repository", "repository id", "owner", "owner id",
                                           "outsider"};
    static constexpr const char* kContext[] = {"environment", "pull request", "branch", "tag"};
    return std::string(kWho[static_cast<std::size_t>(verdict.kind.who)]) + " " + verdict.kind.name +
           " " + kContext[static_cast<std::size_t>(*verdict.kind.context)];
  }

  [[nodiscard]] DecisionKind replay(const Witness& token) const {
    return evaluate_policy(policy_, request_of_witness(token, kProvider)).kind;
  }

  void expect_allowed(const Witness& token, const std::string& what) {
    ++tally_.witnesses;
    if (replay(token) != DecisionKind::Allowed) {
      disagree(what + " is not admitted: " + claims_line(token, kProvider));
    }
  }

  void expect_denied(const Witness& token, const std::string& what) {
    ++tally_.witnesses;
    if (!is_denied(replay(token))) {
      disagree(what + " is not refused: " + claims_line(token, kProvider));
    }
  }

  void check_forged(const Proof& proof) {
    if (proof.is_yes()) {
      expect_allowed(proof.witness(), "the forged subject");
    }
  }

  void check_witnesses(const KindVerdict& verdict) {
    const std::string name = name_of(verdict);
    if (verdict.admitted.is_yes()) {
      expect_allowed(verdict.admitted.witness(), "the example of " + name);
      if (verdict.forms.empty()) {
        disagree(name + " is admitted in no subject form");
      }
    }
    if (verdict.beyond.is_yes()) {
      expect_allowed(verdict.beyond.witness(), "the further example of " + name);
      if (is_listed(verdict, value_of(verdict, verdict.beyond.witness()))) {
        disagree("the further example of " + name + " is one of the values");
      }
    }
    if (verdict.except) {
      expect_denied(verdict.except->token, "the exception of " + name);
      if (verdict.all || verdict.except->clauses.empty() ||
          (!verdict.values.empty() &&
           !is_listed(verdict, value_of(verdict, verdict.except->token)))) {
        disagree("the exception of " + name + " is none");
      }
    }
    if (verdict.refusal) {
      expect_denied(verdict.refusal->token, "the refused example of " + name);
      if (verdict.refusal->clauses.empty()) {
        disagree(name + " is refused by no clause");
      }
    }
  }

  static std::string value_of(const KindVerdict& verdict, const Witness& token) {
    return field(token, verdict.kind.context == ContextKind::Environment ? "environment" : "ref");
  }

  static bool is_listed(const KindVerdict& verdict, const std::string& value) {
    return std::any_of(verdict.values.begin(), verdict.values.end(), [&](const std::string& glob) {
      return verdict.kind.context == ContextKind::Environment ? glob == value
                                                              : policy::glob_match(glob, value);
    });
  }

  /// Who a token comes from, by the definition of the kinds.
  [[nodiscard]] std::pair<Who, std::string> holder(const Token& token) const {
    const std::string owner = token.repository.substr(0, token.repository.find('/'));
    if (contains(explanation_.trusted_repositories, token.repository)) {
      return {Who::Repository, token.repository};
    }
    if (contains(open_repository_ids_, token.repository_id)) {
      return {Who::RepositoryId, token.repository_id};
    }
    if (contains(explanation_.trusted_owners, owner)) {
      return {Who::Owner, owner};
    }
    if (contains(open_owner_ids_, token.owner_id)) {
      return {Who::OwnerId, token.owner_id};
    }
    return {Who::Outsider, ""};
  }

  [[nodiscard]] const KindVerdict* verdict_on(const Token& token) const {
    const auto [who, name] = holder(token);
    for (const KindVerdict& verdict : explanation_.kinds) {
      if (verdict.kind.who == who && verdict.kind.name == name &&
          verdict.kind.context == token.context) {
        return &verdict;
      }
    }
    return nullptr;
  }

  /// Whether such a token can exist, given what is declared.
  [[nodiscard]] bool is_possible(const Token& token) const {
    for (const RepositoryFact& fact : search_.universe().repositories) {
      const std::string owner = fact.name.substr(0, fact.name.find('/')) + "/";
      const bool same_owner = token.repository.starts_with(owner);
      const bool id_fits =
          fact.id.empty() || (token.repository == fact.name) == (token.repository_id == fact.id);
      const bool owner_fits =
          fact.owner_id.empty() || same_owner == (token.owner_id == fact.owner_id);
      const SubjectFormat format = search_.universe().format;
      const bool form_fits = token.repository != fact.name || format == SubjectFormat::Both ||
                             (format == SubjectFormat::Immutable) == token.immutable;
      if (!id_fits || !owner_fits || !form_fits) {
        return false;
      }
    }
    return true;
  }

  void check_universe() {
    Oracle oracle(policy_);
    std::map<const KindVerdict*, std::vector<const Token*>> refused;
    bool any = false;
    for (const Token& token : token_universe()) {
      if (!is_possible(token)) {
        continue;
      }
      ++tally_.claim_sets;
      const KindVerdict* verdict = verdict_on(token);
      const DecisionKind decision = oracle.decide(token);
      if (verdict == nullptr) {
        disagree("no kind for " + describe(token));
      } else if (decision == DecisionKind::Allowed) {
        any = true;
        check_admitted(token, *verdict);
      } else if (is_denied(decision)) {
        refused[verdict].push_back(&token);
      }
    }
    tally_.admitting += any ? 1U : 0U;
    for (const auto& [verdict, tokens] : refused) {
      if (verdict->all) {
        check_all(*verdict, tokens);
      }
    }
  }

  void check_admitted(const Token& token, const KindVerdict& verdict) {
    const bool one = verdict.kind.who == Who::Repository || verdict.kind.who == Who::RepositoryId;
    const SubjectForm form = token.immutable ? SubjectForm::Immutable : SubjectForm::Classic;
    const auto& forms = verdict.forms;
    if (verdict.admitted.is_no()) {
      disagree(name_of(verdict) + " is said to be refused, but admitted is " + describe(token));
    } else if (verdict.admitted.is_yes() &&
               std::find(forms.begin(), forms.end(), form) == forms.end()) {
      disagree(name_of(verdict) + " does not list the subject form of " + describe(token));
    } else if (verdict.admitted.is_yes() && one && !verdict.all &&
               token.context != ContextKind::PullRequest && verdict.beyond.is_no() &&
               !is_listed(verdict, token.value)) {
      disagree(name_of(verdict) + " does not list the value of " + describe(token));
    }
  }

  /// "All" is said for the usual audience, in the listed forms, with the ids of the named owner and
  /// repository taken to be ones that the policy names.
  void check_all(const KindVerdict& verdict, const std::vector<const Token*>& refused) {
    const Who who = verdict.kind.who;
    const bool named = who == Who::Repository || who == Who::RepositoryId;
    const std::vector<std::string> any = {""};
    const auto& owner_ids =
        (named || who == Who::Owner) && !open_owner_ids_.empty() ? open_owner_ids_ : any;
    const auto& repository_ids =
        named && !open_repository_ids_.empty() ? open_repository_ids_ : any;
    for (const std::string& owner_id : owner_ids) {
      for (const std::string& id : repository_ids) {
        if (std::none_of(refused.begin(), refused.end(), [&](const Token* token) {
              return contradicts(verdict, *token, owner_id, id);
            })) {
          return;
        }
      }
    }
    disagree(name_of(verdict) + " is said to be admitted whole, but refused is " +
             describe(*refused.front()));
  }

  static bool contradicts(const KindVerdict& verdict, const Token& token,
                          const std::string& owner_id, const std::string& id) {
    const SubjectForm form = token.immutable ? SubjectForm::Immutable : SubjectForm::Classic;
    const bool listed =
        std::find(verdict.forms.begin(), verdict.forms.end(), form) != verdict.forms.end();
    return listed && token.audience == kUsualAudience &&
           (owner_id.empty() || token.owner_id == owner_id) &&
           (id.empty() || verdict.kind.who == Who::RepositoryId || token.repository_id == id);
  }

  static std::string describe(const Token& token) {
    std::string text;
    for (const auto& [name, values] : token.claims) {
      text += (text.empty() ? "" : ", ") + name + "=" + values.front();
    }
    return text;
  }

  const std::string& json_;
  const policy::Policy& policy_;
  TrustSearch search_;
  Explanation explanation_;
  std::vector<std::string> open_owner_ids_;
  std::vector<std::string> open_repository_ids_;
  Tally& tally_;
  static constexpr std::size_t kMostTold = 3;
  std::size_t told_ = 0;
};

Universe declared(Generator& generator) {
  if (!generator.chance(30)) {
    return {};
  }
  Universe universe;
  universe.repositories = {{"acme/shop", "880000123", "4400001"}};
  if (generator.chance(20)) {
    universe.repositories = {{"acme/shop", "", ""}};
  }
  universe.format = generator.chance(50)   ? SubjectFormat::Both
                    : generator.chance(50) ? SubjectFormat::Classic
                                           : SubjectFormat::Immutable;
  return universe;
}

}  // namespace

TEST_CASE("an explanation describes every admitted token, and its witnesses are admitted") {
  const std::uint64_t policies = number_from_environment("MUSTER_PROPERTY_POLICIES", 120);
  const std::uint64_t seed = number_from_environment("MUSTER_PROPERTY_SEED", 1);
  Tally tally;
  for (std::uint64_t i = 0; i < policies; ++i) {
    Generator generator(seed + i * 1'000'003);
    const std::string json = generator.policy();
    const auto policy = policy::parse_policy(json, SourceId("t.json"), policy::PolicyType::Trust);
    REQUIRE_MESSAGE(policy.ok(), json);
    Comparison(json, policy.value(), declared(generator), tally).run();
  }
  MESSAGE(tally.policies << " policies (" << tally.admitting << " admit something), "
                         << tally.claim_sets << " claim sets, " << tally.kinds << " kinds ("
                         << tally.undecided << " undecided), " << tally.witnesses
                         << " witnesses replayed, " << tally.disagreements << " disagreements");
  for (const auto& [reason, number] : tally.reasons) {
    MESSAGE(number << " kinds undecided: " << reason);
  }
  CHECK(tally.disagreements == 0);
  CHECK(tally.admitting * 4 > tally.policies);
}
