// Reads two policies, asks the prover both ways, and explains its witnesses with the evaluator.
#include "app/policy_compare.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/catalogue_option.h"
#include "app/location_json.h"
#include "app/policy_side.h"
#include "app/policy_words.h"
#include "checks/policy/arn.h"
#include "checks/prover/beyond.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using prover::Answer;
using prover::Relation;
using prover::Verdict;
using report::sanitise;

/// Actions of one statement that are written out in words; `--json` has them all.
constexpr std::size_t kMostActions = 10;

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
  /// As `--json` names it: `a_within_b`.
  const char* question;
  const Side& from;
  const Side& to;
  const Answer& answer;
  /// What `from` grants beyond `to`, by its statements.
  const std::vector<prover::Grant>& grants;
  /// The date of the catalogue that was asked.
  std::string_view catalogue;

  [[nodiscard]] bool layered() const { return from.layered || to.layered; }

  [[nodiscard]] bool has_principals() const { return from.has_principals || to.has_principals; }

  [[nodiscard]] const policy::Statement& statement(const prover::Grant& grant) const {
    return (*from.stack.identity)[grant.policy].statements[grant.statement];
  }

  [[nodiscard]] ordered_json request() const {
    return answer.witness ? request_json(*answer.witness, layered()) : ordered_json();
  }
};

void add_undecided(const Direction& direction, const std::string& pair, ordered_json& json) {
  if (direction.answer.verdict == Verdict::Undecided) {
    json["reason_" + std::string(direction.question)] = direction.answer.reason;
    json["candidate_" + pair] = direction.request();
  }
}

ordered_json evidence_json(const Direction& direction) {
  if (direction.answer.verdict != Verdict::No) {
    return {};
  }
  return {{"only_new_actions", direction.answer.only_new_actions},
          {"no_real_request", direction.answer.no_real_request},
          {"allowed_by", decision_json(direction.from, *direction.answer.witness)},
          {"refused_by", decision_json(direction.to, *direction.answer.witness)}};
}

ordered_json statement_json(const policy::Statement& statement) {
  ordered_json json{{"index", statement.index}};
  if (statement.sid) {
    json["sid"] = statement.sid->value;
  }
  json["location"] = location_json(statement.where);
  return json;
}

ordered_json grants_json(const Direction& direction) {
  ordered_json grants = ordered_json::array();
  for (const prover::Grant& grant : direction.grants) {
    ordered_json json{{"statement", statement_json(direction.statement(grant))}};
    if (grant.within == Verdict::Undecided) {
      json["reason"] = grant.reason;
    }
    json["actions"] = grant.actions;
    json["escapes"] = ordered_json::array();
    for (const prover::Escape& escape : grant.escapes) {
      json["escapes"].push_back({{"in", escape.dimension},
                                 {"only_new_actions", escape.only_new_actions},
                                 {"no_real_request", escape.no_real_request},
                                 {"witness", request_json(escape.witness, direction.layered())}});
    }
    grants.push_back(std::move(json));
  }
  return grants;
}

/// An answer that is another one in a reading of ARN patterns that was not chosen.
struct OtherReading {
  policy::ArnMode mode = policy::ArnMode::Segment;
  const Direction* direction = nullptr;
  Answer answer;
};

using OtherReadings = std::vector<OtherReading>;

ordered_json readings_json(const OtherReadings& readings) {
  ordered_json json = ordered_json::array();
  for (const OtherReading& reading : readings) {
    ordered_json one{{"arn_mode", policy::to_string(reading.mode)},
                     {"question", reading.direction->question},
                     {"answer", verdict_json(reading.answer.verdict)}};
    if (reading.answer.verdict == Verdict::No) {
      one["witness"] = request_json(*reading.answer.witness, reading.direction->layered());
    }
    if (reading.answer.verdict == Verdict::Undecided) {
      one["reason"] = reading.answer.reason;
    }
    json.push_back(std::move(one));
  }
  return json;
}

