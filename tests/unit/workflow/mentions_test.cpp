// Names that expressions read, and the scripts that a command hands to hosts.
#include "checks/workflow/mentions.h"

#include <doctest/doctest.h>

#include <array>

#include "checks/workflow/sent_commands.h"

namespace muster::workflow {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("names are read from the parsed expression") {
  struct Row {
    const char* name;
    const char* text;
    bool bare;
    Names expected;
  };

  const std::array<Row, 10> rows = {{
      {"a plain name", "${{ inputs.tag }}", false, {"inputs.tag"}},
      {"brackets and case", "${{ Inputs['Tag'] }}", false, {"inputs.tag"}},
      {"a text is no name", "${{ 'inputs.tag' }}", false, {}},
      {"outside of expressions", "inputs.tag", false, {}},
      {"an `if` needs no braces", "inputs.tag == 'x'", true, {"inputs.tag"}},
      {"a computed index",
       "${{ inputs[github.ref_name] }}",
       false,
       {"github.ref_name", "inputs.*"}},
      {"a filter", "${{ contains(needs.*.result, 'failure') }}", false, {"needs.*.result"}},
      {"arguments of functions",
       "${{ format('{0}-{1}', env.A, steps.b.outputs.c) }}",
       false,
       {"steps.b.outputs.c", "env.a"}},
      {"two expressions", "${{ env.A }}-${{ env.B }}", false, {"env.a", "env.b"}},
      {"what does not parse", "${{ inputs. }}", false, {}},
  }};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(names_read(row.text, row.bare) == row.expected);
  }
}

TEST_CASE("a whole object is read with all its members") {
  CHECK(reads({"inputs"}, "inputs.tag"));
  CHECK(reads({"inputs.*"}, "inputs.tag"));
  CHECK(reads({"github.event"}, "github.event.inputs.tag"));
  CHECK(reads({"needs.build.outputs.tag"}, "needs.build"));
  CHECK_FALSE(reads({"inputs.tags"}, "inputs.tag"));
  CHECK_FALSE(reads({"inputs.tag"}, "inputs.tags"));
}

TEST_CASE("the commands in the parameters of send-command are read in every notation") {
  const auto sent = [](const std::string& parameters) {
    return sent_scripts(
        {{"aws", "ssm", "send-command", "--parameters", parameters, "--comment", "x"}, 0, 0});
  };
  CHECK(sent(R"(commands=["cd /opt","git pull"])") == Names{"cd /opt", "git pull"});
  CHECK(sent(R"({"commands":["a \"b\"","c"]})") == Names{"a \"b\"", "c"});
  CHECK(sent(R"(executionTimeout=["60"],commands=['x'])") == Names{"x"});
  CHECK(sent("commands=uptime") == Names{"uptime"});
  CHECK(sent("file://parameters.json").empty());
  CHECK(sent("imageTag=abc").empty());
}

TEST_CASE("what AWS keeps of a command is its parameters and comment") {
  const Command command{{"aws", "ssm", "send-command", "--instance-ids", "i-1", "--parameters", "a",
                         "b", "--comment=c", "--query", "d"},
                        0,
                        0};
  CHECK(kept_words(command) == Names{"a", "b", "c"});
}

}  // namespace
}  // namespace muster::workflow
