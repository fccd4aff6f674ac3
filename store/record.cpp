// Coverage, then findings one by one, then what was open and is no more.
#include "store/record.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "store/seen.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

std::int64_t milliseconds(TimePoint time) {
  return time.time_since_epoch().count() * 1000;
}

class Writer {
 public:
  Writer(Database& database, std::int64_t id, const Run& run, const RunPlace& place)
      : database_(database), id_(id), run_(run), place_(place), seen_(run) {}

  RunDelta write();

 private:
  void header();
  void coverage();
  void looked_at();
  void tags();
  void match_up();
  void finding(const Outcome& outcome);
  void close_missing();
  void close(const OpenSpan& span, const char* reason);
  std::int64_t asset_id(const Asset& asset);
  std::int64_t finding_id(const Outcome& outcome, bool& known, TimePoint& first_seen);
  void alias(std::int64_t finding, std::int64_t before);
  void open_span(std::int64_t finding, const Outcome& outcome);
  const OpenSpan* moved_from(const Outcome& outcome) const;

  Database& database_;
  std::int64_t id_;
  const Run& run_;
  const RunPlace& place_;
  Seen seen_;
  std::map<std::string, OpenSpan> open_;
  std::set<std::string> current_;
  /// By rule and evidence: open findings that are no more found, and found ones that were not open.
  std::multimap<std::pair<std::string, std::string>, const OpenSpan*> lost_;
  std::multimap<std::pair<std::string, std::string>, const Outcome*> fresh_;
  /// Fingerprints of open findings that live on under another name.
  std::set<std::string> moved_;
  RunDelta delta_;
};

void Writer::header() {
  std::size_t counts[4] = {};
  for (const RuleCoverage& rule : run_.result.coverage) {
    counts[0] += rule.passed;
    counts[1] += rule.failed;
    counts[2] += rule.waived;
    counts[3] += rule.undecided;
  }
  Statement update = database_.prepare(
      "UPDATE run SET state='complete', finished=?, as_of=?, tool_version=?, root=?, repository=?, "
      "rules_sha256=?, passed=?, "
      "failed=?, waived=?, undecided=? WHERE id=?");
  update.bind(milliseconds(run_.finished))
      .bind(milliseconds(run_.as_of))
      .bind(run_.tool_version)
      .bind(run_.root);
  update.bind(run_.repository).bind(run_.rules_sha256);
  for (const std::size_t count : counts) {
    update.bind(static_cast<std::int64_t>(count));
  }
  update.bind(id_).run();
}

void Writer::coverage() {
  Statement rows = database_.prepare("INSERT INTO coverage VALUES(?,?,?,?,?,?)");
  for (const RuleCoverage& rule : run_.result.coverage) {
    rows.bind(id_).bind(rule.rule);
    for (const std::size_t count : {rule.passed, rule.failed, rule.waived, rule.undecided}) {
      rows.bind(static_cast<std::int64_t>(count));
    }
    rows.run();
  }
}

void Writer::looked_at() {
  Statement folders = database_.prepare("INSERT INTO place VALUES(?,?)");
  for (const std::string& folder : place_.folders) {
    folders.bind(id_).bind(folder).run();
  }
  // A facts folder that was named twice is read twice.
  Statement inputs =
      database_.prepare("INSERT INTO input VALUES(?,?,?) ON CONFLICT(run, path) DO NOTHING");
  for (const InputFile& input : run_.inputs) {
    inputs.bind(id_).bind(input.path).bind(input.sha256).run();
  }
  Statement gaps = database_.prepare("INSERT INTO not_covered VALUES(?,?,?,?)");
  for (const NotCovered& gap : run_.result.not_covered) {
    gaps.bind(id_).bind(gap.what).bind(gap.why).bind(std::int64_t{gap.blocks}).run();
  }
}

void Writer::tags() {
  Statement seen = database_.prepare(
      "INSERT INTO tag VALUES(?,?,?,?,?,?) ON CONFLICT(scope, place, name, target) DO UPDATE SET "
      "last_run=excluded.last_run");
  for (const TagTarget& one : run_.tags) {
    seen.bind(place_.scope).bind(one.place).bind(one.tag).bind(one.target).bind(id_).bind(id_);
    seen.run();
  }
}

