// Reads two policies, asks the prover both ways, and explains its witnesses with the evaluator.
#include "app/policy_compare.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "app/repository.h"
#include "checks/policy/infer.h"
#include "checks/prover/prover.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::Decision;
using policy::DecisionKind;
using policy::Policy;
using policy::Request;
using policy::StatementTrace;
using policy::Truth;
using prover::Answer;
using prover::Relation;
using prover::Verdict;
using report::sanitise;

constexpr std::size_t kFileLimit = std::size_t{10} << 20U;

/// One side of the comparison.
struct Side {
  std::string name;
  std::vector<Policy> policies;
};

Result<Side> read_side(const std::string& file) {
  const SourceId source(file == "-" ? "<stdin>" : file);
  MUSTER_TRY(std::string bytes, read_argument(file, source, kFileLimit));
  MUSTER_TRY(const auto tree, text::parse_json(std::move(bytes), source));
  MUSTER_TRY(Policy policy, policy::read_policy(tree.root(), policy::infer_type(tree.root())));
  return Side{source.path(), {std::move(policy)}};
}

bool has_principals(const Side& side) {
  return std::ranges::any_of(side.policies, [](const Policy& policy) {
    return std::ranges::any_of(policy.statements, [](const policy::Statement& statement) {
      return statement.principals || statement.not_principals;
    });
  });
}

/// The statement that decided: the one that allows or denies, else the Allow statement that came
/// nearest to applying.
const StatementTrace* deciding(const Decision& decision) {
  const bool denied = decision.kind == DecisionKind::ExplicitDeny;
  const policy::Effect effect = denied ? policy::Effect::Deny : policy::Effect::Allow;
  const StatementTrace* best = nullptr;
  for (const StatementTrace& trace : decision.statements) {
    if (trace.effect != effect) {
      continue;
    }
    if (trace.truth == Truth::Yes) {
      return &trace;
    }
    if (best == nullptr || trace.part > best->part) {
      best = &trace;
    }
  }
  return best;
}

std::string statement_name(const Side& side, const StatementTrace& trace) {
  const policy::Statement& statement = side.policies[trace.policy].statements[trace.index];
  return "statement `" + (statement.sid ? statement.sid->value : std::to_string(trace.index)) +
         "` (" + to_string(statement.where) + ")";
}

ordered_json decision_json(const Side& side, const Request& request) {
  const Decision decision = evaluate_policies(side.policies, request);
  ordered_json json{{"decision", to_string(decision.kind)}, {"because", decision.because}};
  if (const StatementTrace* trace = deciding(decision)) {
    const policy::Statement& statement = side.policies[trace->policy].statements[trace->index];
    json["statement"] = {{"index", trace->index}};
    if (statement.sid) {
      json["statement"]["sid"] = statement.sid->value;
    }
    json["statement"]["because"] = trace->because;
    json["statement"]["location"] = location_json(statement.where);
  }
  return json;
}

ordered_json request_json(const Request& request) {
  ordered_json context = ordered_json::object();
  for (const auto& [key, value] : request.context) {
    context[key] =
        value.multivalued ? ordered_json(value.values) : ordered_json(value.values.front());
  }
  return {{"principal", request.principal},
          {"action", request.action},
          {"resource", request.resource},
          {"context", std::move(context)}};
}

ordered_json verdict_json(Verdict verdict) {
  return verdict == Verdict::Undecided ? ordered_json("undecided")
                                       : ordered_json(verdict == Verdict::Yes);
}

const char* word(Relation relation) {
  switch (relation) {
    case Relation::Equal:
      return "equal";
    case Relation::Widened:
      return "widened";
    case Relation::Narrowed:
      return "narrowed";
    case Relation::Incomparable:
      return "incomparable";
    case Relation::Undecided:
      return "undecided";
  }
  return "undecided";
}

/// One direction: whether everything that `from` allows is allowed by `to`.
struct Direction {
  const Side& from;
  const Side& to;
  const Answer& answer;
};

void add_undecided(const Direction& direction, const std::string& question, const std::string& pair,
                   ordered_json& json) {
  if (direction.answer.verdict == Verdict::Undecided) {
    json["reason_" + question] = direction.answer.reason;
    json["candidate_" + pair] =
        direction.answer.witness ? request_json(*direction.answer.witness) : ordered_json();
  }
}

ordered_json evidence_json(const Direction& direction) {
  if (direction.answer.verdict != Verdict::No) {
    return {};
  }
  return {{"allowed_by", decision_json(direction.from, *direction.answer.witness)},
          {"refused_by", decision_json(direction.to, *direction.answer.witness)}};
}

