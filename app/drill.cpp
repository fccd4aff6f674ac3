// The commands around `drills/`: which journal, which plan, what to print. Exit codes as
// docs/drills.md has them.
#include "app/drill.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/audit_input.h"
#include "checks/core/run.h"
#include "checks/text/did_you_mean.h"
#include "drills/drill.h"
#include "drills/file_lock.h"
#include "drills/host_backend.h"
#include "drills/make_plan.h"
#include "drills/permission.h"
#include "drills/watchdog.h"
#include "net/transport.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using report::safe_line;
using report::sanitise;

constexpr int kStuck = 4;

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): what a signal handler can
// reach
std::atomic<bool> stop_wanted{false};

void want_stop(int) {
  stop_wanted = true;
}

std::string journal_path(const DrillOptions& options) {
  return options.journal.empty()
             ? (std::filesystem::path(options.path) / ".muster/drills.db").string()
             : options.journal;
}

int exit_code(drills::Verdict verdict) {
  switch (verdict) {
    case drills::Verdict::Passed:
      return kClean;
    case drills::Verdict::Failed:
      return kFindings;
    case drills::Verdict::Refused:
      return kUsage;
    case drills::Verdict::Unproven:
      return kIncomplete;
    case drills::Verdict::Stuck:
      return kStuck;
  }
  return kBug;
}

const char* word_of(drills::Verdict verdict) {
  switch (verdict) {
    case drills::Verdict::Passed:
      return "passed";
    case drills::Verdict::Failed:
      return "failed";
    case drills::Verdict::Refused:
      return "refused";
    case drills::Verdict::Unproven:
      return "unproven";
    case drills::Verdict::Stuck:
      return "stuck";
  }
  return "";
}

ordered_json metrics_json(const std::string& metrics) {
  return metrics.empty() ? ordered_json(nullptr) : ordered_json::parse(metrics, nullptr, false);
}

/// The declared drill of this name, and the class of its environment.
Result<std::pair<IntentDrill, EnvironmentClass>> find_target(const DrillPlanOptions& options) {
  MUSTER_TRY(const Intent intent, find_intent(options.path, options.config));
  std::vector<std::string_view> names;
  for (const IntentDrill& drill : intent.drills) {
    if (drill.name == options.target) {
      const IntentEnvironment* environment = intent.environment(drill.environment);
      return std::pair(drill,
                       environment == nullptr ? EnvironmentClass::Unknown : environment->kind);
    }
    names.push_back(drill.name);
  }
  const std::string hint = text::did_you_mean(options.target, names);
  return Error{ErrorCode::Usage,
               "muster.yaml has no drill `" + options.target + "`" +
                   (names.empty() ? "; docs/drills.md says how to declare one" : hint),
               {}};
}

void print_plan(const drills::Plan& plan, const Console& console) {
  console.out << fmt::format("plan {}\n{} in {}: {} -> {} -> {}\n", drills::plan_id(plan),
                             safe_line(plan.target.name), safe_line(plan.target.environment),
                             safe_line(plan.from.name), safe_line(plan.to.name),
                             safe_line(plan.from.name));
  int number = 0;
  for (const std::string& step : drills::steps_of(plan)) {
    console.out << fmt::format("  {}. {}\n", ++number, safe_line(step));
  }
  console.out << fmt::format("\nNothing was touched. To carry it out: muster drill run {}\n",
                             drills::plan_id(plan).substr(0, 12));
}

ordered_json plan_json(const drills::Plan& plan) {
  ordered_json json = {{"id", drills::plan_id(plan)},
                       {"path_hash", drills::path_hash(plan)},
                       {"plan", ordered_json::parse(drills::to_json(plan), nullptr, false)}};
  json["steps"] = drills::steps_of(plan);
  return json;
}

