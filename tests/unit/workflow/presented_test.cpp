// Which subjects and refs a job presents: conditions, needs, callers, filters, environments and the
// matrix. Every row is a small workflow with one job `deploy`.
#include "checks/workflow/presented.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checks/workflow/image_tag.h"

namespace muster::workflow {
namespace {

Intent shop() {
  Intent intent;
  intent.repository = "acme/shop";
  intent.variables = {{"PLAIN", "plain"}, {"TARGET", "general"}};
  IntentEnvironment production;
  production.name = "production";
  production.variables = {{"TARGET", "prod-target"}};
  IntentEnvironment guarded;
  guarded.name = "guarded";
  guarded.branches = {"main", "release/*"};
  intent.environments = {production, guarded};
  return intent;
}

/// Files by name; `deploy.yml` holds the job `deploy`.
using Files = std::vector<std::pair<std::string, std::string>>;

class Repository {
 public:
  explicit Repository(const Files& files) : intent_(shop()), input_(facts_, intent_, TimePoint{}) {
    for (const auto& [name, text] : files) {
      facts_.documents.push_back(
          {DocumentKind::GithubWorkflow, SourceId(".github/workflows/" + name), text});
    }
    REQUIRE(input_.model<Workflows>().unreadable().empty());
  }

  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  [[nodiscard]] const Intent& intent() const { return intent_; }

  [[nodiscard]] std::vector<const JobRun*> runs() const {
    std::vector<const JobRun*> found;
    for (const JobRun& run : input_.model<JobRuns>().all()) {
      if (run.job->id.value == "deploy") {
        found.push_back(&run);
      }
    }
    return found;
  }

