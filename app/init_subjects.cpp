// Each token set goes to one bucket; the buckets become subjects in a fixed order.
#include "app/init_subjects.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "checks/intent/schema.h"
#include "checks/text/ascii.h"
#include "checks/workflow/presented.h"

namespace muster::app {
namespace {

using oidc::ContextKind;
using workflow::Presented;

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (!text::one_of(text, list)) {
    list.push_back(text);
  }
}

/// Why an event must not be declared unseen; empty when it may.
std::string outsiders(std::string_view event) {
  static constexpr std::array<std::string_view, 8> kAnybody = {
      "issue_comment", "issues", "discussion", "discussion_comment",
      "fork",          "watch",  "gollum",     "pull_request_target"};
  if (text::one_of(event, kAnybody)) {
    return "`" + std::string(event) + "` can be started by people without write access";
  }
  if (event == "workflow_run") {
    return "`workflow_run` also follows runs that pull requests started";
  }
  return event == "merge_group" ? "`merge_group` runs code that is not merged yet" : "";
}

/// What a bucket stands for. Order is the order in the file: what is meant first.
struct Key {
  bool open = false;
  /// Empty: no environment.
  std::string environment;
  bool pull_request = false;
  /// Why it is open.
  std::string warning;

  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Bucket {
  std::vector<std::string> branches;
  std::vector<std::string> tags;
  std::vector<std::string> notes;
  /// `job deploy (path:line)` -> events
  std::vector<std::pair<std::string, std::vector<std::string>>> jobs;
};

bool only_stars(std::string_view glob) {
  return glob.find_first_not_of('*') == std::string_view::npos;
}

class Collector {
 public:
  explicit Collector(const Intent& intent) : intent_(intent) {}

  void add(const workflow::JobRun& run);
  [[nodiscard]] std::vector<DraftSubject> take() const;

 private:
  void add_set(const workflow::JobRun& run, const Presented& set, bool any_branch_too);
  void add_pull_request(Key key, const Presented& set, const std::string& job);
  void add_ref(Key key, const Presented& set, const std::string& job, const std::string& ref);
  Bucket& bucket(const Key& key, const Presented& set, const std::string& job);

