// A run that has something of everything, in which every text that a stranger may choose is given.
#pragma once

#include <chrono>
#include <string>

#include "report/model.h"

namespace muster::report::sample {

inline TimePoint day(int number) {
  return TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 2 / number)) +
         std::chrono::hours(6);
}

inline SourceRef place(const std::string& path, std::uint32_t line) {
  return {SourceId(path), {line, 3, line, 9}};
}

inline Outcome outcome(const std::string& rule, OutcomeKind kind, Severity severity,
                       const std::string& text) {
  Outcome result;
  result.rule = rule;
  result.kind = kind;
  result.severity = severity;
  result.asset = {"workflow-job", text};
  result.where = place(text, 11);
  result.message = kind == OutcomeKind::Fail ? text : "A rule";
  return result;
}

inline Outcome finding(const std::string& rule, Severity severity, const std::string& text,
                       const std::string& fingerprint) {
  Outcome result = outcome(rule, OutcomeKind::Fail, severity, text);
  result.anchor = text;
  result.environment = text;
  result.reason = text;
  result.fingerprint = fingerprint;
  result.related = {{place(text, 22), text}};
  result.witness = {WitnessKind::Token, {{text, {text, text}}, {"aud", {text}}}};
  return result;
}

/// Fails: 1 critical, 2 medium, 1 low; 1 undecided; 2 passes; 1 not applicable; 2 gaps.
inline Run run(const std::string& text) {
  Run result;
  result.id = "20260219T060000Z-5f3a9c";
  result.started = result.finished = result.as_of = day(19);
  result.tool_version = "0.1.0";
  result.root = text;
  result.repository = text;
  result.rules_sha256 = "0011223344556677889900";
  result.inputs = {{text, "aabbcc"}};
  Outcome open = outcome("workflow-static-aws-keys", OutcomeKind::Undecided, Severity::High, text);
  open.reason = text;
  result.result.outcomes = {
      finding("iam-trust-principal-star", Severity::Critical, text, "f1"),
      finding("workflow-action-unpinned", Severity::Medium, text, "f2"),
      finding("workflow-action-unpinned", Severity::Low, text, "f3"),
      finding("workflow-static-aws-keys", Severity::Medium, text, "f4"),
      open,
      outcome("workflow-action-unpinned", OutcomeKind::Pass, Severity::Info, text),
      outcome("workflow-static-aws-keys", OutcomeKind::Pass, Severity::Info, text),
      outcome("iam-trust-no-external-id", OutcomeKind::NotApplicable, Severity::Info, text)};
  result.result.coverage = {{"iam-trust-principal-star", 0, 1, 0, 0},
                            {"workflow-action-unpinned", 1, 2, 0, 0},
                            {"workflow-static-aws-keys", 1, 1, 0, 1}};
  result.result.not_covered = {{text, text, true}, {text, text, false}};
  return result;
}

inline PastFinding past(const std::string& text, const std::string& fingerprint) {
  PastFinding result;
  result.fingerprint = fingerprint;
  result.rule = "workflow-action-unpinned";
  result.severity = Severity::Medium;
  result.asset = {"workflow-job", text};
  result.anchor = text;
  result.message = text;
  result.where = place(text, 3);
  result.first_seen = day(1);
  return result;
}

/// `f1` new, `f2` open for 9 days, `f3` reopened, `f4` open since today; 1 fixed, 1 gone, 1 not
/// looked at again.
inline RunDelta delta(const std::string& text) {
  RunDelta result;
  result.previous_run = "20260212T060000Z-112233";
  result.findings = {{"f1", {FindingState::New, day(19)}},
                     {"f2", {FindingState::Persisting, day(10)}},
                     {"f3", {FindingState::Reopened, day(3)}},
                     {"f4", {FindingState::Persisting, day(19)}}};
  PastFinding fixed = past(text, "p1");
  fixed.closed = CloseReason::Fixed;
  PastFinding gone = past(text, "p2");
  gone.closed = CloseReason::Gone;
  result.closed = {fixed, gone};
  result.not_rechecked = {past(text, "p3")};
  return result;
}

inline Report report(const std::string& text) {
  return make_report(run(text), delta(text), Intent{}, Severity::Medium);
}

}  // namespace muster::report::sample
