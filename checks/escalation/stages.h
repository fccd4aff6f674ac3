// Principals as they are once they have changed their own policies as far as they may: what such a
// change is good for shows where the search goes on from there. How far that goes and what is cut
// off: docs/escalations.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checks/escalation/changes.h"

namespace muster::escalation {

using SharedEdge = std::shared_ptr<const Edge>;

/// Makes stages of principals when they are asked for; they are principals of the map from then on.
class Stages {
 public:
  /// All of it outlives the stages.
  Stages(AccountMap& map, const EdgeFinder& finder);

  /// The stages of a principal of the facts, none for one that may do everything or may give itself
  /// everything. First with all changes that only add; then one for each change that also takes
  /// something away (a policy with a Deny, another version of a policy); last, only possible, what
  /// no order of such changes can surpass.
  [[nodiscard]] const std::vector<Id>& of(Id principal);

  /// Those that have been asked for.
  [[nodiscard]] const std::vector<Id>& known(Id principal) const;

  [[nodiscard]] bool is_admin(Id stage) const { return stages_.at(stage).admin; }

  /// From the principal to its stage; `later` of the edge is the stage.
  [[nodiscard]] const SharedEdge& edge_to(Id stage) const { return stages_.at(stage).edge; }

  /// The path with every step to a stage replaced by the changes that the steps after it need.
  [[nodiscard]] std::vector<SharedEdge> spelled_out(const std::vector<SharedEdge>& path);

  /// Of a way of `Category::SelfEscalation`: the change that came closest, when all are refused.
  [[nodiscard]] std::optional<Edge> nearest_change(const EdgeFinder& finder, const Way& way,
                                                   Id who);
  /// The changes to the stage that bring an action of the way: `joins a group (arn)`.
  [[nodiscard]] std::string brought_by(Id stage, const Way& way);

 private:
  /// A change with its request.
  struct Made {
    Change change;
    SharedEdge edge;
    /// It needs none of the changes before it.
    bool at_once = true;
  };

  /// Changes one after the other.
  struct Course {
    iam::Principal principal;
    std::vector<Made> made;
    bool lenient = false;
    /// Changes that are allowed and take something away.
    std::vector<Made> others;
    /// What makes it only possible.
    std::vector<std::string> because;
    /// There are more changes than are looked at.
    bool cut_off = false;
  };

  struct Stage {
    Id origin = 0;
    bool admin = false;
    bool lenient = false;
    bool cut_off = false;
    std::vector<Made> made;
    SharedEdge edge;
  };

  void build(Id principal, std::vector<Id>& built);
  void run(Id origin, Course& course);
  [[nodiscard]] std::vector<Made> allowed(Id origin, Course& course);
  void apply(const Change& change, bool lenient, iam::Principal& principal);
  void add(Id origin, Course course, std::vector<Id>& built);
  void add_upper_bound(Id origin, const Course& course, std::vector<Id>& built);

  [[nodiscard]] std::vector<SharedEdge> changes_for(Id stage, const std::vector<SharedEdge>& used);
  /// Whether the changes are allowed one after the other, and the edges with them.
  [[nodiscard]] bool suffices(const Stage& stage, const std::vector<const Made*>& kept,
                              const std::vector<SharedEdge>& used);
  [[nodiscard]] bool still_allowed(const Stage& stage, const std::vector<const Made*>& kept);
  [[nodiscard]] bool still_there(const Edge& edge, Id from) const;

  AccountMap& map_;
  const EdgeFinder& finder_;
  Changes changes_;
  std::map<Id, std::vector<Id>> of_;
  std::map<Id, Stage> stages_;
};

/// Whether the policies give `*` on `*` in effect: nothing they name is refused.
[[nodiscard]] bool has_everything(const AccountMap& map, Id id);

}  // namespace muster::escalation
