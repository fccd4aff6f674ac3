// Jobs, ordinary ones and those that call a workflow.
#include <algorithm>

#include "checks/workflow/fields.h"

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

using MatrixValues = std::vector<std::pair<std::string, std::vector<Text>>>;

std::vector<Text>* find_values(MatrixValues& matrix, std::string_view name) {
  const auto found = std::find_if(matrix.begin(), matrix.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == matrix.end() ? nullptr : &found->second;
}

bool is_scalar(const Node& node) {
  return !node.is(Type::Mapping) && !node.is(Type::Sequence);
}

/// Whether an entry of `include` may make a combination of its own: one of its values is not in the
/// list of that name.
bool may_stand_alone(const Node& entry, MatrixValues& base) {
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const std::vector<Text>* values = find_values(base, entry.key_at(i).text());
    const auto same = [&](const Text& value) { return value.value == entry.at(i).text(); };
    if (values != nullptr && std::none_of(values->begin(), values->end(), same)) {
      return true;
    }
  }
  return base.empty();
}

/// Whether an entry goes to every combination of the lists: it names none of them.
bool extends_all(const Node& entry, MatrixValues& base) {
  for (std::size_t i = 0; i < entry.size(); ++i) {
    if (find_values(base, entry.key_at(i).text()) != nullptr) {
      return false;
    }
  }
  return !base.empty();
}

/// Adds the values of one `include` entry to those of the lists.
Status add_include(const Node& entry, MatrixValues& all) {
  if (!entry.is(Type::Mapping)) {
    return unexpected(entry, "include", "a list of mappings");
  }
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const std::string name(entry.key_at(i).text());
    std::vector<Text>* values = find_values(all, name);
    if (values == nullptr) {
      all.emplace_back(name, std::vector<Text>());
      values = &all.back().second;
    }
    if (is_scalar(entry.at(i))) {
      MUSTER_TRY(Text text, read_text(entry.at(i), name));
      values->push_back(std::move(text));
    } else {
      values->push_back({"${{ matrix." + name + "[…] }}", entry.at(i).where()});
    }
  }
  return Done{};
}

/// Whether some combination may lack the name.
bool may_be_absent(const Node& include, const std::string& name, MatrixValues& base) {
  bool absent = find_values(base, name) == nullptr && !base.empty();
  for (std::size_t i = 0; i < include.size(); ++i) {
    absent = absent && !(include.at(i).find(name) && extends_all(include.at(i), base));
  }
  for (std::size_t i = 0; i < include.size(); ++i) {
    absent = absent || (!include.at(i).find(name) && may_stand_alone(include.at(i), base));
  }
  return absent;
}

Status read_include(const Node& include, Job& job) {
  if (!include.is(Type::Sequence)) {
    return unexpected(include, "include", "a list of mappings");
  }
  MatrixValues base = job.matrix;
  for (std::size_t i = 0; i < include.size(); ++i) {
    MUSTER_CHECK_OK(add_include(include.at(i), job.matrix));
  }
  for (auto& [name, values] : job.matrix) {
    if (may_be_absent(include, name, base)) {
      values.push_back({"", include.where()});
    }
  }
  return Done{};
}

/// The lists of the matrix; a name with other values gets one that nothing resolves.
Status read_lists(const Node& matrix, Job& job) {
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::string name(matrix.key_at(i).text());
    if (name == "include" || name == "exclude") {
      continue;
    }
    if (is_plain_list(matrix.at(i))) {
      MUSTER_TRY(auto texts, read_texts(matrix.at(i), name));
      job.matrix.emplace_back(name, std::move(texts));
    } else {
      job.matrix.emplace_back(
          name, std::vector<Text>{{"${{ matrix." + name + "[…] }}", matrix.at(i).where()}});
    }
  }
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
  if (!matrix->is(Type::Mapping)) {
    job.matrix_open = true;
    return Done{};
  }
  MUSTER_CHECK_OK(read_lists(*matrix, job));
  const auto include = matrix->find("include");
  job.matrix_open = include && is_expression(*include);
  return include && !job.matrix_open ? read_include(*include, job) : Done{};
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
  MUSTER_TRY(job.default_shell, optional_default_shell(node));
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
