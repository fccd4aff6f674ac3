// What a principal could change about the policies that decide about it, so that it may do more
// than before though not everything: groups to join, managed policies to attach, versions to return
// to, a boundary to shed, and texts to write under a boundary that limits them.
#pragma once

#include <map>
#include <vector>

#include "checks/escalation/edge.h"

namespace muster::escalation {

/// Finds candidates and applies changes. Keeps what it makes of policy texts; the map outlives it.
class Changes {
 public:
  explicit Changes(AccountMap& map) : map_(map) {}

  /// By the ways that its policies name, without what it has already; of one way those first whose
  /// policies name the most actions of all ways.
  [[nodiscard]] std::vector<Change> candidates(const EdgeFinder& finder, Id who);

  /// The principal after the change.
  static void apply(const Change& change, iam::Principal& principal);
  /// The same as if what is added denied nothing, and what it replaces stayed but for its Denies.
  void apply_leniently(const Change& change, iam::Principal& principal);

  /// Whether it only ever adds to what is allowed.
  [[nodiscard]] static bool only_adds(const Change& change);

  /// Everything on everything.
  [[nodiscard]] static iam::IdentityPolicy full_power(const iam::Principal& principal);

 private:
  struct Attachable {
    iam::IdentityPolicy policy;
    std::size_t breadth;
  };

  struct Joinable {
    const iam::HolderDocument* group;
    std::size_t breadth;
  };

  void add_groups(const EdgeFinder& finder, const Way& way, Id who, std::vector<Change>& found);
  void add_policies(const EdgeFinder& finder, const Way& way, Id who, std::vector<Change>& found);
  void add_texts(const EdgeFinder& finder, const Way& way, Id who,
                 std::vector<Change>& found) const;
  void add_versions(const EdgeFinder& finder, const Way& way, Id who,
                    std::vector<Change>& found) const;
  [[nodiscard]] const std::vector<Attachable>& attachable();
  [[nodiscard]] const std::vector<Joinable>& joinable();
  [[nodiscard]] iam::SharedPolicy without_denies(const iam::SharedPolicy& policy);

  AccountMap& map_;
  std::optional<std::vector<Attachable>> attachable_;
  std::optional<std::vector<Joinable>> joinable_;
  /// Kept for good: others remember texts by their address.
  std::map<iam::SharedPolicy, iam::SharedPolicy> without_denies_;
};

}  // namespace muster::escalation
