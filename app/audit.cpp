// Order matters: everything that can be refused is checked before anything is written.
#include "app/audit.h"

#include <chrono>
#include <filesystem>
#include <ostream>
#include <random>

#include "app/audit_input.h"
#include "app/catalogue_option.h"
#include "app/git_tags.h"
#include "app/past_drills.h"
#include "app/repository.h"
#include "app/workers.h"
#include "app/write.h"
#include "checks/core/digest.h"
#include "checks/core/engine.h"
#include "checks/image/tags.h"
#include "checks/policy/catalogue.h"
#include "report/html.h"
#include "report/json.h"
#include "report/model.h"
#include "report/sanitise.h"
#include "report/terminal.h"
#include "store/history.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

TimePoint clock_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// `20260219T060000Z-5f3a9c`
std::string new_run_id(TimePoint started) {
  std::string time;
  for (const char c : to_utc(started)) {
    time += c == '-' || c == ':' ? "" : std::string(1, c);
  }
  std::random_device random;
  return time + "-" + hex(sha256(std::to_string(random()) + std::to_string(random())), 3);
}

/// `catalogue`: the bytes of the action catalogue.
std::string rules_hash(std::string_view catalogue) {
  std::string bytes;
  for (const Rule& rule : all_rules()) {
    bytes += std::string(rule.id) + '\0' + to_string(rule.severity) + '\0' +
             std::string(rule.message) + '\0';
  }
  for (const DataFile& file : all_data_files()) {
    bytes += std::string(file.name) + '\0' + std::string(file.bytes) + '\0';
  }
  bytes += catalogue;
  return hex(sha256(bytes));
}

Result<TimePoint> time_of_audit(const AuditOptions& options) {
  if (options.as_of.empty()) {
    return clock_now();
  }
  const auto time = parse_utc(options.as_of);
  if (!time) {
    return Error{
        ErrorCode::Usage,
        "--as-of `" + options.as_of + "` is no time; expected 2026-02-19 or 2026-02-19T06:00:00Z",
        {}};
  }
  return *time;
}

Severity gate_of(const AuditOptions& options, const Intent& intent) {
  for (const Severity severity :
       {Severity::Low, Severity::Medium, Severity::High, Severity::Critical}) {
    if (options.fail_on == to_string(severity)) {
      return severity;
    }
  }
  return intent.fail_on;
}

/// The report folder must take a file before the run is recorded.
Status probe_output(const fs::path& out) {
  MUSTER_CHECK_OK(write_file(out / ".probe", ""));
  std::error_code error;
  fs::remove(out / ".probe", error);
  return Done{};
}

/// Names the history and the reports leave behind must not be audited as input.
std::string history_path(const AuditOptions& options) {
  return options.history.empty() ? (fs::path(options.path) / ".muster/history.db").string()
                                 : options.history;
}

/// What tags named in earlier runs; nothing without a history. Opened for writing as in `remember`:
/// a first audit beside this one may have made the file and nothing in it.
Result<std::vector<PastTag>> past_tags(const AuditOptions& options, const Run& run) {
  const std::string path = history_path(options);
  std::error_code error;
  if (!fs::exists(path, error)) {
    return std::vector<PastTag>{};
  }
  MUSTER_TRY(store::History history, store::History::open(path, store::Database::Mode::ReadWrite));
  return history.past_tags(run);
}

Result<Run> run_checks(const AuditOptions& options, const Intent& intent) {
  MUSTER_TRY(const std::string catalogue, settle_catalogue(options.catalogue));
  Run run;
  run.started = clock_now();
  run.id = new_run_id(run.started);
  MUSTER_TRY(run.as_of, time_of_audit(options));
  run.tool_version = MUSTER_VERSION;
  run.root = options.path;
  run.repository = intent.repository;
  run.facts = options.facts;
  run.rules_sha256 = rules_hash(catalogue);
  const std::vector<fs::path> facts(options.facts.begin(), options.facts.end());
  MUSTER_TRY(Repository repository, read_repository(options.path, facts, intent));
  if (repository.facts.documents.empty() && repository.facts.not_covered.empty() &&
      intent.drills.empty()) {
    return Error{
        ErrorCode::Unreadable,
        "nothing to audit under `" + options.path +
            "`: no workflow, policy or account facts were found; is this the root of a repository?",
        {}};
  }
  add_git_tags(options.path, repository);
  MUSTER_TRY(repository.facts.past_tags, past_tags(options, run));
  MUSTER_TRY(repository.facts.drills, past_drills(options.path, intent));
  run.inputs = std::move(repository.inputs);
  const Threads threads;
  const AuditInput input(repository.facts, intent, run.as_of, &threads);
  run.result = audit(input, registered_checks());
  run.tags = image::tags_of(input);
  run.finished = clock_now();
  return run;
}

/// As reports name the catalogue of actions.
std::string catalogue_name(const AuditOptions& options) {
  return options.catalogue.empty()
             ? "aws-actions.txt"
             : report::sanitise(fs::path(options.catalogue).filename().string());
}

Result<RunDelta> remember(const AuditOptions& options, const Run& run) {
  MUSTER_TRY(store::History history,
             store::History::open(history_path(options), store::Database::Mode::ReadWrite));
  MUSTER_CHECK_OK(history.begin(run));
  return history.record(run);
}

Result<std::vector<std::string>> write_reports(const AuditOptions& options,
                                               const report::Report& report) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (const std::string& format : options.formats) {
    if (format == "json") {
      files.emplace_back(fs::path(options.out) / "report.json", report::to_json(report));
    } else {
      MUSTER_TRY(std::string page, report::to_html(report));
      files.emplace_back(fs::path(options.out) / "report.html", std::move(page));
    }
  }
  std::vector<std::string> written;
  for (const auto& [path, bytes] : files) {
    MUSTER_CHECK_OK(write_file(path, bytes));
    written.push_back(path.generic_string());
  }
  return written;
}

int exit_code(const report::Gate& gate) {
  switch (gate.verdict) {
    case report::Verdict::Passes:
      return kClean;
    case report::Verdict::Fails:
      return kFindings;
    case report::Verdict::Incomplete:
      return kIncomplete;
  }
  return kIncomplete;
}

Result<int> audit_and_report(const AuditOptions& options, const Console& console) {
  MUSTER_TRY(const Intent intent, find_intent(options.path, options.config));
  MUSTER_TRY(Run run, run_checks(options, intent));
  MUSTER_CHECK_OK(probe_output(options.out));
  MUSTER_TRY(const RunDelta delta, remember(options, run));
  report::Report report = report::make_report(run, delta, intent, gate_of(options, intent));
  report.data.insert(report.data.begin(),
                     {catalogue_name(options), std::string(policy::embedded_catalogue().date())});
  MUSTER_TRY(const auto written, write_reports(options, report));
  if (options.json) {
    console.out << report::to_json(report);
  } else {
    console.out << report::to_terminal(
        report, {console.colour, static_cast<std::size_t>(console.width), written});
  }
  return exit_code(report.gate);
}

}  // namespace

int run_audit(const AuditOptions& options, const Console& console) {
  const auto code = audit_and_report(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
