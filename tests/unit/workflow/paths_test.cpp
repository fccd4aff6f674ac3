// Whole path lists of small repositories, each derived by hand: who, by which event, through which
// job to which role, with what verdict.
#include "checks/workflow/paths.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks/iam/model.h"

namespace muster::workflow {
namespace {

const std::string kProdArn = "arn:aws:iam::111122223333:role/prod-deploy";
const std::string kDevArn = "arn:aws:iam::111122223333:role/dev-deploy";

/// A trust policy for `repo:acme/shop:<rest>`, with patterns.
std::string trust(const std::string& rest) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":
"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":
"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{
"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{
"token.actions.githubusercontent.com:sub":"repo:acme/shop:)" +
         rest + R"("}}}]})";
}

std::string allows(const std::string& action) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action +
         R"(","Resource":"*"}]})";
}

IntentEnvironment environment(const std::string& name, EnvironmentClass kind,
                              std::optional<bool> reviewers) {
  IntentEnvironment result;
  result.name = name;
  result.kind = kind;
  result.reviewers = reviewers;
  return result;
}

struct DeclaredRole {
  std::string name;
  std::string arn;
  std::string trust_rest;
  std::string action;
  std::string environment;
};

using Files = std::vector<std::pair<std::string, std::string>>;

/// A repository with its roles; keeps its address.
class Setup {
 public:
  Setup(const Files& files, const std::vector<DeclaredRole>& roles,
        std::vector<IntentEnvironment> environments) {
    intent_.declared = true;
    intent_.repository = "acme/shop";
    intent_.environments = std::move(environments);
    for (const auto& [name, text] : files) {
      facts_.documents.push_back(
          {DocumentKind::GithubWorkflow, SourceId(".github/workflows/" + name), text});
    }
    for (const DeclaredRole& role : roles) {
      add(role);
    }
    input_ = std::make_unique<AuditInput>(facts_, intent_, TimePoint{});
    REQUIRE(input_->model<Workflows>().unreadable().empty());
    REQUIRE(input_->model<iam::Roles>().unreadable().empty());
  }

  [[nodiscard]] const DeliveryPaths& paths() const { return input_->model<DeliveryPaths>(); }

