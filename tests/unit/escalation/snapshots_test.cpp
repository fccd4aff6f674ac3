// Acceptance: the known path of every snapshot is found, with the right start and target; and of
// every needed permission there are twins without it, which are silent and say what stopped them.
#include "tests/unit/escalation/snapshots.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include "checks/policy/evaluate.h"

namespace {

using namespace muster;
using namespace muster::escalation;
using namespace muster::escalation::test;

/// What a snapshot expects: who starts, whom it ends with (may hold a `*`).
struct Expected {
  std::vector<std::string> starts;
  std::string target;
  bool admin = false;
};

bool is_entity(const std::string& text) {
  return text.starts_with("arn:aws:iam::") &&
         (text.find(":user/") != std::string::npos || text.find(":role/") != std::string::npos);
}

/// Principals of the account facts that the list names, and the last of them, maybe as a pattern.
Expected expected_of(const Asked& asked, const ordered_json& snapshot) {
  Expected expected;
  const auto principals = snapshot["expected"]["principals"].get<std::vector<std::string>>();
  for (const std::string& text : principals) {
    if (!is_entity(text)) {
      continue;
    }
    const bool known = asked.find(text) != nullptr;
    if (known || text.find('*') != std::string::npos) {
      expected.target = text;
    }
    if (known && (expected.starts.empty() || text.find(":user/") != std::string::npos)) {
      expected.starts.push_back(text);
    }
  }
  expected.admin = snapshot["expected"]["target"] == "to-admin";
  return expected;
}

/// Whether the path goes to the target, or makes it (or the start itself) an administrator.
bool reaches(const Path& path, const Expected& expected) {
  const bool self = path.target == nullptr;
  return self || policy::glob_match(expected.target, path.target->arn);
}

std::optional<Path> found_path(const Asked& asked, const Expected& expected) {
  for (const std::string& arn : expected.starts) {
    const iam::Principal* start = asked.find(arn);
    for (const Path& path : asked.graph().from(*start)) {
      if (reaches(path, expected) && path.edges.back()->from != path.edges.back()->to) {
        return path;
      }
    }
  }
  return std::nullopt;
}

/// The edge that a twin takes a permission from: the last that takes more than `sts:AssumeRole`.
const Edge& key_edge(const Path& path) {
  for (auto edge = path.edges.rbegin(); edge != path.edges.rend(); ++edge) {
    if ((*edge)->way != nullptr) {
      return **edge;
    }
  }
  return *path.edges.back();
}

/// One change that takes a permission away.
struct Twin {
  std::string kind;
  ordered_json snapshot;
  /// One of these stands in the reason.
  std::vector<std::string> reasons;
};

const ordered_json& nobody() {
  static const ordered_json kNobody = {
      {"StringEquals", {{"aws:PrincipalArn", "arn:aws:iam::999988887777:user/nobody"}}}};
  return kNobody;
}

void add_condition(ordered_json& statement) {
  statement["Condition"]["StringEquals"].update(nobody()["StringEquals"]);
}

std::vector<Twin> twins_without(const ordered_json& snapshot, const std::string& arn,
                                const std::string& action) {
  std::vector<Twin> twins;
  twins.push_back({"denied", snapshot, {"denies it"}});
  add_policy(twins.back().snapshot, arn,
             {{"Sid", "Twin"}, {"Effect", "Deny"}, {"Action", action}, {"Resource", "*"}});
  twins.push_back({"bounded", snapshot, {"permissions boundary"}});
  set_boundary(twins.back().snapshot, arn,
               {{"Effect", "Allow"}, {"NotAction", action}, {"Resource", "*"}});
  twins.push_back({"conditioned away", snapshot, {"is false"}});
  for (ordered_json* statement :
       statements_naming(documents_of(twins.back().snapshot, arn), action)) {
    add_condition(*statement);
  }
  twins.push_back({"another resource", snapshot, {"`Resource` does not name", "no resource"}});
  for (ordered_json* statement :
       statements_naming(documents_of(twins.back().snapshot, arn), action)) {
    (*statement)["Resource"] = "arn:aws:sqs:eu-central-1:444455556666:elsewhere";
  }
  return twins;
}

/// Twins of an edge over `sts:AssumeRole`, where the trust policy may suffice by itself.
std::vector<Twin> twins_of_trust(const ordered_json& snapshot, const Edge& edge) {
  std::vector<Twin> twins;
  twins.push_back({"denied", snapshot, {"denies it"}});
  add_policy(
      twins.back().snapshot, edge.from->arn,
      {{"Sid", "Twin"}, {"Effect", "Deny"}, {"Action", "sts:AssumeRole"}, {"Resource", "*"}});
  twins.push_back({"trust conditioned away", snapshot, {"is false"}});
  ordered_json& trust =
      entity(twins.back().snapshot, edge.to->arn)["AssumeRolePolicyDocument"]["Statement"];
  for (ordered_json& statement : trust) {
    add_condition(statement);
  }
  return twins;
}

std::string names_of(const Twin& twin, const std::string& action) {
  return twin.kind + " " + action;
}

/// Whether some path of the start still goes by the edge.
bool still_there(const Asked& asked, const std::string& start, const Edge& edge) {
  const std::vector<Path> paths = asked.graph().from(*asked.find(start));
  return std::ranges::any_of(paths, [&](const Path& path) {
    return std::ranges::any_of(path.edges, [&](const std::shared_ptr<const Edge>& one) {
      const bool same_target = (one->to == nullptr) == (edge.to == nullptr) &&
                               (one->to == nullptr || one->to->arn == edge.to->arn);
      return one->way == edge.way && same_target && one->from->arn == edge.from->arn;
    });
  });
}

/// The reasons that the near misses by this way give.
std::string reasons_of(const Asked& asked, const Edge& edge) {
  std::string reasons;
  for (const Edge& miss : asked.graph().blocked(*asked.find(edge.from->arn))) {
    if (miss.way == edge.way) {
      for (const std::string& because : miss.because) {
        reasons += because + "\n";
      }
    }
  }
  return reasons;
}

struct Tally {
  std::size_t twins = 0;
  std::size_t silent = 0;
  std::size_t explained = 0;
};

void check_twin(const Twin& twin, const std::string& name, const std::string& start,
                const Edge& edge, Tally& tally) {
  const Asked asked(twin.snapshot);
  const bool silent = !still_there(asked, start, edge);
  const std::string reasons = reasons_of(asked, edge);
  const bool explained = std::ranges::any_of(twin.reasons, [&](const std::string& reason) {
    return reasons.find(reason) != std::string::npos;
  });
  CAPTURE(name);
  CAPTURE(way_id(edge));
  CAPTURE(reasons);
  CHECK(silent);
  CHECK(explained);
  ++tally.twins;
  tally.silent += silent ? 1U : 0U;
  tally.explained += explained ? 1U : 0U;
}

void check_twins(const ordered_json& snapshot, const Path& path, Tally& tally) {
  const Edge& edge = key_edge(path);
  const std::string file = snapshot["file"].get<std::string>();
  if (edge.way == nullptr) {
    for (const Twin& twin : twins_of_trust(snapshot, edge)) {
      check_twin(twin, file + ": " + twin.kind, path.start->arn, edge, tally);
    }
    return;
  }
  for (const Step& step : edge.way->steps) {
    for (const Twin& twin : twins_without(snapshot, edge.from->arn, step.action)) {
      check_twin(twin, file + ": " + names_of(twin, step.action), path.start->arn, edge, tally);
    }
  }
}

/// Every request of a proven edge, put to the evaluator with all policies of the caller.
void check_witnesses(const Asked& asked, const Path& path) {
  for (const auto& edge : path.edges) {
    policy::Stack stack =
        to_stack(layers_of(*edge->from, asked.input().model<iam::AccountFacts>()));
    if (edge->way == nullptr) {
      stack.resource = std::vector<policy::Policy>{*edge->to->role->trust};
    }
    for (const Hop& hop : edge->hops) {
      if (hop.verdict == Verdict::Proven) {
        CAPTURE(hop.request.action);
        CAPTURE(hop.request.resource);
        CHECK(evaluate_stack(stack, hop.request).kind == policy::DecisionKind::Allowed);
      }
    }
  }
}

bool skipped(const std::vector<ordered_json>& all) {
  if (all.empty()) {
    MESSAGE("skipped: no account snapshots under " << shared_snapshots());
  }
  return all.empty();
}

/// Two snapshots have no start in their facts.
bool has_start(const ordered_json& snapshot) {
  const std::string file = snapshot["file"].get<std::string>();
  return file.find("public-lambda") == std::string::npos &&
         file.find("resource-policy-bypass") == std::string::npos;
}

}  // namespace

