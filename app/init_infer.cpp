// Repository, default branch, environments; roles are in init_roles.cpp.
#include "app/init_infer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "app/init_roles.h"
#include "checks/iam/model.h"
#include "checks/intent/schema.h"
#include "checks/text/ascii.h"
#include "checks/workflow/jobs.h"

namespace muster::app {
namespace {

using workflow::JobRun;
using workflow::Values;

/// The folder of `path` that marks it as test data (`tests`, `examples/shop`): up to and including
/// the first such name; empty when there is none.
std::string test_folder(std::string_view path) {
  static constexpr std::array<std::string_view, 9> kNames = {"test",     "tests",     "testdata",
                                                             "fixtures", "examples",  "example",
                                                             "spec",     "__tests__", "samples"};
  std::size_t begin = 0;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', begin)) {
    const std::string_view name = path.substr(begin, slash - begin);
    if (text::one_of(name, kNames)) {
      return std::string(path.substr(0, slash));
    }
    begin = slash + 1;
  }
  return "";
}

bool is_workflow_side(DocumentKind kind) {
  return kind == DocumentKind::GithubWorkflow || kind == DocumentKind::GithubAction ||
         kind == DocumentKind::Script || kind == DocumentKind::Waivers;
}

/// The facts without policies that are test data; their folders go into the draft.
Facts without_tests(const Facts& facts, Draft& draft) {
  Facts kept;
  std::set<std::string> folders;
  for (const Document& document : facts.documents) {
    const std::string folder = test_folder(document.source.path());
    if (is_workflow_side(document.kind) || folder.empty()) {
      kept.documents.push_back(document);
    } else {
      folders.insert(folder);
    }
  }
  draft.test_folders.assign(folders.begin(), folders.end());
  return kept;
}

void infer_repository(const GitCheckout& checkout, Draft& draft) {
  if (!checkout.origin) {
    draft.repository.from = checkout.origin_problem;
    draft.questions.push_back({"the repository is not known: " + checkout.origin_problem, {}});
    return;
  }
  draft.repository.value = checkout.origin->name;
  const std::string& host = checkout.origin->host;
  const bool github = host == "github.com" || host == "ssh.github.com" || host == "www.github.com";
  draft.repository.from =
      "the remote `origin`" + (github ? "" : " on host `" + host + "`, taken for a GitHub server");
}

/// Branches that the push triggers name in full.
std::set<std::string> pushed_branches(const workflow::Workflows& workflows) {
  std::set<std::string> names;
  for (const workflow::Workflow& workflow : workflows.all()) {
    const workflow::Trigger* push = workflow.find_trigger("push");
    for (const workflow::Text& branch :
         push != nullptr ? push->branches : std::vector<workflow::Text>()) {
      const bool whole = branch.value.find_first_of("*?[]+!") == std::string::npos;
      if (whole && format_problem(IntentFormat::RefGlob, branch.value).empty() &&
          branch.value.size() <= kLongestName) {
        names.insert(branch.value);
      }
    }
  }
  return names;
}

void infer_default_branch(const GitCheckout& checkout, const workflow::Workflows& workflows,
                          Draft& draft) {
  if (!checkout.default_branch.empty()) {
    draft.default_branch = {checkout.default_branch, "refs/remotes/origin/HEAD of the checkout"};
    return;
  }
  const std::set<std::string> pushed = pushed_branches(workflows);
  for (const char* usual : {"main", "master"}) {
    if (pushed.contains(usual)) {
      draft.default_branch = {usual, "the push triggers of the workflows"};
      return;
    }
  }
  if (pushed.size() == 1) {
    draft.default_branch = {*pushed.begin(), "the push triggers of the workflows"};
    return;
  }
  draft.default_branch = {"main", ""};
  draft.questions.push_back({"the default branch is not known: `main` is assumed", {}});
}

Intent base_intent(const Draft& draft) {
  Intent intent;
  intent.repository = draft.repository.value;
  intent.default_branch = draft.default_branch.value;
  return intent;
}

void infer_environments(const AuditInput& base, Draft& draft) {
  std::set<std::string> asked;
  for (const JobRun& run : base.model<workflow::JobRuns>().all()) {
    if (!run.job->environment) {
      continue;
    }
    const SourceRef where = run.job->environment->name.where;
    const std::string& written = run.job->environment->name.value;
    const Values names = workflow::resolve(written, run.scope(base.intent()));
    if (!names.known && asked.insert(place(where)).second) {
      draft.questions.push_back({"the environment `" + written + "` is not known: `" +
                                     names.missing +
                                     "` has no value here; add its environments by hand",
                                 where});
    }
    for (const std::string& name : names.values) {
      if (name.empty()) {
        continue;
      }
      if (name.size() > kLongestName) {
        draft.questions.push_back({"the name of an environment is longer than 200 bytes", where});
        continue;
      }
      auto known = std::find_if(draft.environments.begin(), draft.environments.end(),
                                [&](const DraftEnvironment& e) { return e.name == name; });
      if (known == draft.environments.end()) {
        draft.environments.push_back({name, workflow::class_of_name(name), {}, {}});
        known = draft.environments.end() - 1;
      }
      add_place(known->used, where);
    }
  }
}

void ask_about_environments(Draft& draft) {
  std::string all;
  for (const DraftEnvironment& environment : draft.environments) {
    all += (all.empty() ? "`" : ", `") + environment.name + "`";
    if (environment.kind == EnvironmentClass::Unknown) {
      draft.questions.push_back({"the class of environment `" + environment.name +
                                     "` does not show in its name; it counts as production",
                                 environment.used.front()});
    }
  }
  if (!all.empty()) {
    draft.questions.push_back(
        {"whether branch rules or reviewers protect " + all + " is a setting on GitHub", {}});
  }
}

void note_unreadable(const Facts& facts, const AuditInput& base, Draft& draft) {
  std::set<std::string> all;
  for (const NotCovered& missing : facts.not_covered) {
    if (missing.blocks) {
      all.insert(missing.what + ": " + missing.why);
    }
  }
  for (const auto& list : {workflow::unreadable_workflows(base), iam::unreadable_trusts(base),
                           iam::unreadable_providers(base)}) {
    for (const Unreadable& unreadable : list) {
      all.insert(to_string(unreadable.error));
    }
  }
  draft.unreadable.assign(all.begin(), all.end());
}

/// Jobs that call workflows of other repositories: what those assume is not visible here.
void ask_about_calls(const workflow::Workflows& workflows, Draft& draft) {
  for (const workflow::Workflow& workflow : workflows.all()) {
    for (const workflow::Job& job : workflow.jobs) {
      const std::string& uses = job.uses.value;
      if (job.calls_workflow() && !uses.starts_with("./") && !uses.starts_with("$/")) {
        draft.questions.push_back({"job `" + job.id.value + "` calls `" + uses +
                                       "`: roles that it assumes are not visible here",
                                   job.uses.where});
      }
    }
  }
}

}  // namespace

Draft infer_intent(const Facts& facts, const GitCheckout& checkout) {
  Draft draft;
  const Facts kept = without_tests(facts, draft);
  infer_repository(checkout, draft);
  const Intent nothing;
  const AuditInput first(kept, nothing, {});
  const auto& workflows = first.model<workflow::Workflows>();
  draft.workflows = workflows.all().size();
  infer_default_branch(checkout, workflows, draft);
  const Intent intent = base_intent(draft);
  const AuditInput base(kept, intent, {});
  note_unreadable(facts, base, draft);
  infer_environments(base, draft);
  ask_about_environments(draft);
  infer_roles(base, draft);
  ask_about_calls(base.model<workflow::Workflows>(), draft);
  return draft;
}

}  // namespace muster::app
