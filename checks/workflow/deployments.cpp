// Deploying jobs. The condition of the deploying step counts, not only that of its job.
#include "checks/workflow/deployments.h"

#include <algorithm>
#include <array>

#include "checks/core/model.h"
#include "checks/core/rule.h"
#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

DeployingRun timed(const JobRun& run, std::vector<Deploy> found, const Intent& intent) {
  DeployingRun result{&run, run.recognised->environment, {}};
  const Step* last = nullptr;
  std::vector<Presented> starts;
  for (Deploy& deploy : found) {
    if (deploy.step != last) {
      JobRun at = run;
      at.asked = deploy.step;
      starts = presented(at, intent);
      last = deploy.step;
    }
    result.deploys.push_back({std::move(deploy), starts});
  }
  return result;
}

}  // namespace

EnvironmentClass class_of_environment(const std::string& name, const Intent& intent) {
  const IntentEnvironment* declared = intent.environment(name);
  return declared != nullptr && declared->kind != EnvironmentClass::Unknown ? declared->kind
                                                                            : class_of_name(name);
}

Deployments Deployments::build(const AuditInput& input) {
  Deployments result;
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    std::vector<DeployingRun> deploying;
    for (const JobRun* run : runs) {
      std::vector<Deploy> found = run->recognised->deploys;
      if (!found.empty()) {
        deploying.push_back(timed(*run, std::move(found), input.intent()));
      }
    }
    if (!deploying.empty()) {
      std::stable_partition(deploying.begin(), deploying.end(), [](const DeployingRun& run) {
        return graded(Severity::High, run.guess.kind) == Severity::High;
      });
      result.by_job_.push_back(std::move(deploying));
    }
  }
  return result;
}

EnvironmentClass class_at(const DeployingRun& run, const Presented& start, const Intent& intent) {
  const bool named = start.tokens.context == oidc::ContextKind::Environment &&
                     start.tokens.environment && !start.tokens.environment->empty();
  if (!named) {
    return run.guess.kind;
  }
  const std::string& name = *start.tokens.environment;
  const EnvironmentClass kind = class_of_environment(name, intent);
  const bool other =
      run.guess.from.starts_with("environment ") && run.guess.from != "environment " + name;
  return kind != EnvironmentClass::Unknown || other ? kind : run.guess.kind;
}

bool has_reviewers(const Presented& start, const Intent& intent) {
  const auto& name = start.tokens.environment;
  return name && intent.reviewers(*name).value_or(false);
}

bool lacks_protection(const Presented& start, const Intent& intent) {
  const auto& name = start.tokens.environment;
  if (!name || name->empty() || !intent.settings || !intent.settings->environments) {
    return false;
  }
  const EnvironmentSettings* const found = intent.settings->environment(*name);
  return found == nullptr ||
         (found->reviewers == false && !found->other_rules && found->refs == EnvironmentRefs::Any);
}

Severity graded(Severity severity, EnvironmentClass kind) {
  return is_below_production(kind) && severity > Severity::Info
             ? static_cast<Severity>(static_cast<int>(severity) - 1)
             : severity;
}

void add_calls(OutcomeDraft& draft, const std::vector<SourceRef>& via) {
  for (const SourceRef& call : via) {
    draft.related(call, "which is run from here");
  }
}

void add_path(OutcomeDraft& draft, const Deploy& deploy) {
  draft.related(deploy.where, "what it deploys with");
  add_calls(draft, deploy.via);
}

bool is_infrastructure(const Deploy& deploy) {
  static const std::vector<std::string> kKinds =
      recognition_data().root().texts_under("infrastructure_kinds");
  return text::one_of(deploy.kind, kKinds);
}

