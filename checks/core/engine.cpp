// The engine: run, complete (messages, fingerprints), count, sort.
#include "checks/core/engine.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "checks/core/digest.h"

namespace muster {
namespace {

void append_field(std::string& bytes, std::string_view field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((size >> shift) & 0xFFU);
  }
  bytes += field;
}

int rank(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::Fail:
      return 0;
    case OutcomeKind::Waived:
      return 1;
    case OutcomeKind::Undecided:
      return 2;
    case OutcomeKind::Pass:
      return 3;
    case OutcomeKind::NotApplicable:
      return 4;
  }
  return 4;
}

auto sort_key(const Outcome& outcome) {
  return std::make_tuple(rank(outcome.kind), -static_cast<int>(outcome.severity),
                         std::string_view(outcome.rule), std::string_view(outcome.asset.kind),
                         std::string_view(outcome.asset.id), std::string_view(outcome.anchor));
}

/// Sorts by moving each outcome once: they are large.
template <typename Before>
void sort_outcomes(std::vector<Outcome>& outcomes, const Before& before) {
  std::vector<std::size_t> order(outcomes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(outcomes[a], outcomes[b]); });
  std::vector<Outcome> sorted;
  sorted.reserve(outcomes.size());
  for (const std::size_t place : order) {
    sorted.push_back(std::move(outcomes[place]));
  }
  outcomes = std::move(sorted);
}

void add_unreadable(const Check& check, const AuditInput& input, Outcomes& out) {
  std::set<std::string> seen;
  for (const Need need : check.needs) {
    for (const Unreadable& unreadable : need(input)) {
      if (seen.insert(unreadable.source.path()).second) {
        const SourceRef where =
            unreadable.error.where.value_or(SourceRef{unreadable.source, Span{}});
        out.undecided({"document", unreadable.source.path()}, where, unreadable.error.message);
      }
    }
  }
}

/// Twins (same rule, asset and anchor) get `#2`, `#3` in document order, so that fingerprints stay
/// unique. A number that some anchor already bears is left out.
void number_twins(std::vector<Outcome>& outcomes) {
  sort_outcomes(outcomes, [](const Outcome& a, const Outcome& b) {
    return std::tie(a.asset, a.anchor, a.where) < std::tie(b.asset, b.anchor, b.where);
  });
  std::set<std::pair<Asset, std::string>> borne;
  for (const Outcome& outcome : outcomes) {
    borne.emplace(outcome.asset, outcome.anchor);
  }
  std::map<std::pair<Asset, std::string>, int> last;
  for (Outcome& outcome : outcomes) {
    const std::string anchor = outcome.anchor;
    int& number = last[{outcome.asset, anchor}];
    while (++number > 1) {
      outcome.anchor = anchor + "#" + std::to_string(number);
      if (borne.emplace(outcome.asset, outcome.anchor).second) {
        break;
      }
    }
  }
}

RuleCoverage count(std::string_view rule, const std::vector<Outcome>& outcomes) {
  const auto of = [&](OutcomeKind kind) {
    return static_cast<std::size_t>(
        std::count_if(outcomes.begin(), outcomes.end(),
                      [&](const Outcome& outcome) { return outcome.kind == kind; }));
  };
  return {std::string(rule), of(OutcomeKind::Pass), of(OutcomeKind::Fail), of(OutcomeKind::Waived),
          of(OutcomeKind::Undecided)};
}

std::vector<Outcome> run_check(const Check& check, const Rule& rule, const AuditInput& input) {
  Outcomes out(rule.id, rule.severity);
  add_unreadable(check, input, out);
  check.run(input, out);
  std::vector<Outcome> items = std::move(out.items());
  if (items.empty()) {
    Outcomes none(rule.id, rule.severity);
    none.pass({"repository", "."}, {});
    items = std::move(none.items());
    items.front().kind = OutcomeKind::NotApplicable;
  }
  number_twins(items);
  for (Outcome& outcome : items) {
    const bool finding = outcome.kind == OutcomeKind::Fail || outcome.kind == OutcomeKind::Waived;
    outcome.message = finding ? render_message(rule.message, outcome) : std::string(rule.title);
    outcome.fingerprint = fingerprint(rule.id, outcome.asset, outcome.anchor);
  }
  return items;
}

}  // namespace

std::string fingerprint(std::string_view rule, const Asset& asset, std::string_view anchor) {
  std::string bytes;
  for (const std::string_view field :
       {std::string_view("muster-fp/1"), rule, std::string_view(asset.kind),
        std::string_view(asset.id), anchor}) {
    append_field(bytes, field);
  }
  return hex(sha256(bytes), 16);
}

std::string render_message(std::string_view pattern, const Outcome& outcome) {
  std::string text;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) {
      break;
    }
    const std::string name(pattern.substr(open + 1, close - open - 1));
    text += pattern.substr(at, open - at);
    const auto arg = outcome.args.find(name);
    if (arg != outcome.args.end()) {
      text += arg->second;
    } else if (name == "asset") {
      text += outcome.asset.id;
    } else {
      text += pattern.substr(open, close - open + 1);
    }
    at = close + 1;
  }
  text += pattern.substr(std::min(at, pattern.size()));
  return text;
}

AuditResult audit(const AuditInput& input, const std::vector<Check>& checks) {
  AuditResult result;
  for (const Check& check : checks) {
    const Rule* rule = find_rule(check.rule);
    if (rule == nullptr) {
      continue;  // a meta-test forbids a check without a rule
    }
    std::vector<Outcome> outcomes = run_check(check, *rule, input);
    result.coverage.push_back(count(rule->id, outcomes));
    std::move(outcomes.begin(), outcomes.end(), std::back_inserter(result.outcomes));
  }
  sort_outcomes(result.outcomes,
                [](const Outcome& a, const Outcome& b) { return sort_key(a) < sort_key(b); });
  result.not_covered = input.facts().not_covered;
  std::sort(result.not_covered.begin(), result.not_covered.end());
  return result;
}

}  // namespace muster
