// Key order is the order of docs/report.schema.json.
#include "report/json.h"

#include <nlohmann/json.hpp>

#include "report/replay.h"

namespace muster::report {
namespace {

using nlohmann::ordered_json;

/// An object whose keys are known to differ. For what stands in a report ten thousand times: an
/// initializer list makes an array of two for each entry first, and looks for every key among those
/// before it, which was a quarter of an audit of 500 jobs.
class Entries {
 public:
  Entries& add(const char* key, ordered_json value) {
    object_.get_ref<ordered_json::object_t&>().emplace_back(key, std::move(value));
    return *this;
  }

  operator ordered_json() && { return std::move(object_); }  // NOLINT(google-explicit-constructor)

 private:
  ordered_json object_ = ordered_json::object();
};

ordered_json place_json(const SourceRef& where) {
  if (where.source.path().empty()) {
    return nullptr;
  }
  return std::move(Entries()
                       .add("file", where.source.path())
                       .add("line", where.span.line)
                       .add("column", where.span.column)
                       .add("end_line", where.span.end_line)
                       .add("end_column", where.span.end_column));
}

ordered_json asset_json(const Asset& asset) {
  return std::move(Entries().add("kind", asset.kind).add("id", asset.id));
}

ordered_json witness_json(const Outcome& outcome) {
  if (outcome.witness.fields.empty()) {
    return nullptr;
  }
  ordered_json fields = ordered_json::object();
  for (const WitnessField& field : outcome.witness.fields) {
    // Two names may have become equal when they were sanitised: neither may hide the other.
    ordered_json& values = fields[field.name];
    values = values.is_null() ? ordered_json::array() : values;
    for (const std::string& value : field.values) {
      values.push_back(value);
    }
  }
  const std::string replay = replay_command(outcome);
  return {{"kind", muster::to_string(outcome.witness.kind)},
          {"fields", std::move(fields)},
          {"replay", replay.empty() ? ordered_json() : ordered_json(replay)}};
}

ordered_json related_json(const Outcome& outcome) {
  ordered_json list = ordered_json::array();
  for (const RelatedPlace& place : outcome.related) {
    list.push_back({{"location", place_json(place.where)}, {"note", place.note}});
  }
  return list;
}

ordered_json item_json(const Item& item) {
  const Outcome& outcome = item.outcome;
  const bool finding = outcome.kind == OutcomeKind::Fail;
  return std::move(
      Entries()
          .add("rule", outcome.rule)
          .add("outcome", muster::to_string(outcome.kind))
          .add("severity", muster::to_string(outcome.severity))
          .add("area", item.rule != nullptr ? item.rule->area : "")
          .add("environment", outcome.environment)
          .add("asset", asset_json(outcome.asset))
          .add("anchor", outcome.anchor)
          .add("location", place_json(outcome.where))
          .add("related", related_json(outcome))
          .add("message", outcome.message)
          .add("reason", outcome.reason)
          .add("witness", witness_json(outcome))
          .add("remediation", item.rule != nullptr && finding ? ordered_json(item.rule->fix_steps)
                                                              : ordered_json::array())
          .add("fingerprint", outcome.fingerprint)
          .add("state", finding ? ordered_json(muster::to_string(item.state)) : ordered_json())
          .add("first_seen", finding ? ordered_json(to_utc(item.first_seen)) : ordered_json())
          .add("waiver", nullptr)
          .add("controls",
               item.rule != nullptr ? ordered_json(item.rule->controls) : ordered_json::array()));
}

ordered_json past_json(const PastFinding& past) {
  return {{"rule", past.rule},
          {"severity", muster::to_string(past.severity)},
          {"asset", asset_json(past.asset)},
          {"anchor", past.anchor},
          {"message", past.message},
          {"fingerprint", past.fingerprint},
          {"first_seen", to_utc(past.first_seen)},
          {"close_reason",
           past.closed ? ordered_json(muster::to_string(*past.closed)) : ordered_json()}};
}

ordered_json past_list(const std::vector<PastFinding>& findings) {
  ordered_json list = ordered_json::array();
  for (const PastFinding& past : findings) {
    list.push_back(past_json(past));
  }
  return list;
}

ordered_json run_json(const Report& report) {
  ordered_json coverage = ordered_json::array();
  for (const RuleCoverage& rule : report.run.result.coverage) {
    coverage.push_back({{"rule", rule.rule},
                        {"passed", rule.passed},
                        {"failed", rule.failed},
                        {"waived", rule.waived},
                        {"undecided", rule.undecided}});
  }
  return {{"id", report.run.id},
          {"started_at", to_utc(report.run.started)},
          {"finished_at", to_utc(report.run.finished)},
          {"as_of", to_utc(report.run.as_of)},
          {"root", report.run.root},
          {"repository", report.run.repository},
          {"previous",
           report.previous_run.empty() ? ordered_json() : ordered_json(report.previous_run)},
          {"intent_declared", report.intent_declared},
          {"coverage", std::move(coverage)}};
}

ordered_json summary_json(const Report& report) {
  const Counts& counts = report.counts;
  ordered_json by_severity = ordered_json::object();
  for (const Severity severity :
       {Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info}) {
    by_severity[muster::to_string(severity)] =
        report.by_severity[static_cast<std::size_t>(severity)];
  }
  return {{"verdict", to_string(report.gate.verdict)},
          {"sentence", report.verdict},
          {"fail_on", muster::to_string(report.gate.fail_on)},
          {"blocking", report.gate.blocking},
          {"open_questions", report.gate.open_questions},
          {"by_outcome",
           {{"pass", counts.pass},
            {"fail", counts.fail},
            {"waived", counts.waived},
            {"undecided", counts.undecided},
            {"not_applicable", counts.not_applicable}}},
          {"by_severity", std::move(by_severity)},
          {"score", report.posture_permille < 0 ? ordered_json()
                                                : ordered_json(report.posture_permille / 10.0)},
          {"new", report.created},
          {"reopened", report.reopened},
          {"persisting", report.persisting},
          {"closed", report.closed.size()},
          {"fixed", fixed_count(report)},
          {"not_rechecked", report.not_rechecked.size()}};
}

ordered_json outcomes_json(const Report& report) {
  ordered_json outcomes = ordered_json::array();
  for (const Group& group : report.groups) {
    for (const Item& item : group.items) {
      outcomes.push_back(item_json(item));
    }
  }
  for (const std::vector<Item>* items : {&report.waived, &report.undecided, &report.passes}) {
    for (const Item& item : *items) {
      outcomes.push_back(item_json(item));
    }
  }
  return outcomes;
}

ordered_json tool_json(const Report& report) {
  ordered_json data = ordered_json::array();
  for (const DataDate& file : report.data) {
    data.push_back({{"name", file.name}, {"date", file.date}});
  }
  return {{"name", "muster"},
          {"version", report.run.tool_version},
          {"rules_sha256", report.run.rules_sha256},
          {"data", std::move(data)}};
}

}  // namespace

std::string to_json(const Report& report) {
  ordered_json inputs = ordered_json::array();
  for (const InputFile& input : report.run.inputs) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  }
  ordered_json not_covered = ordered_json::array();
  for (const NotCovered& gap : report.run.result.not_covered) {
    not_covered.push_back({{"what", gap.what}, {"why", gap.why}, {"blocks", gap.blocks}});
  }
  const ordered_json json = {{"schema_version", "1.0"},
                             {"tool", tool_json(report)},
                             {"run", run_json(report)},
                             {"inputs", std::move(inputs)},
                             {"summary", summary_json(report)},
                             {"outcomes", outcomes_json(report)},
                             {"closed", past_list(report.closed)},
                             {"not_rechecked", past_list(report.not_rechecked)},
                             {"drills", ordered_json::array()},
                             {"not_covered", std::move(not_covered)}};
  std::string text = json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  // `##[` in a printed line is a command to GitHub's runner; the escaped form is the same string.
  for (std::size_t at = 0; (at = text.find("##[", at)) != std::string::npos;) {
    text.replace(at, 2, "#\\u0023");
  }
  return text;
}

}  // namespace muster::report
