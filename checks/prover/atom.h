// What statements are made of in the prover: an atom is a set of values in one dimension, a
// statement the AND of its atoms (a box), a policy the OR of its Allow boxes without its Deny
// boxes.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "checks/policy/evaluate.h"
#include "checks/policy/model.h"
#include "checks/prover/glob_union.h"

namespace muster::prover {

using AtomId = std::uint32_t;
using DimensionId = std::uint32_t;

/// The dimensions that every request has; context keys come after them.
inline constexpr DimensionId kAction = 0;
inline constexpr DimensionId kResource = 1;
inline constexpr DimensionId kPrincipal = 2;
inline constexpr DimensionId kFirstKey = 3;

/// What kind of values an operator compares. The values of one key are of one family.
enum class Family : std::uint8_t { None, Text, Number, Date, Bool, Binary, Ip };

enum class AtomKind : std::uint8_t {
  /// A list of globs.
  Text,
  /// A list of typed values under one operator.
  Typed,
  /// Presence of a key.
  Null,
  Principal,
  /// Something nobody can read: a truth value that is the same wherever the same text stands.
  Opaque,
};

struct Atom {
  DimensionId dimension = kAction;
  AtomKind kind = AtomKind::Opaque;
  Family family = Family::None;
  policy::Quantifier quantifier = policy::Quantifier::None;
  /// The values outside of the listed ones.
  bool complement = false;
  /// The clause when the key is absent, and for `Null` when it is present.
  bool when_absent = false;
  bool when_present = false;
  GlobUnion globs{};
  bool has_variable = false;
  /// The clause as written, for typed comparison.
  policy::OperatorKind op = policy::OperatorKind::Unknown;
  policy::Version version = policy::Version::V2012_10_17;
  std::vector<std::string> values{};
  /// `Principal` or `NotPrincipal`; the rest of the statement is empty.
  policy::Statement principals{};
};

/// Sorted by dimension, then by content. No atom: every request.
using Box = std::vector<AtomId>;

/// Interned by `Atoms`, which they live as long as.
using Boxes = std::vector<const Box*>;

/// Atoms of equal meaning in writing are one atom; also across policies.
class Atoms {
 public:
  /// `mode`: how ARN patterns of resources are read.
  explicit Atoms(policy::ArnMode mode = policy::ArnMode::Segment);

  [[nodiscard]] policy::ArnMode arn_mode() const { return mode_; }

  [[nodiscard]] const Glob* glob(Word symbols, std::string_view written);
  /// The glob with exactly these symbols; null when no policy has it.
  [[nodiscard]] const Glob* find(const Word& symbols) const;
  /// Number of a policy variable by its canonical text.
  [[nodiscard]] Char variable(const std::string& text);
  [[nodiscard]] DimensionId dimension(const std::string& key);
  /// `content`: what makes two atoms of the dimension the same.
  [[nodiscard]] AtomId add(Atom atom, const std::string& content);
  /// The box with these atoms, in any order; always the same object for the same atoms.
  [[nodiscard]] const Box* box(Box atoms);

  [[nodiscard]] const Atom& operator[](AtomId id) const { return atoms_[id]; }

  /// Lower-case name of the condition key.
  [[nodiscard]] const std::string& key_name(DimensionId id) const { return names_[id]; }

  /// Sorts a box by dimension name and content, whatever was added first.
  void sort(Box& box) const;
  /// An order of boxes that depends on their content alone.
  [[nodiscard]] bool less(const Box& a, const Box& b) const;

 private:
  struct BoxHash {
    std::size_t operator()(const Box& box) const;
  };

  policy::ArnMode mode_;
  std::deque<Glob> globs_;
  /// Keys are views into the globs.
  std::unordered_map<std::u32string_view, Glob*> glob_of_;
  std::unordered_map<std::string, Char> variables_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, DimensionId> dimensions_;
  std::deque<Atom> atoms_;
  std::vector<std::string> contents_;
  std::unordered_map<std::string, AtomId> atom_of_;
  std::unordered_set<Box, BoxHash> boxes_;
};

/// How the clauses of a document use one key.
struct KeyUse {
  DimensionId dimension = 0;
  /// Bit per `Family`.
  unsigned families = 0;
  bool plain = false;
  bool set = false;
  std::vector<AtomId> atoms{};
};

struct Document {
  Boxes allows;
  Boxes denies;
  /// Sorted by dimension; the principal dimension too.
  std::vector<KeyUse> uses;
  bool has_variables = false;
};

struct CompiledStatement {
  policy::Effect effect = policy::Effect::Deny;
  bool has_variables = false;
  const Box* box = nullptr;
};

[[nodiscard]] CompiledStatement compile(const policy::Statement& statement, policy::Version version,
                                        Atoms& atoms);

/// A clause that nobody can read, as the only one of a statement: `name` tells it from others.
[[nodiscard]] CompiledStatement unreadable(policy::Effect effect, const std::string& name,
                                           Atoms& atoms);

/// The document of these boxes, in an order that depends on their content alone.
[[nodiscard]] Document assemble(Boxes allows, Boxes denies, const Atoms& atoms);

}  // namespace muster::prover
