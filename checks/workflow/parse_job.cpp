// Jobs, ordinary ones and those that call a workflow.
#include <algorithm>

#include "checks/workflow/fields.h"
#include "checks/workflow/parts.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

bool is_expression(const Node& node) {
  return node.is(Type::String) && node.text().starts_with("${{");
}

Result<std::optional<Environment>> optional_environment(const Node& job) {
  const auto node = job.find("environment");
  if (!node) {
    return std::optional<Environment>();
  }
  Environment environment;
  environment.where = node->where();
  if (!node->is(Type::Mapping)) {
    MUSTER_TRY(environment.name, read_text(*node, "environment"));
  } else {
    MUSTER_CHECK_OK(known_keys(*node, "environment", {"name", "url", "deployment"}));
    MUSTER_TRY(auto name, optional_text(*node, "name"));
    if (!name) {
      return invalid(*node, "`environment` needs a `name`");
    }
    environment.name = std::move(*name);
    MUSTER_TRY(environment.url, optional_text(*node, "url"));
    MUSTER_TRY(environment.deployment, optional_text(*node, "deployment"));
  }
  if (environment.name.value.empty()) {
    return std::optional<Environment>();
  }
  return std::optional<Environment>(std::move(environment));
}

Result<std::vector<Text>> read_runs_on(const Node& job) {
  const auto node = job.find("runs-on");
  if (!node || !node->is(Type::Mapping)) {
    return optional_texts(job, "runs-on");
  }
  MUSTER_CHECK_OK(known_keys(*node, "runs-on", {"group", "labels"}));
  return optional_texts(*node, "labels");
}

bool is_plain_list(const Node& values) {
  bool plain = values.is(Type::Sequence);
  for (std::size_t i = 0; plain && i < values.size(); ++i) {
    plain = !values.at(i).is(Type::Mapping) && !values.at(i).is(Type::Sequence);
  }
  return plain;
}

using Combination = std::vector<Entry>;

/// As many jobs as GitHub makes of one matrix.
constexpr std::size_t kMaxCombinations = 256;

bool is_scalar(const Node& node) {
  return !node.is(Type::Mapping) && !node.is(Type::Sequence);
}

/// The value of a name; an expression that nothing resolves for what is no scalar.
Result<Entry> read_value(const Node& key, const Node& value, bool scalar) {
  const std::string name(key.text());
  Text text{"${{ matrix." + name + "[…] }}", value.where()};
  if (scalar) {
    MUSTER_TRY(text, read_text(value, name));
  }
  return Entry{{name, key.where()}, std::move(text)};
}

/// The values of one list of the matrix.
Result<std::vector<Entry>> read_values(const Node& key, const Node& values) {
  std::vector<Entry> entries;
  const bool list = is_plain_list(values);
  for (std::size_t i = 0; i < (list ? values.size() : 1); ++i) {
    MUSTER_TRY(Entry entry, read_value(key, list ? values.at(i) : values, list));
    entries.push_back(std::move(entry));
  }
  return entries;
}

const Text* value_in(const Combination& combination, std::string_view name) {
  const auto found = std::find_if(combination.begin(), combination.end(),
                                  [&](const Entry& entry) { return entry.name.value == name; });
  return found == combination.end() ? nullptr : &found->value;
}

/// All combinations of the lists, one empty one without lists.
Status combine_lists(const Node& matrix, Job& job) {
  job.combinations.resize(1);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    if (matrix.key_at(i).text() == "include" || matrix.key_at(i).text() == "exclude") {
      continue;
    }
    MUSTER_TRY(const auto values, read_values(matrix.key_at(i), matrix.at(i)));
    job.matrix_open = job.matrix_open || job.combinations.size() * values.size() > kMaxCombinations;
    std::vector<Combination> next;
    for (std::size_t k = 0; k < job.combinations.size() && !job.matrix_open; ++k) {
      for (const Entry& value : values) {
        next.push_back(job.combinations[k]);
        next.back().push_back(value);
      }
    }
    job.combinations = std::move(next);
  }
  return Done{};
}

