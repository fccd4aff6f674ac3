// Repairs of single findings, as the lines that they take away and add, and what is left with which
// reason.
#include "checks/workflow/repair.h"

#include <doctest/doctest.h>

#include "checks/workflow/splice_place.h"
#include "tests/fuzz/fix_laws.h"

using namespace muster;
using namespace muster::workflow;

namespace {

/// The changed lines of the diff, and `left: …` for each finding left.
std::string outcome_of(const std::string& text) {
  const Repaired repaired = fuzz::repaired_text(text);
  std::string words;
  for (const RepairedFile& file : repaired.files) {
    for (const std::string& line : fuzz::split_lines(file.diff)) {
      const bool changed = (line[0] == '+' || line[0] == '-') && !line.starts_with("+++") &&
                           !line.starts_with("---");
      words += changed ? line : "";
    }
  }
  for (const LeftAlone& left : repaired.plan.left) {
    words += "left: " + left.why + "\n";
  }
  CHECK(fuzz::broken_fix_law(text) == "");
  return words;
}

constexpr const char* kIssues = R"(on: issues
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
)";

struct Row {
  const char* name;
  std::string text;
  std::string_view outcome;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(outcome_of(row.text) == row.outcome);
  }
}

const std::string kIssue = kIssues;

}  // namespace

TEST_CASE("an expression in a script becomes a variable where quotes say the same") {
  check_rows({
      {"double quotes", kIssue + "      - run: echo \"${{ github.event.issue.title }}\"\n",
       "-      - run: echo \"${{ github.event.issue.title }}\"\n"
       "+      - run: echo \"${ISSUE_TITLE}\"\n"
       "+        env:\n+          ISSUE_TITLE: ${{ github.event.issue.title }}\n"},
      {"no quotes, with an env and a comment",
       kIssue + "      - env:\n          # one\n          A: b\n        run: |\n"
                "          t=${{ github.event.issue.title }} # ${{ github.event.issue.title }}\n",
       "+          ISSUE_TITLE: ${{ github.event.issue.title }}\n"
       "-          t=${{ github.event.issue.title }} # ${{ github.event.issue.title }}\n"
       "+          t=\"$ISSUE_TITLE\" # ${ISSUE_TITLE}\n"},
      {"a variable that is there",
       kIssue + "      - env:\n          T: ${{ github.event.issue.title }}\n"
                "        run: echo ${{ github.event.issue.title }}\n",
       "-        run: echo ${{ github.event.issue.title }}\n+        run: echo \"$T\"\n"},
      {"a name that is taken",
       kIssue + "      - run: ISSUE_TITLE=1; echo ${{ github.event.issue.title }}\n",
       "-      - run: ISSUE_TITLE=1; echo ${{ github.event.issue.title }}\n"
       "+      - run: ISSUE_TITLE=1; echo \"$ISSUE_TITLE_2\"\n"
       "+        env:\n+          ISSUE_TITLE_2: ${{ github.event.issue.title }}\n"},
      {"braces", kIssue + "      - {env: {A: b}, run: \"echo ${{ github.event.issue.title }}\"}\n",
       "-      - {env: {A: b}, run: \"echo ${{ github.event.issue.title }}\"}\n"
       "+      - {env: {ISSUE_TITLE: \"${{ github.event.issue.title }}\", A: b}, run: \"echo "
       "\\\"$ISSUE_TITLE\\\"\"}\n"},
      {"two expressions of one step",
       kIssue +
           "      - run: echo ${{ github.event.issue.title }} ${{ github.event.issue.body }}\n",
       "-      - run: echo ${{ github.event.issue.title }} ${{ github.event.issue.body }}\n"
       "+      - run: echo \"$ISSUE_TITLE\" \"$ISSUE_BODY\"\n"
       "+        env:\n+          ISSUE_BODY: ${{ github.event.issue.body }}\n"
       "+          ISSUE_TITLE: ${{ github.event.issue.title }}\n"},
      {"PowerShell",
       kIssue +
           "      - shell: pwsh\n        run: Write-Host \"${{ github.event.issue.title }}\"\n",
       "-        run: Write-Host \"${{ github.event.issue.title }}\"\n+        env:\n"
       "+          ISSUE_TITLE: ${{ github.event.issue.title }}\n"
       "+        run: Write-Host \"${env:ISSUE_TITLE}\"\n"},
  });
}

TEST_CASE("an open question that names the changed text is not a new one") {
  check_rows(
      {{"the tag of an image",
        "on:\n  push:\n    tags: ['v*']\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n"
        "    steps:\n      - run: docker push \"ghcr.io/acme/a:${{ github.ref_name }}\"\n",
        "-      - run: docker push \"ghcr.io/acme/a:${{ github.ref_name }}\"\n"
        "+      - run: docker push \"ghcr.io/acme/a:${REF_NAME}\"\n"
        "+        env:\n+          REF_NAME: ${{ github.ref_name }}\n"}});
}

