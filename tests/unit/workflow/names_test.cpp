// What names in expressions stand for, and the image tags that are made of them.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/workflow/image_tag.h"
#include "tests/unit/workflow/repository.h"

namespace muster::workflow {
namespace {

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
           Row{"env in env",
               "${{ env.A }}",
               "    container: {image: i, env: {A: \"${{ env.B }}\", B: x}}\n",
               {"x"},
               true},
           Row{"env in a circle",
               "${{ env.A }}",
               "    container: {image: i, env: {A: \"${{ env.B }}\", B: \"${{ env.A }}\"}}\n",
               {},
               false},
           Row{"env that grows without end",
               "${{ env.A }}",
               "    container: {image: i, env: {A: \"${{ env.A }}${{ env.A }}${{ env.A }}${{ env.A "
               "}}\"}}\n",
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
           Row{"a version for one platform", "api:1.4-arm64", "", Kind::Fixed},
           Row{"a day", "api:20260926", "", Kind::Fixed},
           Row{"a commit, written out", "api:deadbeef", "", Kind::Fixed},
           Row{"a branch", "api:main", "", Kind::Moves},
           Row{"an environment and a platform", "api:prod-arm64", "", Kind::Moves},
           Row{"the latest of a version", "api:v1-latest", "", Kind::Moves},
           Row{"no tag", "r.example.com:5000/api", "", Kind::Moves},
           Row{"no tag behind a variable", "$REGISTRY/api", "", Kind::Moves},
           Row{"a registry of the job", "localhost:5000/api", "", Kind::Fixed},
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