Result<std::vector<Combination>> read_entries(const Node& matrix, std::string_view key) {
  std::vector<Combination> entries;
  const auto list = matrix.find(key);
  if (!list || is_expression(*list)) {
    return entries;
  }
  if (!list->is(Type::Sequence)) {
    return unexpected(*list, key, "a list of mappings");
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Node node = list->at(i);
    if (!node.is(Type::Mapping)) {
      return unexpected(node, key, "a list of mappings");
    }
    entries.emplace_back();
    for (std::size_t k = 0; k < node.size(); ++k) {
      MUSTER_TRY(Entry entry, read_value(node.key_at(k), node.at(k), is_scalar(node.at(k))));
      entries.back().push_back(std::move(entry));
    }
  }
  return entries;
}

/// Whether the combination has every value of the entry; `may_lack`: of those names that it has.
bool fits(const Combination& combination, const Combination& entry, bool may_lack) {
  return std::all_of(entry.begin(), entry.end(), [&](const Entry& wanted) {
    const Text* value = value_in(combination, wanted.name.value);
    return value == nullptr ? may_lack : value->value == wanted.value.value;
  });
}

/// `include`: an entry goes to each combination of the lists whose values it does not change, else
/// it is one of its own. Source: GitHub Docs, "Running variations of jobs in a workflow".
void include(const std::vector<Combination>& entries, std::vector<Combination>& combinations) {
  const std::vector<Combination> lists = combinations;
  for (const Combination& entry : entries) {
    bool used = false;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (!fits(lists[i], entry, true)) {
        continue;
      }
      used = true;
      Combination& combination = combinations[i];
      std::erase_if(combination,
                    [&](const Entry& old) { return value_in(entry, old.name.value) != nullptr; });
      combination.insert(combination.end(), entry.begin(), entry.end());
    }
    if (!used) {
      combinations.push_back(entry);
    }
  }
}

/// What each name can be, over all combinations.
void collect_values(Job& job) {
  const auto add = [](std::vector<Text>& values, const Text& text) {
    const auto same = [&](const Text& value) { return value.value == text.value; };
    if (std::none_of(values.begin(), values.end(), same)) {
      values.push_back(text);
    }
  };
  for (const Combination& combination : job.combinations) {
    for (const Entry& entry : combination) {
      const auto known = std::find_if(job.matrix.begin(), job.matrix.end(), [&](const auto& item) {
        return item.first == entry.name.value;
      });
      if (known == job.matrix.end()) {
        job.matrix.push_back({entry.name.value, {entry.value}});
      } else {
        add(known->second, entry.value);
      }
    }
  }
  for (auto& [name, values] : job.matrix) {
    for (const Combination& combination : job.combinations) {
      if (value_in(combination, name) == nullptr) {
        add(values, {"", job.id.where});
      }
    }
  }
}

Status read_combinations(const Node& matrix, Job& job) {
  MUSTER_CHECK_OK(combine_lists(matrix, job));
  MUSTER_TRY(const auto excluded, read_entries(matrix, "exclude"));
  MUSTER_TRY(const auto included, read_entries(matrix, "include"));
  const auto more = matrix.find("include");
  job.matrix_open = job.matrix_open || (more && is_expression(*more));
  const bool lists = !job.combinations.empty() && !job.combinations.front().empty();
  std::erase_if(job.combinations, [&](const Combination& combination) {
    return !lists || std::any_of(excluded.begin(), excluded.end(), [&](const Combination& entry) {
      return fits(combination, entry, false);
    });
  });
  include(included, job.combinations);
  collect_values(job);
  return Done{};
}

Status read_matrix(const Node& node, Job& job) {
  const auto strategy = node.find("strategy");
  if (!strategy || is_expression(*strategy)) {
    job.matrix_open = strategy.has_value();
    return Done{};
  }
  if (!strategy->is(Type::Mapping)) {
    return unexpected(*strategy, "strategy", "a mapping");
  }
  MUSTER_CHECK_OK(known_keys(*strategy, "strategy", {"matrix", "fail-fast", "max-parallel"}));
  const auto matrix = strategy->find("matrix");
  if (!matrix) {
    return Done{};
  }
  job.matrix_open = !matrix->is(Type::Mapping);
  return job.matrix_open ? Done{} : read_combinations(*matrix, job);
}