/// Everything that a drill or a recovery stands on, for one plan.
class Stage {
 public:
  Stage(const drills::Plan& plan, drills::Journal& journal, const Console& console)
      : backend_(plan.target, plan.root, transport_),
        with_{journal, backend_, clock_,
              [&console](std::string_view line) {
                console.err << "muster drill: " << safe_line(std::string(line)) << std::endl;
              },
              stop_wanted} {}

  [[nodiscard]] const drills::Surroundings& surroundings() const { return with_; }

 private:
  net::Transport transport_{net::TransportOptions{}};
  net::Clock clock_;
  drills::HostBackend backend_;
  drills::Surroundings with_;
};

int finish(const std::string& drill, const drills::Outcome& outcome, bool json,
           const Console& console) {
  if (json) {
    console.out << ordered_json{{"drill", drill},
                                {"verdict", word_of(outcome.verdict)},
                                {"reason", sanitise(outcome.reason)},
                                {"metrics",
                                 metrics_json(outcome.metrics ? drills::to_json(*outcome.metrics)
                                                              : "")}}
                       .dump(2)
                << "\n";
    return exit_code(outcome.verdict);
  }
  console.out << fmt::format("drill {}: {}\n{}\n", drill, word_of(outcome.verdict),
                             safe_line(outcome.reason));
  if (outcome.metrics) {
    const drills::Metrics& m = *outcome.metrics;
    console.out << fmt::format(
        "recovery {} ms (act {}, converge {}, verify {}), restore {} ms\n"
        "{} requests: {} answered, {} lost, {} repeated by the client; {} ms without answers\n",
        m.rto_ms, m.act_ms, m.converge_ms, m.verify_ms, m.restore_ms, m.sent, m.ok, m.lost,
        m.retry_safe, m.downtime_ms);
  }
  return exit_code(outcome.verdict);
}

/// A drill that is open is recovered under its lock, unless its own process lives.
Result<drills::Outcome> recover_open(const drills::DrillRow& row, drills::Journal& journal,
                                     const Console& console) {
  MUSTER_TRY(const drills::Plan plan, drills::parse_plan(row.plan_json));
  const std::string path = drills::drill_lock(plan);
  MUSTER_TRY(auto lock, drills::FileLock::take(path, std::chrono::milliseconds(0)));
  if (!lock) {
    return drills::Outcome{drills::Verdict::Unproven,
                           "another drill of `" + row.target + "` is under way, process " +
                               drills::holder_of(path) + "; nothing was touched"};
  }
  const Stage stage(plan, journal, console);
  return drills::recover(row.id, stage.surroundings());
}

void print_row(const drills::DrillRow& row, const Console& console) {
  const ordered_json metrics = metrics_json(row.metrics);
  const std::string recovery =
      metrics.is_object() && metrics.contains("rto_ms") ? metrics["rto_ms"].dump() + " ms" : "-";
  console.out << fmt::format("{}  {:<10} {:<12} {:>9}  {}\n", safe_line(row.id),
                             safe_line(row.state == "closed" ? row.outcome : row.state),
                             safe_line(row.target), recovery, safe_line(row.reason));
}

