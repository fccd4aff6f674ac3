// What makes a witness look like a request that occurs: actions that exist, resources in the form
// of the action's own types, values as the keys have them. Preferences only: they never decide an
// answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checks/policy/catalogue.h"
#include "checks/prover/candidates.h"
#include "checks/prover/text_search.h"

namespace muster::prover {

/// A value that people expect for a condition key (lower case), if one is known that fits.
[[nodiscard]] std::optional<std::string> likely_value(std::string_view key, const TextQuery& query);

/// The actions of a catalogue as a dimension of their own, and resources that fit them. For
/// questions over one set of atoms. What was computed is kept; memory stays bounded.
class Reality {
 public:
  /// Both outlive it.
  Reality(const policy::Catalogue& catalogue, const Atoms& atoms);

  /// The existing actions for which all `wanted` atoms hold and no `unwanted` one.
  [[nodiscard]] Bits actions(const std::vector<AtomId>& wanted,
                             const std::vector<AtomId>& unwanted);
  /// Whether there is one.
  [[nodiscard]] bool has_action(const std::vector<AtomId>& wanted,
                                const std::vector<AtomId>& unwanted);

  struct Pick {
    std::string action;
    /// Empty: no resource of the action's types fits.
    std::string resource;
  };

  /// One of the actions, the most telling first, with a resource of one of its types under the
  /// query, if some action has one. REQUIRES: some bit is set.
  [[nodiscard]] Pick pick(const Bits& actions, const TextQuery& resource);

  /// An action and a form of its resources, as an ARN pattern; `${*}` where it takes none.
  struct Pairing {
    std::string action;
    std::string resource;
  };

  /// Every kind of pairing whose action one of the boxes holds (`boxes`: their atoms), the most
  /// telling action first; at most `limit`. Actions that no atom of `all` tells apart, with the
  /// same resource type, are one kind.
  [[nodiscard]] std::vector<Pairing> pairings(const std::vector<std::vector<AtomId>>& boxes,
                                              const std::vector<AtomId>& all, std::size_t limit);

 private:
  struct Name {
    Word lowered;
    const policy::Action* action = nullptr;
    /// 0 is the most telling action of all.
    std::uint32_t rank = 0;
  };

  void order();
  [[nodiscard]] std::vector<std::size_t> places(const Bits& actions) const;
  /// What `holds` gives stays until there is not enough room.
  void make_room(std::size_t atoms);
  const Bits& holds(AtomId atom);
  void mark(const Glob& glob, Bits& bits) const;
  std::optional<std::string> resource_for(const policy::Action& action, const TextQuery& query,
                                          std::unordered_map<std::uint32_t, std::string>& tried,
                                          std::size_t& budget);
  std::optional<std::string> resource_of(const policy::ResourceType& type, const TextQuery& query,
                                         std::size_t& budget);

  const policy::Catalogue& catalogue_;
  const Atoms& atoms_;
  /// Sorted.
  std::vector<Name> names_;
  std::unordered_map<AtomId, Bits> holds_;
  /// Where the globs of resource types live.
  Atoms templates_;
};

}  // namespace muster::prover