/// Variables that the job's container adds.
Status read_container_env(const Node& node, Job& job) {
  const auto container = node.find("container");
  if (container && container->is(Type::Mapping)) {
    MUSTER_TRY(auto env, optional_entries(*container, "env"));
    job.env.insert(job.env.end(), env.begin(), env.end());
  }
  return Done{};
}

Status read_call(const Node& node, Job& job) {
  MUSTER_CHECK_OK(known_keys(node, "job `" + job.id.value + "`, which calls a workflow",
                             {"uses", "with", "secrets", "name", "needs", "if", "permissions",
                              "concurrency", "strategy"}));
  MUSTER_TRY(job.uses, read_text(*node.find("uses"), "uses"));
  MUSTER_TRY(job.with, optional_entries(node, "with"));
  const auto secrets = node.find("secrets");
  job.secrets_inherit = secrets && secrets->is(Type::String) && secrets->text() == "inherit";
  if (secrets && !job.secrets_inherit) {
    MUSTER_TRY(job.secrets, optional_entries(node, "secrets"));
  }
  return Done{};
}

Status read_ordinary(const Node& node, Job& job) {
  MUSTER_CHECK_OK(known_keys(
      node, "job `" + job.id.value + "`",
      {"needs", "if", "name", "runs-on", "strategy", "timeout-minutes", "cancel-timeout-minutes",
       "continue-on-error", "container", "services", "env", "environment", "permissions",
       "concurrency", "outputs", "defaults", "steps", "snapshot"}));
  MUSTER_TRY(job.environment, optional_environment(node));
  MUSTER_TRY(job.env, optional_entries(node, "env"));
  MUSTER_CHECK_OK(read_container_env(node, job));
  MUSTER_TRY(job.outputs, optional_entries(node, "outputs"));
  MUSTER_TRY(job.continue_on_error, optional_text(node, "continue-on-error"));
  MUSTER_TRY(job.timeout, optional_text(node, "timeout-minutes"));
  MUSTER_TRY(job.default_shell, optional_default(node, "shell"));
  MUSTER_TRY(job.default_folder, optional_default(node, "working-directory"));
  MUSTER_TRY(job.runs_on, read_runs_on(node));
  if (!node.find("runs-on")) {
    return invalid(node, "job `" + job.id.value + "` needs `runs-on`");
  }
  const auto steps = node.find("steps");
  if (!steps || (steps->size() == 0 && !steps->is(Type::String))) {
    return invalid(steps ? *steps : node, "job `" + job.id.value + "` has no steps");
  }
  MUSTER_TRY(job.steps, read_steps(*steps));
  return Done{};
}

}  // namespace

Result<Job> read_job(const Node& key, const Node& node) {
  Job job;
  job.id = {std::string(key.text()), key.where()};
  job.where = key.where();
  job.where.span.end_line = node.where().span.end_line;
  job.where.span.end_column = node.where().span.end_column;
  if (!node.is(Type::Mapping)) {
    return unexpected(node, "jobs." + job.id.value, "a mapping");
  }
  MUSTER_CHECK_OK(check_id(key));
  MUSTER_CHECK_OK(check_condition(node, true));
  MUSTER_CHECK_OK(check_containers(node));
  MUSTER_CHECK_OK(check_runner_group(node));
  MUSTER_TRY(job.name, optional_text(node, "name"));
  MUSTER_TRY(job.needs, optional_texts(node, "needs"));
  MUSTER_TRY(job.condition, optional_text(node, "if"));
  MUSTER_TRY(job.permissions, optional_permissions(node));
  MUSTER_TRY(job.concurrency, optional_concurrency(node));
  MUSTER_CHECK_OK(node.find("uses") ? read_call(node, job) : read_ordinary(node, job));
  MUSTER_CHECK_OK(read_matrix(node, job));
  return job;
}

}  // namespace muster::workflow
