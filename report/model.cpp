// From a run to what readers see.
#include "report/model.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "report/sanitise.h"
#include "report/words.h"

namespace muster::report {
namespace {

/// Longest value of a witness that is kept, in bytes.
constexpr std::size_t kValueLimit = 1024;

void clean(std::string& text) {
  text = sanitise(text);
}

void clean_prose(std::string& text) {
  text = sanitise(text, Lines::Many);
}

SourceRef clean_place(const SourceRef& where) {
  return {SourceId(sanitise(where.source.path())), where.span};
}

void clean_asset(Asset& asset) {
  clean(asset.kind);
  clean(asset.id);
}

Outcome clean_outcome(Outcome outcome) {
  clean(outcome.rule);
  clean_prose(outcome.message);
  clean_prose(outcome.reason);
  clean_asset(outcome.asset);
  clean(outcome.anchor);
  clean(outcome.environment);
  clean(outcome.fingerprint);
  outcome.where = clean_place(outcome.where);
  for (RelatedPlace& place : outcome.related) {
    place.where = clean_place(place.where);
    clean_prose(place.note);
  }
  for (WitnessField& field : outcome.witness.fields) {
    clean(field.name);
    for (std::string& value : field.values) {
      value = sanitise(value, Lines::Many, kValueLimit);
    }
  }
  return outcome;
}

PastFinding clean_past(PastFinding past) {
  clean(past.rule);
  clean(past.fingerprint);
  clean_prose(past.message);
  clean_asset(past.asset);
  clean(past.anchor);
  past.where = clean_place(past.where);
  return past;
}

/// Worst first, then by name.
std::vector<PastFinding> clean_all(const std::vector<PastFinding>& findings) {
  std::vector<PastFinding> cleaned;
  std::transform(findings.begin(), findings.end(), std::back_inserter(cleaned), clean_past);
  const auto order = [](const PastFinding& past) {
    return std::make_tuple(-static_cast<int>(past.severity), std::string_view(past.rule),
                           std::string_view(past.asset.id), std::string_view(past.fingerprint));
  };
  std::sort(cleaned.begin(), cleaned.end(),
            [&](const PastFinding& a, const PastFinding& b) { return order(a) < order(b); });
  return cleaned;
}

/// Everything of the run but its outcomes.
void clean_run(Run& run) {
  for (std::string* text :
       {&run.id, &run.tool_version, &run.root, &run.repository, &run.rules_sha256}) {
    clean(*text);
  }
  for (NotCovered& gap : run.result.not_covered) {
    clean(gap.what);
    clean_prose(gap.why);
  }
  for (InputFile& input : run.inputs) {
    clean(input.path);
    clean(input.sha256);
  }
  for (RuleCoverage& coverage : run.result.coverage) {
    clean(coverage.rule);
  }
}

Item item_of(const Outcome& outcome, const Run& run, const RunDelta& delta) {
  Item item;
  item.outcome = clean_outcome(outcome);
  item.rule = find_rule(outcome.rule);
  item.first_seen = run.as_of;
  const auto known = delta.findings.find(outcome.fingerprint);
  if (known != delta.findings.end()) {
    item.state = known->second.state;
    item.first_seen = known->second.first_seen;
  }
  const auto age = std::chrono::floor<std::chrono::days>(run.as_of - item.first_seen);
  item.age_days = age.count() > 0 ? static_cast<std::size_t>(age.count()) : 0;
  return item;
}

int state_rank(FindingState state) {
  switch (state) {
    case FindingState::New:
      return 0;
    case FindingState::Reopened:
      return 1;
    case FindingState::Persisting:
      return 2;
    case FindingState::NotRechecked:
      return 3;
  }
  return 3;
}

/// Worst first, then new before old, older before younger, then by name.
auto order(const Item& item) {
  return std::make_tuple(-static_cast<int>(item.outcome.severity), state_rank(item.state),
                         item.first_seen, std::string_view(item.outcome.rule),
                         std::string_view(item.outcome.asset.id),
                         std::string_view(item.outcome.fingerprint));
}

void sort_groups(std::vector<Group>& groups) {
  for (Group& group : groups) {
    std::sort(group.items.begin(), group.items.end(),
              [](const Item& a, const Item& b) { return order(a) < order(b); });
    group.severity = group.items.front().outcome.severity;
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return order(a.items.front()) < order(b.items.front());
  });
}

void count(Report& report, const Outcome& outcome) {
  switch (outcome.kind) {
    case OutcomeKind::Pass:
      ++report.counts.pass;
      return;
    case OutcomeKind::Fail:
      ++report.counts.fail;
      ++report.by_severity[static_cast<std::size_t>(outcome.severity)];
      return;
    case OutcomeKind::Waived:
      ++report.counts.waived;
      return;
    case OutcomeKind::Undecided:
      ++report.counts.undecided;
      return;
    case OutcomeKind::NotApplicable:
      ++report.counts.not_applicable;
      return;
  }
}

void sort_in(Report& report, const Outcome& outcome, const RunDelta& delta,
             std::map<std::string, Group>& groups) {
  if (outcome.kind == OutcomeKind::NotApplicable) {
    return;
  }
  Item item = item_of(outcome, report.run, delta);
  if (outcome.kind == OutcomeKind::Fail) {
    report.created += item.state == FindingState::New ? 1U : 0U;
    report.reopened += item.state == FindingState::Reopened ? 1U : 0U;
    report.persisting += item.state == FindingState::Persisting ? 1U : 0U;
    Group& group = groups[outcome.rule];
    group.rule = item.rule;
    group.items.push_back(std::move(item));
  } else if (outcome.kind == OutcomeKind::Waived) {
    report.waived.push_back(std::move(item));
  } else if (outcome.kind == OutcomeKind::Undecided) {
    report.undecided.push_back(std::move(item));
  } else if (outcome.kind == OutcomeKind::Pass) {
    report.passes.push_back(std::move(item));
  }
}

std::vector<Question> questions_of(const std::vector<Item>& undecided) {
  std::map<std::pair<std::string, std::string>, Question> by_reason;
  for (const Item& item : undecided) {
    const std::pair key{to_string(item.outcome.where), item.outcome.reason};
    Question& question = by_reason[key];
    std::tie(question.where, question.reason) = key;
    question.rules.push_back(item.outcome.rule);
    question.blocks = question.blocks || item.rule == nullptr || item.rule->undecided_blocks;
  }
  std::vector<Question> questions;
  questions.reserve(by_reason.size());
  for (auto& [key, question] : by_reason) {
    questions.push_back(std::move(question));
  }
  std::stable_sort(questions.begin(), questions.end(), [](const Question& a, const Question& b) {
    return std::make_tuple(!a.blocks, b.rules.size()) < std::make_tuple(!b.blocks, a.rules.size());
  });
  return questions;
}

Gate judge(const Report& report, Severity fail_on) {
  Gate gate;
  gate.fail_on = fail_on;
  for (std::size_t i = static_cast<std::size_t>(fail_on); i < std::size(report.by_severity); ++i) {
    gate.blocking += report.by_severity[i];
  }
  for (const Question& question : report.questions) {
    gate.open_questions += question.blocks ? 1U : 0U;
  }
  for (const NotCovered& gap : report.run.result.not_covered) {
    gate.open_questions += gap.blocks ? 1U : 0U;
  }
  gate.verdict = gate.blocking > 0         ? Verdict::Fails
                 : gate.open_questions > 0 ? Verdict::Incomplete
                                           : Verdict::Passes;
  return gate;
}

/// The phrases of the worst blocking rules: `static keys, mutable tags and 3 more`.
std::string blocking_phrases(const Report& report) {
  std::string text;
  std::size_t named = 0;
  std::size_t total = 0;
  for (const Group& group : report.groups) {
    if (group.severity < report.gate.fail_on) {
      continue;
    }
    ++total;
    if (named < 3) {
      text += (named == 0 ? "" : ", ") + std::string(group.rule->phrase);
      ++named;
    }
  }
  return total > named ? text + " and " + plural(total - named, "more kind") : text;
}

std::string verdict_sentence(const Report& report) {
  const std::string& subject = report.subject;
  switch (report.gate.verdict) {
    case Verdict::Fails:
      return subject + " fails the gate: " + blocking_phrases(report);
    case Verdict::Incomplete:
      return subject + " could not be judged: " + plural(report.gate.open_questions, "question") +
             (report.gate.open_questions == 1 ? " is" : " are") + " open";
    case Verdict::Passes:
      return subject + " passes: " + plural(report.counts.pass, "check") +
             " passed, nothing at or above " + muster::to_string(report.gate.fail_on);
  }
  return subject;
}

/// What the verdict is about: `owner/name`, else the folder.
std::string subject_of(const Run& run) {
  const std::string folder = run.root == "." ? "this folder" : run.root;
  return sanitise(run.repository.empty() ? folder : run.repository, Lines::One, kTitleLimit);
}

/// `"date": "2026-09-26"` near the head of a data file.
std::string date_of(std::string_view bytes) {
  const std::size_t key = bytes.substr(0, 400).find("\"date\"");
  const std::size_t open = key == std::string_view::npos ? key : bytes.find('"', key + 6);
  return open == std::string_view::npos ? "undated" : std::string(bytes.substr(open + 1, 10));
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Passes:
      return "pass";
    case Verdict::Fails:
      return "fail";
    case Verdict::Incomplete:
      return "incomplete";
  }
  return "incomplete";
}

