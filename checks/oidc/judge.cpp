// Goals as three-valued formulas over atoms.
#include "checks/oidc/judge.h"

#include <algorithm>
#include <set>

#include "checks/oidc/readable.h"
#include "checks/oidc/typed_keys.h"

namespace muster::oidc {
namespace {

void watch_policy(const CompiledPolicy& policy, Watch& watch) {
  const std::size_t first = watch.tracks.size();
  for (const Track& track : policy.tracks) {
    watch.tracks.push_back(&track);
  }
  for (const Atom& atom : policy.atoms) {
    watch.atoms.push_back(
        {atom.track ? std::optional(first + *atom.track) : std::nullopt, &atom.mask});
  }
}

/// Options of one key outside the token.
using KeyWays = std::vector<Surroundings>;

World world_of_key(const std::string& key) {
  const CharClass kind = key == "sts:rolesessionname" ? CharClass::SessionName : CharClass::Text;
  return {{{key, kind, false}}, {{key, {{0, {}, false}}}}};
}

/// Texts that clauses with text operators tell apart; the session name is always there.
KeyWays text_ways(const std::string& key, const Watch& watch) {
  const World world = world_of_key(key);
  const Machine machine(world, watch);
  KeyWays ways;
  if (key != "sts:rolesessionname") {
    ways.emplace_back();
    for (const std::size_t atom : machine.atoms()) {
      ways.back().atoms.emplace_back(atom, AtomValue::Absent);
    }
  }
  std::set<std::vector<AtomValue>> seen;
  std::size_t budget = 20'000;
  const auto found = [&](std::span<const AtomValue> values, const Assignment& words) {
    Surroundings way;
    std::vector<AtomValue> signature;
    for (const std::size_t atom : machine.atoms()) {
      way.atoms.emplace_back(atom, values[atom]);
      signature.push_back(values[atom]);
    }
    if (seen.insert(signature).second) {
      way.context[key] = encode(filled_word(words[0], world.variables[0].kind));
      ways.push_back(std::move(way));
    }
    return false;
  };
  const WalkEnd end = machine.walk(
      std::vector<AtomValue>(watch.atoms.size(), AtomValue::Absent), budget,
      [](auto) { return true; }, found);
  if (end == WalkEnd::Limit) {
    Surroundings unknown;
    for (const std::size_t atom : machine.atoms()) {
      unknown.atoms.emplace_back(atom, AtomValue::Unknown);
    }
    ways.push_back(std::move(unknown));
  }
  return ways;
}

void collect_typed(
    const PolicyUnderTest& under_test, std::size_t first_atom,
    std::map<std::string, std::vector<std::pair<std::size_t, VersionedClause>>>& out) {
  if (under_test.compiled == nullptr) {
    return;
  }
  for (const TypedClause& clause : under_test.compiled->typed_clauses) {
    out[clause.key].emplace_back(first_atom + clause.atom,
                                 VersionedClause{&clause.condition, under_test.compiled->version});
  }
}

KeyWays typed_ways(const std::string& key,
                   const std::vector<std::pair<std::size_t, VersionedClause>>& clauses) {
  std::vector<VersionedClause> conditions;
  for (const auto& [atom, clause] : clauses) {
    conditions.push_back(clause);
  }
  KeyWays ways;
  for (const KeyOption& option : typed_options(key, conditions)) {
    Surroundings way;
    if (option.value) {
      way.context[key] = *option.value;
    }
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      way.atoms.emplace_back(clauses[i].first, option.truths[i]);
    }
    ways.push_back(std::move(way));
  }
  return ways;
}

Surroundings joined(const Surroundings& a, const Surroundings& b) {
  Surroundings out = a;
  out.context.insert(b.context.begin(), b.context.end());
  out.atoms.insert(out.atoms.end(), b.atoms.begin(), b.atoms.end());
  return out;
}

}  // namespace

std::size_t policy_atoms(const PolicyUnderTest& subject, const PolicyUnderTest& other) {
  return subject.compiled->atoms.size() +
         (other.compiled == nullptr ? 0 : other.compiled->atoms.size());
}

Judge::Judge(const Question& question) : question_(question) {
  watch_policy(*question.subject.compiled, watch_);
  other_atoms_ = watch_.atoms.size();
  if (question.other.compiled != nullptr) {
    watch_policy(*question.other.compiled, watch_);
  }
  const auto& tracks = question.demands->tracks();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    watch_.atoms.push_back({watch_.tracks.size(), &question.demands->masks()[i]});
    watch_.tracks.push_back(tracks[i].get());
  }
}

std::vector<AtomValue> Judge::blank() const {
  return std::vector<AtomValue>(watch_.atoms.size(), AtomValue::Absent);
}

std::optional<std::vector<Surroundings>> Judge::surroundings() const {
  std::vector<KeyWays> keys;
  std::set<std::string> textual;
  for (const Track* track : watch_.tracks) {
    if (track->outside_token && textual.insert(track->claim).second) {
      keys.push_back(text_ways(track->claim, watch_));
    }
  }
  std::map<std::string, std::vector<std::pair<std::size_t, VersionedClause>>> typed;
  collect_typed(question_.subject, 0, typed);
  collect_typed(question_.other, other_atoms_, typed);
  for (const auto& [key, clauses] : typed) {
    keys.push_back(typed_ways(key, clauses));
  }
  std::vector<Surroundings> all(1);
  for (const KeyWays& ways : keys) {
    std::vector<Surroundings> next;
    if (all.size() * ways.size() > question_.limits.combinations) {
      return std::nullopt;
    }
    for (const Surroundings& so_far : all) {
      for (const Surroundings& way : ways) {
        next.push_back(joined(so_far, way));
      }
    }
    all = std::move(next);
  }
  return all;
}

Truth Judge::verdict(std::span<const AtomValue> values) const {
  const Truth admits = question_.subject.compiled->admits(values);
  switch (question_.goal) {
    case Goal::Admitted:
      return admits;
    case Goal::Refused:
      return !admits;
    case Goal::AdmittedOnlyHere:
      return admits == Truth::No
                 ? admits
                 : std::min(admits,
                            !question_.other.compiled->admits(values.subspan(other_atoms_)));
  }
  return Truth::Unknown;
}

Truth Judge::goal(const Shape& shape, std::vector<AtomValue>& values,
                  std::span<const Surroundings> surroundings) const {
  Truth wanted = all_of(shape.demands, values);
  for (const std::vector<Term>& set : question_.except) {
    wanted = std::min(wanted, !all_of(set, values));
  }
  if (wanted == Truth::No) {
    return wanted;
  }
  const bool every = question_.goal == Goal::Refused;
  Truth verdicts = every ? Truth::Yes : Truth::No;
  for (const Surroundings& way : surroundings) {
    for (const auto& [atom, value] : way.atoms) {
      values[atom] = value;
    }
    const Truth one = verdict(values);
    verdicts = every ? std::min(verdicts, one) : std::max(verdicts, one);
  }
  return std::min(wanted, verdicts);
}

std::vector<AtomValue> Judge::values_of(std::span<const TokenPart> token) const {
  std::vector<AtomValue> values = blank();
  for (std::size_t a = 0; a < watch_.atoms.size(); ++a) {
    const auto& atom = watch_.atoms[a];
    if (!atom.track) {
      continue;
    }
    const Track& track = *watch_.tracks[*atom.track];
    for (const TokenPart& part : token) {
      const ClaimText* claim = part.world->find(track.claim);
      if (claim != nullptr) {
        values[a] = match(track.globs, *atom.mask, text_of(*claim, part.words));
      }
    }
  }
  return values;
}

}  // namespace muster::oidc
