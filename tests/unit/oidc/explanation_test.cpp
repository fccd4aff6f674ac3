// What an explanation says about each kind of token, and AWS's own test of a policy text.
#include "checks/oidc/explanation.h"

#include "tests/unit/oidc/trust_policies.h"

using namespace muster;
using namespace muster::oidc;
using namespace muster::oidc::testing;

namespace {

const KindVerdict& kind(const Explanation& explanation, Who who, const std::string& name,
                        ContextKind context) {
  for (const KindVerdict& verdict : explanation.kinds) {
    if (verdict.kind.who == who && verdict.kind.name == name && verdict.kind.context == context) {
      return verdict;
    }
  }
  FAIL("no such kind: " << name);
  return explanation.kinds.front();
}

Explanation explained(const std::string& statements, Universe universe = {}) {
  return explain(TrustSearch(policy_of(statements), kProvider, std::move(universe)));
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("the values that a repository may present are listed, and nothing else gets in") {
  const Explanation both = explained(statement(
      "{'StringLike':{'GH:sub':['repo:acme/shop:ref:refs/heads/main',"
      "'repo:acme/shop:ref:refs/heads/release/*','repo:acme/shop:environment:eu%3Alive']}}"));
  const KindVerdict& branch = kind(both, Who::Repository, "acme/shop", ContextKind::Branch);
  CHECK_FALSE(branch.all);
  CHECK(branch.values == Values{"refs/heads/main", "refs/heads/release/*"});
  CHECK(branch.beyond.is_no());
  CHECK(kind(both, Who::Repository, "acme/shop", ContextKind::Environment).values ==
        Values{"eu:live"});
  CHECK(kind(both, Who::Repository, "acme/shop", ContextKind::Tag).admitted.is_no());
}

TEST_CASE("a value that another one makes superfluous is not listed") {
  const Explanation narrowed =
      explained(statement("{'StringLike':{'GH:sub':'repo:acme/shop:ref:refs/heads/main',"
                          "'GH:ref':'refs/heads/*'}}"));
  CHECK(kind(narrowed, Who::Repository, "acme/shop", ContextKind::Branch).values ==
        Values{"refs/heads/main"});
}

TEST_CASE("a policy that names only an id admits whoever has it, under any name") {
  const Explanation ids = explained(statement("{'StringEquals':{'GH:repository_id':'880000123'}}"));
  const KindVerdict& holder = kind(ids, Who::RepositoryId, "880000123", ContextKind::Branch);
  CHECK(holder.admitted.is_yes());
  CHECK(holder.all);
  CHECK(kind(ids, Who::Outsider, "", ContextKind::Branch).admitted.is_no());

  const Explanation owner =
      explained(statement("{'StringEquals':{'GH:repository_owner_id':'4400001'}}"));
  CHECK(kind(owner, Who::OwnerId, "4400001", ContextKind::Environment).all);
  CHECK(kind(owner, Who::Outsider, "", ContextKind::Environment).admitted.is_no());
}

TEST_CASE("declared ids belong to the declared repository alone") {
  const Universe shop{{{"acme/shop", "880000123", "4400001"}}, SubjectFormat::Both, {}, {}};
  const Explanation ids =
      explained(statement("{'StringEquals':{'GH:repository_id':'880000123'}}"), shop);
  CHECK(kind(ids, Who::Repository, "acme/shop", ContextKind::Branch).all);
  for (const KindVerdict& verdict : ids.kinds) {
    CHECK(verdict.kind.who != Who::RepositoryId);
    CHECK((verdict.kind.who == Who::Repository || verdict.admitted.is_no()));
  }
}

TEST_CASE("strangers are refused by a clause even if the policy names ids") {
  const Explanation pinned = explained(
      statement("{'StringLike':{'GH:sub':'repo:acme@4400001/shop@880000123:environment:live'}}"));
  for (const Who who : {Who::Owner, Who::OwnerId, Who::RepositoryId, Who::Outsider}) {
    const std::string name = who == Who::Owner          ? "acme"
                             : who == Who::OwnerId      ? "4400001"
                             : who == Who::RepositoryId ? "880000123"
                                                        : "";
    const KindVerdict& verdict = kind(pinned, who, name, ContextKind::Branch);
    CAPTURE(name);
    CHECK(verdict.admitted.is_no());
    REQUIRE(verdict.refusal.has_value());
    CHECK(verdict.refusal->clauses.size() == 1);
  }
}

TEST_CASE("any name and some names are told apart") {
  const Explanation everyone = explained(statement("{'StringLike':{'GH:sub':'repo:*'}}"));
  CHECK(kind(everyone, Who::Outsider, "", ContextKind::Branch).any_name);
  const Explanation prefix = explained(statement("{'StringLike':{'GH:sub':'repo:acme*'}}"));
  const KindVerdict& some = kind(prefix, Who::Outsider, "", ContextKind::Branch);
  CHECK(some.admitted.is_yes());
  CHECK_FALSE(some.any_name);
  CHECK_FALSE(some.all);
  CHECK(some.except.has_value());
}

TEST_CASE("a further condition on a listed value is told as an exception") {
  const Explanation pinned =
      explained(statement("{'StringEquals':{'GH:sub':'repo:acme/shop:environment:live',"
                          "'GH:ref':'refs/heads/main'}}"));
  const KindVerdict& live = kind(pinned, Who::Repository, "acme/shop", ContextKind::Environment);
  CHECK(live.values == Values{"live"});
  REQUIRE(live.except.has_value());
  REQUIRE(live.except->clauses.size() == 1);
  CHECK(live.except->clauses[0].shown_key == "ref");
  const Explanation free =
      explained(statement("{'StringEquals':{'GH:sub':'repo:acme/shop:environment:live'}}"));
  CHECK_FALSE(
      kind(free, Who::Repository, "acme/shop", ContextKind::Environment).except.has_value());
}

TEST_CASE("a refused token carries the session name that every request has") {
  // Without the name `IfExists` would let the token in: the example would not replay.
  const policy::Policy policy =
      policy_of(statement("{'StringLikeIfExists':{'sts:RoleSessionName':'*/never'}}"));
  const Explanation named = explain(TrustSearch(policy, kProvider));
  const KindVerdict& branch = kind(named, Who::Outsider, "", ContextKind::Branch);
  REQUIRE(branch.refusal.has_value());
  CHECK(branch.refusal->clauses.size() == 1);
  CHECK(evaluate_policy(policy, request_of_witness(branch.refusal->token, kProvider)).kind ==
        policy::DecisionKind::ImplicitDeny);
}

TEST_CASE("a refusal by the token does not blame keys that the caller could choose better") {
  const Explanation named = explained(
      statement("{'StringLike':{'GH:sub':'repo:acme/shop:*','sts:RoleSessionName':'deploy-*'}}"));
  const KindVerdict& branch = kind(named, Who::Outsider, "", ContextKind::Branch);
  REQUIRE(branch.refusal.has_value());
  REQUIRE(branch.refusal->clauses.size() == 1);
  CHECK(branch.refusal->clauses[0].shown_key == "sub");
}

TEST_CASE("forged subjects of a tangled policy end at the budget instead of eating memory") {
  const policy::Policy policy = policy_of(
      statement("{'StringEqualsIgnoreCase':{'GH:environment':['pull_request','pull*est']},"
                "'StringLike':{'GH:sub':['repo:acme@*@880000123:environment:pull_request',"
                "'*environment:live']},'StringNotEquals':{'GH:event_name':'push'}}") +
      "," +
      statement(
          "{'StringEqualsIgnoreCase':{'GH:sub':'repo:acme@9900666/shop@990000002:environment:"
          "live'},'StringNotLike':{'GH:sub':'repo:ACME@440?008/shop@7:re*f:refs/heads/main'}}") +
      "," +
      statement("{'StringNotEquals':{'GH:aud':['sts.amazonaws.com','sigstore'],"
                "'GH:job_workflow_ref':'mallory/x/.github/workflows/*@refs/heads/mai*n'}}",
                "Deny"));
  SearchLimits small;
  small.configurations = 2'000;
  const Proof proof = TrustSearch(policy, kProvider, {}, small).admits_forged_by_outsider();
  CHECK((proof.is_yes() || proof.is_undecided()));
}

TEST_CASE("AWS's own test looks at the text of the demanded key") {
  struct Row {
    const char* name;
    const char* condition;
    GuardVerdict verdict;
  };

  for (const Row& row :
       {Row{"no subject", "{'StringEquals':{'GH:aud':'sts.amazonaws.com'}}", GuardVerdict::Refused},
        Row{"only a star", "{'StringLike':{'GH:sub':'*'}}", GuardVerdict::Refused},
        Row{"a star among others", "{'StringLike':{'GH:sub':['repo:acme/*','**']}}",
            GuardVerdict::Refused},
        Row{"every repository", "{'StringLike':{'GH:sub':'repo:*'}}", GuardVerdict::Accepted},
        Row{"key in other case", "{'StringEquals':{'GH:SUB':'repo:a/b:pull_request'}}",
            GuardVerdict::Accepted},
        Row{"workflow file", "{'StringLike':{'GH:job_workflow_ref':'acme/*'}}",
            GuardVerdict::Accepted},
        Row{"quantifier", "{'ForAnyValue:StringLike':{'GH:sub':'repo:acme/*'}}",
            GuardVerdict::Unknown},
        Row{"if exists", "{'StringLikeIfExists':{'GH:sub':'repo:acme/*'}}", GuardVerdict::Unknown},
        Row{"negated", "{'StringNotLike':{'GH:sub':'repo:acme/*'}}", GuardVerdict::Unknown}}) {
    CAPTURE(row.name);
    CHECK(explained(statement(row.condition)).guard.verdict == row.verdict);
  }
}

TEST_CASE("the loosest statement decides AWS's own test") {
  const std::string tight = statement("{'StringLike':{'GH:sub':'repo:acme/*'}}");
  const std::string loose = statement("{'StringEquals':{'GH:aud':'sts.amazonaws.com'}}");
  const Guard guard = explained(tight + "," + loose).guard;
  CHECK(guard.verdict == GuardVerdict::Refused);
  CHECK(guard.statement == std::size_t{1});
  CHECK(explained(tight + "," + statement("{}", "Deny")).guard.verdict == GuardVerdict::Accepted);
}