TEST_CASE(
    "the known path of at least 95 % of the snapshots is found, from the right start to the right "
    "target") {
  const auto all = snapshots(shared_snapshots());
  if (skipped(all)) {
    return;
  }
  std::size_t solvable = 0;
  std::size_t found = 0;
  for (const ordered_json& snapshot : all) {
    if (!has_start(snapshot)) {
      continue;
    }
    const Asked asked(snapshot);
    const auto path = found_path(asked, expected_of(asked, snapshot));
    ++solvable;
    found += path ? 1U : 0U;
    CAPTURE(snapshot["file"].get<std::string>());
    CHECK(path);
    if (path) {
      check_witnesses(asked, *path);
    }
  }
  MESSAGE("found " << found << " of " << solvable);
  CHECK(found * 100 >= solvable * 95);
}

TEST_CASE("a twin without one needed permission is silent and says what stopped it") {
  const auto all = snapshots(shared_snapshots());
  if (skipped(all)) {
    return;
  }
  Tally tally;
  for (const ordered_json& snapshot : all) {
    const Asked asked(snapshot);
    const auto path = has_start(snapshot) ? found_path(asked, expected_of(asked, snapshot))
                                          : std::optional<Path>();
    if (path) {
      check_twins(snapshot, *path, tally);
    }
  }
  MESSAGE(tally.twins << " twins, " << tally.silent << " silent, " << tally.explained
                      << " explained");
}

