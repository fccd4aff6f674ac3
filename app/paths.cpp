// Words and JSON for paths; the paths themselves are in checks/workflow/paths.h.
#include "app/paths.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "checks/iam/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/paths.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using workflow::DeliveryPath;
using workflow::DeliveryPaths;
using workflow::PathPowers;
using workflow::PathVerdict;
using Chosen = std::vector<const DeliveryPath*>;

using report::safe_line;

constexpr std::size_t kKindColumn = 12;
constexpr const char* kOwnRule = "workflow-ungated-path";

bool is_environment_of(const DeliveryPath& path, const std::string& name) {
  const bool of_role = path.known_role != nullptr && path.known_role->intent != nullptr &&
                       text::one_of(name, path.known_role->intent->environments);
  return path.environment == name || of_role;
}

bool is_role_of(const DeliveryPath& path, const std::string& wanted) {
  return path.role == wanted || (path.known_role != nullptr && path.known_role->name == wanted);
}

/// Which paths lead to the destination of the command line.
class Destination {
 public:
  Destination(const std::string& to, const AuditInput& input)
      : to_(to), intent_(input.intent()), roles_(input.model<iam::Roles>()), powers_(input) {}

  /// Whether anything here has that name.
  [[nodiscard]] bool is_known(const std::vector<DeliveryPath>& paths) const;
  [[nodiscard]] bool is_of(const DeliveryPath& path);

 private:
  [[nodiscard]] bool is_production() const { return to_ == "prod" || to_ == "production"; }

  [[nodiscard]] bool is_named_environment() const { return intent_.environment(to_) != nullptr; }

  const std::string& to_;
  const Intent& intent_;
  const iam::Roles& roles_;
  PathPowers powers_;
};

bool Destination::is_known(const std::vector<DeliveryPath>& paths) const {
  return to_.empty() || is_production() || to_.starts_with("arn:") || is_named_environment() ||
         std::any_of(roles_.all().begin(), roles_.all().end(),
                     [&](const iam::Role& role) { return role.name == to_; }) ||
         std::any_of(paths.begin(), paths.end(), [&](const DeliveryPath& path) {
           return is_environment_of(path, to_) || is_role_of(path, to_);
         });
}

bool Destination::is_of(const DeliveryPath& path) {
  if (to_.empty() || is_environment_of(path, to_) || is_role_of(path, to_)) {
    return true;
  }
  if (is_production()) {
    return path.kind == EnvironmentClass::Production;
  }
  return to_.starts_with("arn:") && to_.find(":role/") == std::string::npos &&
         (path.known_role == nullptr || !powers_.may_change(*path.known_role, to_).is_no());
}

/// The rule that reports the path; empty when none does.
std::string rule_of(const DeliveryPath& path) {
  return !path.is_finding() ? "" : path.said_by.empty() ? kOwnRule : path.said_by;
}

ordered_json steps_json(const DeliveryPath& path) {
  ordered_json steps = ordered_json::array();
  for (const workflow::PathStep& step : path.steps) {
    steps.push_back(
        {{"kind", step.kind}, {"text", step.text}, {"location", location_json(step.where)}});
  }
  return steps;
}

ordered_json gates_json(const DeliveryPath& path) {
  ordered_json gates = ordered_json::array();
  for (const workflow::Gate& gate : path.gates) {
    gates.push_back({{"kind", workflow::to_string(gate.kind)},
                     {"text", gate.words},
                     {"holds_the_start", gate.counts},
                     {"known", !gate.open},
                     {"assumes", gate.assumption},
                     {"location", location_json(gate.where)}});
  }
  return gates;
}

ordered_json role_json(const DeliveryPath& path) {
  if (path.role.empty()) {
    return nullptr;
  }
  ordered_json may = ordered_json::array();
  for (const workflow::AllowedChange& change : path.changes.some) {
    may.push_back({{"action", change.action},
                   {"resource", change.resource},
                   {"statement", location_json(change.where)}});
  }
  return {{"arn", path.role},
          {"admission", path.admission.empty() ? "admitted" : "not known"},
          {"because", path.admission},
          {"permissions", path.changes.missing.empty() ? "known" : "not known"},
          {"may", std::move(may)}};
}

