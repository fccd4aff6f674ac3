// From bytes to the model, and what all workflows of an audit have in common.
#include "checks/workflow/model.h"

#include <algorithm>
#include <map>

#include "checks/core/digest.h"
#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/fields.h"
#include "checks/workflow/syntax.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

/// Unknown jobs in `needs`, and cycles (by taking away jobs whose needs are all taken away).
Status check_needs(const Workflow& workflow) {
  std::map<std::string, std::size_t> open;
  for (const Job& job : workflow.jobs) {
    open[job.id.value] = job.needs.size();
    for (const Text& need : job.needs) {
      if (workflow.find_job(need.value) == nullptr) {
        return Error{ErrorCode::Invalid,
                     "job `" + job.id.value + "` needs `" + need.value +
                         "`, which is no job of this workflow",
                     need.where};
      }
    }
  }
  bool moved = true;
  while (moved) {
    moved = false;
    for (const Job& job : workflow.jobs) {
      const auto waiting = [&](const Text& need) { return open.contains(need.value); };
      const bool ready = std::none_of(job.needs.begin(), job.needs.end(), waiting);
      moved = (ready && open.erase(job.id.value) > 0) || moved;
    }
  }
  if (!open.empty()) {
    const Job* job = workflow.find_job(open.begin()->first);
    return Error{ErrorCode::Invalid, "job `" + job->id.value + "` needs itself through `needs`",
                 job->id.where};
  }
  return Done{};
}

/// Breadth first from each job.
void find_needed(Workflow& workflow) {
  std::vector<std::vector<std::size_t>> direct(workflow.jobs.size());
  for (std::size_t i = 0; i < workflow.jobs.size(); ++i) {
    for (const Text& need : workflow.jobs[i].needs) {
      direct[i].push_back(workflow.job_places.find(need.value)->second);
    }
  }
  for (const std::vector<std::size_t>& first : direct) {
    std::vector<std::size_t> places;
    std::vector<bool> seen(direct.size());
    const auto add = [&](const std::vector<std::size_t>& more) {
      for (const std::size_t place : more) {
        if (!seen[place]) {
          seen[place] = true;
          places.push_back(place);
        }
      }
    };
    add(first);
    for (std::size_t i = 0; i < places.size(); ++i) {
      add(direct[places[i]]);
    }
    workflow.needed_places.push_back(std::move(places));
    workflow.is_needed.push_back(std::move(seen));
  }
}

Status read_root(const Node& root, Workflow& workflow) {
  MUSTER_CHECK_OK(check_syntax(root));
  if (!root.is(Type::Mapping)) {
    return unexpected(root, "workflow", "a mapping with `on` and `jobs`");
  }
  MUSTER_CHECK_OK(known_keys(root, "the workflow",
                             {"on", "jobs", "name", "description", "run-name", "defaults", "env",
                              "permissions", "concurrency"}));
  const auto on = root.find("on");
  const auto jobs = root.find("jobs");
  if (!on || !jobs) {
    return invalid(root, std::string("the workflow has no `") + (on ? "jobs" : "on") + "`");
  }
  MUSTER_CHECK_OK(read_triggers(*on, workflow));
  MUSTER_TRY(workflow.name, optional_text(root, "name"));
  MUSTER_TRY(workflow.permissions, optional_permissions(root));
  MUSTER_TRY(workflow.concurrency, optional_concurrency(root));
  MUSTER_TRY(workflow.env, optional_entries(root, "env"));
  MUSTER_TRY(workflow.default_shell, optional_default(root, "shell"));
  MUSTER_TRY(workflow.default_folder, optional_default(root, "working-directory"));
  if (!jobs->is(Type::Mapping) || jobs->size() == 0) {
    return unexpected(*jobs, "jobs", "a mapping of jobs");
  }
  if (jobs->size() > kMostJobs) {
    return Error{ErrorCode::Limit,
                 "the workflow has " + std::to_string(jobs->size()) + " jobs; more than " +
                     std::to_string(kMostJobs) + " are not judged",
                 jobs->key_at(kMostJobs).where()};
  }
  for (std::size_t i = 0; i < jobs->size(); ++i) {
    MUSTER_TRY(Job job, read_job(jobs->key_at(i), jobs->at(i)));
    workflow.job_places.emplace(job.id.value, i);
    job.place = i;
    workflow.jobs.push_back(std::move(job));
  }
  MUSTER_CHECK_OK(check_needs(workflow));
  find_needed(workflow);
  return Done{};
}

}  // namespace