TEST_CASE("an expression that no quoted variable replaces is left") {
  const std::string title = "${{ github.event.issue.title }}";
  check_rows({
      {"single quotes", kIssue + "      - run: echo '" + title + "'\n",
       "left: it stands in single quotes\n"},
      {"a heredoc",
       kIssue + "      - run: |\n          cat <<E\n          " + title + "\n          E\n",
       "left: it stands in a heredoc\n"},
      {"the command", kIssue + "      - run: " + title + "\n", "left: it is the command itself\n"},
      {"a loop", kIssue + "      - run: for w in " + title + "; do echo $w; done\n",
       "left: it stands in a list of words\n"},
      {"another shell", kIssue + "      - run: bash -c \"echo " + title + "\"\n",
       "left: `-c` reads the text as a program again\n"},
      {"eval later", kIssue + "      - run: |\n          c=" + title + "\n          eval \"$c\"\n",
       "left: the script has texts read as programs, perhaps this one\n"},
      {"Python", kIssue + "      - shell: python\n        run: print(\"" + title + "\")\n",
       "left: the script is read by `python`\n"},
      {"JavaScript",
       kIssue + "      - uses: actions/github-script@v7\n        with:\n          script: f('" +
           title + "')\n",
       "left: it is no `run` script: pass the value through `env` and read it there\n"},
      {"escapes of YAML", kIssue + "      - run: \"echo\\t" + title + "\"\n",
       "left: the script is written with escapes or over several lines: use `run: |`\n"},
  });
}

TEST_CASE("a step that is shared through an anchor is left when the change would reach further") {
  const std::string text =
      "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
      "      - &out\n        uses: actions/checkout@v4\n      - uses: actions/upload-artifact@v4\n"
      "        with: {path: ., include-hidden-files: true}\n"
      "  b:\n    runs-on: ubuntu-latest\n    steps:\n      - *out\n      - run: git push\n";
  CHECK(outcome_of(text) ==
        "left: the change would say more than it should: the place is shared through an anchor, or "
        "written in a form that is better changed by hand\n");
}

TEST_CASE("a step that is shared through an anchor is repaired for all its jobs at once") {
  const std::string text = kIssue +
                           "      - &say\n        run: echo ${{ github.event.issue.title }}\n"
                           "  b:\n    runs-on: ubuntu-latest\n    steps:\n      - *say\n";
  CHECK(fuzz::repaired_text(text).plan.repairs.size() == 2);
  CHECK(fuzz::broken_fix_law(text) == "");
}

TEST_CASE("a token gets what its job needs, when every step can be read") {
  const std::string deploy =
      "    runs-on: ubuntu-latest\n    environment: prod\n    concurrency: x\n    steps:\n"
      "      - uses: actions/checkout@v4\n"
      "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
      "          role-to-assume: arn:aws:iam::111122223333:role/x\n";
  const std::string idle = "  b:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ls\n";
  check_rows({
      {"no block", "on: push\njobs:\n  a:\n" + deploy,
       "+    permissions:\n+      id-token: write\n+      contents: read\n"},
      {"no block, and a step that nobody knows",
       "on: push\njobs:\n  a:\n" + deploy + "      - uses: acme/notify@v2\n",
       "left: a `permissions` block takes away all that it does not name, and step "
       "`acme/notify@v2` may use the token, and for what is not known\n"},
      {"a block of the job",
       "on: push\njobs:\n  a:\n    permissions:\n      # reads\n      contents: read\n" + deploy,
       "+      id-token: write\n"},
      {"an empty block of the only job", "on: push\npermissions: {}\njobs:\n  a:\n" + deploy,
       "-permissions: {}\n+permissions: {id-token: write}\n"},
      {"a block of a workflow with other jobs",
       "on: push\npermissions:\n  contents: read\njobs:\n  a:\n" + deploy + idle,
       "+    permissions:\n+      id-token: write\n+      contents: read\n"},
      {"one word", "on: push\npermissions: read-all\njobs:\n  a:\n" + deploy + idle,
       "left: the workflow's `permissions` is one word: write out the scopes that the job needs\n"},
      {"everything, for a job that reads",
       "on: issues\npermissions: write-all # why\njobs:\n  a:\n    runs-on: ubuntu-latest\n"
       "    steps:\n      - uses: actions/checkout@v4\n      - run: ls\n",
       "-permissions: write-all # why\n+permissions: {contents: read} # why\n"},
      {"nothing said, and an outsider starts it",
       "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    # steps\n    steps:\n"
       "      - run: ls\n",
       "+    permissions: {}\n"},
  });
}