void print_json(const Direction& forth, const Direction& back, Relation relation,
                std::ostream& out) {
  const auto witness = [](const Answer& answer) {
    return answer.verdict == Verdict::No ? request_json(*answer.witness) : ordered_json();
  };
  ordered_json json{{"relation", word(relation)},
                    {"a_within_b", verdict_json(forth.answer.verdict)},
                    {"b_within_a", verdict_json(back.answer.verdict)},
                    {"witness_a_not_b", witness(forth.answer)},
                    {"witness_b_not_a", witness(back.answer)},
                    {"evidence_a_not_b", evidence_json(forth)},
                    {"evidence_b_not_a", evidence_json(back)}};
  add_undecided(forth, "a_within_b", "a_not_b", json);
  add_undecided(back, "b_within_a", "b_not_a", json);
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

std::string request_words(const Direction& direction, const Request& request) {
  std::string text = "`" + request.action + "` on `" + request.resource + "`";
  if (has_principals(direction.from) || has_principals(direction.to)) {
    text += " by `" + request.principal + "`";
  }
  for (const auto& [key, value] : request.context) {
    text += ", `" + key + "` = ";
    for (std::size_t i = 0; i < value.values.size(); ++i) {
      text += (i == 0 ? "`" : ", `") + value.values[i] + "`";
    }
  }
  return text;
}

std::string refusal_words(const Side& side, const Request& request) {
  const Decision decision = evaluate_policies(side.policies, request);
  const StatementTrace* trace = deciding(decision);
  if (trace == nullptr) {
    return "no statement allows it";
  }
  const std::string name = statement_name(side, *trace);
  return decision.kind == DecisionKind::ExplicitDeny
             ? name + " denies it"
             : "no statement allows it; nearest is " + name + ": " + trace->because;
}

void print_direction(const Direction& direction, std::ostream& out) {
  const auto line = [&](const std::string& text) {
    out << report::no_command(sanitise(text)) << "\n";
  };
  const Answer& answer = direction.answer;
  if (answer.verdict == Verdict::Undecided) {
    line("Whether " + direction.to.name + " allows everything that " + direction.from.name +
         " allows is undecided: " + answer.reason);
    if (answer.witness) {
      line("  the request that stays open: " + request_words(direction, *answer.witness));
    }
    return;
  }
  if (answer.verdict == Verdict::No) {
    line("Allowed by " + direction.from.name + " and not by " + direction.to.name +
         ", for example:");
    line("  " + request_words(direction, *answer.witness));
    const Decision decision = evaluate_policies(direction.from.policies, *answer.witness);
    line("  " + direction.from.name + ": " + statement_name(direction.from, *deciding(decision)) +
         " allows it");
    line("  " + direction.to.name + ": " + refusal_words(direction.to, *answer.witness));
  }
}

std::string headline(Relation relation, const Side& a, const Side& b) {
  switch (relation) {
    case Relation::Equal:
      return "equal: " + a.name + " and " + b.name + " allow the same requests";
    case Relation::Widened:
      return "widened: " + b.name + " allows everything that " + a.name + " allows, and more";
    case Relation::Narrowed:
      return "narrowed: " + b.name + " allows only what " + a.name + " allows, and less";
    case Relation::Incomparable:
      return "incomparable: each of " + a.name + " and " + b.name +
             " allows requests that the other does not";
    case Relation::Undecided:
      break;
  }
  return "undecided: " + a.name + " and " + b.name + " could not be compared completely";
}

}  // namespace

int policy_compare(const PolicyCompareOptions& options, const Console& console) {
  const Result<Side> a = read_side(options.a);
  if (!a) {
    return report_error(console, a.error());
  }
  const Result<Side> b = read_side(options.b);
  if (!b) {
    return report_error(console, b.error());
  }
  const prover::Comparison comparison = prover::compare(a.value().policies, b.value().policies);
  const Relation relation = comparison.relation();
  const Direction forth{a.value(), b.value(), comparison.a_within_b};
  const Direction back{b.value(), a.value(), comparison.b_within_a};
  if (options.json) {
    print_json(forth, back, relation, console.out);
  } else {
    console.out << report::no_command(sanitise(headline(relation, a.value(), b.value()))) << "\n";
    print_direction(forth, console.out);
    print_direction(back, console.out);
  }
  return relation == Relation::Undecided ? kIncomplete : kClean;
}

}  // namespace muster::app
