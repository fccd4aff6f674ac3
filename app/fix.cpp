// Reads the whole repository, since a finding may rest on several files, and writes only workflow
// files whose repairs are proven.
#include "app/fix.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>

#include "app/audit_input.h"
#include "app/location_json.h"
#include "app/repository.h"
#include "app/write.h"
#include "checks/text/ascii.h"
#include "checks/workflow/repair.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using workflow::Repaired;
using workflow::RepairedFile;

constexpr std::size_t kWorkflowBytes = std::size_t{1} << 20U;

/// Roots, and the files in each that may be changed; no files = all.
using FixTargets = std::map<std::string, std::vector<std::string>>;

Status add_target(const std::string& path, FixTargets& targets) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    targets[path].clear();
    return Done{};
  }
  const fs::path file(path);
  const fs::path folder = file.parent_path();
  const bool placed =
      folder.filename() == "workflows" && folder.parent_path().filename() == ".github";
  if (!fs::is_regular_file(fs::symlink_status(file, error)) || !placed) {
    return Error{
        ErrorCode::Usage,
        "`" + path + "` is neither a folder nor a workflow file in `.github/workflows` of one",
        {}};
  }
  const fs::path root = folder.parent_path().parent_path();
  const std::string name = root.empty() ? "." : root.generic_string();
  const auto known = targets.find(name);
  if (known == targets.end() || !known->second.empty()) {
    targets[name].push_back(".github/workflows/" + file.filename().generic_string());
  }
  return Done{};
}

Result<FixTargets> targets_of(const FixOptions& options) {
  FixTargets targets;
  for (const std::string& path : options.paths) {
    MUSTER_CHECK_OK(add_target(path, targets));
  }
  return targets;
}

Result<std::vector<std::string>> wished_rules(const FixOptions& options) {
  const auto known = workflow::repairable_rules();
  if (options.rules.empty()) {
    return std::vector<std::string>(known.begin(), known.end());
  }
  for (const std::string& rule : options.rules) {
    if (!text::one_of(rule, known)) {
      std::string all;
      for (const std::string_view one : known) {
        all += (all.empty() ? "`" : ", `") + std::string(one) + "`";
      }
      return Error{
          ErrorCode::Usage, "no repairs for rule `" + rule + "`: there are for " + all, {}};
    }
  }
  return options.rules;
}

/// Writes the file, unless somebody has changed it since it was read.
Status write_repaired(const fs::path& root, const RepairedFile& file) {
  const fs::path path = root / file.source.path();
  MUSTER_TRY(const std::string now, read_file(path, file.source, kWorkflowBytes));
  if (now != file.before) {
    return Error{ErrorCode::Unwritable, "it was changed while it was being repaired",
                 SourceRef{file.source, {}}};
  }
  return write_file(path, file.after);
}

/// What one run says and how it ends.
struct FixReport {
  ordered_json json{{"files", ordered_json::array()},
                    {"repairs", ordered_json::array()},
                    {"left", ordered_json::array()}};
  std::size_t repaired = 0;
  std::size_t left = 0;
  std::size_t files = 0;
  std::size_t elsewhere = 0;
  bool incomplete = false;
};

void print_diff(const std::string& diff, const Console& console) {
  for (std::size_t at = 0; at < diff.size();) {
    const std::size_t end = std::min(diff.find('\n', at), diff.size());
    console.out << report::safe_line(diff.substr(at, end - at)) << "\n";
    at = end + 1;
  }
}

ordered_json finding_json(const Outcome& finding, const char* key, const std::string& words) {
  return {{"rule", finding.rule},
          {"asset", finding.asset.id},
          {"location", location_json(finding.where)},
          {key, words}};
}

