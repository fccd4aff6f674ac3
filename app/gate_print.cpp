// The same facts three times. Every text comes from the audited files, so every line is sanitised.
#include "app/gate_print.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "app/policy_words.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::StatementPart;
using report::sanitise;

constexpr std::size_t kShortName = 12;

std::size_t count_of(const GateReport& report, bool (*is)(GateChange)) {
  return static_cast<std::size_t>(std::ranges::count_if(report.findings, is, &GateFinding::change));
}

bool is_undecided(GateChange change) {
  return change == GateChange::Undecided;
}

std::size_t gaps_of(const GateReport& report) {
  return static_cast<std::size_t>(std::ranges::count_if(report.not_covered, &NotCovered::blocks));
}

const GateSubject& subject_of(const GateFinding& finding) {
  return finding.pair.after != nullptr ? *finding.pair.after : *finding.pair.before;
}

/// The statement that allows the witness, or the subject.
SourceRef place_of(const GateFinding& finding) {
  if (is_new_access(finding.change) && finding.witness) {
    const SideDecision decision = decide(finding.after, *finding.witness);
    if (decision.statement != nullptr) {
      return decision.statement->where;
    }
  }
  return subject_of(finding).where;
}

/// What to do about new access, from the part that kept the old side from allowing it.
std::string advice(const GateFinding& finding) {
  const SideDecision now = decide(finding.after, *finding.witness);
  const SideDecision before = decide(finding.before, *finding.witness);
  const std::string here = now.statement == nullptr ? "the policy" : statement_name(*now.statement);
  if (before.kind == policy::DecisionKind::ExplicitDeny && before.statement != nullptr) {
    return "bring back the Deny of " + statement_name(*before.statement);
  }
  if (before.layer == policy::Layer::Boundary) {
    return "keep the permissions boundary as it was";
  }
  if (before.layer == policy::Layer::Scp) {
    return "keep the service control policies as they were";
  }
  if (before.statement == nullptr) {
    return "leave out " + here + ", or merge it once the access is meant";
  }
  switch (before.trace.part) {
    case StatementPart::Principal:
      return "name in " + here + " only the principals that are named today";
    case StatementPart::Resource:
      return "limit the resources of " + here + " to those of today";
    case StatementPart::Condition:
      return "give " + here + " the conditions of today";
    case StatementPart::Action:
    case StatementPart::All:
      break;
  }
  return "take `" + finding.witness->action + "` out of " + here;
}

/// What keeps a request of the own policies from being new access.
std::string holder_back(const GateFinding& finding) {
  const SideDecision now = decide(finding.after, *finding.held_back);
  return now.layer == policy::Layer::Scp ? "the service control policies"
                                         : "the permissions boundary";
}

class Lines {
 public:
  explicit Lines(std::ostream& out) : out_(out) {}

  void add(const std::string& text) { out_ << report::safe_line(text) << "\n"; }

 private:
  std::ostream& out_;
};

void print_moved(const GateFinding& finding, Lines& lines) {
  const SubjectPair& pair = finding.pair;
  if (pair.before != nullptr && pair.after != nullptr && pair.before->file != pair.after->file) {
    lines.add("  was:       " + pair.before->file);
  }
}

void print_new_access(const GateFinding& finding, Lines& lines) {
  const SubjectPair& pair = finding.pair;
  lines.add("NEW ACCESS  " + pair.after->title + " (" + to_string(pair.after->where) + ")" +
            (pair.before == nullptr ? ", new" : ""));
  print_moved(finding, lines);
  lines.add("  now possible: " + request_words(*finding.witness, finding.after.has_principals));
  if (finding.only_new_actions) {
    lines.add("  only for action names that do not exist today");
  } else if (finding.no_real_request) {
    lines.add("  no real request of this kind is known: the action never has such a resource");
  }
  const SideDecision now = decide(finding.after, *finding.witness);
  if (now.statement != nullptr) {
    lines.add("  allowed by:   " + place_of(finding.after, now) + statement_name(*now.statement));
  }
  if (pair.before != nullptr) {
    lines.add("  before:       " + refusal_words(finding.before, *finding.witness));
  }
  lines.add("  to narrow:    " + advice(finding));
  lines.add("");
}

void print_undecided(const GateFinding& finding, Lines& lines) {
  const GateSubject& subject = *finding.pair.after;
  lines.add("UNDECIDED   " + subject.title + " (" + to_string(subject.where) + ")");
  print_moved(finding, lines);
  lines.add("  because:      " + finding.reason);
  if (finding.witness) {
    lines.add("  open request: " + request_words(*finding.witness, finding.after.has_principals));
  }
  lines.add("");
}

void print_quiet(const GateFinding& finding, Lines& lines) {
  std::string word = to_string(finding.change);
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  word.resize(std::max<std::size_t>(word.size(), 12), ' ');
  lines.add(word + subject_of(finding).title + " (" + to_string(subject_of(finding).where) + ")");
  print_moved(finding, lines);
  if (finding.held_back) {
    lines.add("  held back:    its policies newly allow " +
              request_words(*finding.held_back, finding.after.has_principals) + ", which " +
              holder_back(finding) + " refuse" + (holder_back(finding).ends_with('s') ? "" : "s"));
  }
}

