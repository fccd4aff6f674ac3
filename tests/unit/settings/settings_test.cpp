// What answers of GitHub come to: refs that one person may change, environments, and what is no
// answer.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "checks/core/intent.h"
#include "checks/settings/read.h"

namespace muster::settings {
namespace {

std::string about(const std::string& endpoint, const std::string& more = "") {
  return R"({"muster": {"repository": "acme/shop", "endpoint": "GET /repos/{owner}/{repo})" +
         endpoint + "\"" + more + "}, ";
}

Read read(const std::vector<std::string>& texts) {
  std::vector<Document> documents;
  for (const std::string& text : texts) {
    documents.push_back({DocumentKind::GithubSettings,
                         SourceId("github/" + std::to_string(documents.size()) + ".json"), text});
  }
  return read_settings(documents);
}

RepositorySettings settings(const std::vector<std::string>& texts) {
  const Read found = read(texts);
  for (const NotCovered& one : found.not_covered) {
    CAPTURE(one.what);
    CAPTURE(one.why);
    CHECK(false);
  }
  REQUIRE(found.repositories.size() == 1);
  return found.repositories.front();
}

std::string branches(const std::string& items) {
  return about("/branches") + "\"items\": [" + items + "]}";
}

std::string protection(const std::string& branch, const std::string& body) {
  return about("/branches/{branch}/protection", R"(, "branch": ")" + branch + "\"") + body + "}";
}

std::string rulesets(const std::string& items) {
  return about("/rulesets") + "\"items\": [" + items + "]}";
}

constexpr const char* kMain = R"({"name": "main", "protected": true})";
constexpr const char* kListed =
    R"({"id": 42, "name": "guard", "target": "branch", "enforcement": "active"})";

