// Plans repairs, and takes only what can be proven: the text is changed, read again, compared with
// what it should say, and judged again.
#include "checks/workflow/repair.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/repairs.h"

namespace muster::workflow {
namespace {

constexpr std::array<std::string_view, 5> kRepairable = {
    "workflow-checkout-credentials", "workflow-deploy-without-concurrency",
    "workflow-excessive-permissions", "workflow-oidc-without-id-token",
    "workflow-template-injection"};

/// The changes of some repairs to one file, together.
struct JoinedChange {
  FileChange change;
  bool conflicts = false;
};

void join(const FileChange& more, JoinedChange& all) {
  for (const text::Edit& edit : more.edits) {
    const auto& edits = all.change.edits;
    if (std::find(edits.begin(), edits.end(), edit) == edits.end()) {
      all.change.edits.push_back(edit);
    }
  }
  for (const auto& [place, says] : more.says) {
    const auto [known, is_new] = all.change.says.emplace(place, says);
    all.conflicts = all.conflicts || (!is_new && known->second != says);
  }
}

using Texts = std::map<std::string, std::string>;

/// The files as the repairs leave them; an error when one does not come out as it should.
Result<Texts> apply_repairs(const std::vector<const Repair*>& repairs, const Texts& before,
                            std::map<std::string, FileChange>& changes) {
  std::map<std::string, JoinedChange> joined;
  for (const Repair* repair : repairs) {
    for (const FileChange& change : repair->changes) {
      JoinedChange& all = joined[change.source.path()];
      all.change.source = change.source;
      join(change, all);
    }
  }
  Texts after = before;
  changes.clear();
  for (auto& [path, all] : joined) {
    if (all.conflicts) {
      return no_repair("two repairs want different things of one place");
    }
    const std::string& old = before.at(path);
    MUSTER_TRY(std::string fresh, text::apply_edits(old, all.change.edits));
    MUSTER_CHECK_OK(check_change(old, fresh, all.change));
    after[path] = std::move(fresh);
    changes.emplace(path, std::move(all.change));
  }
  return after;
}

Texts workflow_texts(const muster::Facts& facts) {
  Texts texts;
  for (const Document& document : facts.documents) {
    if (document.kind == DocumentKind::GithubWorkflow) {
      texts.emplace(document.source.path(), document.bytes);
    }
  }
  return texts;
}

muster::Facts with_texts(const muster::Facts& facts, const Texts& texts) {
  muster::Facts changed = facts;
  for (Document& document : changed.documents) {
    const auto text = texts.find(document.source.path());
    if (document.kind == DocumentKind::GithubWorkflow && text != texts.end()) {
      document.bytes = text->second;
    }
  }
  return changed;
}

std::vector<Check> workflow_rule_checks() {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) { return !check.rule.starts_with("workflow-"); });
  return checks;
}

/// The name of a step that is made of its script, and so changes with it.
struct RenamedStep {
  std::string job;
  std::string fresh;
  std::string old;
};

using Renamed = std::vector<RenamedStep>;

Renamed renamed_steps(const Texts& old, const Texts& fresh) {
  Renamed renamed;
  for (const auto& [path, text] : fresh) {
    if (old.at(path) == text) {
      continue;
    }
    const auto before = parse_workflow(old.at(path), SourceId(path));
    const auto after = parse_workflow(text, SourceId(path));
    for (std::size_t j = 0; before && after && j < after.value().jobs.size(); ++j) {
      const std::vector<Step>& was = before.value().jobs[j].steps;
      const std::vector<Step>& now = after.value().jobs[j].steps;
      for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i].anchor() != was[i].anchor()) {
          renamed.push_back(
              {after.value().asset(after.value().jobs[j]).id, now[i].anchor(), was[i].anchor()});
        }
      }
    }
  }
  return renamed;
}

/// What is found where, whatever its step is called now.
std::string key_of(const Outcome& outcome, const Renamed& renamed) {
  std::string key = outcome.rule + '\x1f' + outcome.asset.id + '\x1f' + outcome.anchor;
  for (const auto& [job, fresh, old] : renamed) {
    const bool inside = outcome.asset.id == job || outcome.asset.id.starts_with(job + ".");
    for (std::size_t at = inside ? key.find(fresh) : std::string::npos; at != std::string::npos;
         at = key.find(fresh, at + old.size())) {
      key.replace(at, fresh.size(), old);
    }
  }
  return key;
}

/// A rule with what it speaks about, whatever a step is called now.
std::string subject_key(const Outcome& outcome, const Renamed& renamed) {
  Outcome bare;
  bare.rule = outcome.rule;
  bare.asset = outcome.asset;
  return key_of(bare, renamed);
}