  const Intent& intent_;
  std::map<Key, Bucket> buckets_;
};

bool is_any(const Presented& set, std::string_view prefix, ContextKind kind) {
  const auto& refs = set.tokens.refs;
  return (refs.empty() && set.tokens.context == kind) ||
         std::any_of(refs.begin(), refs.end(), [&](const std::string& ref) {
           return ref.starts_with(prefix) && only_stars(ref.substr(prefix.size()));
         });
}

void Collector::add(const workflow::JobRun& run) {
  const std::vector<Presented> sets = workflow::presented(run, intent_);
  for (const Presented& set : sets) {
    // An event that starts on any ref gives a set of branches and one of tags: one subject says it.
    const bool any_branch_too = std::any_of(sets.begin(), sets.end(), [&](const Presented& other) {
      return other.event == set.event && is_any(other, kHeads, ContextKind::Branch);
    });
    add_set(run, set, any_branch_too);
  }
}

Bucket& Collector::bucket(const Key& key, const Presented& set, const std::string& job) {
  Bucket& found = buckets_[key];
  auto known = std::find_if(found.jobs.begin(), found.jobs.end(),
                            [&](const auto& entry) { return entry.first == job; });
  if (known == found.jobs.end()) {
    known = found.jobs.insert(found.jobs.end(), {job, {}});
  }
  add_once(known->second, set.event);
  return found;
}

void Collector::add_set(const workflow::JobRun& run, const Presented& set, bool any_branch_too) {
  const std::string job = "job `" + run.job->id.value + "` (" + run.workflow->source.path() + ":" +
                          std::to_string(run.job->id.where.span.line) + ")";
  Key key{false, set.tokens.environment.value_or(""), false, ""};
  if (set.tokens.context == ContextKind::Environment && !set.tokens.environment) {
    key.environment = "NAME";
    key.warning = "its environment `" + run.job->environment->name.value + "` is not known here";
  } else {
    key.warning = outsiders(set.event);
  }
  key.open = !key.warning.empty();
  if (is_any(set, kTags, ContextKind::Tag) && any_branch_too) {
    return;
  }
  std::vector<std::string> refs = set.tokens.refs;
  if (refs.empty()) {
    refs.emplace_back(std::string(set.tokens.context == ContextKind::Tag ? kTags : kHeads) + "*");
  }
  for (const std::string& ref : refs) {
    if (set.tokens.context == ContextKind::PullRequest || ref.starts_with("refs/pull/")) {
      add_pull_request(key, set, job);
    } else {
      add_ref(key, set, job, ref);
    }
  }
}

void Collector::add_pull_request(Key key, const Presented& set, const std::string& job) {
  key.open = true;
  key.pull_request = key.environment.empty();
  key.warning = "runs of pull requests get in: code that nobody has reviewed";
  bucket(key, set, job);
}

/// The part of a glob that muster.yaml can say: its globs know `*` only.
std::string sayable(const std::string& name) {
  const std::size_t special = name.find('?');
  return special == std::string::npos ? name : name.substr(0, special) + "*";
}

void Collector::add_ref(Key key, const Presented& set, const std::string& job,
                        const std::string& ref) {
  const bool tag = ref.starts_with(kTags);
  const std::string written = ref.substr(std::min((tag ? kTags : kHeads).size(), ref.size()));
  std::string name = sayable(written);
  const bool any = only_stars(name);
  std::string note;
  if (any && !tag && !key.environment.empty()) {
    name = intent_.default_branch;
    note = "it can start on any branch; only `" + name + "` is taken as meant";
  } else if (any && key.warning.empty()) {
    name = tag ? "*" : intent_.default_branch;
    key.warning = tag ? "any tag gets in, and whoever can push can make one"
                      : "it runs on any branch without an environment; give the job an "
                        "environment, or declare that only this branch is meant";
  } else if (const std::string filter = workflow::unsaid_filter(set);
             !filter.empty() && key.warning.empty()) {
    key.warning = "the filter `" + filter + "` says more than a glob of muster.yaml can";
  } else if (!format_problem(IntentFormat::RefGlob, name).empty() && key.warning.empty()) {
    key.warning = "`" + name + "` is no branch or tag name";
  } else if (name.find('*') != std::string::npos) {
    note = "a pattern: whoever may push a matching " + std::string(tag ? "tag" : "branch") +
           " gets in; protect it";
  }
  key.open = !key.warning.empty();
  Bucket& found = bucket(key, set, job);
  add_once(tag ? found.tags : found.branches, name);
  if (!note.empty()) {
    add_once(found.notes, note);
  }
}

std::vector<DraftSubject> Collector::take() const {
  std::vector<DraftSubject> subjects;
  for (const auto& [key, found] : buckets_) {
    DraftSubject subject;
    subject.open = key.open;
    if (!key.environment.empty()) {
      subject.subject.environment = key.environment;
    }
    subject.subject.pull_request = key.pull_request;
    subject.subject.branches = found.branches;
    subject.subject.tags = found.tags;
    for (const auto& [job, events] : found.jobs) {
      std::string all;
      for (const std::string& event : events) {
        all += (all.empty() ? "" : ", ") + event;
      }
      subject.from.push_back(job + " on " + all);
    }
    subject.warning = key.warning;
    subject.notes = found.notes;
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

}  // namespace

std::vector<DraftSubject> infer_subjects(const std::vector<const workflow::JobRun*>& runs,
                                         const Intent& intent) {
  Collector collector(intent);
  for (const workflow::JobRun* run : runs) {
    collector.add(*run);
  }
  return collector.take();
}

}  // namespace muster::app
