// A role that pipelines assume reaches rights of an administrator over other principals, over what
// they run or consume, or by rewriting its own permissions. Roles of the account facts, and those
// that infrastructure code declares: of others the permissions are not known.
#include <map>

#include "checks/core/check.h"
#include "checks/escalation/graph.h"
#include "checks/escalation/trusts.h"
#include "checks/iam/pipeline.h"

namespace muster::escalation {
namespace {

bool is_pipeline_role(const iam::Principal& principal) {
  if (principal.role == nullptr || !principal.role->trust) {
    return false;
  }
  for (const std::string& provider : trusts_of(*principal.role->trust).providers) {
    if (provider.find(":oidc-provider/") != std::string::npos) {
      return true;
    }
  }
  return false;
}

/// Whom it acts as in the end.
std::string target_of(const Path& path) {
  return path.target == nullptr ? "itself" : path.target->arn;
}

/// Its ways, in order: `ssm-send-command`, `sts-assume-role, iam-put-role-policy`.
std::string ways_of(const Path& path) {
  std::string names;
  for (const auto& edge : path.edges) {
    names += (names.empty() ? "" : ", ") + way_id(*edge);
  }
  return names;
}

Witness witness_of(const Path& path) {
  Witness witness{WitnessKind::Path, {{"start", {path.start->arn}}}};
  for (const auto& edge : path.edges) {
    WitnessField step{way_id(*edge), {}};
    for (const Hop& hop : edge->hops) {
      step.values.push_back(hop.request.action + " on " + hop.request.resource);
    }
    witness.fields.push_back(std::move(step));
  }
  witness.fields.push_back({"administrator", {target_of(path)}});
  return witness;
}

std::string not_known(const Path& path) {
  for (const auto& edge : path.edges) {
    if (!edge->because.empty()) {
      return edge->because.front();
    }
  }
  return "a step of it";
}

void report(const Path& path, Outcomes& out) {
  const Asset asset = path.start->role->asset();
  const SourceRef& where = path.edges.front()->hops.front().where;
  const std::string anchor = "way:" + way_id(*path.edges.front());
  if (path.verdict == Verdict::Proven) {
    out.fail(asset, where, witness_of(path))
        .anchor(anchor)
        .arg("ways", ways_of(path))
        .arg("target", target_of(path));
  } else {
    out.undecided(asset, where,
                  "whether it reaches rights of an administrator as `" + target_of(path) +
                      "` by `" + ways_of(path) +
                      "` depends on what is not known: " + not_known(path))
        .anchor(anchor);
  }
}

/// No path with the policies whose texts are known.
void report_none(const iam::Principal& start, Outcomes& out) {
  for (const iam::IdentityPolicy& policy : start.identity) {
    if (!policy.policy) {
      out.undecided(
          start.role->asset(), start.where,
          "what policy `" + iam::label(policy) + "` allows is not known: " + policy.missing);
      return;
    }
  }
  out.pass(start.role->asset(), start.where);
}

void escalation_path(const AuditInput& input, Outcomes& out) {
  std::vector<const iam::Principal*> starts;
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (is_pipeline_role(principal)) {
      starts.push_back(&principal);
    }
  }
  if (starts.empty()) {
    return;
  }
  const auto& graph = input.model<Graph>();
  std::map<const iam::Principal*, std::vector<Path>> paths;
  for (Path& path : graph.to_admin()) {
    paths[path.start].push_back(std::move(path));
  }
  for (const iam::Principal* start : starts) {
    // An administrator has nothing to reach: another rule speaks about that.
    if (graph.is_admin(*start)) {
      continue;
    }
    if (paths[start].empty()) {
      report_none(*start, out);
    }
    for (const Path& path : paths[start]) {
      report(path, out);
    }
  }
}

const Register kRegister{"iam-escalation-path", escalation_path, {}};

}  // namespace
}  // namespace muster::escalation
