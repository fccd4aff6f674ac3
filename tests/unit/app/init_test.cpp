// What `muster init` infers and writes. End to end: tests/scripts/init.test.sh.
#include <doctest/doctest.h>

#include <algorithm>

#include "app/init_infer.h"
#include "app/init_match.h"
#include "app/init_render.h"
#include "checks/intent/read.h"

namespace muster::app {
namespace {

GitCheckout checkout() {
  return {Remote{"github.com", "acme/shop"}, "", "main"};
}

/// A workflow whose only job takes the role `deploy` under the given events, with more lines in the
/// job.
Facts one_job(const std::string& events, const std::string& more = "",
              const std::string& role = "arn:aws:iam::111122223333:role/shop-deploy") {
  Facts facts;
  facts.documents.push_back({DocumentKind::GithubWorkflow, SourceId(".github/workflows/deploy.yml"),
                             "on: " + events + "\njobs:\n  deploy:\n    runs-on: x\n" + more +
                                 "    permissions: {id-token: write}\n    steps:\n"
                                 "      - uses: aws-actions/configure-aws-credentials@v4\n"
                                 "        with: {aws-region: x, role-to-assume: '" +
                                 role + "'}\n"});
  return facts;
}

void add_policy(Facts& facts, const std::string& path, const std::string& bytes) {
  facts.documents.push_back({DocumentKind::IamPolicy, SourceId(path), bytes});
  std::sort(facts.documents.begin(), facts.documents.end(),
            [](const Document& a, const Document& b) { return a.source < b.source; });
}

std::string trust_of(const std::string& subject, const std::string& account = "111122223333") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" +
         account +
         R"(:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity",)"
         R"("Condition":{"StringEquals":{"token.actions.githubusercontent.com:sub":")" +
         subject + R"("}}}]})";
}

std::string identity_of(const std::string& action) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action +
         R"(","Resource":"*"}]})";
}

Intent read_back(const Draft& draft) {
  const std::string yaml = render_intent(draft);
  CAPTURE(yaml);
  auto intent = read_intent(yaml, SourceId("muster.yaml"));
  REQUIRE_MESSAGE(intent.ok(), (intent.ok() ? "" : to_string(intent.error())));
  return std::move(intent).value();
}

Intent intent_of(const Facts& facts) {
  return read_back(infer_intent(facts, checkout()));
}

/// A declared subject in one line: `env=prod branches=main,release/* tags=v* pull`.
std::string words(const IntentSubject& subject) {
  std::string all = subject.environment ? "env=" + *subject.environment : "";
  for (const auto& [name, list] :
       {std::pair{"branches", &subject.branches}, {"tags", &subject.tags}}) {
    std::string joined;
    for (const std::string& each : *list) {
      joined += (joined.empty() ? "" : ",") + each;
    }
    all += joined.empty() ? "" : (all.empty() ? "" : " ") + std::string(name) + "=" + joined;
  }
  return all + (subject.pull_request ? " pull" : "");
}

TEST_CASE("only what is safe to mean becomes a declared subject") {
  struct Row {
    const char* name;
    const char* events;
    const char* more;
    std::vector<std::string> declared;
    /// How many stay comments.
    std::size_t open;
  };

  const char* environment = "    environment: prod\n";
  for (const Row& row :
       {Row{"a named branch", "{push: {branches: [main]}}", "", {"branches=main"}, 0},
        Row{"any branch", "push", "", {}, 1},
        Row{"a manual start", "workflow_dispatch", "", {}, 1},
        Row{"a manual start with a pinned ref",
            "workflow_dispatch",
            "    if: github.ref == 'refs/heads/main'\n",
            {"branches=main"},
            0},
        Row{"a pull request", "pull_request", "", {}, 1},
        Row{"a pull request into an environment", "pull_request", environment, {}, 1},
        Row{"a push and a pull request into an environment",
            "{push: {branches: [main]}, pull_request: {}}",
            environment,
            {"env=prod branches=main"},
            1},
        Row{"a manual start into an environment means the default branch",
            "workflow_dispatch",
            environment,
            {"env=prod branches=main"},
            0},
        Row{"any push into an environment means the default branch",
            "push",
            environment,
            {"env=prod branches=main"},
            0},
        Row{"anybody's event", "issue_comment", environment, {}, 1},
        Row{"pull_request_target", "pull_request_target", "", {}, 1},
        Row{"workflow_run", "{workflow_run: {workflows: [ci]}}", environment, {}, 1},
        Row{"the merge queue", "merge_group", "", {}, 1},
        Row{"a schedule", "{schedule: [{cron: '1 1 * * *'}]}", "", {"branches=main"}, 0},
        Row{"a release: any tag", "release", environment, {}, 1},
        Row{"a tag pattern", "{push: {tags: ['v*']}}", "", {"tags=v*"}, 0},
        Row{"any tag", "{push: {tags: ['**']}}", "", {}, 1},
        Row{"a filter that globs cannot say", "{push: {tags: ['v[0-9]+']}}", "", {}, 1},
        Row{"a branch pattern",
            "{push: {branches: ['release/**']}}",
            environment,
            {"env=prod branches=release/*"},
            0},
        Row{"only ignored branches", "{push: {branches-ignore: [x]}}", "", {}, 1},
        Row{"an environment nobody knows",
            "{push: {branches: [main]}}",
            "    environment: ${{ vars.X }}\n",
            {},
            1}}) {
    CAPTURE(row.name);
    const Draft draft = infer_intent(one_job(row.events, row.more), checkout());
    REQUIRE(draft.roles.size() == 1);
    std::vector<std::string> declared;
    const Intent intent = read_back(draft);
    for (const IntentSubject& subject : intent.roles.front().subjects) {
      declared.push_back(words(subject));
    }
    CHECK(declared == row.declared);
    const auto& subjects = draft.roles.front().subjects;
    CHECK(static_cast<std::size_t>(std::count_if(subjects.begin(), subjects.end(),
                                                 [](const DraftSubject& s) { return s.open; })) ==
          row.open);
  }
}