/// What the rules speak about.
std::set<std::string> judged_in(const AuditResult& result) {
  std::set<std::string> judged;
  for (const Outcome& outcome : result.outcomes) {
    judged.insert(subject_key(outcome, {}));
  }
  return judged;
}

/// What is wrong, with its severity. What is undecided counts as info. Neither that nor a note
/// counts where a rule had nothing to say about the asset before (`judged`): a token that works
/// leads somewhere, and where is then a question of its own.
std::map<std::string, Severity> wrongs_of(const AuditResult& result, const Renamed& renamed,
                                          const std::set<std::string>& judged) {
  std::map<std::string, Severity> wrongs;
  for (const Outcome& outcome : result.outcomes) {
    const bool fails = outcome.kind == OutcomeKind::Fail;
    const Severity severity = fails ? outcome.severity : Severity::Info;
    const bool known_subject =
        severity > Severity::Info || judged.contains(subject_key(outcome, renamed));
    if ((fails || outcome.kind == OutcomeKind::Undecided) && known_subject) {
      const auto [known, is_new] = wrongs.emplace(key_of(outcome, renamed), severity);
      known->second = is_new ? severity : std::max(known->second, severity);
    }
  }
  return wrongs;
}

/// How many notes and open questions there are of the rule and the asset of a key. One that names
/// the text that was changed has another key afterwards.
std::size_t notes_about(const std::map<std::string, Severity>& wrongs, const std::string& key) {
  const std::string subject = key.substr(0, key.find('\x1f', key.find('\x1f') + 1) + 1);
  return static_cast<std::size_t>(
      std::count_if(wrongs.begin(), wrongs.end(), [&](const auto& wrong) {
        return wrong.second == Severity::Info && wrong.first.starts_with(subject);
      }));
}

/// One try at repairing files.
class RepairAttempt {
 public:
  RepairAttempt(const muster::Facts& facts, const Intent& intent, TimePoint now)
      : facts_(facts),
        intent_(intent),
        now_(now),
        checks_(workflow_rule_checks()),
        before_(audit({facts, intent, now}, checks_)),
        judged_(judged_in(before_)),
        wrongs_(wrongs_of(before_, {}, judged_)) {}

  [[nodiscard]] const AuditResult& before() const { return before_; }

  /// Why these repairs together are not right; empty when they are. `texts`: the files afterwards.
  std::string why_not(const std::vector<const Repair*>& repairs, const Texts& old, Texts& texts,
                      std::map<std::string, FileChange>& changes) const {
    auto after = apply_repairs(repairs, old, changes);
    if (!after) {
      return after.error().message;
    }
    texts = std::move(after).value();
    const muster::Facts changed = with_texts(facts_, texts);
    const std::map<std::string, Severity> now =
        wrongs_of(audit({changed, intent_, now_}, checks_), renamed_steps(old, texts), judged_);
    for (const Repair* repair : repairs) {
      for (const Outcome& finding : repair->findings) {
        if (now.contains(key_of(finding, {}))) {
          return "the change would not be enough";
        }
      }
    }
    for (const auto& [key, severity] : now) {
      const auto known = wrongs_.find(key);
      const bool reworded = known == wrongs_.end() && severity == Severity::Info &&
                            notes_about(now, key) <= notes_about(wrongs_, key);
      if (!reworded && (known == wrongs_.end() || severity > known->second)) {
        return "the change would bring a finding of `" + key.substr(0, key.find('\x1f')) + "`";
      }
    }
    return "";
  }

 private:
  const muster::Facts& facts_;
  const Intent& intent_;
  TimePoint now_;
  std::vector<Check> checks_;
  AuditResult before_;
  std::set<std::string> judged_;
  std::map<std::string, Severity> wrongs_;
};

/// All repairs if they are right together, else one after the other, each beside those taken.
void take_repairs(const RepairAttempt& attempt, const Texts& old, RepairPlan& plan, Texts& texts,
                  std::map<std::string, FileChange>& changes) {
  std::vector<const Repair*> taken;
  for (const Repair& repair : plan.repairs) {
    taken.push_back(&repair);
  }
  if (taken.empty() || attempt.why_not(taken, old, texts, changes).empty()) {
    return;
  }
  taken.clear();
  std::vector<Repair> kept;
  kept.reserve(plan.repairs.size());
  texts = old;
  changes.clear();
  for (Repair& repair : plan.repairs) {
    taken.push_back(&repair);
    Texts next;
    std::map<std::string, FileChange> next_changes;
    const std::string doubt = attempt.why_not(taken, old, next, next_changes);
    if (doubt.empty()) {
      texts = std::move(next);
      changes = std::move(next_changes);
      kept.push_back(repair);
      continue;
    }
    taken.pop_back();
    for (Outcome& finding : repair.findings) {
      plan.left.push_back({std::move(finding), doubt});
    }
  }
  plan.repairs = std::move(kept);
}

