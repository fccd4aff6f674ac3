// Words and JSON for paths; the search itself is in checks/escalation.
#include "app/escalations.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "checks/escalation/entrances.h"
#include "checks/escalation/graph.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using escalation::Edge;
using escalation::Entrance;
using escalation::Entrances;
using escalation::Graph;
using escalation::Hop;
using escalation::Path;
using escalation::Verdict;
using nlohmann::ordered_json;
using report::sanitise;

std::string name_of(const iam::Principal& principal) {
  return std::string(principal.kind == iam::PrincipalKind::User ? "user `" : "role `") +
         sanitise(principal.name) + "`";
}

/// The number of a principal that somebody calls by its ARN, or a name that only one has.
Result<std::size_t> find_principal(const Graph& graph, const std::string& wanted) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < graph.principals().size(); ++i) {
    if (graph.principals()[i].arn == wanted) {
      return i;
    }
    if (graph.principals()[i].name == wanted) {
      if (found) {
        return Error{
            ErrorCode::Usage, "`" + wanted + "` names several principals; give its ARN", {}};
      }
      found = i;
    }
  }
  if (!found) {
    return Error{ErrorCode::Usage, "no user or role `" + wanted + "` in the account facts", {}};
  }
  return *found;
}

/// Declared environments of the principal, if it is a role that muster.yaml names.
std::vector<std::string> environments_of(const iam::Principal& principal) {
  return principal.role != nullptr && principal.role->intent != nullptr
             ? principal.role->intent->environments
             : std::vector<std::string>{};
}

std::string does(const Edge& edge) {
  return edge.way == nullptr ? "assumes the role" : edge.way->does;
}

ordered_json principal_json(const iam::Principal& principal) {
  return {{"arn", principal.arn},
          {"kind", principal.kind == iam::PrincipalKind::User ? "user" : "role"},
          {"environments", environments_of(principal)}};
}

ordered_json edge_json(const Edge& edge) {
  ordered_json requests = ordered_json::array();
  for (const Hop& hop : edge.hops) {
    requests.push_back({{"verdict", escalation::to_string(hop.verdict)},
                        {"request", request_json(hop.request)},
                        {"statement", location_json(hop.where)}});
  }
  return {{"way", way_id(edge)},
          {"does", does(edge)},
          {"verdict", escalation::to_string(edge.verdict)},
          {"from", edge.from->arn},
          {"to", edge.to == nullptr ? ordered_json() : ordered_json(edge.to->arn)},
          {"over", edge.over},
          {"because", edge.because},
          {"requests", std::move(requests)}};
}

ordered_json start_json(const iam::Principal& start, const Entrances& entrances) {
  ordered_json json = principal_json(start);
  ordered_json list = ordered_json::array();
  for (const Entrance& entrance : entrances.of(start)) {
    list.push_back({{"kind", to_string(entrance.kind)}, {"name", entrance.name}});
  }
  json["entrances"] = std::move(list);
  return json;
}

ordered_json path_json(const Path& path, const Entrances& entrances) {
  ordered_json steps = ordered_json::array();
  for (const auto& edge : path.edges) {
    steps.push_back(edge_json(*edge));
  }
  return {{"start", start_json(*path.start, entrances)},
          {"target", path.target == nullptr ? ordered_json() : principal_json(*path.target)},
          {"administrator", path.admin},
          {"verdict", escalation::to_string(path.verdict)},
          {"steps", std::move(steps)}};
}

void print_edge(const Edge& edge, std::size_t number, std::ostream& out) {
  out << "  " << number << ". " << name_of(*edge.from) << " " << does(edge)
      << (edge.to == nullptr || edge.to == edge.from ? "" : " -> " + name_of(*edge.to))
      << (edge.over.empty() ? "" : " (over " + sanitise(edge.over) + ")") << "  [" << way_id(edge)
      << "]\n";
  for (const Hop& hop : edge.hops) {
    out << "     " << request_words(hop.request);
    if (!hop.where.source.path().empty()) {
      out << "  (" << sanitise(to_string(hop.where)) << ")";
    }
    out << "\n";
  }
  for (const std::string& because : edge.because) {
    out << "     " << (edge.verdict == Verdict::Blocked ? "stopped: " : "not known: ")
        << sanitise(because) << "\n";
  }
}

