// The event decides the ref, the environment the subject.
#include "checks/workflow/presented.h"

#include <algorithm>
#include <array>

#include "checks/iam/model.h"
#include "checks/policy/glob.h"
#include "checks/text/ascii.h"
#include "checks/workflow/filter.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {
namespace {

using oidc::ContextKind;
using oidc::TokenSet;

/// Events that run on the default branch, whoever started them.
bool on_default_branch(std::string_view event) {
  static constexpr std::array<std::string_view, 22> kDefaultBranchEvents = {
      "schedule",
      "repository_dispatch",
      "delete",
      "status",
      "check_run",
      "check_suite",
      "pull_request_target",
      "issue_comment",
      "issues",
      "discussion",
      "discussion_comment",
      "fork",
      "watch",
      "gollum",
      "workflow_run",
      "label",
      "milestone",
      "page_build",
      "project",
      "public",
      "registry_package",
      "branch_protection_rule"};
  return text::one_of(event, kDefaultBranchEvents);
}

bool is_pull_request(std::string_view event) {
  return event == "pull_request" || event == "pull_request_review" ||
         event == "pull_request_review_comment";
}

/// One kind of subject that an event gives, before the job is looked at.
struct Context {
  ContextKind kind = ContextKind::Branch;
  std::vector<std::string> refs;
  std::vector<std::string> never;
  /// What the conditions see instead of the refs when those do not say it.
  bool any_ref = false;
};

/// The refs that `branches` (`tags`) and its `-ignore` twin let through, as globs.
Context filtered(ContextKind kind, const std::vector<Text>& only,
                 const std::vector<Text>& ignored) {
  const std::string prefix = kind == ContextKind::Tag ? "refs/tags/" : "refs/heads/";
  Context context{kind, {}, {}, false};
  const auto take_out = [&](const Text& filter) {
    const Widened widened = widen(filter.value);
    if (widened.exact) {
      context.never.push_back(prefix + widened.glob);
    }
  };
  for (const Text& filter : only) {
    if (filter.value.starts_with('!')) {
      take_out(filter);
    } else {
      // A later filter brings names back.
      context.never.clear();
      context.refs.push_back(prefix + widen(filter.value).glob);
    }
  }
  std::for_each(ignored.begin(), ignored.end(), take_out);
  if (context.refs.empty()) {
    context.refs = {prefix + "*"};
  }
  return context;
}

/// The contexts in which one event can run.
std::vector<Context> contexts_of(const Trigger& trigger, const Intent& intent) {
  const std::string& event = trigger.event.value;
  if (on_default_branch(event)) {
    return {{ContextKind::Branch, {"refs/heads/" + intent.default_branch}, {}, false}};
  }
  if (is_pull_request(event)) {
    // After a merge `github.ref` is the branch that it went to.
    const bool merged = std::any_of(trigger.types.begin(), trigger.types.end(),
                                    [](const Text& type) { return type.value == "closed"; });
    return {{ContextKind::PullRequest, {"refs/pull/*/merge"}, {}, merged}};
  }
  if (event == "merge_group") {
    return {{ContextKind::Branch, {"refs/heads/gh-readonly-queue/*"}, {}, false}};
  }
  const Context branch = filtered(ContextKind::Branch, trigger.branches, trigger.branches_ignore);
  const Context tag = filtered(ContextKind::Tag, trigger.tags, trigger.tags_ignore);
  const bool branches = !trigger.branches.empty() || !trigger.branches_ignore.empty();
  const bool tags = !trigger.tags.empty() || !trigger.tags_ignore.empty();
  if (event == "release") {
    return {tag};
  }
  if (event == "push" && branches != tags) {
    return {branches ? branch : tag};
  }
  return {branch, tag};
}

/// Whether two globs may have a text in common, by what stands before their first wildcard.
bool may_overlap(const std::string& a, const std::string& b) {
  const std::string left = a.substr(0, a.find_first_of("*?"));
  const std::string right = b.substr(0, b.find_first_of("*?"));
  const bool both_open = left.size() < a.size() && right.size() < b.size();
  return both_open && (left.starts_with(right) || right.starts_with(left));
}

/// The refs of the event, cut to the environment's declared branches.
std::vector<std::string> cut(const std::vector<std::string>& refs,
                             const std::vector<std::string>& branches) {
  std::vector<std::string> inside;
  for (const std::string& branch : branches) {
    const std::string allowed = "refs/heads/" + branch;
    for (const std::string& ref : refs) {
      const bool narrower = policy::glob_match(allowed, ref, {});
      if (narrower || policy::glob_match(ref, allowed, {})) {
        inside.push_back(narrower ? ref : allowed);
      } else if (may_overlap(ref, allowed)) {
        inside.push_back(allowed);
      }
    }
  }
  std::sort(inside.begin(), inside.end());
  inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
  return inside;
}

/// Each of `all` with each of `next`, unless those are too many to be told apart.
void combine(std::vector<Choices>& all, const std::vector<Choices>& next) {
  constexpr std::size_t kMaxChoices = 64;
  if (next.empty() || all.size() * next.size() > kMaxChoices) {
    return;
  }
  std::vector<Choices> combined;
  for (const Choices& left : all) {
    for (const Choices& right : next) {
      combined.push_back(left);
      combined.back().insert(combined.back().end(), right.begin(), right.end());
    }
  }
  all = std::move(combined);
}

/// The combinations of the job's matrix.
std::vector<Choices> matrix_of(const Job& job) {
  std::vector<Choices> all;
  for (const std::vector<Entry>& combination : job.combinations) {
    Choices choices;
    for (const auto& [name, values] : job.matrix) {
      const auto found = std::find_if(combination.begin(), combination.end(),
                                      [&](const Entry& entry) { return entry.name.value == name; });
      choices.push_back({&job, name, found != combination.end() ? found->value.value : ""});
    }
    all.push_back(std::move(choices));
  }
  return all;
}

/// What one run of the job can have, one list for each combination: the options of a manual start,
/// the matrix of the job and those of its callers.
std::vector<Choices> choices_of(const JobRun& run, const Trigger& trigger) {
  std::vector<Choices> all(1);
  for (const Input& input : run.entry->dispatch_inputs) {
    std::vector<Choices> options;
    for (const Text& option : input.options) {
      options.push_back({{nullptr, input.name.value, option.value}});
    }
    if (trigger.event.value == "workflow_dispatch" && input.type == "choice") {
      combine(all, options);
    }
  }
  combine(all, matrix_of(*run.job));
  for (const auto& [workflow, job] : run.callers) {
    combine(all, matrix_of(*job));
  }
  return all;
}

class Presenter {
 public:
  Presenter(const JobRun& run, const Intent& intent) : run_(run), intent_(intent) {}

