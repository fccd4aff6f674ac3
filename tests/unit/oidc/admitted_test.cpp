// The trap catalogue of trust policies: each row is a policy and what the questions say about it.
#include "checks/oidc/admitted.h"

#include <doctest/doctest.h>

#include <functional>

#include "tests/unit/oidc/trust_policies.h"

using namespace muster;
using namespace muster::oidc;
using namespace muster::oidc::testing;

namespace {

const std::vector<std::string> kOwners = {"acme"};
const std::vector<std::string> kRepositories = {"acme/shop"};

struct Ask {
  const char* name;
  Proof (*ask)(const TrustSearch&);
};

const Ask kAsk[] = {
    {"any repository", [](const TrustSearch& s) { return s.admits_any_repository(); }},
    {"fresh owner", [](const TrustSearch& s) { return s.admits_fresh_owner(); }},
    {"other owner", [](const TrustSearch& s) { return s.admits_owner_outside(kOwners); }},
    {"fresh repository", [](const TrustSearch& s) { return s.admits_fresh_repository("acme"); }},
    {"other repository",
     [](const TrustSearch& s) { return s.admits_repository_outside(kOwners, kRepositories); }},
    {"pull request", [](const TrustSearch& s) { return s.admits_pull_request("acme/shop"); }},
    {"fresh branch", [](const TrustSearch& s) { return s.admits_fresh_branch("acme/shop"); }},
    {"fresh tag", [](const TrustSearch& s) { return s.admits_fresh_tag("acme/shop"); }},
    {"fresh environment",
     [](const TrustSearch& s) { return s.admits_fresh_environment("acme/shop"); }},
    {"forged by outsider", [](const TrustSearch& s) { return s.admits_forged_by_outsider(); }},
    {"forged by sibling", [](const TrustSearch& s) { return s.admits_forged_by_sibling(); }},
    {"only classic", [](const TrustSearch& s) { return s.only_classic("acme/shop"); }},
    {"fresh repository id",
     [](const TrustSearch& s) { return s.admits_fresh_repository_id("acme/shop"); }},
    {"merge ref",
     [](const TrustSearch& s) { return s.admits_merge_ref_in_environment("acme/shop"); }},
    {"fresh workflow ref", [](const TrustSearch& s) { return s.admits_fresh_workflow_ref(); }},
    {"dead", [](const TrustSearch& s) { return s.is_dead(); }},
};

Proof ask(const TrustSearch& search, const std::string& name) {
  for (const Ask& entry : kAsk) {
    if (name == entry.name) {
      return entry.ask(search);
    }
  }
  FAIL("no question is called " << name);
  return Proof::no();
}

struct Row {
  const char* name;
  std::string statements;
  std::vector<const char*> yes;
  std::vector<const char*> no;
};

std::string like(const std::string& pattern) {
  return statement("{'StringLike':{'GH:sub':'" + pattern + "'}}");
}

std::string equals(const std::string& value) {
  return statement("{'StringEquals':{'GH:sub':'" + value + "'}}");
}

const Universe kShop{{{"acme/shop", "880000123", "4400001"}}, SubjectFormat::Both, {}, {}};

void check_rows(const std::vector<Row>& rows, const Universe& universe) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const policy::Policy policy = policy_of(row.statements);
    const TrustSearch search(policy, kProvider, universe);
    for (const char* name : row.yes) {
      CAPTURE(name);
      const Proof proof = ask(search, name);
      CAPTURE(proof.reason());
      CHECK(proof.is_yes());
      const bool token = proof.is_yes() && proof.witness().kind == WitnessKind::Token;
      CHECK((!token || is_confirmed(proof, policy)));
    }
    for (const char* name : row.no) {
      CAPTURE(name);
      const Proof proof = ask(search, name);
      CAPTURE(proof.reason());
      CAPTURE(field(proof, "sub"));
      CHECK(proof.is_no());
    }
  }
}

}  // namespace