/// Who gets to be the start from outside.
void print_entrances(const std::vector<Entrance>& entrances, std::ostream& out) {
  for (const Entrance& entrance : entrances) {
    out << "  open to: ";
    switch (entrance.kind) {
      case escalation::EntranceKind::Pipeline:
        out << "tokens of " << sanitise(entrance.name);
        break;
      case escalation::EntranceKind::AccessKey:
        out << "whoever holds its access key";
        break;
      case escalation::EntranceKind::OtherAccount:
        out << sanitise(entrance.name) << ", not of these facts";
        break;
      case escalation::EntranceKind::Everyone:
        out << "whoever has an AWS account";
        break;
    }
    out << "\n";
  }
}

void print_path(const Path& path, const Entrances& entrances, std::ostream& out) {
  out << (path.verdict == Verdict::Proven ? "PROVEN    " : "POSSIBLE  ") << name_of(*path.start)
      << " -> ";
  if (path.target == nullptr) {
    out << "itself";
  } else {
    out << name_of(*path.target);
    for (const std::string& environment : environments_of(*path.target)) {
      out << ", environment `" << sanitise(environment) << "`";
    }
  }
  out << (path.admin ? ": rights of an administrator" : "") << "\n";
  print_entrances(entrances.of(*path.start), out);
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    print_edge(*path.edges[i], i + 1, out);
  }
}

/// What one call of the command found.
struct Found {
  std::vector<Path> paths;
  std::vector<Edge> blocked;
};

Result<Found> search(const Graph& graph, const EscalationsOptions& options) {
  Found found;
  if (options.from.empty()) {
    found.paths = graph.to_admin();
    for (const iam::Principal& principal : graph.principals()) {
      if (options.blocked && !graph.is_admin(principal)) {
        std::ranges::move(graph.blocked(principal), std::back_inserter(found.blocked));
      }
    }
    return found;
  }
  MUSTER_TRY(const std::size_t number, find_principal(graph, options.from));
  const iam::Principal& start = graph.principals()[number];
  found.paths = graph.from(start);
  if (options.blocked) {
    found.blocked = graph.blocked(start);
  }
  return found;
}

void print_json(const Graph& graph, const Entrances& entrances, const Found& found,
                std::ostream& out) {
  ordered_json paths = ordered_json::array();
  for (const Path& path : found.paths) {
    paths.push_back(path_json(path, entrances));
  }
  ordered_json blocked = ordered_json::array();
  for (const Edge& edge : found.blocked) {
    blocked.push_back(edge_json(edge));
  }
  const auto admins = std::ranges::count_if(
      graph.principals(),
      [&](const iam::Principal& principal) { return graph.is_admin(principal); });
  const ordered_json json{{"ways_date", escalation::ways_date()},
                          {"principals", graph.principals().size()},
                          {"administrators", admins},
                          {"paths", std::move(paths)},
                          {"blocked", std::move(blocked)}};
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_words(const Graph& graph, const Entrances& entrances, const Found& found,
                 std::ostream& out) {
  for (const Path& path : found.paths) {
    print_path(path, entrances, out);
    out << "\n";
  }
  if (!found.blocked.empty()) {
    out << "BLOCKED   what comes close\n";
  }
  for (std::size_t i = 0; i < found.blocked.size(); ++i) {
    print_edge(found.blocked[i], i + 1, out);
  }
  const auto proven = std::ranges::count(found.paths, Verdict::Proven, &Path::verdict);
  out << found.paths.size() << " path(s): " << proven << " proven, "
      << found.paths.size() - static_cast<std::size_t>(proven) << " possible; "
      << graph.principals().size() << " principals, ways of " << escalation::ways_date() << "\n";
}

}  // namespace

int run_escalations(const EscalationsOptions& options, const Console& console) {
  auto account = read_account(options);
  if (!account) {
    return report_error(console, account.error());
  }
  const bool incomplete = report_unreadable(*account.value(), console);
  const Graph graph = Graph::build(account.value()->input);
  auto found = search(graph, options);
  if (!found) {
    return report_error(console, found.error());
  }
  const auto& entrances = account.value()->input.model<Entrances>();
  if (options.json) {
    print_json(graph, entrances, found.value(), console.out);
  } else {
    print_words(graph, entrances, found.value(), console.out);
  }
  const bool dangerous = std::ranges::any_of(found.value().paths, &Path::admin);
  return dangerous ? kFindings : incomplete ? kIncomplete : kClean;
}

}  // namespace muster::app