/// The ruleset of `kListed`, or of another target.
std::string ruleset(const std::string& include, const std::string& rules,
                    const std::string& more = R"(, "bypass_actors": [])",
                    const std::string& target = "branch") {
  return about("/rulesets/{ruleset_id}", R"(, "ruleset_id": "42")") +
         R"("id": 42, "name": "guard", "enforcement": "active", "target": ")" + target +
         R"(", "conditions": {"ref_name": {"include": [)" + include +
         R"(], "exclude": []}}, "rules": [)" + rules + "]" + more + "}";
}

constexpr const char* kReview =
    R"({"type": "pull_request", "parameters": {"required_approving_review_count": 1}})";
constexpr const char* kNoReview =
    R"({"type": "pull_request", "parameters": {"required_approving_review_count": 0}})";

TEST_CASE(
    "whether one writer changes a branch is known by all that could hold "
    "him back, or not at all") {
  struct Row {
    const char* name;
    std::vector<std::string> texts;
    RefGuard guard;
  };

  const std::string open_main = branches(R"({"name": "main", "protected": false})");
  const std::string main = branches(kMain);
  const std::string none = rulesets("");
  const std::string listed = rulesets(kListed);
  const std::string reviews = protection(
      "main", R"("required_pull_request_reviews": {"required_approving_review_count": 1})");
  for (const Row& row : {
           Row{"nothing was read",
               {about("/actions/permissions") + R"("enabled": true})"},
               RefGuard::Unknown},
           Row{"no protection and no ruleset", {open_main, none}, RefGuard::Open},
           Row{"no protection, rulesets not read", {open_main}, RefGuard::Unknown},
           Row{"no ruleset, branches not read", {none}, RefGuard::Unknown},
           Row{"protected, and by what was not read", {main, none}, RefGuard::Unknown},
           Row{"by a review", {main, none, reviews}, RefGuard::Guarded},
           Row{"by a review, rulesets not read", {main, reviews}, RefGuard::Guarded},
           Row{"by a review of nobody",
               {main, none,
                protection(
                    "main",
                    R"("required_pull_request_reviews": {"required_approving_review_count": 0})")},
               RefGuard::Open},
           Row{"by a review of how many is not said",
               {main, none, protection("main", R"("required_pull_request_reviews": {})")},
               RefGuard::Unknown},
           Row{"by checks alone",
               {main, none, protection("main", R"("required_status_checks": {"strict": true})")},
               RefGuard::Open},
           Row{"by who may push",
               {main, none, protection("main", R"("restrictions": {"users": []})")},
               RefGuard::Guarded},
           Row{"restrictions that are null",
               {main, none, protection("main", R"("restrictions": null)")},
               RefGuard::Open},
           Row{"locked",
               {main, none, protection("main", R"("lock_branch": {"enabled": true})")},
               RefGuard::Guarded},
           Row{"no protection of its own",
               {main, none,
                protection("main", R"("message": "Branch not protected", "status": "404")")},
               RefGuard::Open},
           Row{"no such branch", {branches(""), none}, RefGuard::Unknown},
           Row{"by a ruleset",
               {main, listed, ruleset(R"("refs/heads/main")", kReview)},
               RefGuard::Guarded},
           Row{"by a ruleset of all",
               {open_main, listed, ruleset(R"("~ALL")", kReview)},
               RefGuard::Guarded},
           Row{"by a ruleset that was not read", {open_main, listed}, RefGuard::Unknown},
           Row{"by a ruleset of other branches",
               {open_main, listed, ruleset(R"("refs/heads/next")", kReview)},
               RefGuard::Open},
           Row{"by a ruleset with letters that are not understood",
               {open_main, listed, ruleset(R"("refs/heads/{main,next}")", kReview)},
               RefGuard::Unknown},
           Row{"by the default branch, which is not known",
               {open_main, listed, ruleset(R"("~DEFAULT_BRANCH")", kReview)},
               RefGuard::Unknown},
           Row{"by a ruleset that asks nobody",
               {open_main, listed, ruleset(R"("refs/heads/main")", kNoReview)},
               RefGuard::Open},
           Row{"by a ruleset that restricts updates",
               {open_main, listed, ruleset(R"("refs/heads/main")", R"({"type": "update"})")},
               RefGuard::Guarded},
           Row{"by a ruleset that writers bypass",
               {open_main, listed,
                ruleset(R"("~ALL")", kReview,
                        R"(, "bypass_actors": [{"actor_type": "RepositoryRole", "actor_id": 4}])")},
               RefGuard::Open},
           Row{"by a ruleset that Actions bypasses",
               {open_main, listed,
                ruleset(
                    R"("~ALL")", kReview,
                    R"(, "bypass_actors": [{"actor_type": "Integration", "actor_id": 15368}])")},
               RefGuard::Open},
           Row{"by a ruleset that administrators bypass",
               {open_main, listed,
                ruleset(R"("~ALL")", kReview,
                        R"(, "bypass_actors": [{"actor_type": "RepositoryRole", "actor_id": 5}])")},
               RefGuard::Guarded},
           Row{"by a ruleset of tags",
               {open_main, listed,
                ruleset(R"("~ALL")", kReview, R"(, "bypass_actors": [])", "tag")},
               RefGuard::Open},
       }) {
    CAPTURE(row.name);
    CHECK(settings(row.texts).guard_of("refs/heads/main").guard == row.guard);
  }
}

TEST_CASE("a ruleset that is only evaluated, or off, holds nobody back") {
  for (const char* enforcement : {"evaluate", "disabled"}) {
    std::string listed = kListed;
    listed.replace(listed.find("active"), 6, enforcement);
    std::string whole = ruleset(R"("~ALL")", kReview);
    whole.replace(whole.find("active"), 6, enforcement);
    CHECK(settings({branches(R"({"name": "main", "protected": false})"), rulesets(listed), whole})
              .guard_of("refs/heads/main")
              .guard == RefGuard::Open);
  }
}

TEST_CASE("who may bypass a ruleset is assumed when the token may not see it") {
  const RefAnswer answer =
      settings({rulesets(kListed), ruleset(R"("~ALL")", R"({"type": "update"})", "")})
          .guard_of("refs/heads/main");
  CHECK(answer.guard == RefGuard::Guarded);
  CHECK(answer.assumption == "nobody who only has write access may bypass ruleset `guard`");
}

TEST_CASE("one approval is a second person unless workflows may give it") {
  const std::string main = branches(kMain);
  const auto review = [](int count, const char* owners) {
    return protection(
        "main", R"("required_pull_request_reviews": {"required_approving_review_count": )" +
                    std::to_string(count) + R"(, "require_code_owner_reviews": )" + owners + "}");
  };
  const auto token = [](const char* approves) {
    return about("/actions/permissions/workflow") +
           R"("default_workflow_permissions": "read", "can_approve_pull_request_reviews": )" +
           approves + "}";
  };
  const auto guard = [&](std::vector<std::string> more) {
    more.push_back(main);
    return settings(more).guard_of("refs/heads/main");
  };
  CHECK(guard({rulesets(""), review(1, "false"), token("true")}).guard == RefGuard::Open);
  CHECK(guard({rulesets(""), review(1, "true"), token("true")}).guard == RefGuard::Guarded);
  CHECK(guard({rulesets(""), review(2, "false"), token("true")}).guard == RefGuard::Guarded);
  CHECK(guard({rulesets(""), review(1, "false"), token("false")}).assumption.empty());
  CHECK(guard({rulesets(""), review(1, "false")}).assumption ==
        "workflows may not approve pull requests");
  CHECK(guard({review(1, "false"), token("true")}).guard == RefGuard::Unknown);
  CHECK(guard({rulesets(kListed), ruleset(R"("~ALL")", kReview), token("true"), review(0, "false")})
            .guard == RefGuard::Open);
}

TEST_CASE("tags are guarded when nobody else makes or moves them") {
  struct Row {
    const char* include;
    const char* rules;
    const char* ref;
    RefGuard guard;
  };

  constexpr const char* kBoth = R"({"type": "creation"}, {"type": "update"})";
  for (const Row& row :
       {Row{R"("refs/tags/v*")", kBoth, "refs/tags/v1", RefGuard::Guarded},
        Row{R"("refs/tags/v*")", kBoth, "refs/tags/v*", RefGuard::Guarded},
        Row{R"("refs/tags/*")", kBoth, "refs/tags/v*", RefGuard::Guarded},
        Row{R"("refs/tags/**/*")", kBoth, "refs/tags/v*", RefGuard::Guarded},
        Row{R"("refs/tags/v1*")", kBoth, "refs/tags/v*", RefGuard::Unknown},
        Row{R"("refs/tags/v?")", kBoth, "refs/tags/v*", RefGuard::Unknown},
        Row{R"("refs/tags/*")", kBoth, "refs/tags/**", RefGuard::Unknown},
        Row{R"("refs/tags/v*")", R"({"type": "creation"})", "refs/tags/v1", RefGuard::Open},
        Row{R"("refs/tags/v*")", R"({"type": "deletion"})", "refs/tags/v*", RefGuard::Open},
        Row{R"("refs/tags/v*")", kBoth, "refs/tags/x1", RefGuard::Open}}) {
    CAPTURE(row.include);
    CAPTURE(row.ref);
    std::string listed = kListed;
    listed.replace(listed.find("branch\""), 6, "tag");
    CHECK(settings({rulesets(listed),
                    ruleset(row.include, row.rules, R"(, "bypass_actors": [])", "tag")})
              .guard_of(row.ref)
              .guard == row.guard);
  }
}

TEST_CASE("patterns of rulesets match as GitHub matches them") {
  struct Row {
    const char* pattern;
    const char* ref;
    std::optional<bool> match;
  };

  for (const Row& row :
       {Row{"refs/heads/main", "refs/heads/main", true},
        Row{"refs/heads/main", "refs/heads/main2", false},
        Row{"refs/heads/*", "refs/heads/a", true}, Row{"refs/heads/*", "refs/heads/a/b", false},
        Row{"refs/heads/**/*", "refs/heads/a", true},
        Row{"refs/heads/**/*", "refs/heads/a/b/c", true},
        Row{"refs/heads/**/x", "refs/heads/a/b/x", true},
        Row{"refs/heads/**/x", "refs/heads/ax", false},
        Row{"refs/heads/**", "refs/heads/a/b", false},
        Row{"refs/heads/rel*/v?", "refs/heads/release/v1", true},
        Row{"refs/heads/rel*/v?", "refs/heads/release/v", false},
        Row{"refs/heads/v?", "refs/heads/v/", false},
        Row{"~DEFAULT_BRANCH", "refs/heads/trunk", true},
        Row{"~DEFAULT_BRANCH", "refs/heads/main", false}, Row{"~ALL", "refs/heads/x", true},
        Row{"refs/heads/[ab]", "refs/heads/a", std::nullopt},
        Row{"~NEW", "refs/heads/a", std::nullopt}, Row{"", "refs/heads/a", false}}) {
    CAPTURE(row.pattern);
    CAPTURE(row.ref);
    CHECK(ruleset_matches(row.pattern, row.ref, "trunk") == row.match);
  }
}

constexpr const char* kProduction =
    R"({"name": "Production", "url": "https://api.github.com/repos/acme/shop/environments/Production", "can_admins_bypass": true,
        "protection_rules": [{"type": "wait_timer", "wait_timer": 30}, {"type": "required_reviewers", "prevent_self_review": false,
        "reviewers": [{"type": "User"}]}, {"type": "branch_policy"}],
        "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}})";

std::string environments(const std::string& items, int count) {
  return about("/environments") + "\"total_count\": " + std::to_string(count) +
         ", \"environments\": [" + items + "]}";
}

TEST_CASE("an environment has the rules that GitHub says") {
  const RepositorySettings found = settings(
      {environments(kProduction, 1),
       about("/environments/{environment_name}/deployment-branch-policies",
             R"(, "environment_name": "Production")") +
           R"("branch_policies": [{"name": "main", "type": "branch"}, {"name": "v*", "type": "tag"}]})",
       about("/environments/{environment_name}/deployment_protection_rules",
             R"(, "environment_name": "Production")") +
           R"("custom_deployment_protection_rules": [{"enabled": true}]})"});
  const EnvironmentSettings* const production = found.environment("production");
  REQUIRE(production != nullptr);
  CHECK(production->reviewers == true);
  CHECK(production->self_review);
  CHECK(production->admins_bypass == true);
  CHECK(production->wait_minutes == 30);
  CHECK(production->other_rules);
  CHECK(production->refs == EnvironmentRefs::Listed);
  CHECK(production->branches == std::vector<std::string>{"main"});
  CHECK(production->tags == std::vector<std::string>{"v*"});
  CHECK(found.environment("staging") == nullptr);
}

TEST_CASE("protected branches only is no limit where no branch is protected") {
  const auto refs = [](const char* is_protected) {
    return settings(
               {environments(R"({"name": "prod", "protection_rules": [],
                                      "deployment_branch_policy": {"protected_branches": true}})",
                             1),
                branches(std::string(R"({"name": "main", "protected": )") + is_protected + "}")})
        .environment("prod")
        ->refs;
  };
  CHECK(refs("true") == EnvironmentRefs::Protected);
  CHECK(refs("false") == EnvironmentRefs::Any);
}