std::int64_t Writer::asset_id(const Asset& asset) {
  Statement find = database_.prepare("SELECT id FROM asset WHERE kind=? AND stable_id=?");
  find.bind(asset.kind).bind(asset.id);
  if (find.step()) {
    return find.integer(0);
  }
  database_.prepare("INSERT INTO asset(kind, stable_id) VALUES(?,?)")
      .bind(asset.kind)
      .bind(asset.id)
      .run();
  return database_.last_id();
}

std::int64_t Writer::finding_id(const Outcome& outcome, bool& known, TimePoint& first_seen) {
  Statement find = database_.prepare(
      "SELECT f.id, r.as_of FROM finding f JOIN run r ON r.id = f.first_run WHERE f.scope=? AND "
      "f.fingerprint=?");
  find.bind(place_.scope).bind(outcome.fingerprint);
  known = find.step();
  if (known) {
    first_seen = TimePoint(std::chrono::seconds(find.integer(1) / 1000));
    return find.integer(0);
  }
  first_seen = run_.as_of;
  const std::int64_t asset = asset_id(outcome.asset);
  Statement insert = database_.prepare(
      "INSERT INTO finding(scope, fingerprint, rule, asset, anchor, first_run) "
      "VALUES(?,?,?,?,?,?)");
  insert.bind(place_.scope)
      .bind(outcome.fingerprint)
      .bind(outcome.rule)
      .bind(asset)
      .bind(outcome.anchor)
      .bind(id_)
      .run();
  return database_.last_id();
}

void Writer::open_span(std::int64_t finding, const Outcome& outcome) {
  Statement insert = database_.prepare(
      "INSERT INTO span(finding, from_run, severity, message, file, line, col, end_line, end_col, "
      "evidence) "
      "VALUES(?,?,?,?,?,?,?,?,?,?)");
  const Span& span = outcome.where.span;
  insert.bind(finding)
      .bind(id_)
      .bind(static_cast<std::int64_t>(outcome.severity))
      .bind(kept_message(outcome));
  insert.bind(outcome.where.source.path());
  for (const std::uint32_t number : {span.line, span.column, span.end_line, span.end_column}) {
    insert.bind(static_cast<std::int64_t>(number));
  }
  insert.bind(evidence_of(outcome.witness)).run();
}

void Writer::close(const OpenSpan& span, const char* reason) {
  Statement update = database_.prepare(
      "UPDATE span SET closed_run=?, close_reason=? WHERE finding=? AND from_run=?");
  update.bind(id_).bind(reason).bind(span.finding).bind(span.from_run).run();
}

void Writer::match_up() {
  for (const auto& [fingerprint, span] : open_) {
    if (!current_.contains(fingerprint)) {
      lost_.insert({{span.past.rule, span.evidence}, &span});
    }
  }
  for (const Outcome& outcome : run_.result.outcomes) {
    // Without evidence nothing shows that it is the same defect.
    if (outcome.kind == OutcomeKind::Fail && !open_.contains(outcome.fingerprint) &&
        !outcome.witness.fields.empty()) {
      fresh_.insert({{outcome.rule, evidence_of(outcome.witness)}, &outcome});
    }
  }
}

/// Whether two findings of one rule with equal evidence may be the same: the asset has another
/// name, or the place inside the asset has.
bool same_defect(const PastFinding& past, const Outcome& outcome, CloseReason reason) {
  return (reason == CloseReason::Gone && past.anchor == outcome.anchor) ||
         (reason == CloseReason::Fixed && past.asset == outcome.asset);
}

