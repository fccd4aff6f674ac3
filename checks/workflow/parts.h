// Rules about parts of a workflow file that no table of keys can say: ids, conditions, schedules,
// inputs, containers, runner groups, steps that are waited for.
#pragma once

#include "checks/text/tree.h"
#include "checks/workflow/model.h"

namespace muster::workflow {

/// Letter or `_`, then letters, digits, `_`, `-`; fewer than 100; `__` in front is reserved.
[[nodiscard]] Status check_id(const text::Node& node);

/// The `if` of a job or step, if it is there, is one that GitHub can complete.
[[nodiscard]] Status check_condition(const text::Node& mapping, bool of_job);

/// Five fields in the syntax of cron: `*`, numbers, names, lists, ranges, steps.
[[nodiscard]] Status check_schedule(const text::Node& schedule);

/// The default fits the type; `choice` and nothing else has options.
[[nodiscard]] Status check_input(const text::Node& input, const Input& read);

/// `container` and each of `services` names an image, as far as nothing in it is an expression.
[[nodiscard]] Status check_containers(const text::Node& job);

/// A group of `runs-on` with a slash begins with `org`, `organization`, `ent` or `enterprise`.
[[nodiscard]] Status check_runner_group(const text::Node& job);

/// `wait` and `cancel` name steps that stand before; `wait-all` is true or nothing.
[[nodiscard]] Status check_waits(const text::Node& steps);

}  // namespace muster::workflow