void tell_plan(const Repaired& repaired, const FixOptions& options, FixReport& report,
               const Console& console) {
  const auto tell = [&](const char* mark, const Outcome& finding, const std::string& words) {
    if (!options.json) {
      console.err << report::safe_line(std::string(mark) + to_string(finding.where) + ": " + words +
                                       " (" + finding.rule + ")")
                  << "\n";
    }
  };
  for (const workflow::Repair& repair : repaired.plan.repairs) {
    for (const Outcome& finding : repair.findings) {
      tell("repaired: ", finding, repair.what);
      report.json["repairs"].push_back(finding_json(finding, "what", repair.what));
      ++report.repaired;
    }
  }
  for (const workflow::LeftAlone& left : repaired.plan.left) {
    tell("left: ", left.finding, left.why);
    report.json["left"].push_back(finding_json(left.finding, "why", left.why));
    ++report.left;
  }
  report.elsewhere += repaired.elsewhere;
}

void tell_unread(const Repository& repository, FixReport& report, const Console& console) {
  const Intent none;
  const AuditInput input(repository.facts, none, TimePoint{});
  for (const Unreadable& unreadable : input.model<workflow::Workflows>().unreadable()) {
    report_error(console, unreadable.error);
    report.incomplete = true;
  }
  for (const NotCovered& missed : repository.facts.not_covered) {
    if (missed.blocks && missed.what.starts_with(".github/workflows/")) {
      console.err << report::safe_line("muster: " + missed.what + ": " + missed.why) << "\n";
      report.incomplete = true;
    }
  }
}

void finish_file(const std::string& root, const RepairedFile& file, const FixOptions& options,
                 FixReport& report, const Console& console) {
  bool written = false;
  if (!options.dry_run) {
    const Status done = write_repaired(root, file);
    written = done.ok();
    if (!written) {
      report_error(console, done.error());
      report.incomplete = true;
    }
  }
  if (!options.json) {
    print_diff(file.diff, console);
  }
  report.json["files"].push_back(
      {{"path", file.source.path()}, {"diff", file.diff}, {"written", written}});
  ++report.files;
}

Status fix_root(const std::string& root, const workflow::RepairWish& wish,
                const FixOptions& options, FixReport& report, const Console& console) {
  MUSTER_TRY(const Intent intent, find_intent(root, {}));
  MUSTER_TRY(const Repository repository, read_repository(root, {}, intent));
  for (const std::string& file : wish.files) {
    const auto& documents = repository.facts.documents;
    const bool there = std::any_of(documents.begin(), documents.end(), [&](const Document& one) {
      return one.source.path() == file && one.kind == DocumentKind::GithubWorkflow;
    });
    if (!there) {
      return Error{ErrorCode::Usage, "`" + file + "` is no workflow that the audit reads", {}};
    }
  }
  tell_unread(repository, report, console);
  const Repaired repaired = workflow::repair_workflows(repository.facts, intent, wish);
  for (const RepairedFile& file : repaired.files) {
    finish_file(root, file, options, report, console);
  }
  tell_plan(repaired, options, report, console);
  return Done{};
}

void tell_end(const FixOptions& options, FixReport& report, const Console& console) {
  report.json["other_findings"] = report.elsewhere;
  if (options.json) {
    console.out << report.json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
    return;
  }
  const char* verb = options.dry_run ? " would be repaired in " : " repaired in ";
  console.err << report::plural(report.repaired, "finding") << verb
              << report::plural(report.files, "file") << ", " << report.left << " left; "
              << report::plural(report.elsewhere, "finding")
              << " of rules without repairs (muster audit lists them)\n";
}

}  // namespace

int run_fix(const FixOptions& options, const Console& console) {
  const auto targets = targets_of(options);
  if (!targets) {
    return report_error(console, targets.error());
  }
  const auto rules = wished_rules(options);
  if (!rules) {
    return report_error(console, rules.error());
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  FixReport report;
  for (const auto& [root, files] : targets.value()) {
    const Status done = fix_root(root, {rules.value(), files, now}, options, report, console);
    if (!done) {
      return report_error(console, done.error());
    }
  }
  tell_end(options, report, console);
  return report.incomplete ? kIncomplete : options.dry_run && report.files > 0 ? kFindings : kClean;
}

}  // namespace muster::app
