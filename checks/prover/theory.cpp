// Presence first, then values: an absent key is the shortest and most telling witness.
#include "checks/prover/theory.h"

#include <algorithm>

#include "checks/prover/shapes.h"
#include "checks/prover/walk.h"

namespace muster::prover {
namespace {

using policy::Quantifier;

/// A list of globs that is no policy's.
class OwnUnion {
 public:
  explicit OwnUnion(const std::vector<Word>& texts) {
    for (const Word& text : texts) {
      globs_.push_back(make_glob(text, {}));
    }
    std::vector<const Glob*> pointers;
    for (const Glob& glob : globs_) {
      pointers.push_back(&glob);
    }
    union_ = GlobUnion(std::move(pointers));
  }

  OwnUnion(const OwnUnion&) = delete;
  OwnUnion& operator=(const OwnUnion&) = delete;
  ~OwnUnion() = default;

  [[nodiscard]] const GlobUnion* get() const { return &union_; }

 private:
  std::deque<Glob> globs_;
  GlobUnion union_;
};

/// Answers beyond this are asked again: memory stays bounded.
constexpr std::size_t kMostRemembered = 100'000;

const Word kSome = {kOne, kRun};
const Word kSomeField = {kFieldOne, kFieldRun};

/// What an action looks like: `?*:?*`.
const GlobUnion* action_domain() {
  static const OwnUnion kDomain({kSome + U":" + kSome});
  return kDomain.get();
}

/// `*`, or an ARN whose partition, service and last part are not empty.
const GlobUnion* resource_domain() {
  static const Word kFree(1, kFieldRun);
  static const OwnUnion kDomain({U"*", U"arn:" + kSomeField + U":" + kSomeField + U":" + kFree +
                                           U":" + kFree + U":" + kSome});
  return kDomain.get();
}

/// Resources as they usually look.
const GlobUnion* usual_resources() {
  static const Word kFree(1, kFieldRun);
  static const OwnUnion kUsual(
      {U"*", U"arn:aws:" + kSomeField + U":" + kFree + U":" + kFree + U":" + kSome});
  return kUsual.get();
}

/// Endings that hardly occur: an empty last part.
const GlobUnion* empty_ends() {
  static const OwnUnion kEnds({Word(1, kRun) + U"/", Word(1, kRun) + U":"});
  return kEnds.get();
}

const GlobUnion* empty_text() {
  static const OwnUnion kEmpty({U""});
  return kEmpty.get();
}

bool is_fixed(DimensionId dimension) {
  return dimension == kAction || dimension == kResource;
}

bool contradicts(const Demand& demand) {
  return std::ranges::any_of(demand.unwanted, [&](AtomId atom) {
    return std::ranges::binary_search(demand.wanted, atom);
  });
}

}  // namespace

const GlobUnion* domain_of(DimensionId dimension) {
  return dimension == kAction     ? action_domain()
         : dimension == kResource ? resource_domain()
                                  : nullptr;
}

std::size_t Theory::DemandHash::operator()(const std::vector<std::uint32_t>& words) const {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const std::uint32_t word : words) {
    hash = (hash ^ word) * 0xD6E8FEB86659FD93ULL;
    hash ^= hash >> 32U;
  }
  return hash;
}

Theory::Theory(const Atoms& atoms, const Document& a, const Document& b, std::size_t glob_states,
               Reality* reality)
    : atoms_(atoms),
      a_(a),
      b_(b),
      all_(glob_states * kStateCost),
      budget_(all_),
      reality_(reality) {
  for (const Document* document : {&a, &b}) {
    for (const KeyUse& use : document->uses) {
      plan(use);
    }
  }
}

/// Called for each document; the second call sees both.
void Theory::plan(const KeyUse& use) {
  if (use.dimension < kFirstKey || plans_.contains(use.dimension)) {
    return;
  }
  unsigned families = 0;
  bool plain = false;
  bool set = false;
  for (const Document* document : {&a_, &b_}) {
    const auto other =
        std::ranges::lower_bound(document->uses, use.dimension, {}, &KeyUse::dimension);
    if (other != document->uses.end() && other->dimension == use.dimension) {
      families |= other->families;
      plain = plain || other->plain;
      set = set || other->set;
    }
  }
  const auto bit = [](Family family) { return 1U << static_cast<unsigned>(family); };
  families &= ~bit(Family::None);
  Plan made;
  const Shape shape = shape_of(atoms_.key_name(use.dimension));
  made.multivalued = shape == Shape::Multi || (shape == Shape::Unknown && set);
  if (families == (bit(Family::Text) | bit(Family::Bool)) && only_truth_words(use.dimension)) {
    families = bit(Family::Bool);
  }
  made.mixed = (families & (families - 1)) != 0;
  for (const Family family :
       {Family::Text, Family::Number, Family::Date, Family::Bool, Family::Binary, Family::Ip}) {
    made.family = families == bit(family) ? family : made.family;
  }
  plans_.emplace(use.dimension, std::move(made));
}