TEST_CASE("an answer that somebody saved is known by what is in it") {
  const std::string saved =
      std::string(R"({"total_count": 1, "environments": [)") + kProduction + "]}";
  CHECK(settings({saved}).environment("production")->reviewers == true);
  CHECK(!observed(Intent{}, {settings({saved})}));
}

TEST_CASE("what is no answer is not covered, and nothing is taken from it") {
  for (const std::string& text :
       {environments(kProduction, 2), about("/environments") + R"("environments": null})",
        about("/environments") + R"("message": "Not Found"})",
        about("/branches") + R"("items": [{"name": "main"}]})",
        about("/rulesets") + R"("items": {}})",
        about("/actions/permissions/workflow") + R"("default_workflow_permissions": "none"})",
        protection("main", R"("message": "Not Found")"),
        about("/actions/oidc/customization/sub") + R"("use_default": "no"})",
        std::string("{\"muster\": "),
        std::string(R"({"muster": {"endpoint": "GET /repos/{owner}/{repo}/environments"}})")}) {
    CAPTURE(text);
    const Read found = read({text});
    REQUIRE(found.not_covered.size() == 1);
    CHECK(found.not_covered.front().blocks);
    for (const RepositorySettings& one : found.repositories) {
      CHECK(!one.environments);
      CHECK(!one.branches);
      CHECK(!one.rulesets);
      CHECK(!one.tokens_write);
      CHECK(!one.subject);
    }
  }
}