ordered_json row_json(const drills::DrillRow& row) {
  return {{"id", sanitise(row.id)},
          {"target", sanitise(row.target)},
          {"environment", sanitise(row.environment)},
          {"plan", sanitise(row.plan)},
          {"path_hash", sanitise(row.path_hash)},
          {"state", sanitise(row.state)},
          {"outcome", sanitise(row.outcome)},
          {"reason", sanitise(row.reason)},
          {"opened", sanitise(row.opened)},
          {"closed", sanitise(row.closed)},
          {"metrics", metrics_json(row.metrics)},
          {"chain", {{"head", sanitise(row.chain_head)}, {"rows", row.chain_rows}}}};
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<int> plan(const DrillPlanOptions& options, const Console& console) {
  MUSTER_TRY(const auto target, find_target(options));
  const std::string root = std::filesystem::absolute(options.path).lexically_normal().string();
  net::Transport transport{net::TransportOptions{}};
  drills::HostBackend backend(target.first, root, transport);
  const std::optional<std::string> to =
      options.to.empty() ? std::nullopt : std::optional(options.to);
  MUSTER_TRY(const drills::Plan made,
             drills::make_plan(target.first, target.second, root, backend, to));
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_CHECK_OK(journal.keep_plan(made));
  if (options.json) {
    console.out << plan_json(made).dump(2) << "\n";
  } else {
    print_plan(made, console);
  }
  return int{kClean};
}

Result<int> approve(const DrillApproveOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_TRY(const drills::Plan plan, journal.plan(options.plan));
  const auto expires = parse_utc(options.expires);
  if (!expires) {
    return Error{ErrorCode::Usage,
                 "`" + options.expires + "` is no time; expected `2026-02-19T16:00:00Z`",
                 {}};
  }
  const std::string id = drills::plan_id(plan);
  if (options.signature.empty()) {
    console.out << drills::approval_text(id, to_utc(*expires));
    console.err
        << "muster drill: that is what to sign, to the byte: keep it as approval.txt, then\n"
           "  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n muster-drill approval.txt\n  muster drill "
           "approve "
        << id.substr(0, 12) << " --by " << options.by << " --expires " << to_utc(*expires)
        << " --signature approval.txt.sig\n";
    return int{kClean};
  }
  const drills::Approval approval{id, options.by, drills::wall_time(), to_utc(*expires),
                                  slurp(options.signature)};
  MUSTER_CHECK_OK(drills::check_signature(plan, approval));
  MUSTER_CHECK_OK(journal.keep_approval(approval));
  console.out << fmt::format("plan {} is approved by {} until {}\n", id.substr(0, 12),
                             safe_line(options.by), to_utc(*expires));
  return int{kClean};
}

/// Drills that were left open in the environment of a new one are put right first. Nothing when
/// there is none, or all of them are closed now; else how the first of the others stands.
Result<std::optional<std::pair<std::string, drills::Outcome>>> settle_open_ones(
    const drills::Plan& plan, drills::Journal& journal, const Console& console) {
  using Open = std::optional<std::pair<std::string, drills::Outcome>>;
  MUSTER_TRY(const auto rows, journal.drills());
  for (const drills::DrillRow& row : rows) {
    if (row.state == "closed" || row.environment != plan.target.environment) {
      continue;
    }
    console.err << "muster drill: drill " << safe_line(row.id)
                << " did not end: putting it right first" << std::endl;
    MUSTER_TRY(drills::Outcome outcome, recover_open(row, journal, console));
    MUSTER_TRY(const drills::DrillRow now, journal.drill(row.id));
    if (now.state != "closed") {
      return Open(std::pair(row.id, std::move(outcome)));
    }
  }
  return Open();
}

Result<int> run(const DrillRunOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_TRY(const drills::Plan plan, journal.plan(options.plan));
  const std::string id = drills::new_drill_id();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const Status may = drills::may_run(plan, journal, now); !may) {
    const std::string reason = may.error().message + "; nothing was touched";
    MUSTER_CHECK_OK(journal.refuse(id, plan, reason));
    return finish(id, {drills::Verdict::Refused, reason}, options.json, console);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, want_stop);
  }
  MUSTER_TRY(const auto open, settle_open_ones(plan, journal, console));
  if (open) {
    return finish(open->first, open->second, options.json, console);
  }
  const Stage stage(plan, journal, console);
  return finish(id, drills::run_drill(plan, id, stage.surroundings()), options.json, console);
}

Result<int> resume(const DrillResumeOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_TRY(const auto rows, journal.drills());
  int worst = kClean;
  bool any = false;
  for (const drills::DrillRow& row : rows) {
    if (row.state == "closed") {
      continue;
    }
    any = true;
    MUSTER_TRY(const drills::Outcome outcome, recover_open(row, journal, console));
    worst = std::max(worst, finish(row.id, outcome, options.json, console));
  }
  if (!any && !options.json) {
    console.out << "no drill is open\n";
  }
  return worst;
}