  std::vector<Presented> all() {
    if (run_.entry == nullptr) {
      return {};
    }
    for (const Trigger& trigger : run_.entry->triggers) {
      if (trigger.event.value == "workflow_call") {
        continue;
      }
      for (const Context& context : contexts_of(trigger, intent_)) {
        for (const Choices& choices : choices_of(run_, trigger)) {
          add_all(trigger, context, choices);
        }
      }
    }
    return std::move(result_);
  }

 private:
  void add_all(const Trigger& trigger, const Context& context, const Choices& choices) {
    const std::vector<std::string> any{""};
    const Moment start{trigger.event.value, "", choices};
    for (Reach& reach : reaches(run_, intent_, start, context.any_ref ? any : context.refs)) {
      reach.refs = context.any_ref ? context.refs : reach.refs;
      reach.never.insert(reach.never.end(), context.never.begin(), context.never.end());
      add(trigger, context, choices, reach);
    }
  }

  void add(const Trigger& trigger, const Context& context, const Choices& choices,
           const Reach& reach) {
    Presented set{{}, reach.never, trigger.event.value, choices, &trigger, trigger.event.where};
    if (!intent_.repository.empty()) {
      set.tokens.repository = intent_.repository;
    }
    set.tokens.workflow = run_.entry->display_name();
    set.tokens.label = "job " + run_.job->id.value + " on " + trigger.event.value;
    set.tokens.context = context.kind;
    set.tokens.refs = reach.refs;
    const bool any = reach.refs.size() == 1 &&
                     (reach.refs.front() == "refs/heads/*" || reach.refs.front() == "refs/tags/*");
    if (reach.environment && reach.environment->empty()) {
      set.tokens.refs = any ? std::vector<std::string>() : reach.refs;
      result_.push_back(std::move(set));
    } else if (enter(reach.environment, set.tokens)) {
      set.where = run_.job->environment->where;
      result_.push_back(std::move(set));
    }
  }

  /// Turns the tokens into those of an environment; false when its branch rule keeps them out.
  bool enter(const std::optional<std::string>& name, TokenSet& tokens) const {
    const IntentEnvironment* environment = name ? intent_.environment(*name) : nullptr;
    if (environment != nullptr && !environment->branches.empty()) {
      const bool branch = tokens.context == ContextKind::Branch;
      tokens.refs = branch ? cut(tokens.refs, environment->branches) : std::vector<std::string>();
    }
    tokens.context = ContextKind::Environment;
    tokens.environment = name;
    return !tokens.refs.empty();
  }

  const JobRun& run_;
  const Intent& intent_;
  std::vector<Presented> result_;
};

}  // namespace

std::vector<Presented> presented(const JobRun& run, const Intent& intent) {
  return Presenter(run, intent).all();
}

Moment Presented::moment_on_ref() const {
  const auto& refs = tokens.refs;
  const bool known = refs.size() == 1 && refs.front().find_first_of("*?") == std::string::npos;
  return {event, known ? refs.front() : "", choices};
}

Scope scope_at(const JobRun& run, const Step* step, const Presented& start, const Moment& moment,
               const Intent& intent) {
  Scope scope = run.scope(intent, step, moment);
  if (start.tokens.environment) {
    scope.environments = {{*start.tokens.environment}, true, {}};
  }
  return scope;
}

std::string unsaid_filter(const Presented& set) {
  const bool tag = !set.tokens.refs.empty() && set.tokens.refs.front().starts_with("refs/tags/");
  for (const Text& filter : tag ? set.trigger->tags : set.trigger->branches) {
    if (filter.value.find_first_of("?[]+!\\") != std::string::npos) {
      return filter.value;
    }
  }
  return "";
}

std::string subject_of(const TokenSet& tokens) {
  std::string subject = "repo:" + tokens.repository.value_or("OWNER/REPOSITORY") + ":";
  switch (tokens.context) {
    case ContextKind::Environment:
      return subject + "environment:" + tokens.environment.value_or("…");
    case ContextKind::PullRequest:
      return subject + "pull_request";
    case ContextKind::Branch:
      return subject + "ref:" + (tokens.refs.empty() ? "refs/heads/…" : tokens.refs.front());
    case ContextKind::Tag:
      return subject + "ref:" + (tokens.refs.empty() ? "refs/tags/…" : tokens.refs.front());
  }
  return subject;
}

}  // namespace muster::workflow