TEST_CASE("a deploy gets a group of its environment, unless that would let deploys take places") {
  const std::string steps =
      "    runs-on: ubuntu-latest\n    steps:\n"
      "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
      "          role-to-assume: arn:aws:iam::111122223333:role/x\n"
      "      - run: aws ecs update-service --cluster c --service s --force-new-deployment\n";
  const std::string head = "on: push\npermissions:\n  id-token: write\njobs:\n";
  check_rows({
      {"one job", head + "  a:\n    environment: prod\n" + steps,
       "+    concurrency:\n+      group: deploy-prod\n+      cancel-in-progress: false\n"},
      {"two jobs of one environment",
       head + "  a:\n    environment: prod\n" + steps + "  b:\n    environment: prod\n" + steps,
       "+    concurrency:\n+      group: x-a-prod\n+      cancel-in-progress: false\n"
       "+    concurrency:\n+      group: x-b-prod\n+      cancel-in-progress: false\n"},
      {"no environment", head + "  a:\n" + steps,
       "left: the job has no `environment` to name the group after: name the one that it deploys "
       "to\n"},
      {"a matrix",
       head + "  a:\n    environment: prod\n    strategy: {matrix: {r: [1, 2]}}\n" + steps,
       "left: its matrix runs several at once, which one group would let take each other's place: "
       "name what tells them apart\n"},
  });
}

TEST_CASE("a credential of checkout that nobody needs later is not kept") {
  const std::string head =
      "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n";
  const std::string upload =
      "      - uses: actions/upload-artifact@v4\n        with:\n          path: .\n"
      "          include-hidden-files: true\n";
  check_rows({
      {"nothing with it", head + "      - uses: actions/checkout@v4 # newest\n" + upload,
       "+        with:\n+          persist-credentials: false\n"},
      {"other inputs",
       head +
           "      - uses: actions/checkout@v4\n        with:\n          # all\n"
           "          fetch-depth: 0\n" +
           upload,
       "+          persist-credentials: false\n"},
      {"a later push",
       head + "      - uses: actions/checkout@v4\n" + upload + "      - run: git fetch\n",
       "left: a later step runs `git fetch`\n"},
  });
}

TEST_CASE("where an expression stands is told from the shell's words") {
  using Kind = SplicePlace::Kind;

  struct PlaceRow {
    const char* name;
    std::string_view script;
    Kind kind;
    bool splits;
  };

  for (const PlaceRow& row : {
           PlaceRow{"argument", "deploy ${{ x }}", Kind::Word, true},
           PlaceRow{"part of one", "deploy --tag=${{ x }}", Kind::Word, false},
           PlaceRow{"echo", "echo a ${{ x }}", Kind::Word, false},
           PlaceRow{"assignment", "A=${{ x }}", Kind::Word, false},
           PlaceRow{"in front of a command", "A=${{ x }} deploy", Kind::Word, false},
           PlaceRow{"list", "A=(${{ x }})", Kind::Closed, false},
           PlaceRow{"test", "if [ ${{ x }} = y ]; then a; fi", Kind::Word, false},
           PlaceRow{"left of a pattern", "[[ ${{ x }} == y* ]]", Kind::Word, false},
           PlaceRow{"a pattern", "[[ $a == ${{ x }} ]]", Kind::Closed, false},
           PlaceRow{"substitution", "a=\"$(git rev-parse ${{ x }})\"", Kind::Word, true},
           PlaceRow{"quotes inside it", "a=$(f \"${{ x }}\")", Kind::Quoted, false},
           PlaceRow{"backticks", "a=`f ${{ x }}`", Kind::Closed, false},
           PlaceRow{"expansion", "a=${b:-${{ x }}}", Kind::Closed, false},
           PlaceRow{"arithmetic", "a=$((${{ x }} + 1))", Kind::Closed, false},
           PlaceRow{"escaped", "echo \"\\${{ x }}\"", Kind::Closed, false},
           PlaceRow{"comment", "# ${{ x }}", Kind::Comment, false},
           PlaceRow{"no comment", "a#b ${{ x }}", Kind::Word, true},
           PlaceRow{"redirection", "f > ${{ x }}", Kind::Word, true},
           PlaceRow{"after one", "f 2>&1 --a=${{ x }}", Kind::Word, false},
           PlaceRow{"remote", "ssh host \"f ${{ x }}\"", Kind::Closed, false},
           PlaceRow{"make", "make A=${{ x }}", Kind::Closed, false},
           PlaceRow{"script with bash", "bash f.sh \"${{ x }}\"", Kind::Quoted, false},
           PlaceRow{"shell of a variable", "$SHELL -c \"${{ x }}\"", Kind::Closed, false},
           PlaceRow{"behind a heredoc", "cat <<'E'\n'\nE\necho \"${{ x }}\"", Kind::Quoted, false},
           PlaceRow{"behind an apostrophe", "# don't\necho \"${{ x }}\"", Kind::Quoted, false},
           PlaceRow{"case", "case ${{ x }} in a) b;; esac", Kind::Word, false},
           PlaceRow{"pattern of case", "case $a in\n  ${{ x }}) b;;\nesac", Kind::Closed, false},
           PlaceRow{"next line", "f \\\n  \"${{ x }}\"", Kind::Quoted, false},
       }) {
    CAPTURE(row.name);
    const auto places = splice_places(row.script, ShellKind::Posix);
    REQUIRE(places.size() == 1);
    CHECK(places[0].kind == row.kind);
    CHECK(places[0].splits == row.splits);
    CHECK(places[0].because.empty() == (row.kind != Kind::Closed));
  }
}