ordered_json path_json(const DeliveryPath& path) {
  return {{"verdict", workflow::to_string(path.verdict)},
          {"reason", path.reason},
          {"rule", rule_of(path)},
          {"actor", workflow::to_string(path.actor)},
          {"event", path.event},
          {"workflow", path.workflow},
          {"job", path.job},
          {"environment", path.environment},
          {"leads_to", {{"class", to_string(path.kind)}, {"by", path.kind_from}}},
          {"subjects", path.subjects},
          {"role", role_json(path)},
          {"gates", gates_json(path)},
          {"assumes", path.assumptions()},
          {"steps", steps_json(path)},
          {"asset", {{"kind", path.asset.kind}, {"id", path.asset.id}}},
          {"anchor", path.anchor}};
}

std::string_view headline(const DeliveryPath& path) {
  switch (path.verdict) {
    case PathVerdict::OpenToOutsiders:
      return "OPEN TO OUTSIDERS";
    case PathVerdict::Open:
      return "OPEN";
    case PathVerdict::Undecided:
      return "UNDECIDED";
    case PathVerdict::Held:
      return "HELD";
    case PathVerdict::Presumed:
      return "HELD BY REVIEWERS, IF THERE ARE ANY";
    case PathVerdict::Harmless:
      return "CHANGES NOTHING";
    case PathVerdict::Elsewhere:
      return path.kind == EnvironmentClass::Unknown ? "NOT KNOWN WHERE TO" : "ELSEWHERE";
  }
  return "";
}

std::string name_of(const DeliveryPath& path) {
  std::string name = path.event;
  if (!path.job.empty()) {
    name += " > " + path.job;
  }
  if (!path.role.empty()) {
    name += " > " + (path.known_role != nullptr ? path.known_role->name : path.role);
  }
  return name + " > " + to_string(path.kind);
}

void print_path(const DeliveryPath& path, std::ostream& out) {
  out << headline(path) << "  " << safe_line(name_of(path)) << "\n";
  std::size_t number = 0;
  for (const workflow::PathStep& step : path.steps) {
    const std::string kind = step.kind + std::string(kKindColumn, ' ').substr(step.kind.size());
    ++number;
    out << "  " << (number < 10 ? " " : "") << number << ". " << kind << safe_line(step.text)
        << "\n"
        << std::string(kKindColumn + 6, ' ') << safe_line(to_string(step.where)) << "\n";
  }
  out << "      needs "
      << (path.actor == workflow::Actor::Outsider || path.actor == workflow::Actor::Approver ? "an "
                                                                                             : "a ")
      << workflow::to_string(path.actor)
      << (path.verdict == PathVerdict::Elsewhere || path.verdict == PathVerdict::Harmless ||
                  path.verdict == PathVerdict::Held || path.verdict == PathVerdict::Presumed ||
                  !path.reason.empty()
              ? ""
              : ", and nobody else")
      << "\n";
  for (const std::string& assumption : path.assumptions()) {
    out << "      assumes: " << safe_line(assumption) << "\n";
  }
  if (!path.reason.empty()) {
    out << "      not known: " << safe_line(path.reason) << "\n";
  }
  if (const std::string rule = rule_of(path); !rule.empty()) {
    out << "      reported by: " << rule << "\n";
  }
}

/// `2 open, 1 held`
std::string counts_of(const Chosen& paths) {
  std::string words;
  for (const PathVerdict verdict :
       {PathVerdict::OpenToOutsiders, PathVerdict::Open, PathVerdict::Undecided,
        PathVerdict::Presumed, PathVerdict::Held, PathVerdict::Harmless, PathVerdict::Elsewhere}) {
    const auto count = std::count_if(paths.begin(), paths.end(), [&](const DeliveryPath* path) {
      return path->verdict == verdict;
    });
    if (count > 0) {
      words +=
          (words.empty() ? "" : ", ") + std::to_string(count) + " " + workflow::to_string(verdict);
    }
  }
  return words;
}

