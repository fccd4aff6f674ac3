// A finding closes only for a proven reason: see `why_closed`.
#include "store/seen.h"

#include <string_view>

#include "checks/core/digest.h"
#include "checks/core/rule.h"

namespace muster::store {
namespace {

/// Names in audited files may be megabytes long; reports cut messages at the same length.
constexpr std::size_t kLongestMessage = 4096;

std::string content(Severity severity, const std::string& message, const SourceRef& where,
                    const std::string& evidence) {
  return std::to_string(static_cast<int>(severity)) + '\0' + message + '\0' + to_string(where) +
         '-' + std::to_string(where.span.end_line) + ':' + std::to_string(where.span.end_column) +
         '\0' + evidence;
}

}  // namespace

std::string evidence_of(const Witness& witness) {
  std::string bytes;
  for (const WitnessField& field : witness.fields) {
    bytes += field.name + '\0';
    for (const std::string& value : field.values) {
      bytes += value + '\1';
    }
  }
  return hex(sha256(bytes), 16);
}

std::string kept_message(const Outcome& outcome) {
  const std::string& message = outcome.message;
  if (message.size() <= kLongestMessage) {
    return message;
  }
  constexpr std::string_view kCut = "\xE2\x80\xA6";
  std::size_t end = kLongestMessage - kCut.size();
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return message.substr(0, end) + std::string(kCut);
}

std::string content_of(const Outcome& outcome) {
  return content(outcome.severity, kept_message(outcome), outcome.where,
                 evidence_of(outcome.witness));
}

Seen::Seen(const Run& run) {
  for (const RuleCoverage& coverage : run.result.coverage) {
    rules_.insert(coverage.rule);
  }
  for (const Outcome& outcome : run.result.outcomes) {
    if (outcome.kind == OutcomeKind::Undecided) {
      undecided_.insert({outcome.rule, outcome.asset});
      incomplete_.insert(outcome.rule);
    } else if (outcome.kind == OutcomeKind::Waived) {
      waived_.insert(outcome.fingerprint);
      assets_.insert({outcome.rule, outcome.asset});
    } else if (outcome.kind != OutcomeKind::NotApplicable) {
      assets_.insert({outcome.rule, outcome.asset});
      if (outcome.kind == OutcomeKind::Pass) {
        passed_.insert(outcome.fingerprint);
      }
    }
  }
  for (const NotCovered& gap : run.result.not_covered) {
    gaps_ = gaps_ || gap.blocks;
  }
}

std::optional<CloseReason> Seen::why_closed(const OpenSpan& span) const {
  const std::string& rule = span.past.rule;
  const Asset& asset = span.past.asset;
  if (waived_.contains(span.past.fingerprint)) {
    return CloseReason::Waived;
  }
  if (passed_.contains(span.past.fingerprint)) {
    return CloseReason::Fixed;
  }
  if (find_rule(rule) == nullptr) {
    return CloseReason::RuleRetired;
  }
  if (!rules_.contains(rule) || undecided_.contains({rule, asset})) {
    return std::nullopt;
  }
  if (assets_.contains({rule, asset})) {
    return CloseReason::Fixed;
  }
  const bool complete = !gaps_ && !incomplete_.contains(rule) && span.looked_there;
  return complete ? std::optional(CloseReason::Gone) : std::nullopt;
}

std::map<std::string, OpenSpan> open_spans(Database& database, const std::string& scope,
                                           std::int64_t run) {
  std::map<std::string, OpenSpan> spans;
  Statement rows = database.prepare(
      "SELECT f.id, s.from_run, f.fingerprint, f.rule, a.kind, a.stable_id, f.anchor, s.severity, "
      "s.message, s.file, "
      "s.line, s.col, s.end_line, s.end_col, s.evidence, first.as_of, "
      "NOT EXISTS(SELECT 1 FROM place p WHERE p.run = s.from_run AND p.path NOT IN "
      "(SELECT path FROM place WHERE run = ?2)) FROM span s JOIN "
      "finding f ON f.id = s.finding "
      "JOIN asset a ON a.id = f.asset JOIN run first ON first.id = f.first_run "
      "WHERE s.closed_run IS NULL AND f.scope = ?1");
  rows.bind(scope).bind(run);
  while (rows.step()) {
    OpenSpan span;
    const auto number = [&](int column) {
      return static_cast<std::uint32_t>(rows.integer(column));
    };
    span.finding = rows.integer(0);
    span.from_run = rows.integer(1);
    PastFinding& past = span.past;
    past.fingerprint = rows.text(2);
    past.rule = rows.text(3);
    past.asset = {rows.text(4), rows.text(5)};
    past.anchor = rows.text(6);
    past.severity = static_cast<Severity>(rows.integer(7));
    past.message = rows.text(8);
    past.where = {SourceId(rows.text(9)), {number(10), number(11), number(12), number(13)}};
    span.evidence = rows.text(14);
    past.first_seen = TimePoint(std::chrono::seconds(rows.integer(15) / 1000));
    span.looked_there = rows.integer(16) != 0;
    span.content = content(past.severity, past.message, past.where, span.evidence);
    spans.emplace(past.fingerprint, std::move(span));
  }
  return spans;
}

}  // namespace muster::store