 private:
  Facts facts_;
  Intent intent_;
  AuditInput input_;
};

std::string job(const std::string& more) {
  return "  deploy:\n    runs-on: ubuntu-24.04\n" + more + "    steps: [{run: make}]\n";
}

std::string file(const std::string& events, const std::string& more,
                 const std::string& others = "") {
  return "on: " + events + "\njobs:\n" + others + job(more);
}

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
           Row{"what does not parse holds perhaps",
               "github.ref = 'x'",
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

Values resolved(const std::string& text, const std::string& more,
                const std::string& events = "push") {
  const Repository repository({{"deploy.yml", file(events, more)}});
  const JobRun* run = repository.runs().front();
  return resolve(text, run->scope(repository.intent(), &run->job->steps.front()));
}

TEST_CASE("names have every value that the file and the declaration allow") {
  struct Row {
    const char* name;
    const char* text;
    const char* more;
    std::vector<std::string> values;
    bool known;
  };

  const char* lists = "    strategy: {matrix: {e: [a, b], v: [1]}}\n";
  for (const Row& row : {
           Row{"text", "x", "", {"x"}, true},
           Row{"a variable", "${{ vars.PLAIN }}!", "", {"plain!"}, true},
           Row{"a variable of the environment",
               "${{ vars.TARGET }}",
               "    environment: production\n",
               {"prod-target"},
               true},
           Row{"a variable without the environment", "${{ vars.TARGET }}", "", {"general"}, true},
           Row{"a variable of one of two environments",
               "${{ vars.TARGET }}",
               "    strategy: {matrix: {e: [production, other]}}\n"
               "    environment: ${{ matrix.e }}\n",
               {"general", "prod-target"},
               true},
           Row{"a variable of an unknown environment",
               "${{ vars.TARGET }}",
               "    environment: ${{ vars.NAME }}\n",
               {},
               false},
           Row{"an undeclared variable", "${{ vars.NONE }}", "", {}, false},
           Row{"a list", "${{ matrix.e }}", lists, {"a", "b"}, true},
           Row{"two lists", "${{ matrix.e }}${{ matrix.v }}", lists, {"a1", "b1"}, true},
           Row{"a name that no list has", "${{ matrix.x }}", lists, {}, false},
           Row{"include alone",
               "${{ matrix.e }}",
               "    strategy: {matrix: {include: [{e: a}, {e: b}]}}\n",
               {"a", "b"},
               true},
           Row{"include alone, missing in one",
               "${{ matrix.e }}",
               "    strategy: {matrix: {include: [{e: a}, {f: b}]}}\n",
               {"", "a"},
               true},
           Row{"include adds a value",
               "${{ matrix.e }}",
               "    strategy: {matrix: {e: [a], include: [{e: b}]}}\n",
               {"a", "b"},
               true},
           Row{"include extends one combination",
               "${{ matrix.r }}",
               "    strategy: {matrix: {e: [a, b], include: [{e: a, r: x}]}}\n",
               {"", "x"},
               true},
           Row{"include extends all combinations",
               "${{ matrix.r }}",
               "    strategy: {matrix: {e: [a, b], include: [{r: x}]}}\n",
               {"x"},
               true},
           Row{"include extends all, and one stands alone without it",
               "${{ matrix.r }}",
               "    strategy: {matrix: {e: [a], include: [{r: x}, {e: z}]}}\n",
               {"", "x"},
               true},
           Row{"include is an expression",
               "${{ matrix.e }}",
               "    strategy: {matrix: {e: [a], include: \"${{ fromJSON(vars.M) }}\"}}\n",
               {},
               false},
           Row{"the matrix is an expression",
               "${{ matrix.e }}",
               "    strategy: {matrix: \"${{ fromJSON(vars.M) }}\"}\n",
               {},
               false},
           Row{"a list of mappings",
               "${{ matrix.e.f }}",
               "    strategy: {matrix: {e: [{f: a}]}}\n",
               {},
               false},
           Row{"env of the job", "${{ env.A }}", "    env: {A: x}\n", {"x"}, true},
           Row{"env of the container",
               "${{ env.A }}",
               "    container: {image: i, env: {A: x}}\n",
               {"x"},
               true},
           Row{"env in env", "${{ env.A }}", "    env: {A: \"${{ env.B }}\", B: x}\n", {"x"}, true},
           Row{"env in a circle",
               "${{ env.A }}",
               "    env: {A: \"${{ env.B }}\", B: \"${{ env.A }}\"}\n",
               {},
               false},
           Row{"env that grows without end",
               "${{ env.A }}",
               "    env: {A: \"${{ env.A }}${{ env.A }}${{ env.A }}${{ env.A }}\"}\n",
               {},
               false},
           Row{"a name with letters of another case", "${{ VARS.plain }}", "", {"plain"}, true},
           Row{"quotes hide the end", "${{ '}}' }}", "", {"}}"}, true},
           Row{"no end", "${{ vars.PLAIN", "", {}, false},
       }) {
    CAPTURE(row.name);
    const Values values = resolved(row.text, row.more);
    CHECK(values.values == row.values);
    CHECK(values.known == row.known);
    CHECK(values.missing.empty() == row.known);
  }
}

TEST_CASE("inputs of a manual start are their choices, and nothing under other events") {
  const std::string inputs =
      "{workflow_dispatch: {inputs: {c: {type: choice, options: [a, b]}, f: {type: boolean}, s: "
      "{}}}";
  const auto value = [&](const char* text, const char* more) {
    const Values values = resolved(text, "", inputs + more);
    std::string all;
    for (const std::string& one : values.values) {
      all += one + "|";
    }
    return all + (values.known ? "" : "?");
  };
  CHECK(value("${{ inputs.c }}", "}") == "a|b|");
  CHECK(value("${{ github.event.inputs.c }}", "}") == "a|b|");
  CHECK(value("${{ inputs.c }}", ", push: {}}") == "|a|b|");
  CHECK(value("${{ inputs.f }}", "}") == "false|true|");
  CHECK(value("${{ inputs.s }}", "}") == "?");
  CHECK(value("${{ inputs.s || 'd' }}", ", push: {}}") == "d|?");
}

TEST_CASE("a variable that a step writes into GITHUB_ENV is not what the file says") {
  const Files files = {{"deploy.yml",
                        "on: push\nenv: {A: x}\njobs:\n  deploy:\n    runs-on: x\n    steps:\n"
                        "      - run: echo \"A=y\" >> $GITHUB_ENV\n      - run: make\n"
                        "      - env: {A: z}\n        run: make\n"}};
  const Repository repository(files);
  const JobRun* run = repository.runs().front();
  const auto in_step = [&](std::size_t index) {
    return resolve("${{ env.A }}", run->scope(repository.intent(), &run->job->steps[index]));
  };
  CHECK_FALSE(in_step(1).known);
  CHECK(in_step(2).values == std::vector<std::string>{"z"});
}

TEST_CASE("the tag of an image moves, stays, or is not known") {
  using Kind = TagVerdict::Kind;

  struct Row {
    const char* name;
    const char* image;
    const char* script;
    Kind kind;
  };

  for (const Row& row : {
           Row{"latest", "r.example.com:5000/api:latest", "", Kind::Moves},
           Row{"latest of a branch", "api:main-latest", "", Kind::Moves},
           Row{"a version", "api:v1", "", Kind::Fixed},
           Row{"no tag", "r.example.com:5000/api", "", Kind::Fixed},
           Row{"no tag behind a variable", "$REGISTRY/api", "", Kind::Fixed},
           Row{"a digest", "api@sha256:0", "", Kind::Fixed},
           Row{"the commit", "api:$GITHUB_SHA", "", Kind::Fixed},
           Row{"the commit, short", "api:${GITHUB_SHA::7}", "", Kind::Fixed},
           Row{"the commit behind an unknown", "api:$X-${GITHUB_SHA}", "", Kind::Fixed},
           Row{"latest with the commit", "api:latest-${{ github.sha }}", "", Kind::Fixed},
           Row{"latest with a variable of the job", "api:$KNOWN", "", Kind::Moves},
           Row{"the commit in a variable of the job", "api:${COMMIT}", "", Kind::Fixed},
           Row{"an unknown variable", "api:$X", "", Kind::Unknown},
           Row{"the commit only when nothing is given", "api:${{ vars.X || github.sha }}", "",
               Kind::Unknown},
           Row{"a default in the shell", "api:${X:-latest}", "", Kind::Unknown},
           Row{"a command", "api:$()", "", Kind::Unknown},
           Row{"set by the script", "api:$T", "T=latest\n", Kind::Moves},
           Row{"set by the script to the commit", "api:$T", "T=$(git rev-parse HEAD)\n",
               Kind::Fixed},
           Row{"set by the script to the branch", "api:$T",
               "T=$(git rev-parse --abbrev-ref HEAD)\n", Kind::Unknown},
           Row{"set by the script perhaps", "api:$T", "if x; then\n  T=v1\nfi\n", Kind::Unknown},
           Row{"set by the script twice", "api:$T", "T=v1\nT=latest\n", Kind::Unknown},
           Row{"read by the script", "api:$KNOWN", "read KNOWN\n", Kind::Unknown},
           Row{"another variable ends the same", "api:$KNOWN", "UNKNOWN=x\n", Kind::Moves},
       }) {
    CAPTURE(row.name);
    const Repository repository(
        {{"deploy.yml", file("push", "    env: {KNOWN: latest, COMMIT: '${{ github.sha }}'}\n")}});
    const JobRun* run = repository.runs().front();
    Step step;
    step.run.value = row.script;
    const Scope scope = run->scope(repository.intent(), &step);
    CHECK(judge_tag({row.image, true}, scope).kind == row.kind);
  }
}

}  // namespace
}  // namespace muster::workflow