/// Whether text is compared with `true` and `false` alone, so that the key can be taken as boolean.
bool Theory::only_truth_words(DimensionId dimension) const {
  return std::ranges::all_of(atoms_of(dimension), [&](AtomId id) {
    return atoms_[id].family != Family::Text ||
           std::ranges::all_of(atoms_[id].values, [](const std::string& value) {
             return value == "true" || value == "false";
           });
  });
}

std::vector<AtomId> Theory::atoms_of(DimensionId dimension) const {
  std::vector<AtomId> found;
  for (const Document* document : {&a_, &b_}) {
    const auto use = std::ranges::lower_bound(document->uses, dimension, {}, &KeyUse::dimension);
    if (use != document->uses.end() && use->dimension == dimension) {
      std::ranges::copy_if(use->atoms, std::back_inserter(found), [&](AtomId atom) {
        return dimension == kPrincipal || atoms_[atom].family != Family::None;
      });
    }
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

const Candidates& Theory::candidates_of(DimensionId dimension, Plan& plan) {
  if (!plan.candidates) {
    const std::vector<AtomId> atoms = atoms_of(dimension);
    plan.candidates = dimension == kPrincipal ? callers(atoms, atoms_)
                                              : typed_candidates(atoms, plan.family, atoms_);
  }
  return *plan.candidates;
}

/// Whether nothing is known about the clause on a key that is there.
bool Theory::opaque(const Atom& atom, const Plan& plan) const {
  const bool compares = atom.kind == AtomKind::Text || atom.kind == AtomKind::Typed;
  return atom.kind == AtomKind::Opaque ||
         (compares && (plan.mixed || (plan.multivalued && atom.quantifier == Quantifier::None)));
}

bool Theory::may_be_absent(const Demand& demand) const {
  const auto free = [&](AtomId atom) { return atoms_[atom].kind == AtomKind::Opaque; };
  return demand.dimension >= kFirstKey &&
         std::ranges::all_of(demand.wanted,
                             [&](AtomId atom) { return free(atom) || atoms_[atom].when_absent; }) &&
         std::ranges::all_of(demand.unwanted,
                             [&](AtomId atom) { return free(atom) || !atoms_[atom].when_absent; });
}

Sat Theory::satisfiable(const Demand& demand) {
  if (contradicts(demand)) {
    return Sat::No;
  }
  if (may_be_absent(demand)) {
    return Sat::Yes;
  }
  std::vector<std::uint32_t> key = {demand.dimension,
                                    static_cast<std::uint32_t>(demand.wanted.size())};
  key.insert(key.end(), demand.wanted.begin(), demand.wanted.end());
  key.insert(key.end(), demand.unwanted.begin(), demand.unwanted.end());
  if (const auto known = memo_.find(key); known != memo_.end()) {
    return known->second;
  }
  const Sat answer = decide(demand);
  if (memo_.size() < kMostRemembered) {
    memo_.emplace(std::move(key), answer);
  }
  return answer;
}

Sat Theory::decide(const Demand& demand) {
  return present(demand, nullptr);
}

std::optional<Value> Theory::find(const Demand& demand) {
  if (contradicts(demand)) {
    return std::nullopt;
  }
  if (may_be_absent(demand)) {
    return Value{};
  }
  std::vector<Value> found;
  if (present(demand, &found) != Sat::Yes || found.empty()) {
    return std::nullopt;
  }
  return found.front();
}

bool Theory::split(const Demand& demand, const Plan& plan, std::vector<Term>& every,
                   std::vector<Term>& some) {
  const auto add = [&](AtomId id, bool wanted) {
    const Atom& atom = atoms_[id];
    if (atom.kind == AtomKind::Null) {
      return atom.when_present == wanted;
    }
    if (opaque(atom, plan)) {
      unreadable_ = "a clause on `" + atoms_.key_name(atom.dimension) + "` cannot be read" +
                    (plan.mixed ? ": operators of different types" : "") +
                    (!plan.mixed && plan.multivalued ? ": the key carries a list" : "");
      return true;
    }
    const bool universal =
        !plan.multivalued || wanted == (atom.quantifier == Quantifier::ForAllValues);
    (universal ? every : some).push_back({id, wanted});
    return true;
  };
  return std::ranges::all_of(demand.wanted, [&](AtomId atom) { return add(atom, true); }) &&
         std::ranges::all_of(demand.unwanted, [&](AtomId atom) { return add(atom, false); });
}

Sat Theory::present(const Demand& demand, std::vector<Value>* found) {
  Plan& plan = plans_[demand.dimension];
  std::vector<Term> every;
  std::vector<Term> some;
  if (demand.dimension < kFirstKey) {
    std::ranges::transform(demand.wanted, std::back_inserter(every),
                           [](AtomId atom) { return Term{atom, true}; });
    std::ranges::transform(demand.unwanted, std::back_inserter(every),
                           [](AtomId atom) { return Term{atom, false}; });
  } else if (!split(demand, plan, every, some)) {
    return Sat::No;
  }
  // One element for all demands keeps the witness small; otherwise one for each.
  std::vector<Term> all = every;
  all.insert(all.end(), some.begin(), some.end());
  std::string text;
  const Sat together = one(demand.dimension, plan, all, found == nullptr ? nullptr : &text);
  Value value{{text}, plan.multivalued};
  Sat answer = together;
  if (together != Sat::Yes && some.size() > 1) {
    value.values.clear();
    answer = Sat::Yes;
    for (const Term& term : some) {
      std::vector<Term> terms = every;
      terms.push_back(term);
      const Sat single = one(demand.dimension, plan, terms, found == nullptr ? nullptr : &text);
      answer = single == Sat::Yes ? answer : answer == Sat::No ? Sat::No : single;
      value.values.push_back(text);
    }
  }
  if (answer == Sat::Yes && found != nullptr) {
    found->push_back(std::move(value));
  }
  return answer;
}

Sat Theory::one(DimensionId dimension, Plan& plan, const std::vector<Term>& terms,
                std::string* found) {
  if (dimension == kAction && reality_ != nullptr) {
    return one_action(terms, found);
  }
  const bool text =
      is_fixed(dimension) ||
      (dimension >= kFirstKey && (plan.family == Family::Text || plan.family == Family::None));
  return text ? one_text(dimension, terms, found) : one_candidate(dimension, plan, terms, found);
}

Sat Theory::one_action(const std::vector<Term>& terms, std::string* found) {
  std::vector<AtomId> wanted;
  std::vector<AtomId> unwanted;
  for (const Term& term : terms) {
    (term.wanted ? wanted : unwanted).push_back(term.atom);
  }
  if (!reality_->has_action(wanted, unwanted)) {
    return Sat::No;
  }
  if (found != nullptr) {
    const Bits actions = reality_->actions(wanted, unwanted);
    *found = reality_->pick(actions, {}).action;
  }
  return Sat::Yes;
}

Sat Theory::one_candidate(DimensionId dimension, Plan& plan, const std::vector<Term>& terms,
                          std::string* found) {
  const Candidates& candidates = candidates_of(dimension, plan);
  std::vector<const Bits*> sets;
  for (const Term& term : terms) {
    const Candidates::Verdicts& verdicts = candidates.of(term.atom);
    sets.push_back(term.wanted ? &verdicts.may_hold : &verdicts.may_fail);
  }
  for (std::size_t i = 0; i < candidates.values.size(); ++i) {
    const bool fits = std::ranges::all_of(
        sets, [&](const Bits* set) { return ((*set)[i / 64] >> (i % 64) & 1U) != 0; });
    if (fits) {
      if (found != nullptr) {
        *found = candidates.values[i];
      }
      return Sat::Yes;
    }
  }
  return Sat::No;
}

TextQuery Theory::text_query(DimensionId dimension, const std::vector<Term>& terms) const {
  TextQuery query;
  query.domain = domain_of(dimension);
  for (const Term& term : terms) {
    const Atom& atom = atoms_[term.atom];
    (term.wanted != atom.complement ? query.wanted : query.unwanted).push_back(&atom.globs);
  }
  return query;
}

TextQuery Theory::resource_query(const Demand& demand) const {
  std::vector<Term> terms;
  for (const AtomId atom : demand.wanted) {
    terms.push_back({atom, true});
  }
  for (const AtomId atom : demand.unwanted) {
    terms.push_back({atom, false});
  }
  TextQuery query = text_query(kResource, terms);
  query.unwanted.push_back(empty_ends());
  return query;
}

Sat Theory::one_text(DimensionId dimension, const std::vector<Term>& terms, std::string* found) {
  TextQuery query = text_query(dimension, terms);
  if (found == nullptr) {
    return prover::satisfiable(query, budget_);
  }
  // Usual texts are preferred, never demanded.
  if (dimension >= kFirstKey) {
    if (const auto likely = likely_value(atoms_.key_name(dimension), query)) {
      *found = *likely;
      return Sat::Yes;
    }
  }
  TextQuery usual = query;
  usual.unwanted.push_back(empty_ends());
  usual.unwanted.push_back(empty_text());
  TextQuery most_usual = usual;
  if (dimension == kResource) {
    most_usual.wanted.push_back(usual_resources());
  }
  for (const TextQuery* attempt : {&most_usual, &usual, &query}) {
    if (const auto text = find_text(*attempt, budget_)) {
      *found = written(dimension, query, *text);
      return Sat::Yes;
    }
  }
  return prover::satisfiable(query, budget_) == Sat::No ? Sat::No : Sat::Limit;
}

/// The text in the spelling of the policies: actions are compared in lower case.
std::string Theory::written(DimensionId dimension, const TextQuery& query, const Word& text) const {
  if (dimension != kAction) {
    return policy::encode(text);
  }
  if (const Glob* glob = atoms_.find(text)) {
    return glob->written;
  }
  Word spelled = text;
  for (const GlobUnion* list : query.wanted) {
    for (const Glob* glob : list->globs()) {
      if (glob->prefix > 0 && may_match(*glob, text)) {
        const Word written = policy::decode(glob->written);
        std::copy_n(written.begin(), std::min(glob->prefix, written.size()), spelled.begin());
        return policy::encode(spelled);
      }
    }
  }
  return policy::encode(spelled);
}

}  // namespace muster::prover
