// What steps run through files: Makefiles, scripts of other languages, paths.
#include "checks/workflow/script.h"

#include <doctest/doctest.h>

#include "checks/workflow/foreign.h"
#include "checks/workflow/makefile.h"

using namespace muster::workflow;

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

TEST_CASE("a path inside a folder is worked out, and none leaves the repository") {
  CHECK(path_in("infra", "./a/../b.sh") == "infra/b.sh");
  CHECK(path_in("", "x") == "x");
  CHECK(path_in("a/b", "../c") == "a/c");
  CHECK_FALSE(path_in("a", "../../c"));
}

TEST_CASE("rules, needs, recipes and simple variables of a Makefile are read") {
  const Makefile makefile = parse_makefile(
      "TF ?= terraform\nFLAGS := -auto-approve\nFLAGS += -input=false\n.PHONY: all\n"
      "all: build  # everything\n\t@echo all\n"
      "build deploy: | dir\n\t-$(TF) apply \\\n\t  ${FLAGS} $$HOME $@\n"
      "deploy: ENV = prod\n%.o: %.c\n\tcc $<\ninclude ci/more.mk\n");
  CHECK(makefile.first == "all");
  CHECK(joined(makefile.rules.at("all").needs) == "build");
  CHECK(joined(makefile.includes) == "ci/more.mk");
  REQUIRE(makefile.rules.at("deploy").recipes.size() == 1);
  const Recipe& recipe = makefile.rules.at("deploy").recipes[0];
  CHECK(expand_make(recipe.text, makefile.variables, "deploy") ==
        "terraform apply  \t  -auto-approve -input=false $HOME deploy");
}

TEST_CASE("a variable of a Makefile that names itself ends somewhere") {
  CHECK(expand_make("$(A)", {{"A", "x$(A)"}}, "t").size() < 100);
  CHECK(expand_make("$(UNKNOWN) $(MAKE) $", {}, "t") == "$(UNKNOWN) make $");
}

TEST_CASE("programs that a Python script starts are commands when they are written out") {
  struct Row {
    const char* name;
    std::string_view script, commands;
    std::size_t open;
  };

  for (const Row& row : {
           Row{"a list", "subprocess.run([\"aws\", 'ecs', a[0], f(\"x,]\"), '-f'], check=True)",
               "aws ecs $ $ -f", 0},
           Row{"a text", "os.system('cd x && eb deploy')", "cd x; eb deploy", 0},
           Row{"put together", "subprocess.run(command)", "", 1},
           Row{"an f-string", "os.system(f'eb {x}')", "", 1},
           Row{"a client of AWS", "import boto3", "", 1},
           Row{"nothing of the kind", "print('eb deploy')", "", 0},
           Row{"a list that does not end", "subprocess.run(['a', b", "", 1},
       }) {
    CAPTURE(row.name);
    const Script script = read_foreign(row.script, true);
    std::string commands;
    for (const Command& command : script.commands) {
      commands += (commands.empty() ? "" : "; ") + joined(command.words);
    }
    CHECK(commands == row.commands);
    CHECK(script.open.size() == row.open);
  }
  CHECK(read_foreign("require('child_process')", false).open.size() == 1);
  CHECK(read_foreign("console.log(1)", false).open.empty());
}