TEST_CASE("wildcards in the subject admit what they say") {
  check_rows(
      {
          {"one branch",
           equals("repo:acme/shop:ref:refs/heads/main"),
           {"only classic"},
           {"fresh owner", "other owner", "other repository", "pull request", "fresh branch",
            "fresh tag", "fresh environment", "forged by outsider", "forged by sibling", "dead"}},
          {"everyone",
           like("repo:*"),
           {"any repository", "fresh owner", "other owner", "fresh repository", "pull request"},
           {"dead"}},
          {"owner prefix",
           like("repo:acme*"),
           {"other owner", "fresh repository", "pull request"},
           {"any repository", "fresh owner"}},
          {"whole owner",
           like("repo:acme/*"),
           {"fresh repository", "fresh branch", "only classic"},
           {"fresh owner", "other owner", "forged by outsider"}},
          {"repository prefix",
           like("repo:acme/shop*"),
           {"other repository", "fresh branch"},
           {"fresh repository", "other owner"}},
          {"name under every owner",
           like("repo:*/shop:*"),
           {"fresh owner", "other owner"},
           {"any repository"}},
          {"branch of everyone",
           like("*:ref:refs/heads/main"),
           {"fresh owner"},
           {"any repository", "pull request", "fresh branch"}},
          {"any context",
           like("repo:acme/shop:*"),
           {"pull request", "fresh branch", "fresh tag", "fresh environment", "merge ref"},
           {"other repository", "forged by sibling"}},
          {"branch look-alike",
           like("repo:acme/shop:ref:refs/heads/main*"),
           {},
           {"fresh branch", "fresh tag"}},
          {"any kind of ref",
           like("repo:acme/shop:ref:refs/*"),
           {"fresh branch", "fresh tag"},
           {"pull request", "fresh environment"}},
          {"one character",
           like("repo:acme/sho?:pull_request"),
           {"other repository", "pull request"},
           {"fresh owner"}},
      },
      kShop);
}

TEST_CASE("ids pin what names do not") {
  check_rows(
      {
          {"ids open",
           like("repo:acme@*/shop@*:ref:refs/heads/main"),
           {"fresh repository id", "forged by sibling"},
           {"fresh owner", "forged by outsider"}},
          {"ids pinned",
           equals("repo:acme@4400001/shop@880000123:ref:refs/heads/main"),
           {},
           {"fresh repository id", "forged by sibling", "other owner", "dead"}},
          {"repository id beside an open subject",
           statement("{'StringLike':{'GH:sub':'repo:acme@*/shop@*:ref:refs/heads/main'},"
                     "'StringEquals':{'GH:repository_id':'880000123'}}"),
           {},
           {"fresh repository id", "forged by sibling", "other repository"}},
          {"owner id alone",
           statement("{'StringEquals':{'GH:repository_owner_id':'4400001'}}"),
           {"fresh repository"},
           {"fresh owner", "other owner", "forged by outsider"}},
          {"wrong declared id",
           equals("repo:acme@1/shop@2:ref:refs/heads/main"),
           {"dead"},
           {"fresh owner"}},
          {"ids anchored, names open",
           like("repo:*@4400001/*@880000123:*"),
           {"forged by outsider"},
           {}},
      },
      kShop);
}

TEST_CASE("an id that the policy names belongs to whom it trusts while nothing is declared") {
  check_rows({{"repository id alone",
               statement("{'StringEquals':{'GH:repository_id':'880000123'}}"),
               {},
               {"fresh owner", "fresh repository"}},
              {"id suffix", like("repo:acme@*123456/shop@*:*"), {}, {"fresh owner"}}},
             {});
}