TEST_CASE("two answers to one question are one too many") {
  CHECK(read({rulesets(""), rulesets("")}).not_covered.size() == 1);
}

TEST_CASE(
    "GitHub counts before what muster.yaml declares, and only for the "
    "repository it is about") {
  Intent declared;
  declared.repository = "Acme/Shop";
  IntentEnvironment staging;
  staging.name = "staging";
  staging.reviewers = true;
  staging.branches = {"main"};
  declared.environments = {staging};
  const std::vector<RepositorySettings> all =
      read(
          {environments(kProduction, 1),
           about("/actions/oidc/customization/sub") +
               R"("use_default": false, "include_claim_keys": ["repo", "context"], "use_immutable_subject": true})"})
          .repositories;
  const auto seen = observed(declared, all);
  REQUIRE(seen);
  CHECK(seen->reviewers("staging") == false);
  CHECK(seen->environment("staging")->branches.empty());
  CHECK(seen->reviewers("Production") == true);
  CHECK(seen->reviewers("production") == true);
  CHECK(seen->reviewers("invented") == false);
  CHECK(seen->subject_claim_keys == std::vector<std::string>{"repo", "context"});
  CHECK(seen->subject_format == SubjectFormat::Immutable);
  CHECK(declared.reviewers("invented") == std::nullopt);
  declared.repository = "acme/other";
  CHECK(!observed(declared, all));
  declared.repository.clear();
  CHECK(observed(declared, all)->repository == "acme/shop");
  std::vector<RepositorySettings> two = all;
  two.push_back(two.front());
  CHECK(!observed(declared, two));
}

}  // namespace
}  // namespace muster::settings