bool is_wished(const std::vector<std::string>& files, const std::string& path) {
  return files.empty() || text::one_of(path, files);
}

/// Repairs that would change files that nobody named.
void leave_other_files(const std::vector<std::string>& files, RepairPlan& plan) {
  std::vector<Repair> kept;
  for (Repair& repair : plan.repairs) {
    const auto other = std::find_if(
        repair.changes.begin(), repair.changes.end(),
        [&](const FileChange& change) { return !is_wished(files, change.source.path()); });
    if (other == repair.changes.end()) {
      kept.push_back(std::move(repair));
      continue;
    }
    for (Outcome& finding : repair.findings) {
      plan.left.push_back(
          {std::move(finding), "the change belongs into `" + other->source.path() + "`"});
    }
  }
  plan.repairs = std::move(kept);
}

std::vector<std::string> comments_of(const text::Tree& tree) {
  std::vector<std::string> texts;
  for (const text::Comment& comment : tree.comments()) {
    texts.push_back(comment.text);
  }
  return texts;
}

}  // namespace

std::span<const std::string_view> repairable_rules() {
  return kRepairable;
}

Status check_change(const std::string& before, const std::string& after, const FileChange& change) {
  constexpr const char* kReach =
      "the change would say more than it should: the place is shared through an anchor, or written "
      "in a form that is better changed by hand";
  MUSTER_TRY(const text::Tree old, text::parse_yaml(before, change.source, text::KeyCase::Folded));
  auto fresh = text::parse_yaml(after, change.source, text::KeyCase::Folded);
  auto workflow = parse_workflow(after, change.source);
  if (!fresh || !workflow) {
    return no_repair("the changed file would not be a workflow");
  }
  MUSTER_TRY(text::Leaves wanted, text::leaves(old.root()));
  MUSTER_TRY(const text::Leaves says, text::leaves(fresh.value().root()));
  for (const auto& [place, value] : change.says) {
    wanted.erase(place);
    if (value) {
      wanted.emplace(place, *value);
    }
  }
  if (wanted != says) {
    return no_repair(kReach);
  }
  if (comments_of(old) != comments_of(fresh.value())) {
    return no_repair("the change would touch a comment");
  }
  return Done{};
}

RepairPlan plan_repairs(const AuditInput& input, const std::vector<Outcome>& findings) {
  RepairDesk desk{input, {}, {}, {}};
  std::map<std::string, std::string_view> bytes;
  for (const Document& document : input.facts().documents) {
    bytes.emplace(document.source.path(), document.bytes);
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    desk.pens.emplace(workflow.source.path(), FilePen(workflow, bytes[workflow.source.path()]));
  }
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    desk.jobs.emplace(runs.front()->asset().id, &runs);
  }
  std::vector<Outcome> injections;
  for (const Outcome& finding : findings) {
    if (finding.rule == "workflow-oidc-without-id-token") {
      repair_identity(finding, desk);
    } else if (finding.rule == "workflow-excessive-permissions") {
      repair_permissions(finding, desk);
    } else if (finding.rule == "workflow-deploy-without-concurrency") {
      repair_concurrency(finding, desk);
    } else if (finding.rule == "workflow-checkout-credentials") {
      repair_checkout(finding, desk);
    } else {
      injections.push_back(finding);
    }
  }
  repair_injections(injections, desk);
  return std::move(desk.plan);
}

Repaired repair_workflows(const muster::Facts& facts, const Intent& intent,
                          const RepairWish& wish) {
  const RepairAttempt attempt(facts, intent, wish.now);
  Repaired repaired;
  std::vector<Outcome> findings;
  for (const Outcome& outcome : attempt.before().outcomes) {
    if (outcome.kind != OutcomeKind::Fail || !is_wished(wish.files, outcome.where.source.path())) {
      continue;
    }
    if (text::one_of(outcome.rule, wish.rules)) {
      findings.push_back(outcome);
    } else {
      ++repaired.elsewhere;
    }
  }
  const AuditInput input(facts, intent, wish.now);
  repaired.plan = plan_repairs(input, findings);
  leave_other_files(wish.files, repaired.plan);
  const Texts old = workflow_texts(facts);
  Texts texts = old;
  std::map<std::string, FileChange> changes;
  take_repairs(attempt, old, repaired.plan, texts, changes);
  for (const auto& [path, change] : changes) {
    repaired.files.push_back({SourceId(path), old.at(path), texts.at(path),
                              text::unified_diff(path, old.at(path), change.edits)});
  }
  return repaired;
}

}  // namespace muster::workflow