namespace {

/// Our own snapshots, of the ways that matter to a pipeline.
std::vector<ordered_json> own_cases() {
  return snapshots(std::string(MUSTER_SOURCE_DIR) + "/tests/escalation_cases");
}

bool is_way(const Edge& edge, const ordered_json& expected) {
  return way_id(edge) == expected["way"].get<std::string>();
}

std::optional<Path> own_path(const Asked& asked, const ordered_json& expected) {
  const iam::Principal* start = asked.find(expected["start"]);
  for (const Path& path : asked.graph().from(*start)) {
    const Edge& last = *path.edges.back();
    const bool right =
        expected["target"].is_null()
            ? last.to == nullptr
            : last.to != nullptr && last.to->arn == expected["target"].get<std::string>();
    if (right && is_way(last, expected)) {
      return path;
    }
  }
  return std::nullopt;
}

/// The reasons of the near misses by the expected way.
std::string own_reasons(const Asked& asked, const ordered_json& expected) {
  std::string reasons;
  for (const Edge& miss : asked.graph().blocked(*asked.find(expected["start"]))) {
    if (is_way(miss, expected)) {
      reasons += miss.because.front() + "\n";
    }
  }
  return reasons;
}

bool wants(const ordered_json& expected, const std::string& kind) {
  if (!expected.contains("twins")) {
    return true;
  }
  const auto kinds = expected["twins"].get<std::vector<std::string>>();
  return std::ranges::find(kinds, kind) != kinds.end();
}

}  // namespace

TEST_CASE("every way of a pipeline has a case that is found and twins that are not") {
  Tally tally;
  std::size_t cases = 0;
  for (const ordered_json& snapshot : own_cases()) {
    const ordered_json& expected = snapshot["expected"];
    const std::string file = snapshot["file"].get<std::string>();
    const Asked asked(snapshot);
    const auto path = own_path(asked, expected);
    CAPTURE(file);
    if (expected["verdict"] == "blocked") {
      const std::string reasons = own_reasons(asked, expected);
      CAPTURE(reasons);
      CHECK_FALSE(path);
      CHECK(reasons.find(expected["reason"].get<std::string>()) != std::string::npos);
      continue;
    }
    ++cases;
    REQUIRE(path);
    CHECK(to_string(path->verdict) == expected["verdict"].get<std::string>());
    check_witnesses(asked, *path);
    const Edge& edge = *path->edges.back();
    for (const Step& step : edge.way->steps) {
      for (const Twin& twin : twins_without(snapshot, edge.from->arn, step.action)) {
        if (wants(expected, twin.kind)) {
          check_twin(twin, file + ": " + names_of(twin, step.action), path->start->arn, edge,
                     tally);
        }
      }
    }
  }
  CHECK(cases >= 27);
  MESSAGE(cases << " own cases; " << tally.twins << " twins, " << tally.silent << " silent, "
                << tally.explained << " explained");
}