/// What limits the answer.
std::vector<std::string> limits_of(const AuditInput& input, const DeliveryPaths& paths) {
  std::vector<std::string> limits;
  for (const workflow::JobRun& run : input.model<workflow::JobRuns>().all()) {
    if (run.entry == nullptr && !run.recognised->credentials.empty()) {
      limits.push_back("nothing here calls " + run.workflow->source.path() +
                       ", so who starts its job `" + run.job->id.value + "` is not known");
    }
  }
  for (const workflow::Workflow& one : input.model<workflow::Workflows>().all()) {
    for (const workflow::Job& job : one.jobs) {
      const std::string power = workflow::external_deploy_power(one, job);
      if (!power.empty()) {
        limits.push_back("job `" + job.id.value + "` of " + one.source.path() + " hands " + power +
                         " to " + job.uses.value + ", which is not followed");
      }
    }
  }
  if (paths.cut_off()) {
    limits.push_back("there are more than " + std::to_string(DeliveryPaths::kMaxPaths) +
                     " paths; the others are not shown");
  }
  return limits;
}

bool report_unread(const Account& account, const Console& console) {
  std::vector<Unreadable> all = workflow::unreadable_workflows(account.input);
  const auto trusts = iam::unreadable_trusts(account.input);
  all.insert(all.end(), trusts.begin(), trusts.end());
  for (const Unreadable& one : all) {
    report_error(console, one.error);
  }
  return report_unreadable(account, console) || !all.empty();
}

/// Those that lead to the destination, the worst first.
Chosen paths_to(Destination& destination, const DeliveryPaths& all) {
  Chosen paths;
  for (const DeliveryPath& path : all.all()) {
    if (destination.is_of(path)) {
      paths.push_back(&path);
    }
  }
  std::stable_sort(paths.begin(), paths.end(), [](const DeliveryPath* a, const DeliveryPath* b) {
    return a->verdict > b->verdict;
  });
  return paths;
}

void print_paths_json(const std::string& to, const Chosen& paths,
                      const std::vector<std::string>& limits, std::ostream& out) {
  ordered_json list = ordered_json::array();
  for (const DeliveryPath* path : paths) {
    list.push_back(path_json(*path));
  }
  const ordered_json json{{"to", to}, {"paths", std::move(list)}, {"not_covered", limits}};
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_paths_words(const std::string& to, const Chosen& paths,
                       const std::vector<std::string>& limits, std::ostream& out) {
  for (const DeliveryPath* path : paths) {
    print_path(*path, out);
    out << "\n";
  }
  for (const std::string& limit : limits) {
    out << "not covered: " << safe_line(limit) << "\n";
  }
  out << report::plural(paths.size(), "path") << (to.empty() ? "" : " to " + safe_line(to))
      << (paths.empty() ? "" : ": " + counts_of(paths)) << "\n";
}

int exit_code_of(const Chosen& paths, bool unread) {
  if (std::any_of(paths.begin(), paths.end(),
                  [](const DeliveryPath* path) { return path->is_finding(); })) {
    return kFindings;
  }
  const bool open = std::any_of(paths.begin(), paths.end(), [](const DeliveryPath* path) {
    return path->verdict == PathVerdict::Undecided;
  });
  return unread || open ? kIncomplete : kClean;
}

}  // namespace

int run_paths(const PathsOptions& options, const Console& console) {
  const auto read = read_folder(options);
  if (!read) {
    return report_error(console, read.error());
  }
  const Account& account = *read.value();
  const DeliveryPaths& all = account.input.model<DeliveryPaths>();
  Destination destination(options.to, account.input);
  if (!destination.is_known(all.all())) {
    return report_error(console,
                        {ErrorCode::Usage,
                         "`" + options.to + "` is no environment, role or ARN that is known here",
                         {}});
  }
  const Chosen paths = paths_to(destination, all);
  const auto print = options.json ? print_paths_json : print_paths_words;
  print(options.to, paths, limits_of(account.input, all), console.out);
  const bool unread = report_unread(account, console) || all.cut_off();
  return exit_code_of(paths, unread);
}

}  // namespace muster::app
