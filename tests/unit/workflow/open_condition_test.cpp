#include "checks/workflow/open_condition.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace muster::workflow;

namespace {

bool only_after_failure(const std::string& condition) {
  return muster::workflow::only_after_failure(OpenCondition::parse(&condition));
}

/// The parts that are asked for, in order, when each has the answer that its text ends with.
std::vector<std::string> asked(const std::string& condition) {
  std::vector<std::string> texts;
  (void)OpenCondition::parse(&condition).holds([&](const ConditionPart& part) {
    texts.push_back(part.text);
    return part.text == "always()" || part.name.ends_with(".yes");
  });
  return texts;
}

}  // namespace

TEST_CASE("conditions that hold only when something has failed") {
  CHECK(only_after_failure("failure()"));
  CHECK(only_after_failure("always() && needs.deploy.result == 'failure'"));
  CHECK(only_after_failure("always() && steps.smoke.outcome != 'success'"));
  CHECK(only_after_failure("github.event.workflow_run.conclusion == 'failure'"));
  CHECK_FALSE(only_after_failure("github.event.workflow_run.conclusion == 'success'"));
  CHECK_FALSE(only_after_failure("github.event.check_suite.conclusion == 'success'"));
  CHECK_FALSE(only_after_failure("always() && needs.deploy.outputs.result == 'failure'"));
  CHECK_FALSE(only_after_failure("false"));
  CHECK_FALSE(only_after_failure("always() && false"));
  CHECK_FALSE(only_after_failure("always() && needs.deploy.result != 'failure'"));
}

TEST_CASE("parts are asked from left to right, and only those that decide") {
  const std::vector<std::string> all = {"vars.no == '1'", "vars.yes == '1'", "always()"};
  CHECK(asked("always() && vars.yes == '1' || vars.no == '1'").size() == 2);
  CHECK(asked("vars.no == '1' || vars.yes == '1' || vars.other == '1'").size() == 1);
  CHECK(asked("(vars.no == '1' || vars.yes == '1' || vars.other == '1') && always()") == all);
}