std::string reading_words(const OtherReading& reading) {
  const Direction& direction = *reading.direction;
  switch (reading.answer.verdict) {
    case Verdict::No:
      return direction.from.name + " allows what " + direction.to.name +
             " does not, by an odd ARN: " +
             request_words(*reading.answer.witness, direction.has_principals());
    case Verdict::Yes:
      return direction.to.name + " allows everything that " + direction.from.name + " allows";
    case Verdict::Undecided:
      break;
  }
  return "whether " + direction.to.name + " allows everything that " + direction.from.name +
         " allows is undecided: " + reading.answer.reason;
}

void print_readings(const OtherReadings& readings, std::ostream& out) {
  for (const OtherReading& reading : readings) {
    out << report::safe_line("note: with --arn-mode " +
                             std::string(policy::to_string(reading.mode)) + " " +
                             reading_words(reading))
        << "\n";
  }
}

void print_json(const Direction& forth, const Direction& back, Relation relation,
                policy::ArnMode mode, const OtherReadings& readings, std::ostream& out) {
  const auto witness = [](const Direction& direction) {
    return direction.answer.verdict == Verdict::No ? direction.request() : ordered_json();
  };
  ordered_json json{{"relation", word(relation)},
                    {"arn_mode", policy::to_string(mode)},
                    {"a_within_b", verdict_json(forth.answer.verdict)},
                    {"b_within_a", verdict_json(back.answer.verdict)},
                    {"witness_a_not_b", witness(forth)},
                    {"witness_b_not_a", witness(back)},
                    {"evidence_a_not_b", evidence_json(forth)},
                    {"evidence_b_not_a", evidence_json(back)},
                    {"grants_a_not_b", grants_json(forth)},
                    {"grants_b_not_a", grants_json(back)},
                    {"other_readings", readings_json(readings)}};
  add_undecided(forth, "a_not_b", json);
  add_undecided(back, "b_not_a", json);
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

std::string respect_words(const std::string& dimension) {
  if (dimension.empty()) {
    return "beyond";
  }
  if (dimension == "limit") {
    return "refused by a Deny or a limit";
  }
  const bool element = dimension == "action" || dimension == "resource" || dimension == "principal";
  return element                     ? "by its " + dimension
         : dimension == "conditions" ? "by its conditions"
                                     : "by the key `" + dimension + "`";
}

/// What the statements grant beyond, when there is more to say than the one example.
void print_grants(const Direction& direction, std::ostream& out) {
  const auto line = [&](const std::string& text) { out << report::safe_line(text) << "\n"; };
  for (const prover::Grant& grant : direction.grants) {
    std::string head = "  " + statement_name(direction.statement(grant));
    if (grant.within == Verdict::Undecided) {
      line(head + ": undecided: " + grant.reason);
      continue;
    }
    const std::size_t shown = std::min(grant.actions.size(), kMostActions);
    for (std::size_t i = 0; i < shown; ++i) {
      head += (i == 0 ? ": `" : ", `") + grant.actions[i] + "`";
    }
    if (shown < grant.actions.size()) {
      head += " and " + std::to_string(grant.actions.size() - shown) + " more";
    }
    line(head);
    for (const prover::Escape& escape : grant.escapes) {
      line("    " + respect_words(escape.dimension) + ": " +
           request_words(escape.witness, direction.has_principals()) +
           (escape.no_real_request ? " (no real request of this kind is known)" : ""));
    }
  }
}

/// Why nobody is known to make such a request.
std::string unreal_words(const Answer& answer) {
  return answer.only_new_actions
             ? "only for action names that do not exist today"
             : "no real request of this kind is known: the action never has such a resource";
}

void print_direction(const Direction& direction, std::ostream& out) {
  const auto line = [&](const std::string& text) { out << report::safe_line(text) << "\n"; };
  const Answer& answer = direction.answer;
  if (answer.verdict == Verdict::Undecided) {
    line("Whether " + direction.to.name + " allows everything that " + direction.from.name +
         " allows is undecided: " + answer.reason);
    if (answer.witness) {
      line("  the request that stays open: " +
           request_words(*answer.witness, direction.has_principals()));
    }
    return;
  }
  if (answer.verdict == Verdict::No) {
    line("Allowed by " + direction.from.name + " and not by " + direction.to.name +
         ", for example:");
    line("  " + request_words(*answer.witness, direction.has_principals()));
    if (answer.no_real_request) {
      line("  " + unreal_words(answer) + " (catalogue of " + std::string(direction.catalogue) +
           ")");
    }
    const SideDecision decision = decide(direction.from, *answer.witness);
    line("  " + direction.from.name + ": " + place_of(direction.from, decision) +
         statement_name(*decision.statement) + " allows it");
    line("  " + direction.to.name + ": " + refusal_words(direction.to, *answer.witness));
    line("All of it, by statement of " + direction.from.name + ":");
    print_grants(direction, out);
  }
}

prover::Budget budget_of(const PolicyCompareOptions& options) {
  prover::Budget budget;
  for (std::size_t* limit :
       {&budget.cover_nodes, &budget.glob_states, &budget.valuations, &budget.product}) {
    *limit *= options.budget;
  }
  return budget;
}

/// Asks again, in the readings that were not chosen, what was answered.
OtherReadings other_readings(const Direction& forth, const Direction& back,
                             const prover::Budget& budget, const policy::Catalogue& catalogue,
                             policy::ArnMode chosen) {
  OtherReadings found;
  for (const policy::ArnMode mode : policy::kArnModes) {
    for (const Direction* direction : {&forth, &back}) {
      if (mode == chosen || direction->answer.verdict == Verdict::Undecided) {
        continue;
      }
      prover::Prover prover(budget, &catalogue, mode);
      const std::size_t from = prover.add(direction->from.stack);
      Answer answer = prover.within(from, prover.add(direction->to.stack));
      if (answer.verdict != direction->answer.verdict) {
        found.push_back({mode, direction, std::move(answer)});
      }
    }
  }
  return found;
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
  const Result<CatalogueChoice> catalogue = CatalogueChoice::read(options.catalogue);
  if (!catalogue) {
    return report_error(console, catalogue.error());
  }
  const Result<Side> a = read_side(options.a);
  if (!a) {
    return report_error(console, a.error());
  }
  const Result<Side> b = read_side(options.b);
  if (!b) {
    return report_error(console, b.error());
  }
  const policy::ArnMode mode =
      policy::parse_arn_mode(options.arn_mode).value_or(policy::ArnMode::Segment);
  prover::Prover prover(budget_of(options), &catalogue.value().get(), mode);
  const std::size_t first = prover.add(a.value().stack);
  const std::size_t second = prover.add(b.value().stack);
  const prover::Comparison comparison{prover.within(first, second), prover.within(second, first)};
  const Relation relation = comparison.relation();
  const std::string_view date = catalogue.value().get().date();
  const auto beyond = [&](const Side& from, const Side& to, const Answer& answer) {
    return answer.verdict == Verdict::Yes
               ? std::vector<prover::Grant>()
               : prover::grants_beyond(from.stack, to.stack, budget_of(options),
                                       &catalogue.value().get(), mode);
  };
  const auto forth_grants = beyond(a.value(), b.value(), comparison.a_within_b);
  const auto back_grants = beyond(b.value(), a.value(), comparison.b_within_a);
  const Direction forth{"a_within_b",          a.value(),    b.value(),
                        comparison.a_within_b, forth_grants, date};
  const Direction back{"b_within_a",          b.value(),   a.value(),
                       comparison.b_within_a, back_grants, date};
  const OtherReadings readings =
      other_readings(forth, back, budget_of(options), catalogue.value().get(), mode);
  if (options.json) {
    print_json(forth, back, relation, mode, readings, console.out);
  } else {
    console.out << report::safe_line(headline(relation, a.value(), b.value())) << "\n";
    print_direction(forth, console.out);
    print_direction(back, console.out);
    print_readings(readings, console.out);
  }
  return relation == Relation::Undecided ? kIncomplete : kClean;
}

}  // namespace muster::app
