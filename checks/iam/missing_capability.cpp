// A declared capability that the role's policies do not give: the pipeline will be refused. Asked
// in the role's favour: every condition of its policies is taken to be met, as long as some request
// can meet it, so that a policy may well be narrower than its capability.
#include <map>

#include "checks/iam/declared.h"
#include "checks/iam/requests.h"

namespace muster::iam {
namespace {

using capability::Grant;
using policy::Statement;
using prover::Answer;
using prover::Verdict;

/// What one way to a grant lacks.
struct Lack {
  Verdict given = Verdict::Yes;
  policy::Request refused;
  std::string reason;
};

/// The statement cut down to one action on one resource.
std::vector<Statement> pieces_of(const Statement& statement) {
  std::vector<Statement> pieces;
  for (const policy::Text& action : *statement.actions) {
    for (const policy::Text& resource : *statement.resources) {
      pieces.push_back(statement);
      pieces.back().actions = {action};
      pieces.back().resources = {resource};
    }
  }
  return pieces;
}

/// A request that the piece allows, for one whose conditions no request can meet for the role.
policy::Request request_of(const Statement& piece, const std::string& role) {
  policy::Request request;
  request.principal = role;
  request.action = piece.actions->front().value;
  request.resource = instance_of(piece.resources->front().value);
  for (const policy::Condition& clause : piece.conditions) {
    request.context[policy::lower(clause.key.value)] = {{instance_of(clause.values.front().value)},
                                                        false};
  }
  return request;
}

Lack lack_of(DeclaredPower& power, const Statement& way, const std::string& role) {
  if (power.gives(way).verdict == Verdict::Yes) {
    return {};
  }
  for (const Statement& piece : pieces_of(way)) {
    Answer covered = power.covers(piece);
    if (covered.verdict == Verdict::No) {
      return {Verdict::No, std::move(*covered.witness), {}};
    }
    const Answer met = power.meets(piece);
    if (met.verdict == Verdict::No) {
      return {Verdict::No, request_of(piece, role), {}};
    }
    if (covered.verdict == Verdict::Undecided || met.verdict == Verdict::Undecided) {
      return {Verdict::Undecided,
              {},
              covered.verdict == Verdict::Undecided ? covered.reason : met.reason};
    }
  }
  return {};
}

/// The best of the ways to a grant; what is missing is told by the first one.
Lack lack_of(DeclaredPower& power, const Grant& grant, const std::string& role) {
  Lack first;
  for (const Statement& way : grant.ways) {
    Lack lack = lack_of(power, way, role);
    if (lack.given == Verdict::Yes) {
      return lack;
    }
    if (&way == &grant.ways.front() || lack.given == Verdict::Undecided) {
      first = std::move(lack);
    }
  }
  return first;
}

/// Judges the grants of one capability until one is missing.
void judge_capability(const DeclaredRole& declared, DeclaredPower& power,
                      const std::vector<const Grant*>& grants, const std::string& anchor,
                      Outcomes& out) {
  const Asset asset = declared.role->asset();
  const SourceRef& where = grants.front()->where;
  std::string doubt;
  for (const Grant* grant : grants) {
    const Lack lack = lack_of(power, *grant, declared.role->arn);
    if (lack.given == Verdict::No && declared.unknown.empty()) {
      out.fail(asset, where, request_witness(lack.refused))
          .arg("capability", grant->capability)
          .arg("action", lack.refused.action)
          .arg("resource", lack.refused.resource)
          .anchor(anchor)
          .related(declared.role->where, "the role");
      return;
    }
    if (lack.given != Verdict::Yes) {
      doubt = declared.unknown.empty() ? lack.reason : declared.unknown;
    }
  }
  if (doubt.empty()) {
    out.pass(asset, where).anchor(anchor);
  } else {
    out.undecided(asset, where, doubt).anchor(anchor);
  }
}

void judge_role(const DeclaredRole& declared, Outcomes& out) {
  DeclaredPower power(declared);
  std::map<SourceRef, std::vector<const Grant*>> capabilities;
  for (const Grant& grant : declared.expansion.grants) {
    if (grant.capability != "allow") {
      capabilities[grant.where].push_back(&grant);
    }
  }
  std::map<std::string, std::size_t> seen;
  for (const auto& [where, grants] : capabilities) {
    const std::string& name = grants.front()->capability;
    const std::size_t number = ++seen[name];
    judge_capability(declared, power, grants,
                     name + (number == 1 ? "" : "#" + std::to_string(number)), out);
  }
}

void missing_capability(const AuditInput& input, Outcomes& out) {
  const std::vector<DeclaredRole>& roles = input.model<DeclaredRoles>().all();
  judge_each(input, roles.size(), out,
             [&](const Piece& piece, Outcomes& part) { judge_role(roles[piece.number], part); });
}

const Register kMissingCapabilityCheck{"iam-missing-capability", missing_capability, {}};

}  // namespace
}  // namespace muster::iam