TEST_CASE("absent keys decide as the operators say") {
  check_rows(
      {
          {"unexposed key under a plain operator",
           statement("{'StringEquals':{'GH:sub':'repo:acme/shop:ref:refs/heads/main',"
                     "'GH:repository_owner':'acme'}}"),
           {"dead"},
           {"fresh owner"}},
          {"unexposed key under a negated operator",
           statement("{'StringLike':{'GH:sub':'repo:acme/*'},'StringNotLike':{'GH:event_name':"
                     "'pull_request*'}}"),
           {"pull request", "fresh repository"},
           {"dead"}},
          {"key with a scheme",
           statement("{'StringEquals':{'https://GH:sub':'repo:acme/shop:pull_request'}}"),
           {"dead"},
           {}},
          {"misspelt key under ForAllValues",
           statement("{'ForAllValues:StringEquals':{'GH:repo':'acme/shop'}}"),
           {"any repository"},
           {"dead"}},
          {"ForAllValues on the environment",
           statement("{'StringLike':{'GH:sub':'repo:acme/shop:*'},"
                     "'ForAllValues:StringEquals':{'GH:environment':'live'}}"),
           {"fresh branch", "pull request"},
           {"fresh environment"}},
          {"ForAnyValue on the environment",
           statement("{'StringLike':{'GH:sub':'repo:acme/shop:*'},"
                     "'ForAnyValue:StringEquals':{'GH:environment':'live'}}"),
           {"merge ref"},
           {"fresh branch", "pull request", "fresh environment"}},
          {"IfExists on the environment",
           statement("{'StringLike':{'GH:sub':'repo:acme/shop:*'},"
                     "'StringEqualsIfExists':{'GH:environment':'live'}}"),
           {"fresh branch"},
           {"fresh environment"}},
          {"Null asks for presence only",
           statement("{'Null':{'GH:repository':'false'}}"),
           {"any repository"},
           {}},
          {"Null on the environment",
           statement(
               "{'StringLike':{'GH:sub':'repo:acme/shop:*'},'Null':{'GH:environment':'false'}}"),
           {"fresh environment"},
           {"fresh branch"}},
          {"enterprise id may be absent",
           statement("{'StringLike':{'GH:sub':'repo:*'},'StringEqualsIfExists':{'GH:enterprise_id':"
                     "'5'}}"),
           {"any repository"},
           {}},
      },
      kShop);
}

TEST_CASE("statements unite, clauses intersect, denies win") {
  check_rows(
      {
          {"loose second statement",
           equals("repo:acme/shop:ref:refs/heads/main") + "," +
               statement("{'StringEquals':{'GH:aud':'sts.amazonaws.com'}}"),
           {"any repository"},
           {}},
          {"loose subject, tight repository",
           statement("{'StringLike':{'GH:sub':'repo:*:environment:live'},"
                     "'StringEquals':{'GH:repository':'acme/shop'}}"),
           {"merge ref"},
           {"fresh owner", "other repository", "forged by outsider", "forged by sibling"}},
          {"contradiction across claims",
           statement("{'StringLike':{'GH:sub':'repo:acme/"
                     "shop:*'},'StringEquals':{'GH:repository':'acme/api'}}"),
           {"dead"},
           {}},
          {"deny of pull requests",
           like("repo:acme/shop:*") + "," +
               statement("{'StringLike':{'GH:sub':'*:pull_request'}}", "Deny"),
           {"fresh branch"},
           {"pull request"}},
          {"deny with a negated list of owners",
           like("repo:*") + "," +
               statement("{'StringNotEquals':{'GH:repository_owner_id':['4400001']}}", "Deny"),
           {"fresh repository"},
           {"fresh owner", "other owner"}},
          {"deny that always fires",
           equals("repo:acme/shop:environment:live") + "," +
               statement("{'StringNotEquals':{'GH:repository_visibility':'private'}}", "Deny"),
           {"dead"},
           {}},
          {"deny that never fires",
           like("repo:acme/shop:*") + "," +
               statement("{'StringEquals':{'GH:head_ref':'untrusted'}}", "Deny"),
           {"pull request"},
           {}},
          {"only negated",
           statement("{'StringNotLike':{'GH:repository':['*/untrusted-*','mallory/*']}}"),
           {"any repository"},
           {}},
          {"ref beside an environment",
           statement("{'StringEquals':{'GH:sub':'repo:acme/shop:environment:live',"
                     "'GH:ref':'refs/heads/main'}}"),
           {},
           {"merge ref", "fresh branch"}},
          {"reusable workflow alone",
           statement("{'StringEquals':{'GH:job_workflow_ref':"
                     "'acme/pipelines/.github/workflows/ship.yml@refs/heads/main'}}"),
           {"fresh owner"},
           {"fresh workflow ref"}},
          {"any version of a reusable workflow",
           statement("{'StringLike':{'GH:job_workflow_ref':"
                     "'acme/pipelines/.github/workflows/ship.yml@*'}}"),
           {"fresh owner", "fresh workflow ref"},
           {}},
      },
      kShop);
}

