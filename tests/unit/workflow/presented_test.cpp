// Which subjects and refs a job presents: conditions, needs, callers, filters and environments.
// Every row is a small workflow with one job `deploy`.
#include "checks/workflow/presented.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/workflow/repository.h"

namespace muster::workflow {
namespace {

/// `push refs/heads/main -refs/heads/old`, `push env:production refs/heads/main`; sorted.
std::vector<std::string> words(const Repository& repository) {
  std::vector<std::string> all;
  for (const JobRun* run : repository.runs()) {
    for (const Presented& set : presented(*run, repository.intent())) {
      std::string text = set.event;
      if (set.tokens.context == oidc::ContextKind::Environment) {
        text += " env:" + set.tokens.environment.value_or("…");
      } else if (set.tokens.context == oidc::ContextKind::PullRequest) {
        text += " pull_request";
      } else if (set.tokens.refs.empty()) {
        text += set.tokens.context == oidc::ContextKind::Tag ? " any tag" : " any branch";
      }
      for (const std::string& ref : set.tokens.refs) {
        text += " " + ref.substr(5);
      }
      for (const std::string& ref : set.never) {
        text += " -" + ref.substr(5);
      }
      all.push_back(text);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST_CASE("conditions decide on which refs a job presents a token") {
  struct Row {
    const char* name;
    const char* condition;
    std::vector<std::string> expected;
  };

  for (const Row& row : {
           Row{"no condition", "'true'", {"push any branch", "push any tag"}},
           Row{"one ref", "github.ref == 'refs/heads/main'", {"push heads/main"}},
           Row{"one name, of a branch or of a tag",
               "github.ref_name == 'main'",
               {"push heads/main", "push tags/main"}},
           Row{"another case is another ref too",
               "github.ref == 'refs/heads/Main'",
               {"push heads/Main heads/main"}},
           Row{"all but one",
               "github.ref != 'refs/heads/main'",
               {"push any branch -heads/main", "push any tag"}},
           Row{"a beginning", "startsWith(github.ref, 'refs/tags/v')", {"push tags/v*"}},
           Row{"not a beginning",
               "\"!startsWith(github.ref, 'refs/heads/bot/')\"",
               {"push any branch -heads/bot/*", "push any tag"}},
           Row{"a beginning with one taken out",
               "startsWith(github.ref, 'refs/tags/v') && github.ref != 'refs/tags/v0'",
               {"push tags/v*"}},
           Row{"not a beginning, with one let in",
               "\"!startsWith(github.ref_name, 'bot/') || github.ref == 'refs/heads/bot/x'\"",
               {"push any branch", "push any tag -tags/bot/*"}},
           Row{"two refs",
               "github.ref == 'refs/heads/a' || github.ref == 'refs/heads/b'",
               {"push heads/a heads/b"}},
           Row{"a kind of ref", "github.ref_type == 'tag'", {"push any tag"}},
           Row{"the default branch",
               "github.ref_name == github.event.repository.default_branch",
               {"push heads/main", "push tags/main"}},
           Row{"a formatted ref", "github.ref == format('refs/heads/{0}', 'x')", {"push heads/x"}},
           Row{"a part of the ref",
               "contains(github.ref, 'x')",
               {"push any branch", "push any tag"}},
           Row{"another event", "github.event_name == 'schedule'", {}},
           Row{"never", "'false'", {}},
           Row{"this event",
               "github.event_name != 'pull_request'",
               {"push any branch", "push any tag"}},
           Row{"an unknown and a ref",
               "vars.X == 'y' && github.ref == 'refs/heads/main'",
               {"push heads/main"}},
           Row{"an unknown or a ref",
               "vars.X == 'y' || github.ref == 'refs/heads/main'",
               {"push any branch", "push any tag"}},
           Row{"a status and a ref",
               "${{ !cancelled() && github.ref == 'refs/heads/main' }}",
               {"push heads/main"}},
           Row{"text around an expression is always true",
               "${{ github.ref == 'refs/heads/main' }} && true",
               {"push any branch", "push any tag"}},
           Row{"no pull request behind a push", "github.head_ref != ''", {}},
       }) {
    CAPTURE(row.name);
    const Repository repository(
        {{"deploy.yml", file("push", std::string("    if: ") + row.condition + "\n")}});
    CHECK(words(repository) == row.expected);
  }
}

TEST_CASE("events and filters give the refs that conditions look at") {
  struct Row {
    const char* name;
    const char* events;
    const char* more;
    std::vector<std::string> expected;
  };

  const char* main_only = "    if: github.ref == 'refs/heads/main'\n";
  for (const Row& row : {
           Row{"a branch", "{push: {branches: [main]}}", "", {"push heads/main"}},
           Row{"the condition is about another", "{push: {branches: [dev]}}", main_only, {}},
           Row{"a literal branch is compared without case",
               "{push: {branches: [MAIN]}}",
               main_only,
               {"push heads/MAIN"}},
           Row{"a pattern with the condition inside",
               "{push: {branches: ['ma*']}}",
               main_only,
               {"push heads/main"}},
           Row{"a pattern with the condition outside", "{push: {branches: ['x*']}}", main_only, {}},
           Row{"taken out",
               "{push: {branches: ['**', '!main']}}",
               "",
               {"push any branch -heads/main"}},
           Row{"brought back",
               "{push: {branches: ['**', '!main', 'ma*']}}",
               "",
               {"push heads/* heads/ma*"}},
           Row{"taken out by a pattern that no glob says",
               "{push: {branches: ['**', '!v[0-9]']}}",
               "",
               {"push any branch"}},
           Row{"ignored", "{push: {branches-ignore: [main]}}", "", {"push any branch -heads/main"}},
           Row{"only tags", "{push: {tags: ['v[0-9]+']}}", "", {"push tags/v?*"}},
           Row{"pull request", "pull_request", "", {"pull_request pull_request pull/*/merge"}},
           Row{"pull request with a condition on a branch", "pull_request", main_only, {}},
           Row{"a merged pull request runs on the branch",
               "{pull_request: {types: [closed]}}",
               main_only,
               {"pull_request pull_request pull/*/merge"}},
           Row{"schedule", "{schedule: [{cron: '1 1 * * *'}]}", main_only, {"schedule heads/main"}},
           Row{"disabled", "[]", "", {}},
       }) {
    CAPTURE(row.name);
    CHECK(words(Repository({{"deploy.yml", file(row.events, row.more)}})) == row.expected);
  }
}

TEST_CASE("a skipped job in front keeps a job from running, unless it asks for the status") {
  const std::string gate =
      "  gate:\n    if: github.ref == 'refs/heads/main'\n    runs-on: x\n    steps: [{run: make}]\n"
      "  middle:\n    needs: gate\n    runs-on: x\n    steps: [{run: make}]\n";
  const auto with = [&](const std::string& more) {
    return words(Repository({{"deploy.yml", file("{push: {branches: ['**']}}", more, gate)}}));
  };
  CHECK(with("    needs: gate\n") == std::vector<std::string>{"push heads/main"});
  CHECK(with("    needs: middle\n") == std::vector<std::string>{"push heads/main"});
  CHECK(with("    needs: gate\n    if: always()\n") == std::vector<std::string>{"push any branch"});
  CHECK(with("") == std::vector<std::string>{"push any branch"});
}

TEST_CASE("a called job runs when its caller does, with what the caller passes") {
  const std::string called =
      "on:\n  workflow_call:\n    inputs:\n      env: {type: string, default: staging}\njobs:\n" +
      job("    environment: ${{ inputs.env }}\n");
  const auto with = [&](const std::string& caller) {
    return words(Repository({{"deploy.yml", called},
                             {"main.yml",
                              "on: {push: {branches: [main, dev]}}\njobs:\n  call:\n"
                              "    uses: ./.github/workflows/deploy.yml\n" +
                                  caller}}));
  };
  using Words = std::vector<std::string>;
  CHECK(with("") == Words{"push env:staging heads/main heads/dev"});
  CHECK(with("    with: {env: production}\n") == Words{"push env:production heads/main heads/dev"});
  CHECK(with("    if: github.ref_name == 'main'\n") == Words{"push env:staging heads/main"});
  CHECK(with("    with:\n      env: ${{ github.ref_name == 'main' && 'production' || 'dev' }}\n") ==
        Words{"push env:dev heads/dev", "push env:production heads/main"});
  CHECK(with("    with:\n      env: ${{ needs.x.outputs.env }}\n") ==
        Words{"push env:… heads/main heads/dev"});
}

TEST_CASE("the environment is every name that it can be") {
  struct Row {
    const char* name;
    const char* more;
    std::vector<std::string> expected;
  };

  for (const Row& row : {
           Row{"literal",
               "    environment: production\n",
               {"push env:production heads/main heads/dev"}},
           Row{"by the ref",
               "    environment: ${{ github.ref == 'refs/heads/main' && 'production' || 'dev' }}\n",
               {"push env:dev heads/dev", "push env:production heads/main"}},
           Row{"none on one ref",
               "    environment: ${{ github.ref_name == 'main' && 'production' || '' }}\n",
               {"push env:production heads/main", "push heads/dev"}},
           Row{"unknown",
               "    environment: ${{ vars.NAME }}\n",
               {"push env:… heads/main heads/dev"}},
           Row{"an input of another event",
               "    environment: ${{ inputs.x }}\n",
               {"push heads/main heads/dev"}},
           Row{"with a branch rule", "    environment: guarded\n", {"push env:guarded heads/main"}},
           Row{"a matrix list",
               "    strategy: {matrix: {e: [a, b]}}\n    environment: ${{ matrix.e }}\n",
               {"push env:a heads/main heads/dev", "push env:b heads/main heads/dev"}},
       }) {
    CAPTURE(row.name);
    const Repository repository(
        {{"deploy.yml", file("{push: {branches: [main, dev]}}", row.more)}});
    CHECK(words(repository) == row.expected);
  }
}

}  // namespace
}  // namespace muster::workflow