Access Permissions::of(std::string_view scope) const {
  if (form == Form::WriteAll) {
    return Access::Write;
  }
  if (form == Form::ReadAll) {
    return scope == "id-token" ? Access::None : Access::Read;
  }
  const auto found = scopes.find(scope);
  return found == scopes.end() ? Access::None : found->second;
}

const Text* find_value(const std::vector<Entry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return text::equals_ignoring_case(entry.name.value, name);
  });
  return found == entries.end() ? nullptr : &found->value;
}

const Input* find_input(const std::vector<Input>& inputs, std::string_view name) {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const Input& input) {
    return text::equals_ignoring_case(input.name.value, name);
  });
  return found == inputs.end() ? nullptr : &*found;
}

const Text* Step::input(std::string_view wanted) const {
  return find_value(with, wanted);
}

std::string Step::anchor() const {
  if (id) {
    return "steps[" + id->value + "]";
  }
  if (kind == Kind::Uses) {
    return "steps[" + std::string(action_name(*this)) + "]";
  }
  return "steps[" + run_mark + "]";
}

std::string_view action_name(const Step& step) {
  return std::string_view(step.uses.value).substr(0, step.uses.value.find('@'));
}

const Job* Workflow::find_job(std::string_view id) const {
  const auto found = job_places.find(id);
  return found == job_places.end() ? nullptr : &jobs[found->second];
}

std::vector<const Job*> Workflow::needed_by(const Job& job) const {
  std::vector<const Job*> needed;
  for (const std::size_t place : needed_places[job.place]) {
    needed.push_back(&jobs[place]);
  }
  return needed;
}

bool Workflow::waits_for(const Job& job, const Job& other) const {
  return is_needed[job.place][other.place];
}

const Trigger* Workflow::find_trigger(std::string_view event) const {
  const auto found = std::find_if(triggers.begin(), triggers.end(), [&](const Trigger& trigger) {
    return trigger.event.value == event;
  });
  return found == triggers.end() ? nullptr : &*found;
}

const Permissions* Workflow::block_of(const Job& job) const {
  return job.permissions ? &*job.permissions : permissions ? &*permissions : nullptr;
}

Asset Workflow::asset(const Job& job) const {
  return {"workflow-job", source.path() + "#jobs." + job.id.value};
}

Asset Workflow::asset(const Job& job, const Step& step) const {
  return {"workflow-step", asset(job).id + "." + step.anchor()};
}

std::string Workflow::display_name() const {
  return name ? name->value : source.path();
}

bool Workflow::goes_by(std::string_view text) const {
  return display_name() == text || source.path() == text;
}

text::Node node_of(const Workflow& workflow, const Job& job) {
  return workflow.tree->root().find("jobs")->at(job.place);
}

Result<Workflow> parse_workflow(std::string bytes, SourceId source) {
  MUSTER_TRY(text::Tree tree, text::parse_yaml(std::move(bytes), source, text::KeyCase::Folded));
  Workflow workflow;
  workflow.source = std::move(source);
  workflow.tree = std::make_shared<const text::Tree>(std::move(tree));
  workflow.where = workflow.tree->root().where();
  MUSTER_CHECK_OK(read_root(workflow.tree->root(), workflow));
  return workflow;
}

Workflows Workflows::build(const AuditInput& input) {
  Workflows workflows;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::GithubWorkflow) {
      continue;
    }
    auto workflow = parse_workflow(document.bytes, document.source);
    if (workflow) {
      workflows.workflows_.push_back(std::move(workflow).value());
    } else {
      workflows.unreadable_.push_back({document.source, workflow.error()});
    }
  }
  return workflows;
}

const Workflow* Workflows::find(std::string_view path) const {
  const auto found =
      std::find_if(workflows_.begin(), workflows_.end(),
                   [&](const Workflow& workflow) { return workflow.source.path() == path; });
  return found == workflows_.end() ? nullptr : &*found;
}

std::vector<Unreadable> unreadable_workflows(const AuditInput& input) {
  return input.model<Workflows>().unreadable();
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::Workflows>(const AuditInput&);