/// The one open finding that disappeared while this one appeared with the same rule and evidence;
/// null when there is none, or more than one on either side.
const OpenSpan* Writer::moved_from(const Outcome& outcome) const {
  const std::pair<std::string, std::string> key{outcome.rule, evidence_of(outcome.witness)};
  const OpenSpan* found = nullptr;
  std::optional<CloseReason> reason;
  for (auto [lost, end] = lost_.equal_range(key); lost != end; ++lost) {
    const auto why = seen_.why_closed(*lost->second);
    if (why && same_defect(lost->second->past, outcome, *why)) {
      if (found != nullptr) {
        return nullptr;
      }
      found = lost->second;
      reason = why;
    }
  }
  if (found == nullptr) {
    return nullptr;
  }
  const auto [begin, end] = fresh_.equal_range(key);
  const auto candidates = std::count_if(begin, end, [&](const auto& entry) {
    return same_defect(found->past, *entry.second, *reason);
  });
  return candidates == 1 ? found : nullptr;
}

void Writer::alias(std::int64_t finding, std::int64_t before) {
  Statement update = database_.prepare(
      "UPDATE finding SET alias_of=?1, first_run=(SELECT first_run FROM finding WHERE id=?1) "
      "WHERE id=?2");
  update.bind(before).bind(finding).run();
}

void Writer::finding(const Outcome& outcome) {
  if (delta_.findings.contains(outcome.fingerprint)) {
    return;
  }
  bool known = false;
  FindingHistory history;
  const std::int64_t finding = finding_id(outcome, known, history.first_seen);
  const auto open = open_.find(outcome.fingerprint);
  if (open != open_.end()) {
    history.state = FindingState::Persisting;
    if (open->second.content != content_of(outcome)) {
      close(open->second, "changed");
      open_span(finding, outcome);
    }
  } else {
    const OpenSpan* before = known ? nullptr : moved_from(outcome);
    history.state = known ? FindingState::Reopened : FindingState::New;
    if (before != nullptr) {
      history = {FindingState::Persisting, before->past.first_seen};
      moved_.insert(before->past.fingerprint);
      alias(finding, before->finding);
    }
    open_span(finding, outcome);
  }
  delta_.findings.emplace(outcome.fingerprint, history);
}

void Writer::close_missing() {
  for (const auto& [fingerprint, span] : open_) {
    if (current_.contains(fingerprint)) {
      continue;
    }
    PastFinding past = span.past;
    past.closed = moved_.contains(fingerprint) ? CloseReason::Moved : seen_.why_closed(span);
    if (past.closed) {
      close(span, muster::to_string(*past.closed));
      delta_.closed.push_back(std::move(past));
    } else {
      delta_.not_rechecked.push_back(std::move(past));
    }
  }
}

RunDelta Writer::write() {
  Statement previous = database_.prepare(
      "SELECT uid FROM run WHERE scope=? AND state='complete' AND id<>? ORDER BY id DESC LIMIT 1");
  previous.bind(place_.scope).bind(id_);
  delta_.previous_run = previous.step() ? previous.text(0) : "";
  header();
  coverage();
  looked_at();
  tags();
  open_ = open_spans(database_, place_.scope, id_);
  for (const Outcome& outcome : run_.result.outcomes) {
    if (outcome.kind == OutcomeKind::Fail) {
      current_.insert(outcome.fingerprint);
    }
  }
  match_up();
  for (const Outcome& outcome : run_.result.outcomes) {
    if (outcome.kind == OutcomeKind::Fail) {
      finding(outcome);
    }
  }
  close_missing();
  return std::move(delta_);
}

}  // namespace

RunPlace place_of(const Run& run, const fs::path& history_folder) {
  std::error_code error;
  const fs::path from = fs::weakly_canonical(history_folder / ".", error);
  const auto relative = [&](const std::string& folder) {
    const fs::path to = fs::weakly_canonical(fs::path(folder) / ".", error);
    const fs::path path = to.lexically_relative(from);
    return (path.empty() ? to : path).generic_string();
  };
  RunPlace place;
  const std::string root = relative(run.root.empty() ? "." : run.root);
  place.scope = run.repository.empty() ? "folder:" + root : run.repository;
  place.folders = {root};
  for (const std::string& folder : run.facts) {
    place.folders.insert(relative(folder));
  }
  return place;
}

RunDelta write_run(Database& database, std::int64_t id, const Run& run, const RunPlace& place) {
  return Writer(database, id, run, place).write();
}

}  // namespace muster::store