TEST_CASE("without a repository no subject is declared, for it would mean anybody's") {
  const Draft draft = infer_intent(one_job("{push: {branches: [main]}}"), {{}, "no checkout", ""});
  CHECK(read_back(draft).roles.front().subjects.empty());
  CHECK(render_intent(draft).find("# - branches: [main]") != std::string::npos);
}

TEST_CASE("a trust policy is matched only where that is certain") {
  struct Row {
    const char* name;
    std::vector<std::pair<std::string, std::string>> files;
    std::string trust;
    std::size_t candidates;
  };

  const std::string ours = trust_of("repo:acme/shop:environment:prod");
  const std::string other = trust_of("repo:acme/shop:environment:other");
  for (const Row& row :
       {Row{"the only one, whatever it admits", {{"iam/x.json", other}}, "iam/x.json", 0},
        Row{"the only one, of another account",
            {{"iam/x.json", trust_of("repo:acme/shop:environment:prod", "444455556666")}},
            "",
            0},
        Row{"two without a name", {{"iam/a.json", ours}, {"iam/b.json", other}}, "", 2},
        Row{"the role's name",
            {{"iam/shop-deploy-trust.json", other}, {"iam/b.json", ours}},
            "iam/shop-deploy-trust.json",
            0},
        Row{"the role's name as folder",
            {{"iam/shop-deploy/trust.json", other}, {"iam/b.json", ours}},
            "iam/shop-deploy/trust.json",
            0},
        Row{"a part of the name, and it admits the job",
            {{"iam/deploy-trust.json", ours}, {"iam/b.json", other}},
            "iam/deploy-trust.json",
            0},
        Row{"a part of the name, but it refuses the job",
            {{"iam/deploy-trust.json", other}, {"iam/b.json", ours}},
            "",
            2},
        Row{"two of the same part",
            {{"a/deploy-trust.json", ours}, {"b/deploy-trust.json", ours}},
            "",
            2},
        Row{"a path that muster.yaml cannot say", {{"iam/shop-deploy\\trust.json", ours}}, "", 0},
        Row{"test data", {{"tests/shop-deploy-trust.json", ours}}, "", 0}}) {
    CAPTURE(row.name);
    Facts facts = one_job("{push: {branches: [main]}}", "    environment: prod\n");
    for (const auto& [path, bytes] : row.files) {
      add_policy(facts, path, bytes);
    }
    const Draft draft = infer_intent(facts, checkout());
    REQUIRE(draft.roles.size() == 1);
    CHECK(draft.roles.front().trust.value == row.trust);
    CHECK(draft.roles.front().trust_candidates.size() == row.candidates);
    CHECK(read_back(draft).roles.front().trust_file == row.trust);
  }
}

TEST_CASE("a privilege is declared only where the policies leave no doubt") {
  struct Row {
    const char* name;
    const char* action;
    Privilege privilege;
  };

  for (const Row& row :
       {Row{"reading", "ecs:Describe*", Privilege::Read},
        Row{"getting", "s3:GetObject", Privilege::Read},
        Row{"who am I", "sts:GetCallerIdentity", Privilege::Read},
        Row{"everything", "*", Privilege::Admin}, Row{"a service", "s3:*", Privilege::Unknown},
        Row{"writing", "ecs:UpdateService", Privilege::Unknown},
        Row{"a verb cut short", "s3:G*", Privilege::Unknown},
        Row{"reading secrets", "secretsmanager:GetSecretValue", Privilege::Unknown},
        Row{"reading parameters", "ssm:Get*", Privilege::Unknown},
        Row{"credentials", "sts:GetFederationToken", Privilege::Unknown},
        Row{"any service", "*:Get*", Privilege::Unknown}}) {
    CAPTURE(row.name);
    Facts facts = one_job("{push: {branches: [main]}}");
    add_policy(facts, "iam/shop-deploy-permissions.json", identity_of(row.action));
    const Intent intent = intent_of(facts);
    REQUIRE(intent.roles.size() == 1);
    CHECK(intent.roles.front().permission_files.size() == 1);
    CHECK(intent.roles.front().privilege == row.privilege);
  }
}

