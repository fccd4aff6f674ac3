// Interning: equal text gives equal ids, so that most comparisons are of numbers.
#include "checks/prover/atom.h"

#include <algorithm>

namespace muster::prover {

Atoms::Atoms(policy::ArnMode mode) : mode_(mode), names_{"action", "resource", "principal"} {}

const Glob* Atoms::glob(Word symbols, std::string_view written) {
  Glob made = make_glob(std::move(symbols), std::string(written));
  const auto known = glob_of_.find(made.symbols);
  if (known == glob_of_.end()) {
    Glob& kept = globs_.emplace_back(std::move(made));
    glob_of_.emplace(kept.symbols, &kept);
    return &kept;
  }
  if (written < known->second->written) {
    // Spellings differ in case only; which one is shown must not depend on the order of reading.
    known->second->written = written;
  }
  return known->second;
}

const Glob* Atoms::find(const Word& symbols) const {
  const auto found = glob_of_.find(symbols);
  return found == glob_of_.end() ? nullptr : found->second;
}

Char Atoms::variable(const std::string& text) {
  return variables_.try_emplace(text, static_cast<Char>(variables_.size())).first->second;
}

DimensionId Atoms::dimension(const std::string& key) {
  const auto [place, fresh] = dimensions_.try_emplace(key, static_cast<DimensionId>(names_.size()));
  if (fresh) {
    names_.push_back(key);
  }
  return place->second;
}

AtomId Atoms::add(Atom atom, const std::string& content) {
  const std::string whole = names_[atom.dimension] + '\0' + content;
  const auto [place, fresh] = atom_of_.try_emplace(whole, static_cast<AtomId>(atoms_.size()));
  if (fresh) {
    atoms_.push_back(std::move(atom));
    contents_.push_back(whole);
  }
  return place->second;
}

const Box* Atoms::box(Box atoms) {
  sort(atoms);
  return &*boxes_.insert(std::move(atoms)).first;
}

std::size_t Atoms::BoxHash::operator()(const Box& box) const {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const AtomId atom : box) {
    hash = (hash ^ atom) * 0xD6E8FEB86659FD93ULL;
    hash ^= hash >> 32U;
  }
  return hash;
}

void Atoms::sort(Box& box) const {
  std::ranges::sort(box, [this](AtomId a, AtomId b) {
    const DimensionId left = atoms_[a].dimension;
    const DimensionId right = atoms_[b].dimension;
    const bool fixed = left < kFirstKey || right < kFirstKey;
    return fixed && left != right ? left < right : contents_[a] < contents_[b];
  });
  box.erase(std::unique(box.begin(), box.end()), box.end());
}

bool Atoms::less(const Box& a, const Box& b) const {
  return std::ranges::lexicographical_compare(
      a, b, [this](AtomId x, AtomId y) { return contents_[x] < contents_[y]; });
}

}  // namespace muster::prover