  /// `open contributor push > job > role in environment`, sorted.
  [[nodiscard]] std::vector<std::string> words() const {
    std::vector<std::string> all;
    for (const DeliveryPath& path : paths().all()) {
      all.push_back(std::string(to_string(path.verdict)) + " " + to_string(path.actor) + " " +
                    path.event + " > " + path.job + " > " +
                    (path.known_role != nullptr ? path.known_role->name : path.role) +
                    (path.environment.empty() ? "" : " in " + path.environment));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  void add(const DeclaredRole& role) {
    IntentRole declared;
    declared.name = role.name;
    declared.arn = role.arn;
    declared.trust_file = "iam/" + role.name + "-trust.json";
    facts_.documents.push_back(
        {DocumentKind::IamPolicy, SourceId(declared.trust_file), trust(role.trust_rest)});
    if (!role.action.empty()) {
      declared.permission_files = {"iam/" + role.name + ".json"};
      facts_.documents.push_back(
          {DocumentKind::IamPolicy, SourceId("iam/" + role.name + ".json"), allows(role.action)});
    }
    if (!role.environment.empty()) {
      declared.environments = {role.environment};
    }
    intent_.roles.push_back(std::move(declared));
  }

  Facts facts_;
  Intent intent_;
  std::unique_ptr<AuditInput> input_;
};

DeclaredRole prod_role(const std::string& trust_rest) {
  return {"prod", kProdArn, trust_rest, "ecs:UpdateService", "production"};
}

DeclaredRole dev_role(const std::string& trust_rest) {
  return {"dev", kDevArn, trust_rest, "ecs:UpdateService", "dev"};
}

std::vector<IntentEnvironment> environments(std::optional<bool> reviewers = true) {
  return {environment("production", EnvironmentClass::Production, reviewers),
          environment("dev", EnvironmentClass::Development, false)};
}

std::string takes(const std::string& role) {
  return "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
         "          role-to-assume: " +
         role +
         "\n          aws-region: eu-central-1\n"
         "      - run: aws ecs update-service --cluster c --service s --task-definition t:1\n";
}

std::string job(const std::string& id, const std::string& keys, const std::string& steps) {
  return "  " + id + ":\n    runs-on: ubuntu-24.04\n" + keys + "    steps:\n" + steps;
}

/// `on` as one flow mapping or name.
std::string file(const std::string& name, const std::string& on, const std::string& jobs) {
  return "name: " + name + "\non: " + on + "\npermissions: {id-token: write}\njobs:\n" + jobs;
}

const std::string kTests = job("unit", "", "      - run: make test\n");
const std::string kDeploy = job("deploy", "", takes(kProdArn));

/// One text, so that a failure shows both lists.
std::string lines(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) {
    all += word + "\n";
  }
  return all;
}

TEST_CASE("every path of a repository is listed, with who it needs and what holds it") {
  struct Row {
    const char* name;
    Files files;
    std::vector<DeclaredRole> roles;
    std::vector<IntentEnvironment> environments;
    std::vector<std::string> expected;
  };

  const std::string dispatch = "{workflow_dispatch: {inputs: {confirm: {required: true}}}}";
  const std::string check =
      "      - run: test \"$CONFIRM\" = DEPLOY\n"
      "        env: {CONFIRM: '${{ inputs.confirm }}'}\n";
  for (const Row& row :
       {Row{"two events and two roles",
            {{"deploy.yml", file("deploy", "{push: {branches: [main]}, workflow_dispatch: }",
                                 job("dev", "    environment: dev\n", takes(kDevArn)) +
                                     job("prod", "    needs: dev\n    environment: production\n",
                                         takes(kProdArn)))}},
            {prod_role("environment:production"), dev_role("environment:dev")},
            environments(),
            {"elsewhere contributor workflow_dispatch > dev > dev-deploy in dev",
             "elsewhere maintainer push > dev > dev-deploy in dev",
             "held approver push > prod > prod-deploy in production",
             "held approver workflow_dispatch > prod > prod-deploy in production"}},
        Row{"a called workflow, by a push and by hand",
            {{"release.yml", file("release", "{push: {branches: [main]}}",
                                  "  ship:\n    uses: ./.github/workflows/ship.yml\n")},
             {"hotfix.yml", file("hotfix", "workflow_dispatch",
                                 "  ship:\n    uses: ./.github/workflows/ship.yml\n")},
             {"ship.yml", file("ship", "workflow_call", kDeploy)}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held maintainer push > deploy > prod-deploy",
             "open contributor workflow_dispatch > deploy > prod-deploy"}},
        Row{"a matrix of environments, of which the role admits one",
            {{"deploy.yml", file("deploy", "workflow_dispatch",
                                 job("deploy",
                                     "    strategy: {matrix: {target: [dev, production]}}\n"
                                     "    environment: ${{ matrix.target }}\n",
                                     takes(kProdArn)))}},
            {prod_role("environment:production")},
            environments(),
            {"held approver workflow_dispatch > deploy > prod-deploy in production"}},
        Row{"a matrix of environments, both let in",
            {{"deploy.yml", file("deploy", "workflow_dispatch",
                                 job("deploy",
                                     "    strategy: {matrix: {target: [dev, production]}}\n"
                                     "    environment: ${{ matrix.target }}\n",
                                     takes(kProdArn)))}},
            {prod_role("environment:*")},
            environments(),
            // On a branch, and in a pull request: with an environment of one's own.
            {"held approver workflow_dispatch > deploy > prod-deploy in production",
             "open contributor a workflow that is not there yet >  > prod-deploy",
             "open contributor a workflow that is not there yet >  > prod-deploy",
             "open contributor workflow_dispatch > deploy > prod-deploy in dev"}},
        Row{"a run after tests of pushes and pull requests",
            {{"ci.yml", file("ci", "{push: {branches: [main]}, pull_request: }", kTests)},
             {"deploy.yml",
              file("deploy", "{workflow_run: {workflows: [ci]}}",
                   job("deploy", "    if: github.event.workflow_run.conclusion == 'success'\n",
                       takes(kProdArn)))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held maintainer push > workflow_run > deploy > prod-deploy",
             "open-to-outsiders outsider pull_request > workflow_run > deploy > prod-deploy"}},
        Row{"a run after runs, for pushes only",
            {{"a.yml", file("a", "{push: , pull_request: }", kTests)},
             {"b.yml", file("b", "{workflow_run: {workflows: [a]}}", kTests)},
             {"c.yml",
              file("c", "{workflow_run: {workflows: [b]}}",
                   job("deploy", "    if: github.event.workflow_run.conclusion == 'success'\n",
                       takes(kProdArn)))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held contributor push > workflow_run > workflow_run > deploy > prod-deploy",
             "open-to-outsiders outsider pull_request > workflow_run > workflow_run > deploy > "
             "prod-deploy"}},
        Row{"a run after a workflow that is not here",
            {{"deploy.yml", file("deploy", "{workflow_run: {workflows: [other]}}", kDeploy)}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"undecided contributor workflow_run > deploy > prod-deploy"}},
        Row{"a confirmed start by hand, and one that asks for nothing",
            {{"deploy.yml", file("deploy", dispatch, job("deploy", "", check + takes(kProdArn)))},
             {"back.yml", file("back", dispatch, job("back", "", takes(kProdArn)))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held contributor workflow_dispatch > deploy > prod-deploy",
             "open contributor workflow_dispatch > back > prod-deploy"}},
        Row{"pull requests with the rights of the repository",
            {{"preview.yml",
              file("preview", "pull_request_target",
                   job("any", "", takes(kProdArn)) +
                       job("own",
                           "    if: github.event.pull_request.head.repo.full_name == "
                           "github.repository\n",
                           takes(kProdArn)) +
                       job("reviewed", "    environment: production\n", takes(kProdArn)))}},
            {prod_role("*")},
            environments(),
            {"held approver pull_request_target > reviewed > prod-deploy in production",
             "open contributor a workflow that is not there yet >  > prod-deploy",
             "open contributor pull_request_target > own > prod-deploy",
             "open-to-outsiders outsider pull_request_target > any > prod-deploy"}},
        Row{"pull requests from forks have no token, those of contributors do",
            {{"plan.yml", file("plan", "pull_request", kDeploy)}},
            {prod_role("pull_request")},
            environments(),
            {"open contributor a workflow that is not there yet >  > prod-deploy",
             "open contributor pull_request > deploy > prod-deploy"}},
        Row{"a timer runs the code of the default branch",
            {{"nightly.yml", file("nightly", "{schedule: [{cron: '0 3 * * *'}]}", kDeploy)}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held maintainer schedule > deploy > prod-deploy"}},
        Row{"a label that people with rights put on",
            {{"label.yml", file("label", "{pull_request_target: {types: [labeled]}}", kDeploy)}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held maintainer pull_request_target > deploy > prod-deploy"}},
        Row{"only one person starts it",
            {{"deploy.yml",
              file("deploy", "workflow_dispatch",
                   job("deploy", "    if: github.actor == 'ann'\n", takes(kProdArn)))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held contributor workflow_dispatch > deploy > prod-deploy"}},
        Row{"a token that may not be had, and a role that refuses",
            {{"deploy.yml",
              "name: deploy\non: workflow_dispatch\npermissions: {}\njobs:\n" + kDeploy},
             {"other.yml", file("other", "{push: {branches: [next]}}", kDeploy)}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {}},
        Row{"reviewers of a job in front, and one that nobody waits for",
            {{"deploy.yml",
              file("deploy", "workflow_dispatch",
                   job("ask", "    environment: production\n", "      - run: 'true'\n") +
                       job("deploy", "    needs: ask\n", takes(kProdArn)) +
                       job("anyway", "    needs: ask\n    if: always()\n", takes(kProdArn)))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held approver workflow_dispatch > deploy > prod-deploy",
             "open contributor workflow_dispatch > anyway > prod-deploy"}},
        Row{"reviewers of which nothing is declared",
            {{"deploy.yml", file("deploy", "workflow_dispatch",
                                 job("deploy", "    environment: production\n", takes(kProdArn)))}},
            {prod_role("environment:production")},
            environments(std::nullopt),
            {"presumed approver a workflow that is not there yet >  > prod-deploy",
             "presumed approver workflow_dispatch > deploy > prod-deploy in production"}},
        Row{"no reviewers, as declared",
            {{"deploy.yml", file("deploy", "workflow_dispatch",
                                 job("deploy", "    environment: production\n", takes(kProdArn)))}},
            {prod_role("environment:production")},
            environments(false),
            {"open contributor workflow_dispatch > deploy > prod-deploy in production",
             "open contributor a workflow that is not there yet >  > prod-deploy"}},
        Row{"a role that only reads",
            {{"look.yml", file("look", "workflow_dispatch", kDeploy)}},
            {{"prod", kProdArn, "ref:refs/heads/main", "ecs:DescribeServices", "production"}},
            environments(),
            {"harmless contributor workflow_dispatch > deploy > prod-deploy"}},
        Row{"a role whose permissions are not known",
            {{"deploy.yml", file("deploy", "workflow_dispatch", kDeploy)}},
            {{"prod", kProdArn, "ref:refs/heads/main", "", "production"}},
            environments(),
            {"open contributor workflow_dispatch > deploy > prod-deploy"}},
        Row{"a key, taken by a cluster that is production's",
            {{"deploy.yml",
              file("deploy", "{push: {tags: ['v*']}, workflow_dispatch: }",
                   job("deploy", "    env: {AWS_ACCESS_KEY_ID: '${{ secrets.KEY }}'}\n",
                       "      - run: aws ecs update-service --cluster shop-prod --service s "
                       "--force-new-deployment\n"))}},
            {},
            environments(),
            // Whoever may add a workflow reads the secret of the repository.
            {"held maintainer push > deploy > ",
             "open contributor a workflow that is not there yet >  > ",
             "open contributor workflow_dispatch > deploy > "}},
        Row{"a key of an environment",
            {{"deploy.yml", file("deploy", "{push: {branches: [main]}}",
                                 job("deploy",
                                     "    environment: production\n"
                                     "    env: {AWS_ACCESS_KEY_ID: '${{ secrets.KEY }}'}\n",
                                     "      - run: aws ecs update-service --cluster x --service s "
                                     "--force-new-deployment\n"))}},
            {},
            environments(),
            {"held approver push > deploy >  in production"}},
        Row{"reviewers inside a called workflow that must succeed first",
            {{"deploy.yml", file("deploy", "workflow_dispatch",
                                 "  ask:\n    uses: ./.github/workflows/ask.yml\n" +
                                     job("deploy", "    needs: ask\n", takes(kProdArn)))},
             {"ask.yml",
              file("ask", "workflow_call",
                   job("ask", "    environment: production\n", "      - run: 'true'\n"))}},
            {prod_role("ref:refs/heads/main")},
            environments(),
            {"held approver workflow_dispatch > deploy > prod-deploy"}},
        Row{"branches that anybody makes, and branches of releases",
            {{"f.yml", file("f", "{push: {branches: ['feature/**']}}", kDeploy)},
             {"r.yml",
              file("r", "{push: {branches: ['release/*']}}", job("go", "", takes(kProdArn)))}},
            {prod_role("ref:refs/heads/*")},
            environments(),
            {"held maintainer push > go > prod-deploy",
             "open contributor a workflow that is not there yet >  > prod-deploy",
             "undecided maintainer push > deploy > prod-deploy"}},
        Row{"refs that only the role limits",
            {{"deploy.yml", file("deploy", "push", kDeploy)}},
            {prod_role("ref:refs/heads/release/*")},
            environments(),
            {"held maintainer push > deploy > prod-deploy"}}}) {
    CAPTURE(std::string(row.name));
    std::vector<std::string> expected = row.expected;
    std::sort(expected.begin(), expected.end());
    CHECK(lines(Setup(row.files, row.roles, row.environments).words()) == lines(expected));
  }
}

TEST_CASE("what a path takes for granted is said") {
  const Setup setup({{"deploy.yml", file("deploy", "{push: {branches: [main]}}", kDeploy)}},
                    {prod_role("ref:refs/heads/main")}, environments());
  REQUIRE(setup.paths().all().size() == 1);
  const DeliveryPath& path = setup.paths().all().front();
  CHECK(path.assumptions() ==
        std::vector<std::string>{"only maintainers get commits onto `refs/heads/main`"});
  std::vector<std::string> kinds;
  for (const PathStep& step : path.steps) {
    kinds.push_back(step.kind);
  }
  CHECK(kinds == std::vector<std::string>{"event", "job", "gate", "subject", "role", "permission",
                                          "destination"});
}

TEST_CASE("a hostile number of paths is cut off, and said") {
  Files files;
  std::string jobs;
  for (int i = 0; i < 60; ++i) {
    jobs += job("deploy" + std::to_string(i), "", takes(kProdArn));
  }
  for (int i = 0; i < 60; ++i) {
    files.emplace_back("w" + std::to_string(i) + ".yml",
                       file("w" + std::to_string(i), "workflow_dispatch", jobs));
  }
  const Setup setup(files, {prod_role("ref:refs/heads/main")}, environments());
  CHECK(setup.paths().cut_off());
  CHECK(setup.paths().all().size() == DeliveryPaths::kMaxPaths);
}

}  // namespace
}  // namespace muster::workflow