std::string state_text(const Item& item) {
  if (item.state != FindingState::Persisting) {
    return muster::to_string(item.state);
  }
  return item.age_days == 0 ? "open since today" : "open for " + plural(item.age_days, "day");
}

std::string posture_text(const Report& report) {
  if (report.posture_permille < 0) {
    return "-";
  }
  return std::to_string(report.posture_permille / 10) + "." +
         std::to_string(report.posture_permille % 10);
}

std::size_t fixed_count(const Report& report) {
  return static_cast<std::size_t>(
      std::count_if(report.closed.begin(), report.closed.end(),
                    [](const PastFinding& past) { return past.closed == CloseReason::Fixed; }));
}

Report make_report(const Run& run, const RunDelta& delta, const Intent& intent, Severity fail_on) {
  Report report;
  report.run = run;
  clean_run(report.run);
  report.previous_run = sanitise(delta.previous_run);
  report.intent_declared = intent.declared;
  report.subject = subject_of(run);
  std::map<std::string, Group> groups;
  for (const Outcome& outcome : run.result.outcomes) {
    count(report, outcome);
    sort_in(report, outcome, delta, groups);
  }
  for (auto& [rule, group] : groups) {
    report.groups.push_back(std::move(group));
  }
  sort_groups(report.groups);
  report.closed = clean_all(delta.closed);
  report.not_rechecked = clean_all(delta.not_rechecked);
  if (report.counts.decided() > 0) {
    report.posture_permille = static_cast<int>(report.counts.pass * 1000 / report.counts.decided());
  }
  report.questions = questions_of(report.undecided);
  report.gate = judge(report, fail_on);
  report.verdict = verdict_sentence(report);
  for (const DataFile& file : all_data_files()) {
    report.data.push_back({std::string(file.name), date_of(file.bytes)});
  }
  return report;
}

}  // namespace muster::report