const Input* version_input(const Workflow& workflow) {
  static const std::vector<std::string> kNames = [] {
    const auto table = recognition_data().root().find("rollback_by_platform");
    return table ? table->texts_under("version_inputs") : std::vector<std::string>();
  }();
  const auto& inputs = workflow.dispatch_inputs;
  const auto found = std::find_if(inputs.begin(), inputs.end(), [](const Input& input) {
    return text::one_of(text::lower(input.name.value), kNames);
  });
  return found == inputs.end() ? nullptr : &*found;
}

namespace {

bool calls_external_deploy(const Job& job) {
  static constexpr std::array<std::string_view, 6> kVerbs = {"deploy",  "release", "rollback",
                                                             "promote", "rollout", "terraform"};
  const std::string& uses = job.uses.value;
  if (uses.empty() || uses.starts_with("./") || uses.starts_with("$/")) {
    return false;
  }
  const std::string path = uses.substr(0, uses.find('@'));
  const std::string names =
      text::lower(path.substr(path.rfind('/') + 1)) + " " + text::lower(job.id.value);
  return std::any_of(kVerbs.begin(), kVerbs.end(),
                     [&](std::string_view verb) { return names.find(verb) != std::string::npos; });
}

}  // namespace

std::string external_deploy_power(const Workflow& workflow, const Job& job) {
  if (!calls_external_deploy(job)) {
    return "";
  }
  if (job.secrets_inherit || !job.secrets.empty()) {
    return job.secrets_inherit ? "all secrets" : "secrets";
  }
  const Permissions* block = workflow.block_of(job);
  return block != nullptr && block->of("id-token") == Access::Write ? "`id-token: write`" : "";
}

bool is_pinned_use(std::string_view uses) {
  if (uses.starts_with("docker://")) {
    return uses.find("@sha256:") != std::string_view::npos;
  }
  const std::size_t at = uses.rfind('@');
  const std::string_view ref = at == std::string_view::npos ? "" : uses.substr(at + 1);
  return (ref.size() == 40 || ref.size() == 64) &&
         ref.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string release_text(const Step& step, const Workflow& workflow) {
  const std::string& uses = step.uses.value;
  if (!is_pinned_use(text::lower(uses))) {
    return uses.substr(std::min(uses.find('@'), uses.size() - 1) + 1);
  }
  if (step.uses.where.source != workflow.source) {
    return "";
  }
  const std::string_view comment = workflow.tree->comment_behind(step.uses.where.span);
  return std::string(comment.substr(0, comment.find(' ')));
}

std::optional<Release> release_numbers(std::string_view text) {
  const bool marked = text.starts_with('v');
  text.remove_prefix(marked ? 1 : 0);
  std::string_view numbers = text.substr(0, text.find_first_not_of("0123456789."));
  if (!marked && numbers.size() != text.size()) {
    return std::nullopt;
  }
  Release release = {-1, -1, -1};
  for (std::size_t i = 0; i < release.size() && !numbers.empty(); ++i) {
    const std::string_view part = numbers.substr(0, numbers.find('.'));
    if (part.empty() || part.size() > 4) {
      return std::nullopt;
    }
    release[i] = 0;
    for (const char digit : part) {
      release[i] = release[i] * 10 + (digit - '0');
    }
    numbers.remove_prefix(std::min(part.size() + 1, numbers.size()));
  }
  return release[0] < 0 ? std::nullopt : std::optional(release);
}

const text::Tree& recognition_data() {
  static const auto kTree = text::parse_json(std::string(data_file("workflow-recognition.json")),
                                             SourceId("workflow-recognition.json"));
  return kTree.value();
}

std::vector<std::string> words_under(const text::Node& node, std::string_view key) {
  const auto found = node.find(key);
  if (found && found->is(text::Type::String)) {
    return {std::string(found->text())};
  }
  return node.texts_under(key);
}

std::optional<bool> is_set(const Text* text, const Scope& scope) {
  if (text == nullptr) {
    return false;
  }
  const Values values = resolve(text->value, scope);
  const std::string* only = values.only();
  if (only == nullptr) {
    return std::nullopt;
  }
  return *only == "true";
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::Deployments>(
    const AuditInput&);