std::string summary(const GateReport& report) {
  const std::size_t grown = count_of(report, is_new_access);
  const std::size_t open = count_of(report, is_undecided) + gaps_of(report);
  const std::string compared = report::plural(report.findings.size(), "subject") +
                               " compared with " + report.commit.substr(0, kShortName) + ", " +
                               report.how;
  if (grown > 0) {
    return "New access: " + report::plural(grown, "subject") + " allow" + (grown == 1 ? "s" : "") +
           " more than before" + (open > 0 ? ", " + std::to_string(open) + " undecided" : "") +
           ". " + compared;
  }
  return (open > 0 ? "Undecided: " + std::to_string(open) + " could not be decided. "
                   : "No new access. ") +
         compared;
}

ordered_json finding_json(const GateFinding& finding) {
  const GateSubject& subject = subject_of(finding);
  const char* const kinds[] = {"permissions", "trust", "resource"};
  ordered_json json{
      {"change", to_string(finding.change)},
      {"new_access", is_new_access(finding.change)},
      {"kind", kinds[static_cast<std::size_t>(subject.kind)]},
      {"title", subject.title},
      {"identity", subject.identity},
      {"file", finding.pair.after == nullptr ? ordered_json() : ordered_json(subject.file)},
      {"file_before",
       finding.pair.before == nullptr ? ordered_json() : ordered_json(finding.pair.before->file)},
      {"location", location_json(place_of(finding))}};
  if (!finding.reason.empty()) {
    json["reason"] = finding.reason;
  }
  if (finding.witness) {
    json["witness"] = request_json(*finding.witness, finding.after.layered);
    json["allowed_by"] = decision_json(finding.after, *finding.witness);
    json["refused_before_by"] = decision_json(finding.before, *finding.witness);
    json["only_new_actions"] = finding.only_new_actions;
    json["no_real_request"] = finding.no_real_request;
  }
  if (finding.held_back) {
    json["held_back"] = {{"request", request_json(*finding.held_back, finding.after.layered)},
                         {"by", holder_back(finding)}};
  }
  if (is_new_access(finding.change) && finding.witness) {
    json["advice"] = advice(finding);
  }
  return json;
}

/// Escapes of GitHub's workflow commands.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    const bool escape = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    safe +=
        escape ? std::string("%") + kDigits[byte >> 4U] + kDigits[byte & 15U] : std::string(1, c);
  }
  return safe;
}

}  // namespace

int gate_exit(const GateReport& report) {
  if (count_of(report, is_new_access) > 0) {
    return kFindings;
  }
  return count_of(report, is_undecided) + gaps_of(report) > 0 ? kIncomplete : kClean;
}

void print_gate(const GateReport& report, const Console& console) {
  Lines lines(console.out);
  for (const GateFinding& finding : report.findings) {
    if (is_new_access(finding.change)) {
      print_new_access(finding, lines);
    }
  }
  for (const GateFinding& finding : report.findings) {
    if (is_undecided(finding.change)) {
      print_undecided(finding, lines);
    }
  }
  for (const GateFinding& finding : report.findings) {
    const bool told = is_new_access(finding.change) || is_undecided(finding.change);
    if (!told && finding.change != GateChange::Unchanged) {
      print_quiet(finding, lines);
    }
  }
  for (const NotCovered& gap : report.not_covered) {
    lines.add((gap.blocks ? "NOT READ    " : "note        ") + gap.what + ": " + gap.why);
  }
  lines.add(summary(report));
}

void print_gate_json(const GateReport& report, const Console& console) {
  const int code = gate_exit(report);
  ordered_json findings = ordered_json::array();
  for (const GateFinding& finding : report.findings) {
    findings.push_back(finding_json(finding));
  }
  ordered_json gaps = ordered_json::array();
  for (const NotCovered& gap : report.not_covered) {
    gaps.push_back({{"what", gap.what}, {"why", gap.why}, {"blocks", gap.blocks}});
  }
  const ordered_json json{{"result", code == kClean      ? "no-new-access"
                                     : code == kFindings ? "new-access"
                                                         : "undecided"},
                          {"base", {{"commit", report.commit}, {"how", report.how}}},
                          {"subjects", std::move(findings)},
                          {"not_covered", std::move(gaps)}};
  console.out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_annotations(const GateReport& report, const Console& console) {
  for (const GateFinding& finding : report.findings) {
    const bool grown = is_new_access(finding.change);
    if (!grown && !is_undecided(finding.change)) {
      continue;
    }
    const SourceRef where = place_of(finding);
    const std::string text =
        grown ? subject_of(finding).title + " now allows " +
                    request_words(*finding.witness, finding.after.has_principals) + "; " +
                    advice(finding)
              : subject_of(finding).title + ": undecided: " + finding.reason;
    console.out << "::error file=" << escaped(sanitise(where.source.path()), true)
                << ",line=" << std::max<std::uint32_t>(where.span.line, 1)
                << ",title=" << (grown ? "New access" : "Undecided access")
                << "::" << escaped(sanitise(text), false) << "\n";
  }
}

}  // namespace muster::app