TEST_CASE("a role without a value is asked for, per environment where there are several") {
  Facts facts = one_job(
      "push", "    strategy: {matrix: {e: [dev, prod]}}\n    environment: ${{ matrix.e }}\n",
      "${{ vars.ROLE }}");
  const std::string top = render_intent(infer_intent(facts, checkout()));
  CHECK(top.find("# variables:\n#   ROLE: arn:aws:iam::111122223333:role/NAME\n") !=
        std::string::npos);
  facts = one_job("push", "    environment: prod\n", "${{ vars.ROLE }}");
  const std::string inside = render_intent(infer_intent(facts, checkout()));
  CHECK(inside.find("    # variables:\n    #   ROLE: arn:aws:iam::111122223333:role/NAME\n") !=
        std::string::npos);
  CHECK(intent_of(facts).roles.empty());
}

TEST_CASE("the default branch comes from the checkout, else from push triggers, else it is main") {
  GitCheckout unknown = checkout();
  unknown.default_branch = "";
  CHECK(infer_intent(one_job("{push: {branches: [x, y]}}"), checkout()).default_branch.value ==
        "main");
  CHECK(infer_intent(one_job("{push: {branches: [dev, master]}}"), unknown).default_branch.value ==
        "master");
  CHECK(infer_intent(one_job("{push: {branches: [trunk]}}"), unknown).default_branch.value ==
        "trunk");
  CHECK(infer_intent(one_job("{push: {branches: [x, y]}}"), unknown).default_branch.value ==
        "main");
  CHECK(infer_intent(one_job("push"), unknown).default_branch.value == "main");
}

TEST_CASE("file names fit role names word by word") {
  struct Row {
    const char* path;
    const char* role;
    NameFit fit;
  };

  for (const Row& row :
       {Row{"iam/shop-deploy-trust.json", "shop-deploy", NameFit::Equal},
        Row{"iam/ShopDeploy_trust_policy.json", "shop-deploy-role", NameFit::Equal},
        Row{"iam/prod-shop-deploy.json", "shop-deploy", NameFit::Contains},
        Row{"iam/deploy-trust.json", "shop-deploy", NameFit::Part},
        Row{"iam/shop.json", "shop-deploy", NameFit::Part},
        Row{"iam/rapid-trust.json", "api", NameFit::None},
        Row{"deploy/trust.json", "deploy", NameFit::Equal},
        Row{"iam/trust.json", "deploy", NameFit::None},
        Row{"iam/trust.json", "role", NameFit::None}}) {
    CAPTURE(row.path);
    CHECK(name_fit(row.path, row.role) == row.fit);
  }
}

TEST_CASE("the whole file, as a new user sees it") {
  Facts facts = one_job("workflow_dispatch", "    environment: production\n");
  add_policy(facts, "iam/trust.json", trust_of("repo:acme/shop:environment:production"));
  CHECK(
      render_intent(infer_intent(facts, checkout())) ==
      R"(# What the owners of acme/shop mean their deployment to be. `muster audit` compares it with what the
# files do.
# Written by `muster init` from what the repository shows: read it and correct it. A key behind `# `
# is an open question: remove the `# ` once it is true.
version: 1

# From the remote `origin`.
repository: acme/shop
# From refs/remotes/origin/HEAD of the checkout.
default_branch: main

environments:
  # Used at .github/workflows/deploy.yml:5.
  production:
    class: production
    # Settings on GitHub, not visible here. If the environment has them, say so:
    # branches: [main]
    # reviewers: true

roles:
  # Used at .github/workflows/deploy.yml:9.
  shop-deploy:
    arn: arn:aws:iam::111122223333:role/shop-deploy
    # admin, write or read? Unknown counts as write: no permission policy of it is known here.
    # privilege: write
    # Trust policy: the only trust policy here, for the only role.
    trust: iam/trust.json
    environments: [production]
    # Inferred from the workflows: remove what should not be there.
    subjects:
      # job `deploy` (.github/workflows/deploy.yml:3) on workflow_dispatch
      # it can start on any branch; only `main` is taken as meant
      - environment: production
        branches: [main]

# Findings of this severity and above fail the audit.
gate:
  fail_on: medium
)");
}

}  // namespace
}  // namespace muster::app
