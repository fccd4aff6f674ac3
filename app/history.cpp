// Past runs as aligned lines or as JSON. What comes out of the file is sanitised like every other
// foreign text.
#include "app/history.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "report/sanitise.h"
#include "store/history.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using report::sanitise;

bool is_complete(const store::RunSummary& run) {
  return run.state == "complete";
}

Result<store::History> open(const HistoryOptions& options) {
  return store::History::open(options.history, store::Database::Mode::ReadOnly);
}

ordered_json summary_json(const store::RunSummary& run) {
  ordered_json json = {{"id", sanitise(run.id)},
                       {"state", sanitise(run.state)},
                       {"started_at", to_utc(run.started)},
                       {"scope", sanitise(run.scope)},
                       {"repository", sanitise(run.repository)},
                       {"root", sanitise(run.root)},
                       {"tool_version", sanitise(run.tool_version)}};
  // A run that did not finish found nothing out; zeros would look like a clean one.
  const auto count = [&](std::size_t number) {
    return is_complete(run) ? ordered_json(number) : ordered_json(nullptr);
  };
  json["pass"] = count(run.passed);
  json["fail"] = count(run.failed);
  json["waived"] = count(run.waived);
  json["undecided"] = count(run.undecided);
  return json;
}

ordered_json finding_json(const PastFinding& finding) {
  return {{"rule", sanitise(finding.rule)},
          {"severity", to_string(finding.severity)},
          {"asset", {{"kind", sanitise(finding.asset.kind)}, {"id", sanitise(finding.asset.id)}}},
          {"anchor", sanitise(finding.anchor)},
          {"location", sanitise(to_string(finding.where))},
          {"message", sanitise(finding.message)},
          {"fingerprint", sanitise(finding.fingerprint)},
          {"first_seen", to_utc(finding.first_seen)}};
}

ordered_json findings_json(const std::vector<PastFinding>& findings) {
  ordered_json list = ordered_json::array();
  for (const PastFinding& finding : findings) {
    list.push_back(finding_json(finding));
  }
  return list;
}

void print_summary(const store::RunSummary& run, const Console& console) {
  const std::string counts = is_complete(run)
                                 ? fmt::format("{:>4} passed {:>4} failed {:>4} undecided",
                                               run.passed, run.failed, run.undecided)
                                 : fmt::format("{:<39}", "no result");
  console.out << fmt::format("{}  {:<9} {}  {}  {}\n", report::safe_line(run.id),
                             report::safe_line(run.state), to_utc(run.started), counts,
                             report::safe_line(run.scope));
}

void print_findings(const char* mark, const std::vector<PastFinding>& findings,
                    const Console& console) {
  for (const PastFinding& finding : findings) {
    console.out << fmt::format("{}{:<9} {}\n{}          {}  {}\n", mark,
                               to_string(finding.severity), report::safe_line(finding.message),
                               mark, report::safe_line(to_string(finding.where)),
                               report::safe_line(finding.rule));
  }
}

Status list(const HistoryListOptions& options, const Console& console) {
  MUSTER_TRY(store::History history, open(options));
  MUSTER_TRY(const auto runs, history.list(options.limit));
  if (options.json) {
    ordered_json json = ordered_json::array();
    for (const store::RunSummary& run : runs) {
      json.push_back(summary_json(run));
    }
    console.out << ordered_json{{"runs", json}}.dump(2) << "\n";
    return Done{};
  }
  for (const store::RunSummary& run : runs) {
    print_summary(run, console);
  }
  return Done{};
}

Status show(const HistoryShowOptions& options, const Console& console) {
  MUSTER_TRY(store::History history, open(options));
  MUSTER_TRY(const auto run, history.show(options.run));
  if (options.json) {
    ordered_json json = summary_json(run.summary);
    json["open"] = findings_json(run.open);
    json["inputs"] = ordered_json::array();
    for (const InputFile& input : run.inputs) {
      json["inputs"].push_back(
          {{"path", sanitise(input.path)}, {"sha256", sanitise(input.sha256)}});
    }
    json["not_covered"] = ordered_json::array();
    for (const NotCovered& gap : run.not_covered) {
      json["not_covered"].push_back(
          {{"what", sanitise(gap.what)}, {"why", sanitise(gap.why)}, {"blocks", gap.blocks}});
    }
    console.out << json.dump(2) << "\n";
    return Done{};
  }
  print_summary(run.summary, console);
  if (!is_complete(run.summary)) {
    return Done{};
  }
  console.out << fmt::format("{} files read, {} rules ran, {} findings open\n", run.inputs.size(),
                             run.coverage.size(), run.open.size());
  for (const NotCovered& gap : run.not_covered) {
    console.out << fmt::format("not read: {}: {}\n", report::safe_line(gap.what),
                               report::safe_line(gap.why));
  }
  console.out << "\n";
  print_findings("", run.open, console);
  return Done{};
}

Status diff(const HistoryDiffOptions& options, const Console& console) {
  MUSTER_TRY(store::History history, open(options));
  MUSTER_TRY(const auto diff, history.diff(options.before, options.after));
  if (options.json) {
    const ordered_json json = {{"before", summary_json(diff.before)},
                               {"after", summary_json(diff.after)},
                               {"appeared", findings_json(diff.appeared)},
                               {"disappeared", findings_json(diff.disappeared)},
                               {"unchanged", diff.unchanged}};
    console.out << json.dump(2) << "\n";
    return Done{};
  }
  print_summary(diff.before, console);
  print_summary(diff.after, console);
  console.out << fmt::format("\n{} appeared, {} disappeared, {} unchanged\n", diff.appeared.size(),
                             diff.disappeared.size(), diff.unchanged);
  print_findings("+ ", diff.appeared, console);
  print_findings("- ", diff.disappeared, console);
  return Done{};
}

int finish(const Status& status, const Console& console) {
  return status ? kClean : report_error(console, status.error());
}

}  // namespace

int run_history_list(const HistoryListOptions& options, const Console& console) {
  return finish(list(options, console), console);
}

int run_history_show(const HistoryShowOptions& options, const Console& console) {
  return finish(show(options, console), console);
}

int run_history_diff(const HistoryDiffOptions& options, const Console& console) {
  return finish(diff(options, console), console);
}

}  // namespace muster::app
