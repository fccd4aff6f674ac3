// Pairs that share no action or no resource are dropped before they are multiplied, and boxes that
// lie in others as they arise: else a boundary of three hundred statements explodes.
#include "checks/prover/effective.h"

#include <algorithm>
#include <unordered_set>

namespace muster::prover {
namespace {

/// Pairs that may be looked at, for each box of the product.
constexpr std::size_t kLooksPerBox = 100;

Boxes of_effect(const Statements& statements, policy::Effect effect) {
  Boxes boxes;
  for (const CompiledStatement& statement : statements) {
    if (statement.effect == effect) {
      boxes.push_back(statement.box);
    }
  }
  return boxes;
}

/// Whether every atom of `part` is one of `whole`, so that `whole` lies in `part`.
bool has_all(const Box& whole, const Box& part) {
  return part.size() <= whole.size() && std::ranges::all_of(part, [&](AtomId atom) {
           return std::ranges::find(whole, atom) != whole.end();
         });
}

class Product {
 public:
  Product(std::size_t limit, Atoms& atoms, Meetings& meetings)
      : limit_(limit), looks_(limit * kLooksPerBox), atoms_(atoms), meetings_(meetings) {}

  /// False: too large.
  bool multiply(Boxes& boxes, const Boxes& by) {
    std::unordered_set<const Box*> seen;
    Boxes out;
    for (const Box* box : boxes) {
      const auto wider =
          std::ranges::find_if(by, [&](const Box* one) { return has_all(*box, *one); });
      // The other boxes of the layer add nothing to one that lies in the layer whole.
      const Boxes alone = wider == by.end() ? Boxes{} : Boxes{*wider};
      for (const Box* one : wider == by.end() ? by : alone) {
        if (looks_ == 0) {
          return false;
        }
        --looks_;
        if (const Box* both = meet(*box, *one); both != nullptr && seen.insert(both).second) {
          out.push_back(both);
        }
      }
      if (out.size() > limit_) {
        return false;
      }
    }
    boxes = std::move(out);
    return true;
  }

 private:
  /// The box of both; null when they share nothing by action or resource.
  const Box* meet(const Box& a, const Box& b) {
    if (meetings_.apart(a, b)) {
      return nullptr;
    }
    Box both = a;
    both.insert(both.end(), b.begin(), b.end());
    return atoms_.box(std::move(both));
  }

  std::size_t limit_;
  std::size_t looks_;
  Atoms& atoms_;
  Meetings& meetings_;
};

}  // namespace

std::optional<Document> effective(const std::vector<Statements>& layers, const Box& pinned,
                                  std::size_t limit, Atoms& atoms, Meetings& meetings) {
  Product product(limit, atoms, meetings);
  Boxes allows = of_effect(layers.front(), policy::Effect::Allow);
  Boxes denies;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (i > 0 && !product.multiply(allows, of_effect(layers[i], policy::Effect::Allow))) {
      return std::nullopt;
    }
    const Boxes more = of_effect(layers[i], policy::Effect::Deny);
    denies.insert(denies.end(), more.begin(), more.end());
  }
  if (!pinned.empty() && !product.multiply(allows, {atoms.box(pinned)})) {
    return std::nullopt;
  }
  return assemble(std::move(allows), std::move(denies), atoms);
}

}  // namespace muster::prover
