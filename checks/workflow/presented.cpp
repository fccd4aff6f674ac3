// The event decides the ref, the environment the subject.
#include "checks/workflow/presented.h"

#include <algorithm>
#include <array>

#include "checks/iam/model.h"
#include "checks/policy/evaluate.h"

namespace muster::workflow {
namespace {

using oidc::ContextKind;
using oidc::TokenSet;

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Events that run on the default branch, whoever started them.
bool on_default_branch(std::string_view event) {
  static constexpr std::array<std::string_view, 22> kEvents = {"schedule",
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
  return one_of(event, kEvents);
}

bool is_pull_request(std::string_view event) {
  return event == "pull_request" || event == "pull_request_review" ||
         event == "pull_request_review_comment";
}

/// GitHub's filter globs as IAM globs: `**` and `*` become `*`; a leading `!` takes away and is
/// left out (the set becomes larger, never smaller).
std::vector<std::string> refs_of(const std::vector<Text>& filters, const std::string& prefix) {
  std::vector<std::string> refs;
  for (const Text& filter : filters) {
    if (filter.value.starts_with('!')) {
      continue;
    }
    std::string glob = prefix;
    for (const char c : filter.value) {
      if (c != '*' || !glob.ends_with('*')) {
        glob += c;
      }
    }
    refs.push_back(std::move(glob));
  }
  return refs;
}

/// The refs on which one event can run: a context without environment each.
std::vector<TokenSet> contexts_of(const Trigger& trigger, const Intent& intent) {
  const std::string& event = trigger.event.value;
  TokenSet branch;
  branch.context = ContextKind::Branch;
  TokenSet tag;
  tag.context = ContextKind::Tag;
  if (on_default_branch(event)) {
    branch.refs = {"refs/heads/" + intent.default_branch};
    return {branch};
  }
  if (is_pull_request(event)) {
    TokenSet merge;
    merge.context = ContextKind::PullRequest;
    merge.refs = {"refs/pull/*/merge"};
    return {merge};
  }
  if (event == "merge_group") {
    branch.refs = {"refs/heads/gh-readonly-queue/*"};
    return {branch};
  }
  if (event == "release") {
    return {tag};
  }
  if (event == "push") {
    const bool branches = !trigger.branches.empty() || !trigger.branches_ignore.empty();
    const bool tags = !trigger.tags.empty() || !trigger.tags_ignore.empty();
    branch.refs = refs_of(trigger.branches, "refs/heads/");
    tag.refs = refs_of(trigger.tags, "refs/tags/");
    if (branches != tags) {
      return {branches ? branch : tag};
    }
  }
  return {branch, tag};
}

/// `github.ref == 'refs/heads/main'` in the job's `if`, joined by `&&` only: then no other ref
/// reaches a step.
std::string pinned_ref(const Job& job) {
  const std::string condition = job.condition ? job.condition->value : "";
  constexpr std::string_view kTest = "github.ref == '";
  const std::size_t at = condition.find(kTest);
  const bool alternatives =
      condition.find("||") != std::string::npos || condition.find('!') != std::string::npos;
  if (at == std::string::npos || alternatives) {
    return "";
  }
  const std::size_t begin = at + kTest.size();
  return condition.substr(begin, condition.find('\'', begin) - begin);
}

const IntentEnvironment* find_environment(const Intent& intent, const std::string& name) {
  const auto found =
      std::find_if(intent.environments.begin(), intent.environments.end(),
                   [&](const IntentEnvironment& environment) { return environment.name == name; });
  return found == intent.environments.end() ? nullptr : &*found;
}

/// The refs of a job in an environment: those of the event, cut to the environment's declared
/// branches.
std::vector<std::string> environment_refs(const TokenSet& context,
                                          const IntentEnvironment* environment) {
  if (environment == nullptr || environment->branches.empty()) {
    if (context.refs.empty()) {
      return {context.context == ContextKind::Tag ? "refs/tags/*" : "refs/heads/*"};
    }
    return context.refs;
  }
  std::vector<std::string> refs;
  for (const std::string& branch : environment->branches) {
    refs.push_back("refs/heads/" + branch);
  }
  return refs;
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
      for (TokenSet set : contexts_of(trigger, intent_)) {
        if (narrow(set)) {
          add(trigger, std::move(set));
        }
      }
    }
    return std::move(result_);
  }

 private:
  /// Applies the job's `if`; false when the context cannot reach the job.
  bool narrow(TokenSet& set) const {
    const std::string ref = pinned_ref(*run_.job);
    if (ref.empty()) {
      return true;
    }
    const std::string prefix = set.context == ContextKind::Branch ? "refs/heads/" : "refs/tags/";
    const bool possible = ref.starts_with(prefix) && set.context != ContextKind::PullRequest;
    const auto matches = [&](const std::string& glob) { return policy::glob_match(glob, ref); };
    const bool inside = set.refs.empty() || std::any_of(set.refs.begin(), set.refs.end(), matches);
    set.refs = {ref};
    return possible && inside;
  }

  void add(const Trigger& trigger, TokenSet set) {
    if (!intent_.repository.empty()) {
      set.repository = intent_.repository;
    }
    set.workflow = run_.entry->display_name();
    set.label = "job " + run_.job->id.value + " on " + trigger.event.value;
    if (!run_.job->environment) {
      result_.push_back({std::move(set), trigger.event.value, trigger.event.where});
      return;
    }
    const Values names = resolve(run_.job->environment->name.value, run_.scope(intent_));
    if (!names.known) {
      add_environment(trigger, set, std::nullopt);
    }
    for (const std::string& name : names.values) {
      add_environment(trigger, set, name);
    }
  }

  void add_environment(const Trigger& trigger, const TokenSet& set,
                       std::optional<std::string> name) {
    const IntentEnvironment* environment = name ? find_environment(intent_, *name) : nullptr;
    if (environment != nullptr && !environment->branches.empty() &&
        set.context == ContextKind::Tag) {
      return;  // the environment's branch rule keeps tags out
    }
    TokenSet inside = set;
    inside.context = ContextKind::Environment;
    inside.environment = std::move(name);
    inside.refs = environment_refs(set, environment);
    result_.push_back({std::move(inside), trigger.event.value, run_.job->environment->where});
  }

  const JobRun& run_;
  const Intent& intent_;
  std::vector<Presented> result_;
};

}  // namespace

std::vector<Presented> presented(const JobRun& run, const Intent& intent) {
  return Presenter(run, intent).all();
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