TEST_CASE("texts that no token can carry make a role dead") {
  check_rows(
      {
          {"wildcard under StringEquals", equals("repo:acme/shop:*"), {"dead"}, {}},
          {"colon in an environment name",
           equals("repo:acme/shop:environment:eu:live"),
           {"dead"},
           {}},
          {"encoded colon", equals("repo:acme/shop:environment:eu%3Alive"), {}, {"dead"}},
          {"merge ref of a default subject",
           equals("repo:acme/shop:ref:refs/pull/7/merge"),
           {},
           {}},
          {"ids with a dash",
           equals("repo:acme-4400001/shop-880000123:ref:refs/heads/main"),
           {},
           {"fresh owner"}},
          {"placeholder owner",
           equals("repo:YOUR_GITHUB_ORG/shop:ref:refs/heads/main"),
           {"dead"},
           {}},
          {"ref with a space", equals("repo:acme/shop:ref:refs/heads/my branch"), {"dead"}, {}},
          {"ref that ends with lock", equals("repo:acme/shop:ref:refs/heads/a.lock"), {"dead"}, {}},
          {"other action",
           "{'Effect':'Allow','Principal':{'Federated':'PROVIDER'},'Action':'sts:AssumeRole'}",
           {"dead"},
           {}},
      },
      kShop);
}

TEST_CASE("witnesses look like tokens") {
  const TrustSearch prefix(subject_like("repo:acme*:ref:refs/heads/main"), kProvider);
  CHECK(field(prefix.admits_owner_outside({"acme"}), "sub") ==
        "repo:acme-evil/other:ref:refs/heads/main");
  const TrustSearch everyone(subject_like("repo:*"), kProvider);
  CHECK(field(everyone.admits_any_repository(), "sub") ==
        "repo:mallory/other:ref:refs/heads/topic");
  const TrustSearch shop(subject_like("repo:acme/shop:*"), kProvider);
  CHECK(field(shop.admits_pull_request("acme/shop"), "ref") == "refs/pull/7/merge");
  CHECK(field(shop.admits_fresh_tag("acme/shop"), "sub") == "repo:acme/shop:ref:refs/tags/v9.9.9");
  const TrustSearch ids(subject_like("repo:acme@*/shop@*:ref:refs/heads/main"), kProvider, kShop);
  CHECK(field(ids.admits_forged_by_sibling(), "sub") ==
        "repo:acme@4400001/other@990000001:environment:e/shop@1:ref:refs/heads/main");
}

TEST_CASE("a variable that the caller chooses is a hole, with the value he needs") {
  const policy::Policy policy = subject_like("repo:acme/shop:environment:${sts:RoleSessionName}");
  const TrustSearch search(policy, kProvider);
  const Proof proof = search.admits_fresh_environment("acme/shop");
  CHECK(is_confirmed(proof, policy));
  CHECK(field(proof, "sts:rolesessionname") == field(proof, "environment"));
}

TEST_CASE("keys outside the token are taken as the caller needs them") {
  const policy::Policy policy = trust(
      "{'StringLike':{'GH:sub':'repo:*'},'IpAddress':{'aws:SourceIp':'10.0.0.0/8'},"
      "'NotIpAddress':{'aws:SourceIp':'10.0.0.0/"
      "16'},'StringEquals':{'sts:RoleSessionName':'ci-run'}}");
  const TrustSearch search(policy, kProvider);
  const Proof proof = search.admits_fresh_owner();
  CAPTURE(proof.reason());
  CHECK(is_confirmed(proof, policy));
  CHECK(field(proof, "sts:rolesessionname") == "ci-run");
  TokenSet job;
  job.repository = "acme/shop";
  CHECK(search.refuses_some(job).is_no());
}

TEST_CASE("a job that the policy refuses is told the clause and the part that differs") {
  const policy::Policy policy = trust(
      "{'StringEquals':{'GH:aud':'sts.amazonaws.com','GH:sub':'repo:acme/shop:ref:refs/heads/"
      "main'}}");
  const TrustSearch search(policy, kProvider,
                           {{{"acme/shop", "", ""}}, SubjectFormat::Classic, {}, {}});
  TokenSet job;
  job.repository = "acme/shop";
  job.context = ContextKind::Environment;
  job.environment = "production";
  job.refs = {"refs/heads/main"};
  CHECK(search.admits_some(job).is_no());
  const auto refusal = search.explain_refusal(job);
  REQUIRE(refusal.has_value());
  REQUIRE(refusal->clauses.size() == 1);
  CHECK(refusal->clauses[0].key == "token.actions.githubusercontent.com:sub");
  CHECK(refusal->clauses[0].carried == "repo:acme/shop:environment:production");
  CHECK(refusal->clauses[0].wanted_part == "ref");
  CHECK(refusal->clauses[0].carried_part == "environment");
  CHECK(refusal->clauses[0].where.span.line == 1);
  job.context = ContextKind::Branch;
  job.environment.reset();
  CHECK(search.admits_some(job).is_yes());
  CHECK(search.refuses_some(job).is_no());
  CHECK_FALSE(search.explain_refusal(job).has_value());
}