Result<int> status(const DrillStatusOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_TRY(const auto rows, journal.drills());
  const auto found = std::ranges::find_if(rows, [&](const drills::DrillRow& row) {
    return options.drill.empty() || row.id == options.drill;
  });
  if (found == rows.end()) {
    return Error{ErrorCode::Usage,
                 options.drill.empty() ? "there was no drill yet"
                                       : "there is no drill `" + options.drill + "`",
                 {}};
  }
  MUSTER_TRY(const auto steps, journal.steps(found->id));
  MUSTER_TRY(const auto wrong, journal.verify());
  if (options.json) {
    ordered_json json = row_json(*found);
    json["steps"] = ordered_json::array();
    for (const drills::Step& step : steps) {
      json["steps"].push_back({{"seq", step.seq},
                               {"name", sanitise(step.name)},
                               {"phase", sanitise(step.phase)},
                               {"at", sanitise(step.wall)},
                               {"boot_id", sanitise(step.boot_id)},
                               {"mono_us", step.mono_us},
                               {"data", ordered_json::parse(step.data, nullptr, false)}});
    }
    json["journal_problems"] = wrong;
    console.out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
  } else {
    print_row(*found, console);
    for (const drills::Step& step : steps) {
      console.out << fmt::format("  {} {:<12} {:<7} {}\n", step.wall, safe_line(step.name),
                                 safe_line(step.phase), safe_line(step.data));
    }
    for (const std::string& problem : wrong) {
      console.out << "the journal is not whole: " << safe_line(problem) << "\n";
    }
  }
  return wrong.empty() ? int{kClean} : int{kIncomplete};
}

Result<int> list(const DrillListOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(journal_path(options)));
  MUSTER_TRY(const auto rows, journal.drills());
  if (options.json) {
    ordered_json json = ordered_json::array();
    for (const drills::DrillRow& row : rows) {
      json.push_back(row_json(row));
    }
    console.out << ordered_json{{"drills", json}}.dump(2) << "\n";
    return int{kClean};
  }
  for (const drills::DrillRow& row : rows) {
    print_row(row, console);
  }
  return int{kClean};
}

Result<int> watch(const DrillWatchOptions& options, const Console& console) {
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(options.journal));
  MUSTER_TRY(const drills::DrillRow opened, journal.drill(options.drill));
  MUSTER_TRY(const drills::Plan plan, drills::parse_plan(opened.plan_json));
  const Stage stage(plan, journal, console);
  drills::say_armed(options.ready);
  MUSTER_TRY(const drills::FileLock lock, drills::FileLock::wait(options.lock));
  MUSTER_TRY(const drills::DrillRow row, journal.drill(options.drill));
  return row.state == "closed" ? int{kClean}
                               : exit_code(drills::recover(row.id, stage.surroundings()).verdict);
}

template <class Options>
int ended(Result<int> (*command)(const Options&, const Console&), const Options& options,
          const Console& console) {
  const Result<int> result = command(options, console);
  return result ? result.value() : report_error(console, result.error());
}

}  // namespace

int run_drill_plan(const DrillPlanOptions& options, const Console& console) {
  return ended(plan, options, console);
}

int run_drill_approve(const DrillApproveOptions& options, const Console& console) {
  return ended(approve, options, console);
}

int run_drill_run(const DrillRunOptions& options, const Console& console) {
  return ended(run, options, console);
}

int run_drill_resume(const DrillResumeOptions& options, const Console& console) {
  return ended(resume, options, console);
}

int run_drill_status(const DrillStatusOptions& options, const Console& console) {
  return ended(status, options, console);
}

int run_drill_list(const DrillListOptions& options, const Console& console) {
  return ended(list, options, console);
}

int run_drill_watch(const DrillWatchOptions& options, const Console& console) {
  return ended(watch, options, console);
}

}  // namespace muster::app