TEST_CASE("what is admitted beyond a list of jobs comes with a token outside all of them") {
  const policy::Policy policy = subject_like("repo:acme/shop:ref:refs/heads/*");
  const TrustSearch search(policy, kProvider, kShop);
  TokenSet main;
  main.repository = "acme/shop";
  main.refs = {"refs/heads/main"};
  TokenSet releases = main;
  releases.refs = {"refs/heads/release/*"};
  CHECK(field(search.admits_beyond({main, releases}), "ref") == "refs/heads/topic");
  TokenSet all = main;
  all.refs = {"refs/heads/*"};
  CHECK(search.admits_beyond({main, all}).is_no());
}

TEST_CASE("variants of a policy compare exactly") {
  const TrustSearch search(
      policy_of(like("repo:acme/shop:*") + "," +
                statement("{'StringLike':{'GH:sub':'*:pull_request'}}", "Deny")),
      kProvider, kShop);
  CHECK(search.without_denies().admits_beyond(search).is_yes());
  CHECK(search.admits_beyond(search.without_denies()).is_no());
  CHECK(search.without_statement(0).is_dead().is_yes());
  const TrustSearch twice(trust("{'StringLike':{'GH:sub':'repo:acme/shop:*'},"
                                "'StringEquals':{'GH:repository':'acme/shop'}}"),
                          kProvider, kShop);
  CHECK(twice.without_clause(0, 1).admits_beyond(twice).is_no());
  CHECK(twice.without_clause(0, 0).admits_beyond(twice).is_yes());
  const TrustSearch actor(trust("{'StringLike':{'GH:sub':'repo:acme/*'},"
                                "'StringEquals':{'GH:actor':'casey'}}"),
                          kProvider, kShop);
  CHECK(actor.without_clauses_on({"actor"}).admits_beyond(actor).is_yes());
}

TEST_CASE("custom subjects of the declared repository replace the default ones") {
  const policy::Policy policy = subject_like("repository_owner:acme:environment:live");
  const Universe custom{
      {{"acme/shop", "", ""}}, SubjectFormat::Both, {"repository_owner", "environment"}, {}};
  CHECK(TrustSearch(policy, kProvider, custom).admits_anything().is_yes());
  CHECK(TrustSearch(policy, kProvider, kShop).admits_anything().is_no());
  CHECK(TrustSearch(policy, kProvider, kShop).admits_anything_under_any_template().is_yes());
  const policy::Policy twice = subject_like("repository_owner:*:repo:acme/shop");
  const Universe both{{}, SubjectFormat::Both, {"repository_owner", "repo"}, {}};
  const Proof owner = TrustSearch(twice, kProvider, both).admits_anything();
  CHECK(field(owner, "sub") == "repository_owner:acme:repo:acme/shop");
  CHECK(TrustSearch(subject_like("repository_owner:evil:repo:acme/shop"), kProvider, both)
            .admits_anything()
            .is_no());
}

TEST_CASE("the provider's audiences bound the tokens") {
  const policy::Policy policy = trust("{'StringEquals':{'GH:aud':'sigstore'}}");
  CHECK(TrustSearch(policy, kProvider).admits_anything().is_yes());
  CHECK(TrustSearch(policy, kProvider, {{}, SubjectFormat::Both, {}, {{"sts.amazonaws.com"}}})
            .admits_anything()
            .is_no());
}

TEST_CASE("a spent budget is undecided, never no") {
  const TrustSearch search(subject_like("repo:acme/shop:ref:refs/heads/main"), kProvider, {},
                           {10, 10});
  CHECK(search.admits_anything().is_undecided());
}
